package local

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/index"
)

var space64 = index.Space{Pack: "test", Version: "1", Output: "copy", Dimension: 64, Metric: index.Cosine}

// families makes points of one to three vectors around middles that some points share, as the pictures of a product do; with 1
// point a family they are as hard to tell apart as can be.
func families(seed uint64, n, size int) []index.Point {
	random := rand.New(rand.NewPCG(seed, 1))
	points, middle := make([]index.Point, n), make([]float32, 64)
	for i := range points {
		if i%size == 0 {
			for k := range middle {
				middle[k] = float32(random.NormFloat64())
			}
		}
		p := &points[i]
		p.ID, p.Payload = fmt.Sprint("p", i), index.Payload{Right: fmt.Sprint("r", i/size), Kind: []string{"logo", "design"}[i/size%2]}
		for range 1 + i%3 {
			v := make([]float32, 64)
			for k := range v {
				v[k] = middle[k] + float32(0.4*random.NormFloat64())
			}
			p.Vectors = append(p.Vectors, v)
		}
	}
	return points
}

// filled is a driver in memory with points in segments and, the last of them, in a tail.
func filled(t testing.TB, s index.Space, points []index.Point, cfg Config) (*driver, *index.Index) {
	t.Helper()
	d, err := openDriver("", completed(cfg))
	must(t, err)
	idx := index.New(d)
	t.Cleanup(func() { idx.Close() })
	must(t, idx.Create(t.Context(), "c", s))
	for i, some := range slices.Collect(slices.Chunk(points, max(1, len(points)/5))) {
		must(t, idx.Upsert(t.Context(), "c", s, some))
		if i < 4 {
			d.idle()
			must(t, d.checkpoint())
		}
	}
	return d, idx
}

// TestRecall: of the ten nearest at least as many are found as were asked for, less what so few queries can tell; the scores are the true ones,
// and what is asked together is answered as what is asked one by one.
func TestRecall(t *testing.T) {
	for _, test := range []struct {
		name   string
		size   int
		recall float64
	}{{"families", 12, 0.999}, {"hard", 1, 0.999}, {"hard, in haste", 1, 0.9}} {
		t.Run(test.name, func(t *testing.T) {
			const queries, limit = 60, 10
			d, idx := filled(t, space64, families(7, 12_000, test.size), Config{Recall: test.recall, sketchFrom: 5_000, checkpointAt: 1 << 30})
			must(t, d.measure())
			info, err := idx.Collections(t.Context())
			must(t, err)
			if !strings.HasPrefix(info[0].Search, "sign sketches") || strings.Contains(info[0].Search, "theory") {
				t.Errorf("the search is said to be %q", info[0].Search)
			}
			var vectors [][]float32
			for _, p := range families(7, queries*10, test.size) { // the first of the same points, seen anew
				if len(vectors) < queries {
					v := slices.Clone(p.Vectors[0])
					v[len(vectors)%64] += 0.5
					vectors = append(vectors, v)
				}
			}
			q := index.Query{Space: space64, Vectors: vectors, Limit: limit}
			got, err := idx.Search(t.Context(), "c", q)
			must(t, err)
			q.Exact = true
			want, err := idx.Search(t.Context(), "c", q)
			must(t, err)
			found := 0
			for i := range want {
				scores := map[string]float32{}
				for _, h := range want[i] {
					scores[h.ID] = h.Score
				}
				for _, h := range got[i] {
					if s, is := scores[h.ID]; is && s != h.Score {
						t.Errorf("%s scores %v, exactly %v", h.ID, h.Score, s)
					} else if is {
						found++
					}
				}
				alone, err := idx.Search(t.Context(), "c", index.Query{Space: space64, Vectors: vectors[i : i+1], Limit: limit})
				must(t, err)
				if diff := cmp.Diff(got[i], alone[0]); diff != "" {
					t.Fatalf("query %d, with others and alone:\n%s", i, diff)
				}
			}
			share := float64(found) / queries / limit
			if share < test.recall-0.01 {
				t.Errorf("recall %v, asked for %v (%s)", share, test.recall, info[0].Search)
			}
			if test.recall < 0.95 && share == 1 {
				t.Error("nothing was passed over: the margin is wider than asked for")
			}
		})
	}
}

