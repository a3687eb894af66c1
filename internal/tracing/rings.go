package tracing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/network"
)

// A RingSummary is a line of the list of rings.
type RingSummary struct {
	ID          string  `json:"id"`
	Members     int     `json:"members"`
	Probability float64 `json:"probability"`
}

// A Member is a store of a ring.
type Member struct {
	Seller
	Name        string  `json:"name"`
	Probability float64 `json:"probability" doc:"of its best link within the ring"`
	Decided     bool    `json:"decided,omitempty" doc:"a person said that it belongs here"`
	Strikes     int     `json:"strikes"`
	Points      int     `json:"points"`
	Frozen      bool    `json:"frozen,omitempty"`
	Closed      bool    `json:"closed,omitempty"`
}

// A Moment of a ring's timeline.
type Moment struct {
	At     time.Time `json:"at"`
	What   string    `json:"what" enum:"opened,seen,warned,frozen,closed,judged"`
	Seller string    `json:"seller"`
	Detail string    `json:"detail,omitempty"`
}

// A Ring is a ring as people see it. Links are the best of each pair, at most maxRingLinks.
type Ring struct {
	ID          string         `json:"id"`
	Probability float64        `json:"probability"`
	Members     []Member       `json:"members"`
	Links       []network.Link `json:"links"`
	Regions     map[string]int `json:"regions" doc:"stores by country, with the region where it is known"`
	Timeline    []Moment       `json:"timeline"`
	Families    []Family       `json:"families" doc:"approved: strikes of one store count for the others"`
	Cut         bool           `json:"cut,omitempty" doc:"there are more links than are shown"`
}

const (
	maxRingLinks   = 2000
	linksPerMember = 20
	maxTimeline    = 500
)

// Rings lists the rings with at least so many members, the largest first, from behind one of the page before.
func (t *Tracer) Rings(ctx context.Context, a casework.Actor, atLeast, offset, limit int) ([]RingSummary, error) {
	if err := mayTrace(a); err != nil {
		return nil, err
	}
	var out []RingSummary
	all := t.net.Rings(max(2, atLeast))
	for _, r := range all[min(offset, len(all)):min(offset+limit, len(all))] {
		out = append(out, RingSummary{r.ID, len(r.Members), r.Probability})
	}
	return out, nil
}

// Ring shows a ring. Each look is a row of the audit log.
func (t *Tracer) Ring(ctx context.Context, a casework.Actor, id string) (Ring, error) {
	if err := mayTrace(a); err != nil {
		return Ring{}, err
	}
	r, ok := t.net.Ring(id)
	if !ok {
		return Ring{}, fmt.Errorf("%w: there is no ring %q; rings merge and split, and the seller's ring of today may have another ID", casework.ErrNotFound, id)
	}
	if err := t.viewed(ctx, a, "ring.view", id); err != nil {
		return Ring{}, err
	}
	return t.show(ctx, r)
}

func (t *Tracer) show(ctx context.Context, r network.Ring) (Ring, error) {
	out := Ring{ID: r.ID, Probability: r.Probability, Regions: map[string]int{}, Timeline: []Moment{}, Families: []Family{}, Links: []network.Link{}}
	families := map[string]bool{}
	for _, m := range r.Members {
		member, err := t.member(ctx, m, &out)
		if err != nil {
			return out, err
		}
		out.Members = append(out.Members, member)
		f, err := t.Store.FamilyOf(ctx, member.Marketplace, member.Seller.Seller)
		if err == nil && !families[f.ID] {
			families[f.ID] = true
			out.Families = append(out.Families, f)
		} else if err != nil && !errors.Is(err, casework.ErrNotFound) {
			return out, err
		}
	}
	if err := t.ringLinks(r, &out); err != nil {
		return out, err
	}
	for _, l := range out.Links {
		if l.Decided != "" {
			out.Timeline = append(out.Timeline, Moment{What: "judged", Seller: l.A, Detail: l.Decided + " " + l.B})
		}
	}
	slices.SortStableFunc(out.Timeline, func(a, b Moment) int { return a.At.Compare(b.At) })
	out.Timeline = out.Timeline[:min(maxTimeline, len(out.Timeline))]
	return out, nil
}

