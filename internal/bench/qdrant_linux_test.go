//go:build bench

package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"touchstone/index"
	"touchstone/index/qdrant"
)

// TestBenchQdrant measures a real Qdrant at QDRANT_ADDR on hard random data: recall of the first ten by the width of the search, and
// its time.
func TestBenchQdrant(t *testing.T) {
	host, port, err := net.SplitHostPort(os.Getenv("QDRANT_ADDR"))
	if err != nil {
		t.Logf("QDRANT_ADDR is not set to host:port of a Qdrant: nothing is measured here (%v)", err)
		return
	}
	number, err := strconv.Atoi(port)
	must(t, err)
	const n, dimension, queries = 50_000, 128, 100
	r := rand.New(rand.NewPCG(11, 11))
	data := make([][]float32, n)
	for i := range data {
		data[i] = unit(r, dimension)
	}
	asked, best := make([][]float32, queries), make([][]string, queries)
	for i := range asked {
		asked[i] = unit(r, dimension)
		best[i] = nearest(data, asked[i], 10)
	}
	space := index.Space{Pack: "bench", Version: "1", Output: "random", Dimension: dimension, Metric: index.Cosine}
	cfg := qdrant.Config{Host: host, Port: number, Prefix: "bench.", WriteTimeout: 5 * time.Minute, Timeout: time.Minute}
	fill, err := qdrant.Open(t.Context(), cfg)
	must(t, err)
	defer fill.Close()
	must(t, fill.Drop(t.Context(), "random"))
	must(t, fill.Create(t.Context(), "random", space))
	begin := time.Now()
	for at := 0; at < n; at += 1000 {
		points := make([]index.Point, 1000)
		for i := range points {
			points[i] = index.Point{ID: fmt.Sprintf("p%06d", at+i), Payload: index.Payload{Right: "r", Kind: "design", Active: true}, Vectors: [][]float32{data[at+i]}}
		}
		must(t, fill.Upsert(t.Context(), "random", space, points))
	}
	wrote := time.Since(begin)
	table := figures.table(fmt.Sprintf("A real Qdrant: %d random vectors of %d, written in %.0f s", n, dimension, wrote.Seconds()), "search width", "oversampling", "recall of 10", "ms a query")
	table.note("Graph with 32 links and 256 candidates at building, one byte a number with rescore, as the driver makes collections.")
	time.Sleep(*qdrantSettles) // the server builds its graph by itself
	for _, width := range []int{64, 128, 256, 512, 1024} {
		c := cfg
		c.SearchEf = width
		x, err := qdrant.Open(t.Context(), c)
		must(t, err)
		found, start := 0, time.Now()
		for i, q := range asked {
			hits, err := x.Search(t.Context(), "random", index.Query{Space: space, Vectors: [][]float32{q}, Limit: 10})
			must(t, err)
			for _, h := range hits[0] {
				if slices.Contains(best[i], h.ID) {
					found++
				}
			}
		}
		took := time.Since(start)
		table.add(width, 3, float64(found)/(10*queries), took.Seconds()*1000/queries)
		must(t, x.Close())
	}
	must(t, fill.Drop(t.Context(), "random"))
}

func unit(r *rand.Rand, n int) []float32 {
	v, sum := make([]float32, n), 0.0
	for i := range v {
		v[i] = float32(r.NormFloat64())
		sum += float64(v[i]) * float64(v[i])
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(sum))
	}
	return v
}

// nearest are the IDs of the exact best.
func nearest(data [][]float32, q []float32, k int) []string {
	type scored struct {
		at  int
		dot float32
	}
	all := make([]scored, len(data))
	for i, v := range data {
		var dot float32
		for j := range v {
			dot += v[j] * q[j]
		}
		all[i] = scored{i, dot}
	}
	slices.SortFunc(all, func(a, b scored) int {
		if a.dot > b.dot {
			return -1
		}
		return 1
	})
	out := make([]string, k)
	for i := range out {
		out[i] = fmt.Sprintf("p%06d", all[i].at)
	}
	return out
}
