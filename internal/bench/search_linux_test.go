//go:build bench

package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/viterin/vek/vek32"

	"touchstone/index"
	"touchstone/index/local"
)

const searchDimension = 128

// unitVectors gives n vectors of random direction, one after the other.
func unitVectors(n, dimension int, seed uint64) []float32 {
	random := rand.New(rand.NewPCG(seed, 2))
	flat := make([]float32, n*dimension)
	for at := 0; at < len(flat); at += dimension {
		v := flat[at : at+dimension]
		var square float64
		for i := range v {
			v[i] = float32(random.NormFloat64())
			square += float64(v[i]) * float64(v[i])
		}
		vek32.MulNumber_Inplace(v, float32(1/math.Sqrt(square)))
	}
	return flat
}

// bareSearch is the least that an exact search does: every dot product, the best kept.
func bareSearch(flat []float32, queries [][]float32) (best []float32) {
	best = make([]float32, len(queries))
	for i, q := range queries {
		best[i] = -2
		for at := 0; at < len(flat); at += len(q) {
			best[i] = max(best[i], vek32.Dot(flat[at:at+len(q)], q))
		}
	}
	return best
}

// TestBenchSearch measures the exact search of the embedded index for one query vector (a picture as a whole) and for eleven (a
// picture and ten parts of it).
func TestBenchSearch(t *testing.T) {
	out := figures.table("Exact search, index/local, 128 dimensions, ten best of each query vector, one core",
		"points", "query vectors", "search ms", "bare loop ms", "search / bare loop")
	out.note("Processor time of one search, least of %d rounds in turns; the bare loop is vek32.Dot over the same floats, the best kept.", 2**rounds)
	for _, n := range []int{1_000, 10_000, 100_000} {
		flat := unitVectors(n, searchDimension, uint64(n))
		idx := filled(t, flat)
		for _, vectors := range []int{1, 11} {
			search, bare := searchRound(t, idx, flat, vectors, max(3, 1_000_000/(n*vectors)))
			out.add(n, vectors, search.Seconds()*1000, bare.Seconds()*1000, float64(search)/float64(bare))
		}
		must(t, idx.Close())
	}
}

var searchSpace = index.Space{Pack: "bench", Version: "1", Output: "copy", Dimension: searchDimension, Metric: index.Cosine}

// filled is an index in memory that holds the vectors, seven points to a right.
func filled(t *testing.T, flat []float32) *index.Index {
	t.Helper()
	idx, err := local.Open("", local.Config{})
	must(t, err)
	must(t, idx.Create(t.Context(), "c", searchSpace))
	var points []index.Point
	n := len(flat) / searchDimension
	for i := range n {
		points = append(points, index.Point{
			ID: fmt.Sprintf("ref-%06d", i), Vectors: [][]float32{flat[i*searchDimension : (i+1)*searchDimension]},
			Payload: index.Payload{Right: fmt.Sprint("right-", i/7), Kind: "design", Holder: fmt.Sprint("holder-", i/70), Active: true},
		})
		if len(points) == 5_000 || i == n-1 {
			must(t, idx.Upsert(t.Context(), "c", searchSpace, points))
			points = points[:0]
		}
	}
	return idx
}

// searchRound gives the least processor time of a search and of the bare loop. Both must find the same.
func searchRound(t *testing.T, idx *index.Index, flat []float32, vectors, repeats int) (search, bare time.Duration) {
	t.Helper()
	q := index.Query{Space: searchSpace, Limit: 10, Exact: true, Filter: index.Filter{ActiveOnly: true, At: time.Now()}}
	asked := unitVectors(vectors, searchDimension, 99)
	for at := 0; at < len(asked); at += searchDimension {
		q.Vectors = append(q.Vectors, asked[at:at+searchDimension])
	}
	var hits [][]index.Hit
	var best []float32
	search, bare = math.MaxInt64, math.MaxInt64
	for range 2 * *rounds {
		search = min(search, processorTime(t, repeats, func() {
			var err error
			hits, err = idx.Search(t.Context(), "c", q)
			must(t, err)
		}))
		bare = min(bare, processorTime(t, repeats, func() { best = bareSearch(flat, q.Vectors) }))
	}
	for i := range best {
		if len(hits[i]) != 10 || math.Abs(float64(hits[i][0].Score-best[i])) > 1e-5 {
			t.Fatalf("query vector %d: %d hits, the best at %v; the bare loop found %v", i, len(hits[i]), hits[i], best[i])
		}
	}
	return search, bare
}

// processorTime is what one of several calls takes of this process.
func processorTime(t *testing.T, calls int, work func()) time.Duration {
	t.Helper()
	before, err := ownCPU()
	must(t, err)
	for range calls {
		work()
	}
	after, err := ownCPU()
	must(t, err)
	return (after - before) / time.Duration(calls)
}
