package sweep

import (
	"context"
	"slices"
	"strings"

	"touchstone/index"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
)

// MostHits is how many listings one search may bring; where more are alike, all kept vectors are read one by one instead. Tests lower it.
var MostHits = index.MaxLimit

// alike makes candidates of the listings with a picture whose raw score against one vector of a reference is at least least.
func (j *job) alike(ctx context.Context, v intake.View, output string, reference []float32, least float64) error {
	d := v.Detector()
	listings, err := v.Listings(ctx, output)
	if err != nil {
		return err
	}
	scope := index.Filter{ActiveOnly: true, Territories: casework.IndexTerritories(j.right.Territories)}
	lists, err := j.Index.Search(ctx, listings, index.Query{Space: v.Space(output), Vectors: [][]float32{reference}, Limit: MostHits, Exact: true, Filter: scope})
	if err != nil {
		return err
	}
	hits, cosine := lists[0], d.LeastCosine(output, least)
	far := slices.IndexFunc(hits, func(h index.Hit) bool { return float64(h.Score) < cosine })
	if far < 0 && len(hits) == MostHits {
		return j.each(ctx, listings, scope, func(p index.Point) bool {
			raw, ok := d.Raw(output, reference, p.Vectors)
			return ok && raw >= least
		})
	}
	if far < 0 {
		far = len(hits)
	}
	for part := range slices.Chunk(hits[:far], vectorStep) {
		ids := make([]string, len(part))
		for i, h := range part {
			ids[i] = h.ID
		}
		points, err := j.Index.Get(ctx, listings, ids)
		if err != nil {
			return err
		}
		var entries []string
		for _, p := range points {
			if raw, ok := d.Raw(output, reference, p.Vectors); ok && raw >= least {
				entries = append(entries, entryOf(p))
			}
		}
		if err := j.candidates(ctx, entries); err != nil {
			return err
		}
	}
	return nil
}

// each makes candidates of the listings of all points in scope that are like: more than one search gives.
func (j *job) each(ctx context.Context, listings string, scope index.Filter, like func(index.Point) bool) error {
	var entries []string
	seen := 0
	err := j.Index.Each(ctx, listings, func(p index.Point) error {
		if scope.Matches(p.Payload) && like(p) {
			entries = append(entries, entryOf(p))
		}
		if seen++; seen%titleStep != 0 {
			return nil
		}
		found := entries
		entries = nil
		if len(found) == 0 {
			return j.save(ctx) // the lease goes on
		}
		return j.candidates(ctx, found)
	})
	if err != nil {
		return err
	}
	return j.candidates(ctx, entries)
}

// entryOf is the listing that a point's picture belongs to.
func entryOf(p index.Point) string {
	entry, _, _ := strings.Cut(p.ID, "#")
	return entry
}

func (j *job) candidates(ctx context.Context, entries []string) error {
	if len(entries) == 0 {
		return nil
	}
	if err := j.Store.AddCandidates(ctx, j.s.ID, entries); err != nil {
		return err
	}
	return j.save(ctx)
}