func (t *Tracer) member(ctx context.Context, m network.Member, ring *Ring) (Member, error) {
	marketplace, seller := split(m.Seller)
	profile, err := t.Store.Seller(ctx, marketplace, seller)
	if errors.Is(err, casework.ErrNotFound) {
		profile, err = Seller{Marketplace: marketplace, Seller: seller}, nil
	}
	if err != nil {
		return Member{}, err
	}
	s, err := t.penalties(ctx, m.Seller)
	if err != nil {
		return Member{}, err
	}
	now := t.Now()
	out := Member{Seller: profile, Name: m.Seller, Probability: m.Probability, Decided: m.Decided, Strikes: len(s.State.Strikes), Points: s.State.Points,
		Frozen: now.Before(s.State.Frozen), Closed: s.State.Closed}
	if place := strings.TrimSpace(profile.Country + " " + profile.Region); place != "" {
		ring.Regions[place]++
	}
	add := func(at time.Time, what, detail string) {
		if !at.IsZero() {
			ring.Timeline = append(ring.Timeline, Moment{at, what, m.Seller, detail})
		}
	}
	add(profile.OpenedAt, "opened", "")
	add(profile.SeenAt, "seen", "")
	for _, measure := range s.State.Measures {
		if what, ok := map[string]string{"warning": "warned", "freeze": "frozen", "closure": "closed"}[measure.Kind]; ok {
			add(measure.At, what, measure.Rule)
		}
	}
	return out, nil
}

// ringLinks adds the links among the members of a ring, the likeliest of each first.
func (t *Tracer) ringLinks(r network.Ring, out *Ring) error {
	within := map[string]bool{}
	for _, m := range r.Members {
		within[m.Seller] = true
	}
	seen := map[[2]string]bool{}
	for _, m := range r.Members {
		links, err := t.net.Links(m.Seller, linksPerMember+len(r.Members))
		if err != nil {
			return err
		}
		kept := 0
		for _, l := range links {
			pair := [2]string{min(l.A, l.B), max(l.A, l.B)}
			if !within[l.A] || !within[l.B] || seen[pair] {
				continue
			}
			if kept == linksPerMember || len(out.Links) == maxRingLinks {
				out.Cut = true
				break
			}
			kept++
			seen[pair] = true
			out.Links = append(out.Links, l)
		}
	}
	slices.SortFunc(out.Links, func(a, b network.Link) int {
		return cmp.Or(cmp.Compare(b.Probability, a.Probability), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	return nil
}

// A SellerView is what is known of one seller.
type SellerView struct {
	Seller
	Risk  Risk           `json:"risk"`
	Links []network.Link `json:"links" doc:"the likeliest first; those that are not linked are suspicions"`
}

// SellerView shows a seller with its links. Each look is a row of the audit log.
func (t *Tracer) SellerView(ctx context.Context, a casework.Actor, marketplace, seller string, limit int) (SellerView, error) {
	if err := mayTrace(a); err != nil {
		return SellerView{}, err
	}
	s, err := t.Store.Seller(ctx, marketplace, seller)
	if err != nil {
		return SellerView{}, err
	}
	if err := t.viewed(ctx, a, "seller.view", s.Name()); err != nil {
		return SellerView{}, err
	}
	out := SellerView{Seller: s, Links: []network.Link{}}
	if out.Risk, err = t.Risk(ctx, marketplace, seller); err != nil {
		return out, err
	}
	links, err := t.net.Links(s.Name(), limit)
	if errors.Is(err, network.ErrSeller) { // nothing to compare is known of it
		return out, nil
	}
	if links != nil {
		out.Links = links
	}
	return out, err
}

// Refused are merges that would have made a ring larger than may form without a person.
func (t *Tracer) Refused(a casework.Actor) ([]network.Refusal, error) {
	if err := mayTrace(a); err != nil {
		return nil, err
	}
	return t.net.Refused(), nil
}

// Stats are the size of the network.
func (t *Tracer) Stats() network.Stats { return t.net.Stats() }

// Stands tells whether a ring of that ID is there today: merges and splits end them.
func (t *Tracer) Stands(id string) bool {
	_, ok := t.net.Ring(id)
	return ok
}

// Link shows what two sellers, by name, share. Each look is a row of the audit log.
func (t *Tracer) Link(ctx context.Context, a casework.Actor, x, y string) (network.Link, error) {
	if err := mayTrace(a); err != nil {
		return network.Link{}, err
	}
	l, err := t.net.LinkOf(x, y)
	if err != nil {
		return network.Link{}, fmt.Errorf("%w: nothing is known that %q and %q could share", casework.ErrNotFound, x, y)
	}
	return l, t.viewed(ctx, a, "link.view", x+" "+y)
}
