package qdrant

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	client "github.com/qdrant/go-client/qdrant"

	"touchstone/index"
)

// Bounds of a search's requests.
const (
	searchHits = 20_000 // hits that one request may bring
	mostTies   = 16_384 // points of equal score at the end of a list that are put in order
)

// An asking is one query vector on its way: how many hits to ask for next, and what came.
type asking struct {
	vector []float32
	fetch  int
	hits   []index.Hit
}

// Search asks for somewhat more than the limit, so that equal scores at its end can be put in order by ID; where more scores are equal
// than that, it asks again for more.
func (d *driver) Search(ctx context.Context, c index.Collection, q index.Query) ([][]index.Hit, error) {
	all := make([]*asking, len(q.Vectors))
	for i, v := range q.Vectors {
		all[i] = &asking{vector: v, fetch: q.Limit + max(8, q.Limit/8)}
	}
	for open := all; len(open) > 0; {
		size := max(1, searchHits/slices.MaxFunc(open, func(a, b *asking) int { return cmp.Compare(a.fetch, b.fetch) }).fetch)
		for part := range slices.Chunk(open, size) {
			if err := d.ask(ctx, c, q, part); err != nil {
				return nil, err
			}
		}
		open = slices.DeleteFunc(slices.Clone(open), func(a *asking) bool { return a.settled(q.Limit) })
	}
	lists := make([][]index.Hit, len(all))
	for i, a := range all {
		slices.SortFunc(a.hits, func(x, y index.Hit) int { return cmp.Or(cmp.Compare(y.Score, x.Score), cmp.Compare(x.ID, y.ID)) })
		lists[i] = a.hits[:min(len(a.hits), q.Limit)]
	}
	return lists, nil
}

// settled says whether no point outside the list can belong before its limit, and asks for more if one can. Hits are in falling order.
func (a *asking) settled(limit int) bool {
	n := len(a.hits)
	if n < a.fetch || a.hits[limit-1].Score > a.hits[n-1].Score || a.fetch >= limit+mostTies {
		return true
	}
	a.fetch = min(limit+mostTies, 4*a.fetch)
	return false
}

// ask makes one request for some query vectors, and a second one the first time that a collection shows a point of several vectors:
// which of them is nearest can only be told with the vectors at hand, and only then are they worth their bytes.
func (d *driver) ask(ctx context.Context, c index.Collection, q index.Query, part []*asking) error {
	_, vectors := d.several.Load(d.remote(c))
	again, err := d.askOnce(ctx, c, q, part, vectors)
	if err != nil || !again {
		return err
	}
	d.several.Store(d.remote(c), true)
	_, err = d.askOnce(ctx, c, q, part, true)
	return err
}

func (d *driver) askOnce(ctx context.Context, c index.Collection, q index.Query, part []*asking, vectors bool) (again bool, err error) {
	request := &client.QueryBatchPoints{CollectionName: d.remote(c), ReadConsistency: d.consistency(), QueryPoints: make([]*client.QueryPoints, len(part))}
	filter, params := translate(q.Filter), d.params(q.Exact)
	for i, a := range part {
		request.QueryPoints[i] = &client.QueryPoints{CollectionName: request.CollectionName, Query: client.NewQueryMulti([][]float32{a.vector}),
			Filter: filter, Params: params, Limit: client.PtrOf(uint64(a.fetch)), WithPayload: client.NewWithPayload(true),
			WithVectors: client.NewWithVectors(vectors)}
	}
	results, err := do(ctx, d.calls, reading, func(ctx context.Context) ([]*client.BatchResult, error) { return d.client.QueryBatch(ctx, request) })
	if err != nil {
		return false, d.met(err)
	}
	if len(results) != len(part) {
		return false, fmt.Errorf("%w: Qdrant at %s answered %d of %d questions", index.ErrUnavailable, d.cfg.Address(), len(results), len(part))
	}
	for i, a := range part {
		if again, err = a.take(results[i].GetResult(), c, vectors); err != nil || again {
			return again, err
		}
	}
	return false, nil
}

// params are those of the search.
func (d *driver) params(exact bool) *client.SearchParams {
	p := &client.SearchParams{Exact: client.PtrOf(exact)}
	switch {
	case exact:
		p.Quantization = &client.QuantizationSearchParams{Ignore: client.PtrOf(true)}
	case d.cfg.Unquantised:
		p.HnswEf = client.PtrOf(uint64(d.cfg.SearchEf))
	default:
		p.HnswEf = client.PtrOf(uint64(d.cfg.SearchEf))
		p.Quantization = &client.QuantizationSearchParams{Rescore: client.PtrOf(true), Oversampling: client.PtrOf(float64(d.cfg.Oversampling))}
	}
	return p
}

// take reads one list. It asks for the vectors if a point has several and they did not come.
func (a *asking) take(points []*client.ScoredPoint, c index.Collection, vectors bool) (again bool, err error) {
	a.hits = make([]index.Hit, len(points))
	for i, s := range points {
		p, n, err := decode(s.GetPayload())
		if err != nil {
			return false, err
		}
		a.hits[i] = index.Hit{ID: p.ID, Score: s.GetScore(), Payload: p.Payload}
		if n == 1 {
			continue
		}
		if !vectors {
			return true, nil
		}
		list, err := decodeVectors(s.GetVectors(), n, c.Space.Dimension)
		if err != nil {
			return false, err
		}
		a.hits[i].Vector = nearest(a.vector, list)
	}
	return false, nil
}

// nearest is the place of the vector nearest to q, the first of equals.
func nearest(q []float32, vectors [][]float32) int {
	best, at := float32(0), 0
	for i, v := range vectors {
		var score float32
		for k, x := range v {
			score += x * q[k]
		}
		if i == 0 || score > best {
			best, at = score, i
		}
	}
	return at
}
