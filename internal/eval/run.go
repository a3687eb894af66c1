package eval

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// A System is what is measured: something that registers references and scores listings against them.
type System interface {
	// Register adds a reference. It is called for every reference, one after the other, before any listing is scored.
	Register(ctx context.Context, ref Reference) error
	// Score returns what it finds in a listing, for all signals and the fused verdict (Infringement), in any order.
	// It is called by several goroutines at once.
	Score(ctx context.Context, l Listing) ([]Prediction, error)
}

// A Prediction says that a listing infringes a right by a signal.
type Prediction struct {
	Listing     string  `json:"listing"` // filled in by Run
	Right       string  `json:"right"`
	Signal      string  `json:"signal"`
	Score       float64 `json:"score"`           // what the signal ranks by, higher is more likely; finite
	Probability float64 `json:"probability"`     // its calibrated form, 0 to 1
	Image       *int    `json:"image,omitempty"` // picture of the listing that the box is in; nil means the first
	Box         *Box    `json:"box,omitempty"`
	Text        *Place  `json:"-"` // where a word was found, for the report; may be nil
	// Measures are what geometry measured, by name, where it looked: what training-notes/export/fusion.py fits its test on.
	Measures map[string]float64 `json:"measures,omitempty"`
}

// Place is a stretch of a listing's text, in bytes.
type Place struct {
	Field      string // "title" or "description"
	Start, End int
}

// RunOptions are the settings of a run; the zero value is usable.
type RunOptions struct {
	Workers int // listings scored at once; 0 means 1
	// Progress, if not nil, is told after every step how far a stage ("register" or "score") has come. Calls do not
	// overlap and done grows by one.
	Progress func(stage string, done, total int)
}

// A Run is what a System answered on a Set.
type Run struct {
	Set *Set
	// Predictions are ordered as the listings are, then by signal name, then best first (score, ties by right): at most
	// ten rights a listing and signal.
	Predictions []Prediction
	Timing      Timing
}

// Timing tells what a run cost. CPU time is that of the whole process, user and system, while the stage ran.
type Timing struct {
	Workers                    int     `json:"workers"`
	RegisterSecondsPerRight    float64 `json:"register_seconds_per_right"`
	RegisterCPUSecondsPerRight float64 `json:"register_cpu_seconds_per_right"`
	SecondsPerListing          float64 `json:"seconds_per_listing"` // elapsed over listings: shrinks with workers
	CPUSecondsPerListing       float64 `json:"cpu_seconds_per_listing"`
	LatencyP50                 float64 `json:"latency_p50_seconds"` // of one Score call
	LatencyP95                 float64 `json:"latency_p95_seconds"`
}

// Do registers the set's references in sys and scores its listings. It stops at the first error. The order of the
// predictions does not depend on the number of workers.
func Do(ctx context.Context, set *Set, sys System, opts RunOptions) (*Run, error) {
	if opts.Workers < 1 {
		opts.Workers = 1
	}
	run := &Run{Set: set, Timing: Timing{Workers: opts.Workers}}
	clock := startClock()
	for i, ref := range set.References {
		if err := sys.Register(ctx, ref); err != nil {
			return nil, fmt.Errorf("eval: %s: registering right %s: %w", set.Name, ref.Right, err)
		}
		if opts.Progress != nil {
			opts.Progress("register", i+1, len(set.References))
		}
	}
	run.Timing.RegisterSecondsPerRight, run.Timing.RegisterCPUSecondsPerRight = clock.per(len(set.References))
	clock = startClock()
	ranked, latency, err := scoreAll(ctx, set, sys, opts)
	if err != nil {
		return nil, err
	}
	run.Timing.SecondsPerListing, run.Timing.CPUSecondsPerListing = clock.per(len(set.Listings))
	run.Timing.LatencyP50, run.Timing.LatencyP95 = quantile(latency, 0.50), quantile(latency, 0.95)
	for _, p := range ranked {
		run.Predictions = append(run.Predictions, p...)
	}
	return run, nil
}

// scoreAll scores every listing with a bounded pool; results lie at their listing's place.
func scoreAll(ctx context.Context, set *Set, sys System, opts RunOptions) ([][]Prediction, []float64, error) {
	rights := make(map[string]bool, len(set.References))
	for _, r := range set.References {
		rights[r.Right] = true
	}
	ranked := make([][]Prediction, len(set.Listings))
	latency := make([]float64, len(set.Listings))
	var mu sync.Mutex
	done := 0
	group, scoring := errgroup.WithContext(ctx)
	group.SetLimit(opts.Workers)
	for i, l := range set.Listings {
		if scoring.Err() != nil {
			break
		}
		group.Go(func() error {
			start := time.Now()
			preds, err := sys.Score(scoring, l.Listing)
			if err != nil {
				return fmt.Errorf("eval: %s: scoring listing %s: %w", set.Name, l.ID, err)
			}
			latency[i] = time.Since(start).Seconds()
			if ranked[i], err = rank(l.ID, preds, rights); err != nil {
				return fmt.Errorf("eval: %s: scoring listing %s: %w", set.Name, l.ID, err)
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			if opts.Progress != nil {
				opts.Progress("score", done, len(set.Listings))
			}
			return nil
		})
	}
	err := group.Wait()
	if err == nil {
		err = ctx.Err()
	}
	return ranked, latency, err
}
