package tracing

import (
	"context"
	"fmt"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/network"
)

// Bounds of a look upstream: so many steps from the stores, so many nodes in all.
const (
	upstreamSteps = 4
	upstreamNodes = 3000
	upstreamEach  = 200
)

// memberNamed finds a member.
func memberNamed(name string) func(network.Member) bool {
	return func(m network.Member) bool { return m.Seller == name }
}

// Record keeps that goods went from one place to another: a shipment, an order, a delivery note.
func (t *Tracer) Record(ctx context.Context, a casework.Actor, f network.Flow) (string, error) {
	if err := mayTrace(a); err != nil {
		return "", err
	}
	var check network.Upstream
	if err := check.Record(f); err != nil {
		return "", problem(err)
	}
	if len(f.What) == 0 || len(f.What) > 300 {
		return "", invalid("what", "say in 1 to 300 bytes what went there: a shipment, an order")
	}
	if err := t.past(f.At, "went"); err != nil {
		return "", err
	}
	id := casework.NewID("flw")
	if err := t.Store.AddFlow(ctx, id, a.Person(), f); err != nil {
		return "", err
	}
	return id, t.Audit.Record(ctx, a, "flow.record", id, f)
}

// See keeps that a place showed a picture or a model at a time: what is the hash of the picture's file or the model's name.
func (t *Tracer) See(ctx context.Context, a casework.Actor, s network.Sighting) error {
	if err := mayTrace(a); err != nil {
		return err
	}
	var check network.Upstream
	if err := check.See(s); err != nil {
		return problem(err)
	}
	if len(s.What) > 300 {
		return invalid("what", "at most 300 bytes")
	}
	if err := t.past(s.At, "was seen"); err != nil {
		return err
	}
	names, err := t.Store.PictureNames(ctx, []string{s.What})
	if err != nil {
		return err
	}
	if name := names[s.What]; name != "" {
		s.What = name
	}
	if err := t.Store.Keep(ctx, Batch{Sightings: []network.Sighting{s}}); err != nil {
		return err
	}
	return t.Audit.Record(ctx, a, "sighting.record", s.Node.Name, s)
}

// past refuses what lies in the future, but for clocks that differ by an hour: who shows a picture first is told by these times.
func (t *Tracer) past(at time.Time, what string) error {
	if at.After(t.Now().Add(time.Hour)) {
		return invalid("at", "it lies in the future; send when it "+what)
	}
	return nil
}

// Sources ranks from where the goods of a ring's stores are likely to come, with the paths that say why: what is on record is known,
// who showed a picture first is inferred. Each look is a row of the audit log.
func (t *Tracer) Sources(ctx context.Context, a casework.Actor, ring string, limit int) ([]network.Source, error) {
	if err := mayTrace(a); err != nil {
		return nil, err
	}
	r, ok := t.net.Ring(ring)
	if !ok {
		return nil, fmt.Errorf("%w: there is no ring %q", casework.ErrNotFound, ring)
	}
	if err := t.viewed(ctx, a, "ring.sources", ring); err != nil {
		return nil, err
	}
	var stores []string
	for _, m := range r.Members {
		stores = append(stores, m.Seller)
	}
	up, err := t.upstream(ctx, stores)
	if err != nil {
		return nil, err
	}
	return up.Sources(stores, limit), nil
}

// upstream gathers what lies upstream of stores, step by step against the flow.
func (t *Tracer) upstream(ctx context.Context, stores []string) (*network.Upstream, error) {
	var up network.Upstream
	known := map[network.Node]bool{}
	looked := map[string]bool{}
	var front []network.Node
	for _, s := range stores {
		n := network.Node{Place: network.Store, Name: s}
		known[n] = true
		front = append(front, n)
	}
	for step := 0; step < upstreamSteps && len(front) > 0 && len(known) < upstreamNodes; step++ {
		var next []network.Node
		reach := func(n network.Node) {
			if !known[n] {
				known[n] = true
				next = append(next, n)
			}
		}
		flows, err := t.Store.FlowsTo(ctx, front, upstreamEach)
		if err != nil {
			return nil, err
		}
		for _, f := range flows {
			if err := up.Record(f); err != nil {
				return nil, err
			}
			reach(f.From)
		}
		shown, err := t.Store.SightingsOf(ctx, front, upstreamEach)
		if err != nil {
			return nil, err
		}
		var whats []string
		for _, s := range shown {
			if !looked[s.What] {
				looked[s.What] = true
				whats = append(whats, s.What)
			}
		}
		all, err := t.Store.SightingsWhat(ctx, whats, upstreamEach+1)
		if err != nil {
			return nil, err
		}
		for _, s := range all {
			if err := up.See(s); err != nil {
				return nil, err
			}
			if s.Node.Place != network.Store { // stores that show the same are not upstream by that alone
				reach(s.Node)
			}
		}
		front = next
	}
	return &up, nil
}
