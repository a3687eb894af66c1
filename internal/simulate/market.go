package simulate

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
)

// Offers draws what is put up for sale beside the listings of scripted notices, in the order of time.
func (w *World) Offers() []*Listing {
	r := w.source("offers")
	p := w.P.Listings
	rights := map[string][]*Right{}
	for _, kind := range Kinds() {
		rights[kind] = w.rightsOf(kind, "verified")
	}
	var out []*Listing
	for range p.Count {
		at := w.moment(r)
		if r.Float64() < p.Infringing {
			l := w.infringing(r, one(r, rights[pick(r, p.Kinds)]), w.copyist(r), at)
			w.sale(r, l)
			out = append(out, l)
			continue
		}
		if r.Float64() < p.Before {
			at = w.P.Start
		}
		like, right := "", (*Right)(nil)
		if r.Float64() < p.Lookalikes {
			like = []string{wayMismatch, wayDiffers, wayDescriptive, wayAuthorised}[r.IntN(4)]
			kind := Kinds()[r.IntN(len(Kinds()))]
			switch like {
			case wayDescriptive:
				kind = kindKeyword
			case wayDiffers:
				kind = []string{kindKeyword, kindLogo}[r.IntN(2)]
			}
			right = one(r, rights[kind])
		}
		l := w.honest(r, like, right, at)
		w.sale(r, l)
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(a, b *Listing) int { return a.PutUp.Compare(b.PutUp) })
	return out
}

// copyist draws a copyist: few of them put up most.
func (w *World) copyist(r *rand.Rand) string {
	n := len(w.sellers.copyists)
	return w.sellers.copyists[min(n-1, int(float64(n)*math.Pow(r.Float64(), 2)))]
}

// sale draws when a listing would be sold for the first time.
func (w *World) sale(r *rand.Rand, l *Listing) {
	curve := w.P.Sales.Slow
	if r.Float64() < w.P.Sales.Hot {
		l.Hot, curve = true, w.P.Sales.Curve
	}
	l.SoldAt = l.PutUp.Add(curve.weibull(r))
}

// offers sets everything that is put up for sale, slot by slot.
func (m *month) offers() {
	list := m.w.Offers()
	for i := 0; i < len(list); {
		begin := list[i].PutUp.Truncate(slot)
		k := i
		for k < len(list) && list[k].PutUp.Truncate(slot).Equal(begin) {
			k++
		}
		batch := list[i:k]
		m.set(begin, func(ctx context.Context) error { return m.arrive(ctx, batch) })
		i = k
	}
	for _, h := range slices.Sorted(maps.Keys(m.w.Abusive)) {
		if m.w.Abusive[h] {
			m.abuse(h, list)
		}
	}
}

// arrive brings listings to the marketplace. With the proactive side on, none goes on sale before it was scored, and what the answer
// says to hold back does not. Stores that are closed or frozen put nothing up.
func (m *month) arrive(ctx context.Context, batch []*Listing) error {
	batch = slices.DeleteFunc(slices.Clone(batch), func(l *Listing) bool {
		s := m.stores[l.Seller]
		if s != nil && (s.closed || s.frozen) {
			m.tally.Prevented++
			return true
		}
		return false
	})
	for _, l := range batch {
		m.listings[l.ID] = l
		m.offered = append(m.offered, l)
	}
	if m.w.P.Proactive {
		if err := m.score(ctx, batch); err != nil {
			return err
		}
		for _, l := range batch {
			l.held, l.stopped = l.hold, l.hold
		}
	}
	for _, l := range batch {
		if l.SoldAt.Before(m.end) {
			m.set(l.SoldAt, func(context.Context) error {
				l.sold = l.sold || l.onSale()
				return nil
			})
		}
		m.find(l)
	}
	m.opened()
	return m.notify(ctx)
}

// onSale tells whether the listing can be bought.
func (l *Listing) onSale() bool { return !l.held && l.down.IsZero() }

// find lets the holder of an infringed right come upon a listing, and complain if it is on sale then.
func (m *month) find(l *Listing) {
	p := m.w.found(l)
	if p == nil {
		return
	}
	m.set(p.At, func(ctx context.Context) error {
		if !l.onSale() || !m.clock.Now().Before(m.end) {
			return nil
		}
		m.tally.Complaints[l.Kind]++
		if err := m.score(ctx, []*Listing{l}); err != nil {
			return err
		}
		return m.file(ctx, p)
	})
}

