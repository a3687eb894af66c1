package local

import (
	"math"
	"slices"
	"strings"

	"touchstone/index"
)

// A top keeps the best candidates of one query vector: a heap with the worst of them at the root.
type top struct {
	view  *view
	limit int
	heap  []candidate
}

// A candidate is an entry of the view and how near it is.
type candidate struct {
	score         float32
	vector, entry int32
}

// floor is the score below which nothing is taken any more.
func (t *top) floor() float32 {
	if len(t.heap) < t.limit {
		return float32(math.Inf(-1))
	}
	return t.heap[0].score
}

// offer takes a candidate if it belongs to the best so far.
func (t *top) offer(score float32, entry, vector int) {
	c := candidate{score, int32(vector), int32(entry)}
	if len(t.heap) < t.limit {
		t.heap = append(t.heap, c)
		t.up(len(t.heap) - 1)
		return
	}
	if t.compare(c, t.heap[0]) > 0 {
		return
	}
	t.heap[0] = c
	t.down(0)
}

// compare orders candidates, the better first: by score, then by ID.
func (t *top) compare(a, b candidate) int {
	switch {
	case a.score > b.score:
		return -1
	case a.score < b.score:
		return 1
	}
	return strings.Compare(t.view.entries[a.entry].id, t.view.entries[b.entry].id)
}

func (t *top) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if t.compare(t.heap[i], t.heap[parent]) <= 0 {
			return
		}
		t.heap[i], t.heap[parent] = t.heap[parent], t.heap[i]
		i = parent
	}
}

func (t *top) down(i int) {
	for {
		worst := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(t.heap); child++ {
			if t.compare(t.heap[child], t.heap[worst]) > 0 {
				worst = child
			}
		}
		if worst == i {
			return
		}
		t.heap[i], t.heap[worst] = t.heap[worst], t.heap[i]
		i = worst
	}
}

// hits returns the candidates, best first, with copies of their payloads.
func (t *top) hits() []index.Hit {
	slices.SortFunc(t.heap, t.compare)
	hits := make([]index.Hit, len(t.heap))
	for i, c := range t.heap {
		e := &t.view.entries[c.entry]
		hits[i] = index.Hit{ID: e.id, Score: c.score, Vector: int(c.vector), Payload: t.view.payloads[e.payload].export()}
	}
	return hits
}
