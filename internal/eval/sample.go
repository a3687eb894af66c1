package eval

import (
	"cmp"
	"math"
	"slices"
)

// The places of the figures in a value array.
const (
	uap = iota
	recallAt1
	recallAt5
	recallAtP90
	recallAtFA1
	recallAtFA2
	recallAtFA5
	precision
	recall
	falseAlarmRate
	precisionAtPrior
	ece
	brierSkill
	boxIoU50
	numFigures
)

// A row is one listing as one signal sees it.
type row struct {
	listing  *Labelled
	preds    []Prediction    // of the signal, best first
	truth    map[string]bool // rights that the listing infringes by the signal
	boxes    []Truth         // truths of the signal that have a box
	innocent bool            // no truth for any signal
	own      bool            // counts for the false alarm rate
}

// layOut gathers a run's rows for a signal. Infringement takes the truths of all signals.
func layOut(run *Run, signal string) []row {
	preds := map[string][]Prediction{}
	for _, p := range run.Predictions {
		if p.Signal == signal {
			preds[p.Listing] = append(preds[p.Listing], p)
		}
	}
	rows := make([]row, len(run.Set.Listings))
	for i := range run.Set.Listings {
		l := &run.Set.Listings[i]
		r := row{listing: l, preds: preds[l.ID], truth: map[string]bool{}, innocent: len(l.Truth) == 0, own: true}
		for _, t := range l.Truth {
			if t.Signal != signal && signal != Infringement {
				continue
			}
			r.truth[t.Right] = true
			if t.Box != nil {
				r.boxes = append(r.boxes, t)
			}
		}
		rows[i] = r
	}
	return rows
}

// A sample is a group of rows sorted once, so that the figures for any weights of the rows (a bootstrap resample) are
// a few linear passes. Slices hold places of rows.
type sample struct {
	rows      []row
	prior     float64
	threshold *float64

	pool      []pooled // all predictions, by score descending
	guilty    []guilt
	innocents []innocence // by top score descending
	best      []belief    // best right of each row that has one, by probability ascending
	boxes     []boxHits
}

type pooled struct {
	row                int
	score              float64
	right, alarm, last bool // last: the next score is lower
}

type guilt struct {
	row, positives, rank int     // rank of the best true right from 1, wrong rights of equal score before it; 0 if none
	score                float64 // of the best true right, -Inf if none
}

type innocence struct {
	row        int
	score      float64 // top score, -Inf without a prediction
	alarm, own bool
}

type belief struct {
	row   int
	p     float64
	right bool
}

type boxHits struct{ row, boxes, hits int }

func newSample(rows []row, threshold *float64, prior float64) *sample {
	s := &sample{rows: rows, prior: prior, threshold: threshold}
	for i, r := range rows {
		s.addPredictions(i, r)
		if len(r.truth) > 0 {
			score, rank := r.bestTrue()
			s.guilty = append(s.guilty, guilt{row: i, positives: len(r.truth), rank: rank, score: score})
		}
		if r.innocent {
			s.innocents = append(s.innocents, s.innocence(i, r))
		}
		if len(r.boxes) > 0 {
			s.boxes = append(s.boxes, boxHits{row: i, boxes: len(r.boxes), hits: r.boxHits()})
		}
	}
	slices.SortStableFunc(s.pool, func(a, b pooled) int { return cmp.Compare(b.score, a.score) })
	for i := range s.pool {
		s.pool[i].last = i == len(s.pool)-1 || s.pool[i+1].score < s.pool[i].score
	}
	slices.SortStableFunc(s.innocents, func(a, b innocence) int { return cmp.Compare(b.score, a.score) })
	slices.SortStableFunc(s.best, func(a, b belief) int { return cmp.Compare(a.p, b.p) })
	return s
}

func (s *sample) addPredictions(i int, r row) {
	for k, p := range r.preds {
		alarm := s.threshold != nil && p.Probability >= *s.threshold
		s.pool = append(s.pool, pooled{row: i, score: p.Score, right: r.truth[p.Right], alarm: alarm})
		if k == 0 {
			s.best = append(s.best, belief{row: i, p: p.Probability, right: r.truth[p.Right]})
		}
	}
}

func (s *sample) innocence(i int, r row) innocence {
	in := innocence{row: i, score: math.Inf(-1), own: r.own}
	for _, p := range r.preds {
		in.score = max(in.score, p.Score)
		in.alarm = in.alarm || s.threshold != nil && p.Probability >= *s.threshold
	}
	return in
}

// bestTrue is the score of the best true right and its rank, with wrong rights of equal score before it.
func (r row) bestTrue() (score float64, rank int) {
	score = math.Inf(-1)
	found := false
	for _, p := range r.preds {
		if r.truth[p.Right] {
			score, found = max(score, p.Score), true
		}
	}
	if !found {
		return score, 0
	}
	rank = 1
	for _, p := range r.preds {
		if !r.truth[p.Right] && p.Score >= score {
			rank++
		}
	}
	return score, rank
}

// boxHits counts the true boxes that the prediction of their right meets in the same picture at an overlap of 0.5.
func (r row) boxHits() int {
	hits := 0
	for _, t := range r.boxes {
		for _, p := range r.preds {
			if p.Right == t.Right && p.Box != nil && p.picture() == t.Image && p.Box.iou(*t.Box) >= 0.5 {
				hits++
				break
			}
		}
	}
	return hits
}

// picture is the place of the listing picture that the prediction's box is in.
func (p Prediction) picture() int {
	if p.Image == nil {
		return 0
	}
	return *p.Image
}

func (s *sample) counts() Counts {
	c := Counts{Guilty: len(s.guilty), Innocent: len(s.innocents), Predictions: len(s.pool)}
	for _, g := range s.guilty {
		c.Positives += g.positives
	}
	for _, b := range s.boxes {
		c.Boxes += b.boxes
	}
	for _, p := range s.pool {
		if p.alarm {
			c.Alarms++
			if !p.right {
				c.FalseAlarms++
			}
		}
	}
	return c
}
