package tracing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/network"
)

// EventFlagged is told when what becomes known of a store shows that the person behind a penalised one may be behind it too.
const EventFlagged = "seller.flagged"

// A Kin is a penalised store that shares with another what nobody can copy and hardly anybody else has. They may be one person's, whether or not
// they make a ring.
type Kin struct {
	Seller string         `json:"seller" doc:"marketplace and seller"`
	Shares []network.Kind `json:"shares" doc:"kinds of value that both have, and hardly anybody else"`
	Closed bool           `json:"closed" doc:"else it has live strikes, points or a freeze"`
}

// Bounds of what is looked at for kin.
const (
	mostKin     = 20
	kinStruck   = 4 // points of priority
	kinDoneWith = 12
)

// Kin lists the penalised stores that the person behind a store may also be behind, the likeliest first.
func (t *Tracer) Kin(ctx context.Context, a casework.Actor, marketplace, seller string) ([]Kin, error) {
	if err := mayTrace(a); err != nil {
		return nil, err
	}
	return t.kin(ctx, NameOf(marketplace, seller))
}

func (t *Tracer) kin(ctx context.Context, name string) ([]Kin, error) {
	out := []Kin{}
	links, err := t.net.Kin(name, mostKin)
	if errors.Is(err, network.ErrSeller) { // nothing is known of it
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		k := Kin{Seller: l.A}
		if l.A == name {
			k.Seller = l.B
		}
		s, err := t.penalties(ctx, k.Seller)
		if err != nil {
			return nil, err
		}
		if !penalised(s) {
			continue
		}
		k.Closed = s.State.Closed
		for _, e := range l.Evidence {
			if e.Own() && !slices.Contains(k.Shares, e.Kind) {
				k.Shares = append(k.Shares, e.Kind)
			}
		}
		out = append(out, k)
	}
	return out, nil
}

// suspect adds to a risk what its kin say.
func (r *Risk) suspect(kin []Kin) {
	for _, k := range kin {
		points := kinStruck
		if r.Kin++; k.Closed {
			r.KinClosed++
			points = kinDoneWith
		}
		r.Points = max(r.Points, points)
		for _, kind := range k.Shares {
			if !slices.Contains(r.Shares, kind) {
				r.Shares = append(r.Shares, kind)
			}
		}
	}
}

// Flagged tells whether a person who was penalised may be behind the store.
func (r Risk) Flagged() bool { return r.Struck+r.Closed+r.Kin > 0 }

// flag tells the marketplace's feed and the audit log that a store is flagged, once it is.
func (t *Tracer) flag(ctx context.Context, a casework.Actor, s Seller, before, now Risk) error {
	if before.Flagged() || !now.Flagged() {
		return nil
	}
	data, err := json.Marshal(struct {
		Seller string `json:"seller"`
		Risk   Risk   `json:"risk"`
	}{s.Seller, now})
	if err != nil {
		return fmt.Errorf("flag %s: %w", s.Name(), err)
	}
	e := docket.Event{Kind: EventFlagged, Marketplace: s.Marketplace, Seller: s.Seller, At: s.SeenAt, Data: data}
	return t.Audit.Tell(ctx, a, e, s.Name(), now)
}
