package rollout

import (
	"context"
	"errors"
	"hash/fnv"
	"math"
	"sync/atomic"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/policy"
)

// Sizes of a shadow's work.
const (
	shadowQueue     = 8    // listings that wait, with their pictures in memory
	mostDifferences = 1000 // that are kept of one shadow; beyond, they are counted
)

// apart is the distance of two probabilities from which they are a difference.
const apart = 0.25

// shadow is a candidate that scores a share of the traffic.
type shadow struct {
	share   float64
	queue   chan intake.Scored
	dropped atomic.Int64 // since they were last counted
}

// Observe implements intake.Observer. It never waits: what the shadow cannot take is dropped and counted.
func (m *Manager) Observe(in intake.Scored) {
	s := m.shadow.Load()
	if s == nil || !sampled(in.Record.ID, s.share) {
		return
	}
	select {
	case s.queue <- in:
	default:
		s.dropped.Add(1)
	}
}

// sampled chooses a share of reports by their IDs, evenly and the same every time.
func sampled(id string, share float64) bool {
	h := fnv.New64a()
	h.Write([]byte(id))
	x := h.Sum64() // its high bits differ little between IDs that do: they are mixed once more (Steele et al., "Fast Splittable Pseudorandom Number Generators", 2014)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	x ^= x >> 31
	return float64(x>>11)/(1<<53) < share
}

// shadowing scores what Observe takes until the rollout is stopped or ctx ends.
func (m *Manager) shadowing(ctx context.Context, c *intake.Candidate) error {
	s := &shadow{queue: make(chan intake.Scored, shadowQueue)}
	m.change(func(r *Rollout) { s.share, r.State = r.Share, StateShadow })
	m.shadow.Store(s)
	defer m.shadow.Store(nil)
	if err := m.save(ctx); err != nil {
		return err
	}
	tick := time.NewTicker(saveEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			m.change(func(r *Rollout) { r.Shadowed.Dropped += int(s.dropped.Swap(0)) })
			if err := errors.Join(c.CatchUp(ctx), m.save(ctx)); err != nil && ctx.Err() == nil && !waits(err) {
				return err
			}
		case in := <-s.queue:
			if err := m.shade(ctx, c, in); err != nil {
				return err
			}
		}
	}
}

// shade scores one listing with the candidate and keeps a difference.
func (m *Manager) shade(ctx context.Context, c *intake.Candidate, in intake.Scored) error {
	if m.Yield != nil {
		if err := m.Yield(ctx); err != nil {
			return err
		}
	}
	err := c.CatchUp(ctx) // a right that was registered a moment ago counts for both
	var other intake.ReportRecord
	if err == nil {
		other, err = c.Score(ctx, in)
	}
	if waits(err) {
		m.change(func(r *Rollout) { r.Shadowed.Dropped++ })
		return nil
	}
	if err != nil {
		return err
	}
	what := differ(in.Record, other)
	kept := 0
	m.change(func(r *Rollout) {
		r.Shadowed.Listings++
		r.Shadowed.Bands[in.Record.Outcome.Band+" → "+other.Outcome.Band]++
		if what != "" {
			r.Shadowed.Differing++
		}
		kept = r.Shadowed.Differing
	})
	if what == "" || kept > mostDifferences {
		return nil
	}
	return m.Store.AddDisagreement(ctx, Disagreement{
		ID: casework.NewID("dif"), Rollout: m.standing().ID, At: m.now(), Listing: in.Listing.ID, Report: in.Record.ID, What: what,
		InUse: judged(in.Record), Shadow: judged(other), Remade: other.Report,
	})
}

// judged is what a report comes to.
func judged(r intake.ReportRecord) Judged {
	j := Judged{Band: r.Outcome.Band}
	if v := r.Report.Verdicts; len(v) > 0 {
		j.Right, j.Probability = v[0].Right, v[0].Probability
	}
	return j
}

// differ says in what two reports on one listing differ; "" when in nothing that matters.
func differ(a, b intake.ReportRecord) string {
	x, y := judged(a), judged(b)
	switch {
	case x.Band != y.Band:
		return DifferBand
	case x.Band != policy.BandClear && x.Right != y.Right:
		return DifferRight
	case math.Abs(x.Probability-y.Probability) >= apart:
		return DifferProbability
	}
	return ""
}
