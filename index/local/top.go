package local

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"touchstone/index"
)

// A top keeps the best candidates of one query vector. It gathers some more than are wanted before it sorts them and cuts off the rest,
// which for few hits costs less than a heap and lets a point be offered by several of its vectors.
type top struct {
	view    *view
	limit   int
	several bool // points were offered by single vectors, and so may be there more than once
	list    []candidate
	scores  []float32 // scratch
	floor   float32   // the score below which nothing is taken any more
}

// A candidate is an entry of the view and how near it is.
type candidate struct {
	score  float32
	vector uint8
	ref    ref
}

func newTop(v *view, limit int) top {
	return top{view: v, limit: limit, floor: float32(math.Inf(-1))}
}

// offer takes a candidate if it may belong to the best so far.
func (t *top) offer(score float32, r ref, vector int) {
	if score < t.floor {
		return
	}
	t.list = append(t.list, candidate{score, uint8(vector), r})
	if len(t.list) >= t.limit+t.spare() {
		t.trim()
	}
}

// spare is how many candidates are gathered beyond those that are wanted.
func (t *top) spare() int { return max(16, t.limit/2) }

// trim lowers what was gathered to the best by their scores alone, which orders nothing and so costs a fraction of cut. Of those that
// are as good as the last of them all stay; where these are many, or points are there more than once, cut tells them apart.
func (t *top) trim() {
	if t.several || t.limit <= 0 {
		t.cut()
		return
	}
	t.scores = t.scores[:0]
	for _, c := range t.list {
		t.scores = append(t.scores, c.score)
	}
	slices.Sort(t.scores)
	floor := t.scores[len(t.scores)-t.limit]
	t.list = slices.DeleteFunc(t.list, func(c candidate) bool { return c.score < floor })
	t.floor = floor
	if len(t.list) >= t.limit+t.spare() {
		t.cut()
	}
}

// cut sorts what was gathered and leaves the best.
func (t *top) cut() {
	if t.several {
		t.once()
	}
	slices.SortFunc(t.list, t.compare)
	if len(t.list) >= t.limit {
		t.list = t.list[:t.limit]
		t.floor = t.list[t.limit-1].score
	}
}

// once leaves of each point the nearest vector, the first of several equally near.
func (t *top) once() {
	slices.SortFunc(t.list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.ref, b.ref), cmp.Compare(b.score, a.score), cmp.Compare(a.vector, b.vector))
	})
	t.list = slices.CompactFunc(t.list, func(a, b candidate) bool { return a.ref == b.ref })
}

// compare orders candidates, the better first: by score, then by ID.
func (t *top) compare(a, b candidate) int {
	switch {
	case a.score > b.score:
		return -1
	case a.score < b.score:
		return 1
	}
	return strings.Compare(t.view.id(a.ref), t.view.id(b.ref))
}

// hits returns the candidates, best first, copied for the caller.
func (t *top) hits() ([]index.Hit, error) {
	t.cut()
	hits := make([]index.Hit, len(t.list))
	for i, c := range t.list {
		payload, err := t.view.payload(c.ref)
		if err != nil {
			return nil, err
		}
		hits[i] = index.Hit{ID: strings.Clone(t.view.id(c.ref)), Score: c.score, Vector: int(c.vector), Payload: payload}
	}
	return hits, nil
}
