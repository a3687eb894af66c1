// Package indextest holds what every engine under an index.Index must do, as tests. An engine's package calls [Run] from its own
// tests; what passes here keeps the promises of packages index and index.Driver.
//
// Vectors in these tests have coordinates whose products and sums are exact in float32, so scores are compared exactly and ties are
// real ties.
package indextest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"touchstone/index"
)

// A Factory returns an empty index and a function that closes it and opens what it stored again; nil if the engine stores nothing.
// The suite closes what it is given.
type Factory func(t *testing.T) (idx *index.Index, reopen func() *index.Index)

// A Trait is a promise that an engine does not make, as its documentation must say.
type Trait string

// PointByPoint: a search beside a writer may see part of a batch. Each point is still whole.
const PointByPoint Trait = "point by point"

// Run runs the suite. Traits weaken it where an engine promises less than the embedded one.
func Run(t *testing.T, open Factory, traits ...Trait) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, *fixture)
	}{
		{"Empty", testEmpty},
		{"Order", testOrder},
		{"Normalised", testNormalised},
		{"Dot", testDot},
		{"SeveralVectors", testSeveralVectors},
		{"SeveralQueries", testSeveralQueries},
		{"Exact", testExact},
		{"Filters", testFilters},
		{"Idempotent", testIdempotent},
		{"Copies", testCopies},
		{"GetAndEach", testGetAndEach},
		{"Names", testNames},
		{"Aliases", testAliases},
		{"SpaceGuard", testSpaceGuard},
		{"BadInput", testBadInput},
		{"BadNames", testBadNames},
		{"Info", testInfo},
		{"Persistence", testPersistence},
		{"Closed", testClosed},
		{"Cancelled", testCancelled},
		{"Cutover", testCutover},
		{"Concurrent", testConcurrent},
		{"WholeBatches", testWholeBatches},
		{"Snapshot", testSnapshot},
		{"SnapshotOf", testSnapshotOf},
		{"BadSnapshot", testBadSnapshot},
		{"Copy", testCopy},
		{"Verify", testVerify},
		{"Compact", testCompact},
		{"Model", testModel},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := &fixture{t: t, traits: traits}
			f.use(open)
			f.another = func() *fixture {
				other := &fixture{t: t, traits: traits}
				other.use(open)
				return other
			}
			test.run(t, f)
		})
	}
}

// A fixture is the index under test with the checks that the tests share.
type fixture struct {
	*index.Index
	reopen  func() *index.Index
	another func() *fixture // over an index beside this one
	traits  []Trait
	t       *testing.T
}

var cosine4 = index.Space{Pack: "test", Version: "1", Output: "copy", Dimension: 4, Metric: index.Cosine}
var dot4 = index.Space{Pack: "test", Version: "1", Output: "copy", Dimension: 4, Metric: index.Dot}

// Unit vectors whose dot products are exact.
var (
	north = []float32{1, 0, 0, 0}
	east  = []float32{0, 1, 0, 0}
	south = []float32{-1, 0, 0, 0}
	half  = []float32{.5, .5, .5, .5}
)

// point makes a point with an empty payload.
func point(id string, vectors ...[]float32) index.Point { return index.Point{ID: id, Vectors: vectors} }

// ask makes a query without a filter.
func ask(s index.Space, limit int, vectors ...[]float32) index.Query {
	return index.Query{Space: s, Vectors: vectors, Limit: limit}
}

// use opens an index, which is closed at the test's end.
func (f *fixture) use(open Factory) {
	f.Index, f.reopen = open(f.t)
	f.t.Cleanup(func() {
		if err := f.Close(); err != nil {
			f.t.Errorf("Close: %v", err)
		}
	})
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// collection makes a collection with some points.
func (f *fixture) collection(name string, s index.Space, points ...index.Point) {
	f.t.Helper()
	f.must(f.Create(f.t.Context(), name, s))
	if len(points) > 0 {
		f.must(f.Upsert(f.t.Context(), name, s, points))
	}
}

// find searches and returns the hits.
func (f *fixture) find(target string, q index.Query) [][]index.Hit {
	f.t.Helper()
	hits, err := f.Search(f.t.Context(), target, q)
	f.must(err)
	return hits
}

// all returns the points of a collection by ID.
func (f *fixture) all(target string) map[string]index.Point {
	f.t.Helper()
	points := map[string]index.Point{}
	f.must(f.Each(f.t.Context(), target, func(p index.Point) error {
		if _, twice := points[p.ID]; twice {
			f.t.Errorf("Each: %q twice", p.ID)
		}
		points[p.ID] = p
		return nil
	}))
	return points
}

// same compares what came with what was wanted; nil and empty lists are the same.
func (f *fixture) same(what string, got, want any) {
	f.t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		f.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// fails checks that an error is of a kind and says more than its kind.
func (f *fixture) fails(what string, err, kind error) {
	f.t.Helper()
	if !errors.Is(err, kind) {
		f.t.Errorf("%s: error %v, want %v", what, err, kind)
	} else if sentence := strings.TrimPrefix(err.Error(), kind.Error()+": "); len(sentence) < 20 || sentence == err.Error() {
		f.t.Errorf("%s: error %q does not help", what, err)
	}
}

// ids returns the IDs of hits, in order.
func ids(hits []index.Hit) []string {
	out := []string{}
	for _, h := range hits {
		out = append(out, h.ID)
	}
	return out
}

func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
