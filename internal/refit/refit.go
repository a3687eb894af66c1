// Package refit fits a pack's calibration and fusion again to labelled listings: decisions of reviewers and what became of them.
//
// Decisions are few beside what a pack was made with, and only what scored above clear is ever decided. So little is fitted, it is pulled
// towards what the pack says already, and it is taken only where listings that were not fitted on bear it out: each signal's log-odds are
// stretched and moved (two numbers; Platt, "Probabilistic Outputs for Support Vector Machines", 1999), then base, share and weights of the fusion
// are fitted by maximum likelihood. Everything stays monotone: more evidence never lowers a probability.
package refit

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"touchstone/detect"
	"touchstone/internal/eval"
)

// ErrFew: there are too few labels to fit anything.
var ErrFew = errors.New("refit: too few labels")

// Sizes of the fit.
const (
	Folds = 5  // of cross-validation
	Least = 20 // listings of each kind, infringing and not, that a signal must have spoken of
	pull  = 2  // listings' worth of weight for what the pack says already
	eps   = 1e-6
)

// A Quality is how good probabilities are, on listings that were not fitted on.
type Quality struct {
	Loss float64 `json:"log_loss"` // mean, natural logarithm
	ECE  float64 `json:"ece"`      // 15 bins of equal mass, or fewer where there are few listings
}

// Fitted says what became of one part: a signal, or detect.SignalInfringement for the fusion.
type Fitted struct {
	Part      string  `json:"part"`
	Listings  int     `json:"listings"`
	Positives int     `json:"positives"`
	Slope     float64 `json:"slope,omitempty"` // of a signal's log-odds, above 0
	Shift     float64 `json:"shift,omitempty"`
	Before    Quality `json:"before"`
	After     Quality `json:"after"`
	Taken     bool    `json:"taken"`
	Why       string  `json:"why,omitempty"` // it was not taken
}

// Fit gives the fusion that fits the runs, and what became of each part. What is not borne out stays as it is. It is ErrFew when no part has
// enough labels.
func Fit(runs []*eval.Run, fusion detect.Fusion) (detect.Fusion, []Fitted, error) {
	d := gather(runs, fusion)
	var report []Fitted
	moves := map[string]move{}
	enough := false
	for _, signal := range d.signals {
		f, m := fitSignal(signal, d.best(signal))
		report = append(report, f)
		enough = enough || f.Why != whyFew
		if f.Taken {
			moves[signal] = m
			c := fusion.Signals()[signal]
			c.Calibration = c.Calibration.Moved(m.slope, m.shift)
			var err error
			if fusion, err = fusion.WithSignal(signal, c); err != nil {
				return fusion, report, err
			}
		}
	}
	d.move(moves)
	f, next := fitFusion(d, fusion)
	report = append(report, f)
	if f.Taken {
		fusion = next
	}
	if !enough && f.Why == whyFew {
		return fusion, report, fmt.Errorf("%w: no signal was heard on %d infringing and %d other listings; collect more decisions", ErrFew, Least, Least)
	}
	return fusion, report, nil
}

const (
	whyFew   = "too few labels"
	whyWorse = "listings that were not fitted on do not bear it out"
)

// move stretches and moves log-odds.
type move struct{ slope, shift float64 }

// apply gives the probability that a probability becomes.
func (m move) apply(p float64) float64 { return sigmoid(m.slope*logit(p) + m.shift) }

// label is one listing as a part sees it: the log-odds of its best right, and whether that right is infringed.
type label struct {
	odds float64
	hit  bool
	fold int
}

// fitSignal fits a signal's two numbers with cross-validation.
func fitSignal(signal string, labels []label) (Fitted, move) {
	f := Fitted{Part: signal, Listings: len(labels)}
	for _, l := range labels {
		if l.hit {
			f.Positives++
		}
	}
	if f.Positives < Least || f.Listings-f.Positives < Least {
		f.Why = whyFew
		return f, move{1, 0}
	}
	before, after := make([]float64, len(labels)), make([]float64, len(labels))
	for k := range Folds {
		m := platt(slices.DeleteFunc(slices.Clone(labels), func(l label) bool { return l.fold == k }))
		for i, l := range labels {
			if l.fold == k {
				before[i], after[i] = sigmoid(l.odds), sigmoid(m.slope*l.odds+m.shift)
			}
		}
	}
	f.Before, f.After = quality(before, labels), quality(after, labels)
	m := platt(labels)
	f.Slope, f.Shift = m.slope, m.shift
	f.Taken = better(before, after, labels)
	if !f.Taken {
		f.Why = whyWorse
	}
	return f, m
}

// platt fits slope and shift by Newton's method, pulled towards 1 and 0 with the weight of a few listings. The slope stays above 0.
func platt(labels []label) move {
	m := move{1, 0}
	for range 50 {
		ga, gb := pull*(m.slope-1), pull*m.shift
		haa, hab, hbb := float64(pull), 0.0, float64(pull)
		for _, l := range labels {
			p := sigmoid(m.slope*l.odds + m.shift)
			r, w := p-truth(l.hit), p*(1-p)
			ga, gb = ga+r*l.odds, gb+r
			haa, hab, hbb = haa+w*l.odds*l.odds, hab+w*l.odds, hbb+w
		}
		det := haa*hbb - hab*hab
		da, db := (hbb*ga-hab*gb)/det, (haa*gb-hab*ga)/det
		for m.slope-da <= 0.05 { // a step that would turn the curve over is shortened
			da, db = da/2, db/2
			if math.Abs(da) < 1e-9 {
				break
			}
		}
		m.slope, m.shift = m.slope-da, m.shift-db
		if math.Abs(da)+math.Abs(db) < 1e-9 {
			break
		}
	}
	return m
}

// better says whether the second probabilities are better than the first on listings that were not fitted on: whether the mean gain in log
// loss is above 0 in 95 of 100 resamplings of the listings (a paired bootstrap).
func better(before, after []float64, labels []label) bool {
	gain := make([]float64, len(labels))
	for i, l := range labels {
		gain[i] = loss(before[i], l.hit) - loss(after[i], l.hit)
	}
	const resamples = 1000
	r := rand.New(rand.NewPCG(1, uint64(len(labels))))
	won := 0
	for range resamples {
		sum := 0.0
		for range gain {
			sum += gain[r.IntN(len(gain))]
		}
		if sum > 0 {
			won++
		}
	}
	return won >= resamples*95/100
}

func quality(p []float64, labels []label) Quality {
	q := Quality{ECE: calibrationError(p, labels)}
	for i, l := range labels {
		q.Loss += loss(p[i], l.hit) / float64(len(labels))
	}
	return q
}

// calibrationError is the mean distance of probability and truth over bins of equal mass.
func calibrationError(p []float64, labels []label) float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	bins := min(15, max(1, len(p)/10))
	sum := 0.0
	for b := range bins {
		part := order[b*len(order)/bins : (b+1)*len(order)/bins]
		gap := 0.0
		for _, i := range part {
			gap += p[i] - truth(labels[i].hit)
		}
		sum += math.Abs(gap) / float64(len(p))
	}
	return sum
}

func loss(p float64, hit bool) float64 {
	p = math.Min(1-eps, math.Max(eps, p))
	if hit {
		return -math.Log(p)
	}
	return -math.Log(1 - p)
}

func truth(hit bool) float64 {
	if hit {
		return 1
	}
	return 0
}

func logit(p float64) float64 {
	p = math.Min(1-eps, math.Max(eps, p))
	return math.Log(p / (1 - p))
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
