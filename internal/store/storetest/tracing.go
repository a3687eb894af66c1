package storetest

import (
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/network"
	"touchstone/internal/tracing"
)

func traitsOf(seller string, traits []network.Trait) (out []tracing.Held) {
	for _, tr := range traits {
		out = append(out, tracing.Held{Seller: seller, Trait: tr})
	}
	return out
}

func testSellerTraits(t *testing.T, s Store) {
	p := tracing.Seller{Marketplace: "m", Seller: "a/b", Country: "CN", Region: "Zhejiang", OpenedAt: at(1), SeenAt: at(5)}
	must(t, s.Keep(ctx, tracing.Batch{Sellers: []tracing.Seller{p}}))
	must(t, s.Keep(ctx, tracing.Batch{Sellers: []tracing.Seller{{Marketplace: "m", Seller: "a/b", SeenAt: at(9)}}}))
	same(t, "what is empty leaves what is known", must2(s.Seller(ctx, "m", "a/b")), p)
	p.Country, p.SeenAt = "VN", at(2)
	must(t, s.Keep(ctx, tracing.Batch{Sellers: []tracing.Seller{p}}))
	same(t, "changed, and heard of earlier", must2(s.Seller(ctx, "m", "a/b")), p)
	_, err := s.Seller(ctx, "m", "nobody")
	fails(t, "unknown seller", err, casework.ErrNotFound)

	phone := network.Trait{Kind: network.Phone, Value: "+8613800138000", At: at(4)}
	must(t, s.Keep(ctx, tracing.Batch{Traits: traitsOf("m/a/b", []network.Trait{phone, {Kind: network.Email, Value: "x@example.org"}})}))
	phone.Verified, phone.At = true, at(3)
	must(t, s.Keep(ctx, tracing.Batch{Traits: traitsOf("m/a/b", []network.Trait{phone, {Kind: network.Email, Value: "x@example.org", At: at(6)}})}))
	must(t, s.Keep(ctx, tracing.Batch{Traits: traitsOf("m/a/b", []network.Trait{{Kind: network.Phone, Value: phone.Value, At: at(8)}})}))
	must(t, s.Keep(ctx, tracing.Batch{Traits: traitsOf("m/c", []network.Trait{{Kind: network.Phone, Value: phone.Value, At: at(2)}, {Kind: network.Picture, Value: "名", At: at(1)}})}))
	email := tracing.Held{Seller: "m/a/b", Trait: network.Trait{Kind: network.Email, Value: "x@example.org", At: at(6)}}
	ab := tracing.Held{Seller: "m/a/b", Trait: phone}
	c := tracing.Held{Seller: "m/c", Trait: network.Trait{Kind: network.Phone, Value: phone.Value, At: at(2)}}
	same(t, "traits of one", must2(s.TraitsOf(ctx, "m/a/b")), []tracing.Held{email, ab})
	same(t, "first page", must2(s.Traits(ctx, tracing.Held{}, 3)), []tracing.Held{email, ab, c})
	same(t, "last page", len(must2(s.Traits(ctx, c, 3))), 1)
	same(t, "sharers", must2(s.Sharers(ctx, network.Phone, []string{phone.Value, "none"})), map[string]time.Time{phone.Value: at(2)})
	must(t, s.DropTraits(ctx, "m/c", []network.Trait{c.Trait}))
	same(t, "dropped", len(must2(s.TraitsOf(ctx, "m/c"))), 1)

	must(t, s.PutRings(ctx, map[string]string{"m/a/b": "r1", "m/c": "r1"}))
	must(t, s.PutRings(ctx, map[string]string{"m/a/b": "r2", "m/c": ""}))
	same(t, "rings", must2(s.Rings(ctx)), map[string]string{"m/a/b": "r2"})
	j := tracing.Judgement{A: "m/a/b", B: "m/c", Answer: network.DecidedSame, By: "reviewer:x/y", At: at(1)}
	must(t, s.PutJudgement(ctx, j))
	j.Answer = network.DecidedDifferent
	must(t, s.PutJudgement(ctx, j))
	same(t, "the last answer", must2(s.Judgements(ctx)), []tracing.Judgement{j})

	must(t, s.Keep(ctx, tracing.Batch{Names: map[string]string{"h1": "h1", "h2": "h1"}}))
	must(t, s.Keep(ctx, tracing.Batch{Names: map[string]string{"h2": "h9"}}))
	same(t, "the first name stays", must2(s.PictureNames(ctx, []string{"h1", "h2", "h3"})), map[string]string{"h1": "h1", "h2": "h1"})
	priced := func(amounts ...int64) (b tracing.Batch) {
		for _, a := range amounts {
			b.Prices = append(b.Prices, tracing.Price{Seller: "m/a/b", Currency: "USD", Amount: a})
		}
		return b
	}
	must(t, s.Keep(ctx, priced(1999, 700)))
	must(t, s.Keep(ctx, priced(700, 1250)))
	same(t, "prices", must2(s.Prices(ctx, "m/a/b", "USD", 2)), []int64{700, 1250})
	same(t, "of another currency", len(must2(s.Prices(ctx, "m/a/b", "EUR", 2))), 0)

	must(t, s.Keep(ctx, tracing.Batch{Sightings: []network.Sighting{{Node: network.Node{Place: network.Store, Name: "m/a/b"}, What: "h1", At: at(3)}}}))
	must(t, s.ForgetSeller(ctx, "m", "a/b"))
	fails(t, "forgotten twice", s.ForgetSeller(ctx, "m", "a/b"), casework.ErrNotFound)
	same(t, "no trait is left", len(must2(s.TraitsOf(ctx, "m/a/b"))), 0)
	same(t, "nor a ring", len(must2(s.Rings(ctx))), 0)
	same(t, "nor a sighting", len(must2(s.SightingsWhat(ctx, []string{"h1"}, 9))), 0)
	same(t, "nor a price", len(must2(s.Prices(ctx, "m/a/b", "USD", 9))), 0)
}

