package comparison

import (
	"context"
	"encoding/json"
	"fmt"

	"touchstone/internal/eval"
)

// Run works until ctx ends. Call it once.
func (m *Manager) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.wake:
			m.Once(ctx)
		}
	}
}

// Once brings the comparison that was asked for to its end; without one it does nothing.
func (m *Manager) Once(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m.mu.Lock()
	t := m.current
	if t != nil {
		t.stop = cancel
	}
	m.mu.Unlock()
	if t == nil {
		return
	}
	result, err := m.compare(ctx, t)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.current != t { // it was stopped
		return
	}
	m.current = nil
	switch {
	case err == nil:
		t.Result = result
		m.end(&t.Comparison, Done, nil)
	case ctx.Err() != nil:
		m.end(&t.Comparison, Failed, errCut)
	default:
		m.end(&t.Comparison, Failed, err)
	}
	if err := m.save(t.Comparison); err != nil {
		m.Log.Error("a comparison could not be kept", "comparison", t.ID, "error", err)
	}
}

// compare scores the set with both packs, one after the other.
func (m *Manager) compare(ctx context.Context, t *task) (json.RawMessage, error) {
	var runs [2]*eval.Run
	var thresholds [2]map[string]float64
	for i, p := range t.packs {
		id := []string{t.A, t.B}[i]
		var err error
		runs[i], thresholds[i], err = m.Try(ctx, p, t.set, func(step string, done, all int) {
			m.mu.Lock()
			defer m.mu.Unlock()
			if m.current == t {
				t.Pack, t.Step, t.Done, t.All = id, step, done, all
			}
		})
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", id, err)
		}
	}
	c, err := eval.Compare(runs[0], runs[1], thresholds[0], thresholds[1], eval.MeasureOptions{})
	if err != nil {
		return nil, err
	}
	return json.Marshal(c)
}
