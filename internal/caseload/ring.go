package caseload

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"touchstone/internal/casework"
	"touchstone/internal/casework/evidence"
	"touchstone/internal/network"
)

// ringSources is how many likely sources go into a bundle, with so many paths each.
const (
	ringSources = 10
	ringPaths   = 20
)

// personal are the kinds of shared value that are somebody's.
var personal = []network.Kind{network.Phone, network.Email, network.Chat, network.Address, network.Payee, network.Warehouse, network.Device, network.Session}

// WriteRing makes the bundle of a ring, for partners and authorities. Contact values are told as far as the agreement with the receiver
// goes, which told lists by kind; others are numbered, equal ones equally. It is two rows of the audit log.
func (b Bundler) WriteRing(ctx context.Context, a casework.Actor, ringID, madeFor string, told []network.Kind, w io.Writer) error {
	if !a.Operates() {
		return fmt.Errorf("%w: role %q may not hand out what is known of sellers; use a key of an operator or admin", casework.ErrForbidden, a.Role)
	}
	for i, k := range told {
		if !slices.Contains(personal, k) {
			return &casework.ValidationError{Fields: []casework.FieldError{{Path: fmt.Sprintf("told[%d]", i), Message: fmt.Sprintf("%q is no kind of contact; use %v", k, personal)}}}
		}
	}
	if strings.TrimSpace(madeFor) == "" {
		return &casework.ValidationError{Fields: []casework.FieldError{{Path: "made_for", Message: "say who receives it and under which agreement"}}}
	}
	names := make([]string, len(told))
	for i, k := range told {
		names[i] = string(k)
	}
	c, err := b.Ring(ctx, a, ringID, names, func(string) bool { return true })
	if err != nil {
		return err
	}
	c.MadeFor = madeFor
	return evidence.Write(w, c, nil, b.Key)
}

// Ring gathers what a bundle about a ring tells, and looks at the ring in the actor's name. Contact values whose kind is not in told are numbered. Stores for whose
// marketplace within says no are left out with their links, and so is every path to a source that goes through one.
func (b Bundler) Ring(ctx context.Context, a casework.Actor, ringID string, told []string, within func(marketplace string) bool) (evidence.Content, error) {
	if b.Tracing == nil {
		return evidence.Content{}, fmt.Errorf("%w: there is no ring %q, as nobody traces sellers here", casework.ErrNotFound, ringID)
	}
	r, err := b.Tracing.Ring(ctx, a, ringID)
	if err != nil {
		return evidence.Content{}, err
	}
	sources, err := b.Tracing.Sources(ctx, a, ringID, ringSources)
	if err != nil {
		return evidence.Content{}, err
	}
	out := &evidence.Ring{ID: r.ID, Probability: r.Probability, Links: []evidence.Link{}, Told: slices.Sorted(slices.Values(told))}
	for _, m := range r.Members {
		if within(m.Marketplace) {
			out.Stores = append(out.Stores, evidence.Store{Marketplace: m.Marketplace, Seller: m.Seller.Seller, Country: m.Country, OpenedAt: m.OpenedAt, Probability: m.Probability, Strikes: m.Strikes, Closed: m.Closed})
		}
	}
	number := map[string]int{}
	for _, l := range r.Links {
		if onMarket(l.A, within) && onMarket(l.B, within) {
			out.Links = append(out.Links, linkOf(l, told, number))
		}
	}
	for _, s := range sources {
		if s, ok := sourceOf(s, within); ok {
			out.Sources = append(out.Sources, s)
		}
	}
	return evidence.Content{ID: casework.NewID("evd"), MadeAt: b.Now(), Ring: out, Versions: []evidence.Version{{Of: "service", Version: b.Version}}}, nil
}

// onMarket tells whether a store, MARKETPLACE/SELLER, is where within says yes.
func onMarket(store string, within func(string) bool) bool {
	marketplace, _, _ := strings.Cut(store, "/")
	return within(marketplace)
}

// linkOf tells a link. Contact values that are not told have a number for each value.
func linkOf(l network.Link, told []string, number map[string]int) evidence.Link {
	e := evidence.Link{A: l.A, B: l.B, Probability: l.Probability, Decided: l.Decided}
	for _, v := range l.Evidence {
		s := evidence.Shared{Kind: string(v.Kind), Value: v.Value, Others: v.Others, Weight: v.LogLR, Personal: slices.Contains(personal, v.Kind)}
		if s.Personal && !slices.Contains(told, s.Kind) {
			key := s.Kind + "\x00" + v.Value
			if number[key] == 0 {
				number[key] = len(number) + 1
			}
			s.Value, s.Withheld = fmt.Sprintf("withheld-%d", number[key]), true
		}
		e.Shared = append(e.Shared, s)
	}
	return e
}

// sourceOf tells a source; ok is false for a store that is left out.
func sourceOf(s network.Source, within func(string) bool) (out evidence.Source, ok bool) {
	shown := func(n network.Node) bool { return n.Place != network.Store || onMarket(n.Name, within) }
	if !shown(s.Node) {
		return out, false
	}
	out = evidence.Source{Place: string(s.Node.Place), Name: s.Node.Name, Probability: s.Probability, Known: s.Known}
	for _, path := range s.Paths {
		words, all := []string{path[0].From.Name}, shown(path[0].From)
		for _, step := range path {
			words, all = append(words, step.To.Name), all && shown(step.To)
		}
		if all && len(out.Paths) < ringPaths {
			out.Paths = append(out.Paths, strings.Join(words, " → "))
		}
	}
	return out, true
}
