package tracing_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/enforce"
	"touchstone/internal/casework/followup"
	"touchstone/internal/jobs"
	"touchstone/internal/listings"
	"touchstone/internal/network"
	"touchstone/internal/policy"
	"touchstone/internal/store/sqlite"
	"touchstone/internal/tracing"
)

var (
	ctx      = context.Background()
	operator = casework.Actor{Account: "ops", Role: "operator", Key: "key_o"}
	reviewer = casework.Actor{Account: "desk", Role: "reviewer", Subject: "ann"}
	pipeline = casework.Actor{Account: "alpha", Role: "pipeline", Subject: "alpha"}
	holder   = casework.Actor{Account: "acme", Role: "holder"}
)

// world is a tracer on real stores, with a clock that the test sets.
type world struct {
	path   string
	store  *sqlite.Store
	follow *followup.Followup
	tracer *tracing.Tracer
	right  casework.Right
	now    time.Time
	found  map[string][]tracing.Attack // by report
	handed []tracing.Alert
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{path: filepath.Join(t.TempDir(), "touchstone.db"), now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), found: map[string][]tracing.Attack{}}
	w.open(t)
	registry := casework.NewRegistry(w.store, nil)
	for _, id := range []string{"alpha", "beta"} {
		must(registry.PutMarketplace(ctx, operator, casework.Marketplace{ID: id, Name: id, Territories: []string{"DE"}, ListingURL: "https://" + id + ".example/{id}"}))
	}
	h := must(registry.CreateHolder(ctx, holder, casework.Holder{LegalName: "Acme", Country: "DE", Email: "ip@acme.example"}))
	w.right = must(registry.CreateRight(ctx, holder, casework.Right{HolderID: h.ID, Type: casework.TrademarkWord, Name: "QUILLON", Office: "EUIPO", RegistrationNumber: "018000001", Territories: []string{"EU"}}))
	return w
}

func (w *world) open(t *testing.T) {
	t.Helper()
	w.store = must(sqlite.Open(ctx, w.path))
	t.Cleanup(func() { _ = w.store.Close() })
	clock := func() time.Time { return w.now }
	registry := casework.NewRegistry(w.store, nil)
	w.follow = followup.New(followup.Parts{Store: w.store, Registry: registry, Policies: policy.Set{"default": policy.Default()}, Now: clock})
	w.tracer = must(tracing.New(tracing.Parts{Store: w.store, Stores: w.store, Penalties: w.follow, Registry: registry, Audit: docket.Auditor{Store: w.store, Now: clock}, Now: clock,
		Attacks: func(_ context.Context, report string) ([]tracing.Attack, error) { return w.found[report], nil },
		Alert: func(_ context.Context, a tracing.Alert) error {
			w.handed = append(w.handed, a)
			return nil
		}}))
	if err := w.tracer.Load(ctx); err != nil {
		t.Fatal(err)
	}
}

// again closes everything and opens it as a new process would.
func (w *world) again(t *testing.T) {
	t.Helper()
	if _, err := w.tracer.Recompute(ctx, operator); err != nil { // keeps the rings, as Run does
		t.Fatal(err)
	}
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	w.open(t)
}

// tell registers a seller with a payee that the marketplace has verified, and a phone.
func (w *world) tell(t *testing.T, seller, payee, phone string) tracing.Observed {
	t.Helper()
	p := tracing.Profile{Seller: tracing.Seller{Marketplace: "alpha", Seller: seller, Country: "CN"}}
	if payee != "" {
		p.Contacts = append(p.Contacts, tracing.Contact{Kind: network.Payee, Value: payee, Verified: true})
	}
	if phone != "" {
		p.Contacts = append(p.Contacts, tracing.Contact{Kind: network.Phone, Value: phone, Verified: true})
	}
	o, err := w.tracer.Observe(ctx, pipeline, p)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// crowd are sellers with nothing in common, so that the network knows what is common.
func (w *world) crowd(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		w.tell(t, fmt.Sprintf("honest-%d", i), fmt.Sprintf("DE8937040044%010d", i), fmt.Sprintf("+86 138 %04d %04d", i/10, 1000+i))
	}
}

