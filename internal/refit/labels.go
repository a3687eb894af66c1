package refit

import (
	"hash/fnv"
	"maps"
	"slices"

	"touchstone/detect"
	"touchstone/internal/eval"
)

// pair is a listing and a right that some signal spoke of.
type pair struct {
	listing string
	fold    int
	hit     map[string]bool // by signal; "" = by any
	heard   map[string]float64
	facts   float64 // log-odds that facts added to the verdict
	judged  bool    // there is a verdict
}

// labels are all pairs of some runs.
type labels struct {
	pairs   []*pair
	signals []string // that speak of pictures or words, in ascending order
}

// gather lays out what the runs answered beside what is true.
func gather(runs []*eval.Run, fusion detect.Fusion) *labels {
	d := &labels{}
	spoke, fitted := map[string]bool{}, fusion.Signals()
	for n, run := range runs {
		truths := map[string]eval.Labelled{}
		for _, l := range run.Set.Listings {
			truths[l.ID] = l
		}
		pairs := map[[2]string]*pair{}
		for _, p := range run.Predictions {
			key := [2]string{p.Listing, p.Right}
			x := pairs[key]
			if x == nil {
				id := string(rune('a'+n%26)) + "/" + p.Listing
				x = &pair{listing: id, fold: fold(id), hit: hits(truths[p.Listing], p.Right), heard: map[string]float64{}}
				pairs[key], d.pairs = x, append(d.pairs, x)
			}
			if p.Signal == eval.Infringement {
				x.facts, x.judged = p.Score, true // less what the signals say, below
				continue
			}
			if _, known := fitted[p.Signal]; known {
				spoke[p.Signal] = true
			}
			x.heard[p.Signal] = p.Probability
		}
	}
	for _, p := range d.pairs {
		p.facts -= fusion.LogOdds(p.heard)
	}
	d.signals = slices.Sorted(maps.Keys(spoke))
	return d
}

func hits(l eval.Labelled, right string) map[string]bool {
	hit := map[string]bool{}
	for _, t := range l.Truth {
		if t.Right == right {
			hit[t.Signal], hit[""] = true, true
		}
	}
	return hit
}

// fold puts a listing into one of the folds, the same every time.
func fold(id string) int {
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32() % Folds)
}

// best gives the labels of a signal: the best right of each listing. A right that is infringed as another signal saw it counts as a hit: a
// reviewer who takes a copy down says of every signal on it that it was right.
func (d *labels) best(signal string) []label {
	top := map[string]*pair{}
	var order []string
	for _, p := range d.pairs {
		v, heard := p.heard[signal]
		if !heard {
			continue
		}
		if t := top[p.listing]; t == nil {
			top[p.listing], order = p, append(order, p.listing)
		} else if v > t.heard[signal] {
			top[p.listing] = p
		}
	}
	out := make([]label, len(order))
	for i, id := range order {
		p := top[id]
		out[i] = label{odds: logit(p.heard[signal]), hit: p.hit[""], fold: p.fold}
	}
	return out
}

// move applies what was taken to the probabilities, so that the fusion is fitted to what it will hear. The verdict's log-odds keep what
// facts added to them.
func (d *labels) move(moves map[string]move) {
	for _, p := range d.pairs {
		for signal, m := range moves {
			if v, heard := p.heard[signal]; heard {
				p.heard[signal] = m.apply(v)
			}
		}
	}
}
