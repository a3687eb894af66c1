package refit

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/optimize"

	"touchstone/detect"
)

// fitFusion fits base, share and weights by maximum likelihood to the best right of each listing, with cross-validation.
func fitFusion(d *labels, fusion detect.Fusion) (Fitted, detect.Fusion) {
	pairs := d.verdicts(fusion)
	f := Fitted{Part: detect.SignalInfringement, Listings: len(pairs)}
	known := make([]label, len(pairs))
	for i, p := range pairs {
		known[i] = label{hit: p.hit[""], fold: p.fold}
		if known[i].hit {
			f.Positives++
		}
	}
	if f.Positives < Least || f.Listings-f.Positives < Least {
		f.Why = whyFew
		return f, fusion
	}
	before, after := make([]float64, len(pairs)), make([]float64, len(pairs))
	for k := range Folds {
		fitted := maximise(slices.DeleteFunc(slices.Clone(pairs), func(p *pair) bool { return p.fold == k }), d.signals, fusion)
		for i, p := range pairs {
			if p.fold == k {
				before[i], after[i] = p.probability(fusion), p.probability(fitted)
			}
		}
	}
	f.Before, f.After = quality(before, known), quality(after, known)
	if f.Taken = better(before, after, known); !f.Taken {
		f.Why = whyWorse
		return f, fusion
	}
	return f, maximise(pairs, d.signals, fusion)
}

// verdicts gives the best right of each listing that has a verdict.
func (d *labels) verdicts(fusion detect.Fusion) []*pair {
	top := map[string]*pair{}
	var order []string
	for _, p := range d.pairs {
		if !p.judged || len(p.heard) == 0 {
			continue
		}
		if t := top[p.listing]; t == nil {
			top[p.listing], order = p, append(order, p.listing)
		} else if p.probability(fusion) > t.probability(fusion) {
			top[p.listing] = p
		}
	}
	out := make([]*pair, len(order))
	for i, id := range order {
		out[i] = top[id]
	}
	return out
}

// probability is the verdict's with a fusion. What facts added stays added.
func (p *pair) probability(f detect.Fusion) float64 {
	return f.Infringement.Calibration.Probability(f.LogOdds(p.heard) + p.facts)
}

// maximise fits base, share and the weights of the signals that were heard. Each is bounded by its scale and pulled towards what it was.
func maximise(pairs []*pair, signals []string, fusion detect.Fusion) detect.Fusion {
	start := parameters(fusion, signals)
	objective := func(x []float64) float64 {
		f := with(fusion, signals, x)
		sum := 0.0
		for i := range x {
			sum += pull / 2 * (x[i] - start[i]) * (x[i] - start[i])
		}
		for _, p := range pairs {
			sum += loss(p.probability(f), p.hit[""])
		}
		return sum
	}
	// Nelder and Mead, "A Simplex Method for Function Minimization", 1965: a handful of numbers, and a maximum over signals has no slope
	// everywhere. Where it does not settle, the best that it has seen is taken.
	found, err := optimize.Minimize(optimize.Problem{Func: objective}, start, &optimize.Settings{FuncEvaluations: 4000}, &optimize.NelderMead{})
	if found == nil || err != nil && objective(found.X) >= objective(start) {
		return fusion
	}
	return with(fusion, signals, found.X)
}

// most and least keep shares off their bounds, from which nothing could move.
const most = 0.98

// parameters are base, share and weights on scales without bounds.
func parameters(f detect.Fusion, signals []string) []float64 {
	base := f.Infringement.Base
	if base == 0 {
		base = detect.DefaultBase
	}
	x := []float64{math.Log(-base), logit(clamp(f.Infringement.Second))}
	all := f.Signals()
	for _, s := range signals {
		x = append(x, logit(clamp(all[s].Weight)))
	}
	return x
}

func clamp(share float64) float64 { return math.Min(most, math.Max(1-most, share)) }

// with is the fusion with parameters.
func with(f detect.Fusion, signals []string, x []float64) detect.Fusion {
	f.Infringement.Base, f.Infringement.Second = -math.Exp(x[0]), sigmoid(x[1])
	all := f.Signals()
	for i, s := range signals {
		c := all[s]
		c.Weight = sigmoid(x[2+i])
		next, err := f.WithSignal(s, c)
		if err == nil { // what the file does not set was not heard
			f = next
		}
	}
	return f
}
