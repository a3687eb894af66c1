package simulate

import (
	"context"
	"net/http"
	"time"
)

// contest lets the seller of a listing that was taken down answer, some hours later, and the holder answer them in turn.
func (m *month) contest(rec *Record) {
	l := rec.listing
	if l == nil || l.contested {
		return
	}
	r := m.w.source("contest", l.no)
	share := m.w.P.Contests.Guilty
	if !rec.Truth.Infringes {
		share = m.w.P.Contests.Innocent
	}
	if r.Float64() >= share {
		return
	}
	l.contested = true
	after := time.Duration((1 + 20*r.Float64()) * float64(time.Hour))
	answered := r.Float64() < m.w.P.Contests.Answered
	m.set(m.clock.Now().Add(after), func(ctx context.Context) error {
		key, err := m.sellerKey(ctx, l.Seller)
		if err != nil {
			return err
		}
		step, in := "counter-notice", map[string]any{"statement": "The goods are my own and no right of anybody is touched by them.", "sworn": true, "signature": "A. Seller"}
		if rec.Notice == "" {
			step, in = "appeal", map[string]any{"statement": in["statement"]}
		}
		if err := key.call(ctx, http.MethodPost, "/v1/cases/"+rec.Case+"/"+step, in, nil); err != nil {
			return ignoreConflict(err)
		}
		m.tally.Contests.add(!rec.Truth.Infringes)
		if answered && rec.Notice != "" {
			m.set(m.clock.Now().Add(20*time.Hour), func(ctx context.Context) error {
				in := map[string]any{"answer": "We hold to our notice; the goods are not ours."}
				return ignoreConflict(m.holders[rec.right.Holder].call(ctx, http.MethodPost, "/v1/cases/"+rec.Case+"/answer", in, nil))
			})
		}
		return nil
	})
}