// TestSketchedModel: with a margin that passes over nothing, sketches give what looking at everything gives: through changes,
// deletions, checkpoints and filters, for points of several vectors.
func TestSketchedModel(t *testing.T) {
	space := space32
	rapid.Check(t, func(r *rapid.T) {
		points := rapid.IntRange(1, 400).Draw(r, "points")
		cfg := Config{sketchFrom: 1, checkpointAt: 1 << 30}
		d, err := openDriver("", completed(cfg))
		must(t, err)
		idx := index.New(d)
		defer idx.Close()
		must(t, idx.Create(t.Context(), "c", space))
		d.collection("c").aim.Store(&aim{margin: 8})
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1))
		for round := range rapid.IntRange(1, 4).Draw(r, "rounds") {
			var some []index.Point
			for _, i := range random.Perm(points)[:1+random.IntN(points)] {
				p := index.Point{ID: fmt.Sprint("p", i), Payload: index.Payload{Right: fmt.Sprint("r", random.IntN(9)), Kind: fmt.Sprint("k", round)}}
				for range 1 + random.IntN(3) {
					v := make([]float32, space.Dimension)
					for k := range v {
						v[k] = float32(random.IntN(5) - 2)
					}
					v[0]++
					v[1] = 1
					p.Vectors = append(p.Vectors, v)
				}
				some = append(some, p)
			}
			must(t, idx.Upsert(t.Context(), "c", space, some))
			if random.IntN(3) > 0 {
				must(t, d.checkpoint())
			}
			must(t, idx.Delete(t.Context(), "c", []string{fmt.Sprint("p", random.IntN(points)), fmt.Sprint("p", random.IntN(points))}))
		}
		q := index.Query{Space: space, Limit: rapid.IntRange(1, 500).Draw(r, "limit")}
		for range 3 {
			v := make([]float32, space.Dimension)
			for k := range v {
				v[k] = float32(random.IntN(7) - 3)
			}
			v[2] = 1
			q.Vectors = append(q.Vectors, v)
		}
		for _, f := range []index.Filter{{}, {Rights: []string{"r1", "r3"}}, {Kinds: []string{"k0"}}} {
			q.Filter, q.Exact = f, false
			got, err := idx.Search(t.Context(), "c", q)
			must(t, err)
			q.Exact = true
			want, err := idx.Search(t.Context(), "c", q)
			must(t, err)
			if diff := cmp.Diff(want, got); diff != "" {
				r.Fatalf("filter %+v (-exact +sketches):\n%s", f, diff)
			}
		}
	})
}

// TestFewAreExact: a filter that leaves few points is answered exactly, whatever the margin.
func TestFewAreExact(t *testing.T) {
	d, idx := filled(t, space64, families(3, 4000, 8), Config{sketchFrom: 1000, checkpointAt: 1 << 30})
	d.collection("c").aim.Store(&aim{margin: -3}) // which passes over much
	v := families(3, 1, 8)[0].Vectors[0]
	for name, test := range map[string]struct {
		filter index.Filter
		same   bool
	}{"few": {index.Filter{Rights: []string{"r1", "r7", "r300"}}, true}, "many": {index.Filter{Kinds: []string{"logo"}}, false}, "all": {index.Filter{}, false}} {
		q := index.Query{Space: space64, Vectors: [][]float32{v}, Limit: 24, Filter: test.filter}
		got, err := idx.Search(t.Context(), "c", q)
		must(t, err)
		q.Exact = true
		want, err := idx.Search(t.Context(), "c", q)
		must(t, err)
		if same := cmp.Equal(want, got); same != test.same {
			t.Errorf("%s: the answer is exact: %v, want %v", name, same, test.same)
		}
	}
}

// TestMargin: the margin that is worked out from trials finds the share that was asked for, of other trials of the same kind.
func TestMargin(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(n int) []trial {
		trials := make([]trial, n)
		for i := range trials {
			e := 0.5 * random.NormFloat64()
			trials[i] = trial{error: float32(e), need: float32(e - math.Abs(random.NormFloat64()))}
		}
		return trials
	}
	for _, recall := range []float64{0.95, 0.99, 0.999} {
		margin, found := marginFor(draw(1000), recall), 0
		const n = 200_000
		for _, x := range draw(n) {
			if x.need <= margin {
				found++
			}
		}
		if got := float64(found) / n; got < recall-0.25*(1-recall) || 1-got < 0.3*(1-recall) {
			t.Errorf("margin %v finds %v, asked for %v", margin, got, recall)
		}
	}
}