// strike puts a serious infringement into a store's ledger, as a decision does.
func (w *world) strike(t *testing.T, seller, id string, at time.Time) {
	t.Helper()
	err := w.store.Update(ctx, func(tx docket.Tx) error {
		return tx.(followup.Tx).AddLedger(ctx, "alpha", seller, enforce.LedgerEntry{ID: id, At: at, Kind: enforce.Serious, Case: "cas_" + id})
	})
	if err == nil {
		err = w.follow.Reckon(ctx, "alpha", []string{seller})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// listed has a listing with pictures, by hash, and what is near them.
func (w *world) listed(t *testing.T, seller, id string, near map[string][]string, change func(*listings.Listing)) listings.Listing {
	t.Helper()
	s := listings.Shown{Listing: listings.Listing{ID: "lst_" + id, Account: "alpha", Marketplace: "alpha", Listing: id, Seller: seller, Title: "a bag " + id, ReportID: "rep_" + id, Band: "clear", ScoredAt: w.now}}
	for _, hash := range slices.Sorted(mapKeys(near)) {
		s.Pictures = append(s.Pictures, listings.ShownPicture{Hash: hash, Near: near[hash]})
		s.Listing.Pictures = append(s.Listing.Pictures, hash)
	}
	if change != nil {
		change(&s.Listing)
	}
	if err := w.tracer.Listed(ctx, []listings.Shown{s}); err != nil {
		t.Fatal(err)
	}
	return s.Listing
}

func mapKeys(m map[string][]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (w *world) ringOf(t *testing.T, seller string) string {
	t.Helper()
	r, err := w.tracer.Risk(ctx, "alpha", seller)
	if err != nil {
		t.Fatal(err)
	}
	return r.Ring
}

const payee = "GB29NWBK60161331926819"

func TestStoreThatOpensIsLinkedWithWhatWasClosed(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	w.tell(t, "old", payee, "+8613900001111")
	for i := range 3 {
		w.strike(t, "old", fmt.Sprintf("led_%d", i), w.now.AddDate(0, 0, 10*(i-3)))
	}
	o := w.tell(t, "new", payee, "+8613900001111")
	if o.Risk.Ring == "" || o.Risk.Members != 2 || o.Risk.Closed+o.Risk.Struck != 1 || o.Risk.Points == 0 {
		t.Errorf("risk of the new store: %+v", o.Risk)
	}
	if raise := w.tracer.Raise(ctx, "alpha", "new"); raise != o.Risk.Points {
		t.Errorf("its cases are raised by %d, not %d", raise, o.Risk.Points)
	}
	if w.ringOf(t, "honest-3") != "" || w.tracer.Raise(ctx, "alpha", "honest-3") != 0 {
		t.Error("an honest store is in a ring")
	}
	before := o.Risk.Ring
	w.again(t)
	if got := w.ringOf(t, "new"); got != before {
		t.Errorf("after a restart the ring is %q, was %q", got, before)
	}
	v := must(w.tracer.SellerView(ctx, reviewer, "alpha", "new", 10))
	if len(v.Links) == 0 || !v.Links[0].Linked || len(v.Links[0].Evidence) < 2 {
		t.Errorf("links: %+v", v.Links)
	}
}

// TestThePersonBehindANewStore: a store that opens with one verified contact of a closed one is no ring of it, but flagged, once, to its marketplace and the audit
// log; one that only claims the contact, or has one that many have, is not.
func TestThePersonBehindANewStore(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	phone, shared := "+8613900001111", "+8613900002222"
	for _, seller := range []string{"old", "shop-1", "shop-2", "shop-3", "shop-4"} {
		w.tell(t, seller, "", shared)
	}
	w.tell(t, "old", "", phone)
	for i := range 3 {
		w.strike(t, "old", fmt.Sprintf("led_%d", i), w.now.AddDate(0, 0, 10*(i-3)))
	}
	w.tell(t, "shop-5", "", shared)
	flags := func() (list []docket.Event) {
		for _, e := range must(w.store.Events(ctx, docket.EventQuery{Limit: 1000})) {
			if e.Kind == tracing.EventFlagged {
				list = append(list, e)
			}
		}
		return list
	}
	claims := must(w.tracer.Observe(ctx, pipeline, tracing.Profile{Seller: tracing.Seller{Marketplace: "alpha", Seller: "claims"}, Contacts: []tracing.Contact{{Kind: network.Phone, Value: phone}}}))
	if claims.Risk.Flagged() || len(flags()) != 0 {
		t.Fatalf("flagged by what anybody can claim, or by what many have: %+v, %+v", claims.Risk, flags())
	}
	o := w.tell(t, "new", "", phone)
	want := tracing.Risk{Kin: 1, KinClosed: 1, Shares: []network.Kind{network.Phone}, Points: 12}
	if diff := cmp.Diff(want, o.Risk); diff != "" {
		t.Errorf("risk (-want +got):\n%s", diff)
	}
	if raise := w.tracer.Raise(ctx, "alpha", "new"); raise != want.Points {
		t.Errorf("its cases are raised by %d, not %d", raise, want.Points)
	}
	kin := must(w.tracer.Kin(ctx, reviewer, "alpha", "new"))
	if diff := cmp.Diff([]tracing.Kin{{Seller: "alpha/old", Shares: []network.Kind{network.Phone}, Closed: true}}, kin); diff != "" {
		t.Errorf("kin (-want +got):\n%s", diff)
	}
	if _, err := w.tracer.Kin(ctx, pipeline, "alpha", "new"); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("a pipeline reads who: %v", err)
	}
	w.tell(t, "new", "", phone) // the same again
	told := flags()
	if len(told) != 1 || told[0].Marketplace != "alpha" || !strings.Contains(string(told[0].Data), `"seller":"new"`) || strings.Contains(string(told[0].Data), "old") || strings.Contains(string(told[0].Data), phone) {
		t.Errorf("events %+v", told)
	}
	if rows := must(w.store.Audits(ctx, "alpha/new", 0, 10)); len(rows) != 1 || rows[0].Action != tracing.EventFlagged {
		t.Errorf("audit rows %+v", rows)
	}
	must(w.tracer.Judge(ctx, reviewer, tracing.Judgement{A: "alpha/old", B: "alpha/new", Answer: network.DecidedDifferent}))
	if r := must(w.tracer.Risk(ctx, "alpha", "new")); r.Flagged() || r.Points != 0 {
		t.Errorf("after a person said that it is another's: %+v", r)
	}
}

func TestContactsThatSayNothing(t *testing.T) {
	w := newWorld(t)
	o := must(w.tracer.Observe(ctx, pipeline, tracing.Profile{Seller: tracing.Seller{Marketplace: "alpha", Seller: "s"}, Contacts: []tracing.Contact{
		{Kind: network.Phone, Value: "00000000"}, {Kind: network.Email, Value: "n/a"}, {Kind: network.Email, Value: "real@example.org"}}}))
	if len(o.Unused) != 2 || strings.Contains(strings.Join(o.Unused, " "), "0000") {
		t.Errorf("unused: %q", o.Unused)
	}
	var invalid *casework.ValidationError
	for name, p := range map[string]tracing.Profile{
		"kind":    {Seller: tracing.Seller{Marketplace: "alpha", Seller: "s"}, Contacts: []tracing.Contact{{Kind: "picture", Value: "h"}}},
		"seller":  {Seller: tracing.Seller{Marketplace: "alpha"}},
		"country": {Seller: tracing.Seller{Marketplace: "alpha", Seller: "s", Country: "DEU"}},
		"future":  {Seller: tracing.Seller{Marketplace: "alpha", Seller: "s", OpenedAt: w.now.AddDate(1, 0, 0)}},
	} {
		if _, err := w.tracer.Observe(ctx, pipeline, p); !errors.As(err, &invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.tracer.Observe(ctx, pipeline, tracing.Profile{Seller: tracing.Seller{Marketplace: "beta", Seller: "s"}}); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("another marketplace's seller: %v", err)
	}
	if _, err := w.tracer.Observe(ctx, holder, tracing.Profile{Seller: tracing.Seller{Marketplace: "alpha", Seller: "s"}}); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("a holder tells: %v", err)
	}
}

// TestPlantedPicture: showing another's pictures, words and phone number makes no link.
func TestPlantedPicture(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	w.tell(t, "victim", payee, "+8613900002222")
	w.listed(t, "victim", "1", map[string][]string{"p1": nil, "p2": nil}, nil)
	p := tracing.Profile{Seller: tracing.Seller{Marketplace: "alpha", Seller: "framer"}, Contacts: []tracing.Contact{{Kind: network.Phone, Value: "+8613900002222"}}}
	must(w.tracer.Observe(ctx, pipeline, p))
	w.listed(t, "framer", "2", map[string][]string{"p1": nil, "q9": {"p2"}}, func(l *listings.Listing) { l.Title = "a bag 1" })
	if w.ringOf(t, "victim") != "" || w.ringOf(t, "framer") != "" {
		t.Error("what anybody can copy has made a ring")
	}
	v := must(w.tracer.SellerView(ctx, reviewer, "alpha", "victim", 10))
	i := slices.IndexFunc(v.Links, func(l network.Link) bool { return l.A == "alpha/framer" || l.B == "alpha/framer" })
	if i < 0 || v.Links[i].Linked || v.Links[i].Probability > 0.8 {
		t.Fatalf("the suspicion: %+v", v.Links)
	}
	pictures := 0
	for _, e := range v.Links[i].Evidence {
		if e.Kind == network.Picture {
			pictures++
		}
	}
	if pictures != 2 {
		t.Errorf("%d shared pictures, one of them saved again; want 2: %+v", pictures, v.Links[i].Evidence)
	}
}

func TestJudgementsBindAndAreKept(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	w.tell(t, "a", payee, "")
	w.tell(t, "b", payee, "")
	if w.ringOf(t, "a") == "" {
		t.Fatal("no ring")
	}
	must(w.tracer.Judge(ctx, reviewer, tracing.Judgement{A: "alpha/a", B: "alpha/b", Answer: network.DecidedDifferent, Note: "a forwarder"}))
	if w.ringOf(t, "a") != "" {
		t.Error("a split ring is still there")
	}
	w.again(t)
	if w.ringOf(t, "a") != "" {
		t.Error("the judgement is lost after a restart")
	}
	must(w.tracer.Judge(ctx, reviewer, tracing.Judgement{A: "alpha/b", B: "alpha/a", Answer: ""}))
	if w.ringOf(t, "a") == "" {
		t.Error("taking the answer back does not bring the ring back")
	}
	if _, err := w.tracer.Judge(ctx, holder, tracing.Judgement{A: "alpha/a", B: "alpha/b", Answer: "same"}); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("a holder judges: %v", err)
	}
	if _, err := w.tracer.Judge(ctx, reviewer, tracing.Judgement{A: "alpha/a", B: "alpha/nobody", Answer: "same"}); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("about nobody: %v", err)
	}
	seen := must(w.store.Audits(ctx, "alpha/a alpha/b", 0, 10))
	if len(seen) != 2 {
		t.Errorf("%d rows of audit about the link, want 2", len(seen))
	}
}

