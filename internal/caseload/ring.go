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
	r, err := b.Tracing.Ring(ctx, a, ringID)
	if err != nil {
		return err
	}
	sources, err := b.Tracing.Sources(ctx, a, ringID, ringSources)
	if err != nil {
		return err
	}
	out := &evidence.Ring{ID: r.ID, Probability: r.Probability, Links: []evidence.Link{}}
	for _, k := range slices.Sorted(slices.Values(told)) {
		out.Told = append(out.Told, string(k))
	}
	for _, m := range r.Members {
		out.Stores = append(out.Stores, evidence.Store{Marketplace: m.Marketplace, Seller: m.Seller.Seller, Country: m.Country, OpenedAt: m.OpenedAt, Probability: m.Probability, Strikes: m.Strikes, Closed: m.Closed})
	}
	number := map[string]int{}
	for _, l := range r.Links {
		e := evidence.Link{A: l.A, B: l.B, Probability: l.Probability, Decided: l.Decided}
		for _, v := range l.Evidence {
			s := evidence.Shared{Kind: string(v.Kind), Value: v.Value, Others: v.Others, Weight: v.LogLR}
			if slices.Contains(personal, v.Kind) && !slices.Contains(told, v.Kind) {
				key := string(v.Kind) + "\x00" + v.Value
				if number[key] == 0 {
					number[key] = len(number) + 1
				}
				s.Value, s.Withheld = fmt.Sprintf("withheld-%d", number[key]), true
			}
			e.Shared = append(e.Shared, s)
		}
		out.Links = append(out.Links, e)
	}
	for _, s := range sources {
		out.Sources = append(out.Sources, sourceOf(s))
	}
	c := evidence.Content{ID: casework.NewID("evd"), MadeAt: b.Now(), MadeFor: madeFor, Ring: out, Versions: []evidence.Version{{Of: "service", Version: b.Version}}}
	return evidence.Write(w, c, nil, b.Key)
}

func sourceOf(s network.Source) evidence.Source {
	out := evidence.Source{Place: string(s.Node.Place), Name: s.Node.Name, Probability: s.Probability, Known: s.Known}
	for _, path := range s.Paths[:min(ringPaths, len(s.Paths))] {
		words := []string{path[0].From.Name}
		for _, step := range path {
			words = append(words, step.To.Name)
		}
		out.Paths = append(out.Paths, strings.Join(words, " → "))
	}
	return out
}
