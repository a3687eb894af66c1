package eval

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

// A Comparison holds the figures of two systems on one set, and whether they differ.
type Comparison struct {
	Set     string                       `json:"set"`
	Signals map[string]*SignalComparison `json:"signals"`
}

// SignalComparison holds the figures of one signal of both systems.
type SignalComparison struct {
	A           *Group `json:"a"`
	B           *Group `json:"b"`
	Differences Deltas `json:"differences"`
	// Listings whose best right only one of the two has right, and, of the innocents, that only one of the two alarms on.
	OnlyA []string `json:"only_a_right,omitempty"`
	OnlyB []string `json:"only_b_right,omitempty"`
}

// Deltas are the differences B minus A by figure, by the names that metrics.json gives them.
type Deltas map[string]Delta

// A Delta is the difference of a figure, with its 95 % interval from resampling the listings for both systems alike (a paired
// bootstrap: Koehn, "Statistical Significance Tests for Machine Translation Evaluation", EMNLP 2004).
type Delta struct {
	Figure
	Real bool `json:"real"` // the interval does not hold 0
}

// FigureNames are the names of the figures, in the order in which they are told.
var FigureNames = [numFigures]string{
	"uap", "recall_at_1", "recall_at_5", "recall_at_p90", "recall_at_fa1", "recall_at_fa2", "recall_at_fa5",
	"precision", "recall", "false_alarm_rate", "precision_at_prior", "ece", "brier_skill", "box_iou_50",
}

// Compare measures two runs of the same set, B against A, for the signals that the set measures. Each run has its own
// thresholds.
func Compare(a, b *Run, thresholdsA, thresholdsB map[string]float64, o MeasureOptions) (*Comparison, error) {
	if a.Set != b.Set && (a.Set.Name != b.Set.Name || len(a.Set.Listings) != len(b.Set.Listings)) {
		return nil, fmt.Errorf("eval: the runs are of different sets, %s and %s: score both on one", a.Set.Name, b.Set.Name)
	}
	o = o.withDefaults()
	c := &Comparison{Set: a.Set.Name, Signals: map[string]*SignalComparison{}}
	for _, signal := range signals(a.Set) {
		c.Signals[signal] = compareSignal(a, b, signal, limit(thresholdsA, signal), limit(thresholdsB, signal), o)
	}
	return c, nil
}

func limit(thresholds map[string]float64, signal string) *float64 {
	if t, ok := thresholds[signal]; ok {
		return &t
	}
	return nil
}

func compareSignal(a, b *Run, signal string, at, bt *float64, o MeasureOptions) *SignalComparison {
	ra, rb := layOut(a, signal), layOut(b, signal)
	ga, gb := measureGroup(ra, at, o, signal), measureGroup(rb, bt, o, signal)
	s := &SignalComparison{A: &ga, B: &gb, Differences: Deltas{}}
	for i, d := range pairedDifferences(newSample(ra, at, o.Prior), newSample(rb, bt, o.Prior), o, signal) {
		if d != nil {
			s.Differences[FigureNames[i]] = *d
		}
	}
	for i := range ra {
		switch x, y := ra[i].met(at), rb[i].met(bt); {
		case x && !y:
			s.OnlyA = append(s.OnlyA, ra[i].listing.ID)
		case y && !x:
			s.OnlyB = append(s.OnlyB, ra[i].listing.ID)
		}
	}
	return s
}

// met says whether the row is answered as it should be: a guilty listing with its right first, an innocent one without an alarm.
func (r row) met(threshold *float64) bool {
	if len(r.truth) > 0 {
		_, rank := r.bestTrue()
		return rank == 1
	}
	if threshold == nil {
		return true
	}
	return !slices.ContainsFunc(r.preds, func(p Prediction) bool { return p.Probability >= *threshold })
}

// pairedDifferences gives B minus A of each figure; nil where one of the two does not have it.
func pairedDifferences(a, b *sample, o MeasureOptions, signal string) (out [numFigures]*Delta) {
	n := len(a.rows)
	va, vb := a.values(ones(n)), b.values(ones(n))
	h := fnv.New64a()
	h.Write([]byte("compare/" + signal))
	rng := rand.New(rand.NewPCG(o.Seed, h.Sum64()))
	drawn := [numFigures][]float64{}
	w := make([]int, n)
	for range o.Resamples {
		clear(w)
		for range n {
			w[rng.IntN(n)]++
		}
		x, y := a.values(w), b.values(w)
		for i := range x {
			if d := y[i] - x[i]; defined(d) {
				drawn[i] = append(drawn[i], d)
			}
		}
	}
	for i := range out {
		d := vb[i] - va[i]
		if !defined(d) || len(drawn[i]) == 0 {
			continue
		}
		slices.Sort(drawn[i])
		f := Figure{Value: d, Low: quantileSorted(drawn[i], 0.025), High: quantileSorted(drawn[i], 0.975)}
		out[i] = &Delta{Figure: f, Real: f.Low > 0 || f.High < 0}
	}
	return out
}