func testUpstream(t *testing.T, s Store) {
	store, page := network.Node{Place: network.Store, Name: "m/a"}, network.Node{Place: network.Supplier, Name: "wholesale"}
	seen := []network.Sighting{{Node: page, What: "h1", At: at(1)}, {Node: store, What: "h1", At: at(5)}, {Node: store, What: "h2", At: at(6)}}
	must(t, s.Keep(ctx, tracing.Batch{Sightings: seen}))
	must(t, s.Keep(ctx, tracing.Batch{Sightings: []network.Sighting{{Node: store, What: "h1", At: at(4)}, {Node: store, What: "h2", At: at(9)}}}))
	seen[1].At = at(4)
	same(t, "of a store, earliest first", must2(s.SightingsOf(ctx, []network.Node{store}, 9)), seen[1:])
	same(t, "of a picture", must2(s.SightingsWhat(ctx, []string{"h1"}, 9)), []network.Sighting{seen[1], seen[0]})
	flow := network.Flow{From: page, To: store, Known: true, What: "shipment 7", At: at(2)}
	must(t, s.AddFlow(ctx, "flw_1", "operator:x", flow))
	must(t, s.AddFlow(ctx, "flw_1", "operator:x", flow))
	same(t, "flows", must2(s.FlowsTo(ctx, []network.Node{store, page}, 9)), []network.Flow{flow})

	attack := func(right, listing, signal, seller, form string, minute int) tracing.Attack {
		a := tracing.Attack{Right: right, Listing: listing, Signal: signal, Marketplace: "m", Seller: seller, Goods: "25", Form: form, At: at(minute)}
		if form != "" {
			a.Word = "QUILLON"
		}
		return a
	}
	list := []tracing.Attack{attack("r1", "l1", "near_copy", "a", "", 1), attack("r1", "l1", "keyword_misuse", "a", "qu1llon", 1), attack("r1", "l2", "keyword_misuse", "b", "qu1llon", 20),
		attack("r1", "l3", "keyword_misuse", "b", "quillon", 21), attack("r2", "l4", "near_copy", "c", "", 22)}
	must(t, s.Keep(ctx, tracing.Batch{Attacks: list}))
	must(t, s.Keep(ctx, tracing.Batch{Attacks: list[:2]}))
	same(t, "by right", must2(s.CountAttacks(ctx, "right", "", at(0), at(10), at(30), 9)), []tracing.Count{
		{Key: "r1", Now: 2, Before: 1, SellersNow: 1, FirstAt: at(1), Example: "l3", Word: "QUILLON"}, {Key: "r2", Now: 1, SellersNow: 1, FirstAt: at(22), Example: "l4"}})
	same(t, "forms of a right", must2(s.CountAttacks(ctx, "form", "r1", at(0), at(10), at(30), 9)), []tracing.Count{
		{Key: "qu1llon", Now: 1, Before: 1, SellersNow: 1, FirstAt: at(1), Example: "l2", Word: "QUILLON"}, {Key: "quillon", Now: 1, SellersNow: 1, FirstAt: at(21), Example: "l3", Word: "QUILLON"}})
	same(t, "a limit", len(must2(s.CountAttacks(ctx, "goods", "", at(0), at(10), at(30), 1))), 1)
	must(t, s.DropAttacks(ctx, at(21)))
	same(t, "old ones are gone", must2(s.CountAttacks(ctx, "right", "r1", at(0), at(10), at(30), 9))[0].Now, 1)
	al := tracing.Alert{ID: "alt_1", Right: "r1", At: at(30), From: at(10), Now: 9, Expected: 0.5, Sellers: 3, Forms: []string{"qu1llon"}}
	must(t, s.AddAlert(ctx, al))
	same(t, "alerts", must2(s.Alerts(ctx, []string{"r1", "r2"}, at(0), 9)), []tracing.Alert{al})
	same(t, "of all", len(must2(s.Alerts(ctx, nil, at(0), 9))), 1)
	same(t, "later", len(must2(s.Alerts(ctx, nil, at(31), 9))), 0)
}

