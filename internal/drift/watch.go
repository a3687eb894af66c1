package drift

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"touchstone/detect"
	"touchstone/internal/intake"
)

// Store keeps counts.
type Store interface {
	// AddScores adds to what is kept, durably when it returns.
	AddScores(ctx context.Context, add map[Key]Counts) error
	// Scores of a pack on the days from and up to but not including to, by signal.
	Scores(ctx context.Context, pack string, from, to Day) (map[string]Counts, error)
}

// Watch counts listings as they are scored. Observe may be called by several goroutines while Run writes what was counted.
type Watch struct {
	store Store
	every time.Duration
	log   *slog.Logger
	now   func() time.Time

	mu    sync.Mutex
	fresh map[Key]Counts
}

var _ intake.Observer = (*Watch)(nil)

// flushEvery is how often counts are written; what came since is lost when the process is killed.
const flushEvery = 10 * time.Second

// NewWatch counts into a store. log and now may be nil.
func NewWatch(s Store, log *slog.Logger, now func() time.Time) *Watch {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if now == nil {
		now = time.Now
	}
	return &Watch{store: s, every: flushEvery, log: log, now: now, fresh: map[Key]Counts{}}
}

// Observe implements intake.Observer: it counts one listing, under every signal that could check it and under the fused verdict.
func (w *Watch) Observe(in intake.Scored) {
	r := &in.Record.Report
	day, pack := DayOf(w.now()), r.Pack.Name+"@"+r.Pack.Version
	best := map[string]float64{}
	for _, f := range r.Findings {
		best[f.Signal] = max(best[f.Signal], f.Probability)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count(Key{day, pack, detect.SignalInfringement}, r.Best())
	for _, signal := range r.Checked {
		w.count(Key{day, pack, signal}, best[signal])
	}
}

func (w *Watch) count(k Key, p float64) {
	c := w.fresh[k]
	c[Bin(p)]++
	w.fresh[k] = c
}

// Flush writes what was counted. Where that fails it is counted on and written with the next.
func (w *Watch) Flush(ctx context.Context) error {
	w.mu.Lock()
	add := w.fresh
	w.fresh = map[Key]Counts{}
	w.mu.Unlock()
	if len(add) == 0 {
		return nil
	}
	err := w.store.AddScores(ctx, add)
	if err == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for k, c := range add {
		w.fresh[k] = w.fresh[k].Plus(c)
	}
	return fmt.Errorf("keep counts of scores: %w", err)
}

// Run writes what is counted until ctx ends, and then what is left.
func (w *Watch) Run(ctx context.Context) {
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := w.Flush(ctx); err != nil && ctx.Err() == nil {
				w.log.Warn("counts of scores wait", "error", err)
			}
		case <-ctx.Done():
			if err := w.Flush(context.WithoutCancel(ctx)); err != nil {
				w.log.Warn("counts of scores are lost", "error", err)
			}
			return
		}
	}
}

// Spread is how a pack's scores are spread on the days from and up to but not including to, by signal; what was not written yet counts too.
func (w *Watch) Spread(ctx context.Context, pack string, from, to Day) (map[string]Counts, error) {
	out, err := w.store.Scores(ctx, pack, from, to)
	if err != nil {
		return nil, fmt.Errorf("counts of scores: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for k, c := range maps.All(w.fresh) {
		if k.Pack == pack && k.Day >= from && k.Day < to {
			out[k.Signal] = out[k.Signal].Plus(c)
		}
	}
	return out, nil
}