// TestFamilyShares: strikes of one store count for its approved family, and no longer once that ends.
func TestFamilyShares(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	for _, s := range []string{"a", "b"} {
		w.tell(t, s, payee, "")
	}
	ring := w.ringOf(t, "a")
	w.strike(t, "a", "led_1", w.now.AddDate(0, 0, -2))
	before, _ := w.store.Storefront(ctx, "alpha", "b")
	f, err := w.tracer.Approve(ctx, reviewer, ring, []string{"alpha/b", "alpha/a"}, "one payee, one phone")
	if err != nil {
		t.Fatal(err)
	}
	if s := must(w.store.Storefront(ctx, "alpha", "b")); len(s.State.Strikes) != 1 {
		t.Errorf("the family's strike does not count: %+v", s.State)
	}
	if _, err := w.tracer.Approve(ctx, reviewer, ring, []string{"alpha/a", "alpha/b"}, "again"); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("twice: %v", err)
	}
	r := must(w.tracer.Ring(ctx, reviewer, ring))
	if len(r.Families) != 1 || len(r.Members) != 2 || r.Members[1].Strikes != 1 || len(r.Links) != 1 || r.Regions["CN"] != 2 {
		t.Errorf("ring: %+v", r)
	}
	must(w.tracer.End(ctx, operator, f.ID))
	after := must(w.store.Storefront(ctx, "alpha", "b"))
	if len(after.State.Strikes) != len(before.State.Strikes) || len(after.State.Measures) != len(before.State.Measures) {
		t.Errorf("after the end b stands at %+v", after.State)
	}
	var invalid *casework.ValidationError
	for name, names := range map[string][]string{"one": {"alpha/a"}, "stranger": {"alpha/a", "alpha/honest-1"}} {
		if _, err := w.tracer.Approve(ctx, reviewer, ring, names, "note"); !errors.As(err, &invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRelisting: what was taken down and is offered again says who offers it; a reinstatement takes that back.
func TestRelisting(t *testing.T) {
	w := newWorld(t)
	l := w.listed(t, "first", "1", map[string][]string{"p1": nil}, nil)
	c := docket.Case{ID: "cas_1", Marketplace: "alpha", Seller: "first", Report: "rep_1", Effect: docket.EffectRemoved, Decision: &docket.Decision{At: w.now.Add(time.Hour)}}
	handle := func() {
		t.Helper()
		h := w.tracer.Handlers(func(context.Context, string) (docket.Case, error) { return c, nil }, func(context.Context, docket.Case) (listings.Listing, error) { return l, nil })
		j := must(jobs.New("job_1", tracing.JobRemoved, map[string]string{"case_id": c.ID}, w.now))
		if err := h[tracing.JobRemoved](ctx, j); err != nil {
			t.Fatal(err)
		}
	}
	handle()
	w.listed(t, "early", "2", map[string][]string{"p1": nil}, nil) // before it was taken down
	w.now = w.now.Add(2 * time.Hour)
	w.listed(t, "late", "3", map[string][]string{"p7": {"p1"}}, nil)
	relisted := func(seller string) bool {
		held := must(w.store.TraitsOf(ctx, "alpha/"+seller))
		return slices.ContainsFunc(held, func(h tracing.Held) bool { return h.Kind == network.Relisting })
	}
	if relisted("early") || !relisted("late") || !relisted("first") {
		t.Errorf("early %v, late %v, first %v", relisted("early"), relisted("late"), relisted("first"))
	}
	offences := func() int {
		held := must(w.store.TraitsOf(ctx, "alpha/first"))
		return len(slices.DeleteFunc(held, func(h tracing.Held) bool { return h.Kind != network.Offence }))
	}
	if offences() != 1 {
		t.Errorf("%d listings of it count as taken down, want 1", offences())
	}
	c.Effect = docket.EffectNone
	handle()
	if relisted("first") || offences() != 0 {
		t.Error("a reinstatement leaves the mark")
	}
}

func TestSourcesUpstream(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	w.tell(t, "a", payee, "")
	w.tell(t, "b", payee, "")
	page := network.Node{Place: network.Supplier, Name: "wholesale-77"}
	if err := w.tracer.See(ctx, reviewer, network.Sighting{Node: page, What: "p1", At: w.now.AddDate(0, -1, 0)}); err != nil {
		t.Fatal(err)
	}
	w.listed(t, "a", "1", map[string][]string{"p1": nil}, nil)
	w.listed(t, "b", "2", map[string][]string{"p2": {"p1"}}, nil)
	depot := network.Node{Place: network.Depot, Name: "yard 4"}
	for _, f := range []network.Flow{{From: depot, To: network.Node{Place: network.Store, Name: "alpha/a"}, Known: true, What: "parcel 1"}, {From: page, To: depot, Known: true, What: "truck 9"},
		{From: network.Node{Place: network.Store, Name: "alpha/a"}, To: page, What: "a cycle"}} {
		must(w.tracer.Record(ctx, operator, f))
	}
	got := must(w.tracer.Sources(ctx, reviewer, w.ringOf(t, "a"), 5))
	if len(got) != 2 || got[0].Node != page || got[0].Stores != 2 || !got[0].Known || got[1].Node != depot {
		t.Errorf("sources: %+v", got)
	}
	var invalid *casework.ValidationError
	if _, err := w.tracer.Record(ctx, operator, network.Flow{From: page, To: page, What: "x"}); !errors.As(err, &invalid) {
		t.Errorf("to itself: %v", err)
	}
}

func TestTrendsAndAlerts(t *testing.T) {
	w := newWorld(t)
	attack := func(seller, id, form string) {
		w.found["rep_"+id] = []tracing.Attack{{Right: w.right.ID, Signal: "keyword_misuse", Word: "QUILLON", Form: form}}
		w.listed(t, seller, id, nil, func(l *listings.Listing) {
			l.Band = "urgent"
			l.Content = listings.Content{Goods: []string{"9"}, Price: &detect.Money{Amount: 12.5, Currency: "USD"}}
		})
	}
	for i := range 8 { // one an hour before
		attack("usual", fmt.Sprintf("u%d", i), "quillon")
		w.now = w.now.Add(time.Hour)
	}
	if got := must(w.tracer.Watch(ctx)); len(got) != 0 {
		t.Errorf("the usual is an alert: %+v", got)
	}
	for i := range 9 {
		attack(fmt.Sprintf("ring-%d", i%3), fmt.Sprintf("r%d", i), "qu1ll0n")
	}
	w.now = w.now.Add(time.Minute)
	got := must(w.tracer.Watch(ctx))
	if len(got) != 1 || got[0].Right != w.right.ID || got[0].Now < 9 || !slices.Contains(got[0].Forms, "qu1ll0n") {
		t.Fatalf("alerts: %+v", got)
	}
	if diff := cmp.Diff(got, w.handed); diff != "" {
		t.Error("handed on:", diff)
	}
	if again := must(w.tracer.Watch(ctx)); len(again) != 0 {
		t.Errorf("a second alert of the day: %+v", again)
	}
	if m := got[0].Markets; len(m) != 1 || m[0].Marketplace != "alpha" || m[0].Now != got[0].Now || m[0].Sellers != got[0].Sellers {
		t.Errorf("by marketplace: %+v of %+v", m, got[0])
	}
	elsewhere := []tracing.Attack{}
	for i := range 6 {
		elsewhere = append(elsewhere, tracing.Attack{Right: w.right.ID, Listing: fmt.Sprintf("lst_b%d", i), Signal: "keyword_misuse", Marketplace: "beta", Seller: fmt.Sprint("far-", i%3), At: w.now})
	}
	if err := w.store.Keep(ctx, tracing.Batch{Attacks: elsewhere}); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Minute)
	if spread := must(w.tracer.Watch(ctx)); len(spread) != 1 || len(spread[0].Markets) != 2 {
		t.Errorf("the attack reached another marketplace: %+v", spread)
	}
	if again := must(w.tracer.Watch(ctx)); len(again) != 0 {
		t.Errorf("told of it twice: %+v", again)
	}
	aliases := must(w.tracer.Aliases(ctx, holder, w.right.ID, 10))
	if len(aliases) != 1 || aliases[0].Form != "qu1ll0n" || aliases[0].Sellers != 3 {
		t.Errorf("aliases: %+v", aliases)
	}
	if goods := must(w.tracer.Trends(ctx, reviewer, "goods", "", 24*time.Hour, 10)); len(goods) != 1 || goods[0].Key != "9" || goods[0].Now != 17 {
		t.Errorf("goods: %+v", goods)
	}
	stranger := casework.Actor{Account: "other", Role: "holder"}
	if _, err := w.tracer.Trends(ctx, stranger, "right", w.right.ID, time.Hour, 10); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("another's right: %v", err)
	}
	if _, err := w.tracer.Trends(ctx, holder, "right", "", time.Hour, 10); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("all rights: %v", err)
	}
}