func testFamilies(t *testing.T, s Store) {
	f := tracing.Family{ID: "fam_1", Marketplace: "m", Sellers: []string{"b", "a"}, By: "reviewer:x/y", At: at(1), Note: "one hand"}
	must(t, s.AddFamily(ctx, f))
	fails(t, "a store in two", s.AddFamily(ctx, tracing.Family{ID: "fam_2", Marketplace: "m", Sellers: []string{"a", "c"}, At: at(2)}), casework.ErrConflict)
	same(t, "nothing of the second is kept", len(must2(s.Families(ctx, "", 9))), 1)
	same(t, "family", must2(s.FamilyOf(ctx, "m", "a")), f)
	same(t, "kin", must2(s.Kin(ctx, "m", "a")), []string{"b"})
	same(t, "of another marketplace", len(must2(s.Kin(ctx, "n", "a"))), 0)
	ended := must2(s.EndFamily(ctx, "fam_1", "operator:z", at(3)))
	same(t, "ended by", ended.EndedBy, "operator:z")
	_, err := s.EndFamily(ctx, "fam_1", "operator:z", at(4))
	fails(t, "ended twice", err, casework.ErrConflict)
	_, err = s.FamilyOf(ctx, "m", "a")
	fails(t, "no family", err, casework.ErrNotFound)
	same(t, "none stands", len(must2(s.Families(ctx, "", 9))), 0)
	must(t, s.AddFamily(ctx, tracing.Family{ID: "fam_3", Marketplace: "m", Sellers: []string{"a", "c"}, At: at(5)}))
}
