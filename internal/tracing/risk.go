package tracing

import (
	"context"
	"errors"

	"touchstone/internal/casework"
	"touchstone/internal/casework/followup"
	"touchstone/internal/network"
)

// Risk is what a seller's ring says about it, for a store that opens and for the priority of its cases. It is a reason to look, never
// to act.
type Risk struct {
	Ring        string  `json:"ring_id,omitempty"`
	Members     int     `json:"members" doc:"stores of the ring, this one included; 0 without a ring"`
	Probability float64 `json:"probability" doc:"that this store belongs to its ring"`
	Struck      int     `json:"struck" doc:"other stores of the ring with live strikes, freezes or points"`
	Closed      int     `json:"closed" doc:"other stores of the ring that were closed"`
	Points      int     `json:"points" doc:"of priority that cases about the store get for it, 0 to 20"`

	Kin       int            `json:"kin" doc:"penalised stores, of the ring or not, that share with this one what nobody can copy and hardly anybody else has: they may be the same person's"`
	KinClosed int            `json:"kin_closed" doc:"those of them that were closed"`
	Shares    []network.Kind `json:"shares,omitempty" doc:"kinds of what is shared with them"`
}

// Points of priority.
const (
	pointsStruck = 8
	pointsClosed = 20
	riskMembers  = 200 // more members' penalties are not read
)

// Risk of a seller; zero for one that nothing links.
func (t *Tracer) Risk(ctx context.Context, marketplace, seller string) (Risk, error) {
	name := NameOf(marketplace, seller)
	r, err := t.ringRisk(ctx, name)
	if err != nil {
		return Risk{}, err
	}
	kin, err := t.kin(ctx, name)
	r.suspect(kin)
	return r, err
}

// ringRisk is what a seller's ring alone says.
func (t *Tracer) ringRisk(ctx context.Context, name string) (Risk, error) {
	ring, ok := t.net.RingOf(name)
	if !ok || len(ring.Members) < 2 {
		return Risk{}, nil
	}
	r := Risk{Ring: ring.ID, Members: len(ring.Members)}
	for i, m := range ring.Members {
		if m.Seller == name {
			r.Probability = m.Probability
			if m.Decided {
				r.Probability = 1
			}
			continue
		}
		if i >= riskMembers {
			continue
		}
		s, err := t.penalties(ctx, m.Seller)
		if err != nil {
			return Risk{}, err
		}
		if s.State.Closed {
			r.Closed++
		} else if penalised(s) {
			r.Struck++
		}
	}
	switch {
	case r.Closed > 0:
		r.Points = pointsClosed
	case r.Struck > 0:
		r.Points = pointsStruck
	}
	r.Points = int(float64(r.Points)*r.Probability + 0.5)
	return r, nil
}

// Raise is the points of priority that cases about a seller get: 0 where nothing is known or the store does not answer, since a score
// never waits for it.
func (t *Tracer) Raise(ctx context.Context, marketplace, seller string) int {
	if seller == "" {
		return 0
	}
	r, err := t.Risk(ctx, marketplace, seller)
	t.complain(ctx, "the ring of a seller could not be read", err)
	return r.Points
}

// penalised tells whether a store was closed, or has live strikes, points or a freeze.
func penalised(s followup.Storefront) bool {
	return s.State.Closed || len(s.State.Strikes) > 0 || s.State.Points > 0 || !s.State.Frozen.IsZero()
}

// penalties of a store by name; the zero value where there are none.
func (t *Tracer) penalties(ctx context.Context, name string) (followup.Storefront, error) {
	marketplace, seller := split(name)
	s, err := t.Stores.Storefront(ctx, marketplace, seller)
	if errors.Is(err, casework.ErrNotFound) {
		return followup.Storefront{Marketplace: marketplace, Seller: seller}, nil
	}
	return s, err
}