// found draws whether the holder of an infringed right comes upon a listing, and the notice that they file then; nil: never.
func (w *World) found(l *Listing) *Plan {
	if l.Kind == kindHonest {
		return nil
	}
	r := w.source("find", l.no)
	if r.Float64() >= w.P.Notices.FindShare {
		return nil
	}
	at := l.PutUp.Add(Hazard{w.P.Notices.FindHours, 1}.weibull(r))
	return &Plan{No: -l.no, At: at, Right: l.Right, Reason: reasonOfKind[l.Kind], TestBuy: r.Float64() < w.P.Notices.TestBuys,
		Items: []Item{{Listing: l, Truth: Truth{Infringes: true, Codes: codesOfWay[wayTwice]}}}} // it may have been taken down this minute
}

// abuses draws what a holder files against honest competitors, day by day. No notice names what is not on sale yet.
func (w *World) abuses(h int, list []*Listing) []*Plan {
	r := w.source("abuse", h)
	var rights []*Right
	for _, x := range w.Rights {
		if x.Holder == h && x.State == "verified" {
			rights = append(rights, x)
		}
	}
	honest := slices.DeleteFunc(slices.Clone(list), func(l *Listing) bool { return l.Kind != kindHonest })
	if len(honest) == 0 || len(rights) == 0 {
		return nil
	}
	var out []*Plan
	for i := range int(math.Round(w.P.Notices.Abuse * float64(w.P.Days))) {
		at, right := w.moment(r), one(r, rights)
		p := &Plan{No: -1_000_000*(h+1) - i, At: at, Right: right, Reason: reasonOfKind[right.Kind], Way: wayAbuse, Abuse: true}
		for range w.size(r) {
			l := one(r, honest)
			if l.PutUp.Before(at) && !slices.ContainsFunc(p.Items, func(it Item) bool { return it.Listing == l }) {
				p.Items = append(p.Items, Item{Listing: l, Truth: Truth{Codes: codesOfWay[wayAbuse], Way: wayAbuse}})
			}
		}
		if len(p.Items) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// abuse lets a holder file what was drawn, about what is on sale then.
func (m *month) abuse(h int, list []*Listing) {
	for _, p := range m.w.abuses(h, list) {
		m.set(p.At, func(ctx context.Context) error {
			p.Items = slices.DeleteFunc(p.Items, func(it Item) bool { return !it.Listing.onSale() })
			if len(p.Items) == 0 {
				return nil
			}
			if err := m.score(ctx, listingsOf([]*Plan{p})); err != nil {
				return err
			}
			return m.file(ctx, p)
		})
	}
}

// relist lets a copyist whose listing was taken down put up the same again, in another of their stores where this one is shut.
func (m *month) relist(l *Listing) {
	r := m.w.source("relist", l.no)
	if l.Kind == kindHonest || r.Float64() >= m.w.P.Sellers.Relist {
		return
	}
	at := m.clock.Now().Add(Hazard{m.w.P.Sellers.RelistIn, 1}.weibull(r))
	if !at.Before(m.end) {
		return
	}
	m.set(at, func(ctx context.Context) error {
		again := m.w.infringing(r, l.Right, m.sibling(r, l.Seller), m.clock.Now())
		again.Relisted = true
		m.w.sale(r, again)
		return m.arrive(ctx, []*Listing{again})
	})
}

// sibling is a store of the same hand that is open; the seller's own where there is none.
func (m *month) sibling(r *rand.Rand, seller string) string {
	shut := func(name string) bool { s := m.stores[name]; return s != nil && (s.closed || s.frozen) }
	ring, ok := m.w.sellers.ringOf[seller]
	if !shut(seller) || !ok {
		return seller
	}
	var open []string
	for _, name := range m.w.sellers.copyists {
		if other, ok := m.w.sellers.ringOf[name]; ok && other == ring && !shut(name) {
			open = append(open, name)
		}
	}
	if len(open) == 0 {
		return seller
	}
	return one(r, open)
}

// sellerKey is the key of a seller's store, made when it is first needed.
func (m *month) sellerKey(ctx context.Context, seller string) (client, error) {
	if c, ok := m.sellers[seller]; ok {
		return c, nil
	}
	c, err := m.admin.issue(ctx, "sellers", "seller", Market+"/"+seller)
	if err != nil {
		return client{}, fmt.Errorf("key of seller %s: %w", seller, err)
	}
	m.sellers[seller] = c
	return c, nil
}