// TestForget: nothing personal is left, judgements by name stay.
func TestForget(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	w.tell(t, "a", payee, "+8613900003333")
	w.tell(t, "b", payee, "")
	if err := w.tracer.Forget(ctx, reviewer, "alpha", "a"); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("a reviewer erases: %v", err)
	}
	if err := w.tracer.Forget(ctx, operator, "alpha", "a"); err != nil {
		t.Fatal(err)
	}
	if w.ringOf(t, "b") != "" || len(must(w.store.TraitsOf(ctx, "alpha/a"))) != 0 {
		t.Error("something is left")
	}
	w.again(t)
	if w.ringOf(t, "b") != "" {
		t.Error("it comes back after a restart")
	}
}

// TestForgetWithAnOpenCase: a seller is erased while a case about it is open. The case is decided later; that its listing was taken down
// is noted under its name, and nothing that was erased comes back.
func TestForgetWithAnOpenCase(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	w.tell(t, "a", payee, "+8613900003333")
	w.tell(t, "b", payee, "")
	l := w.listed(t, "a", "1", map[string][]string{"p1": nil}, nil)
	c := docket.Case{ID: "cas_9", Marketplace: "alpha", Seller: "a", Report: "rep_1", State: docket.StateOpen}
	if err := w.tracer.Forget(ctx, operator, "alpha", "a"); err != nil {
		t.Fatal(err)
	}
	c.State, c.Effect, c.Decision = docket.StateDecided, docket.EffectRemoved, &docket.Decision{At: w.now.Add(time.Hour)}
	h := w.tracer.Handlers(func(context.Context, string) (docket.Case, error) { return c, nil }, func(context.Context, docket.Case) (listings.Listing, error) { return l, nil })
	if err := h[tracing.JobRemoved](ctx, must(jobs.New("job_9", tracing.JobRemoved, map[string]string{"case_id": c.ID}, w.now))); err != nil {
		t.Fatal(err)
	}
	for _, held := range must(w.store.TraitsOf(ctx, "alpha/a")) {
		if held.Kind != network.Offence && held.Kind != network.Relisting {
			t.Errorf("%s came back", held.Kind)
		}
	}
	if w.ringOf(t, "b") != "" || w.ringOf(t, "a") != "" {
		t.Error("the erased seller is linked again")
	}
}
