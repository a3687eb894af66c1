package local

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/viterin/vek/vek32"

	"touchstone/index"
)

var benchSpace = index.Space{Pack: "bench", Version: "1", Output: "copy", Dimension: 128, Metric: index.Cosine}

// randomVectors returns n vectors of 128 numbers; the same each time.
func randomVectors(n int) [][]float32 {
	rnd := rand.New(rand.NewPCG(1, 2))
	vectors := make([][]float32, n)
	for i := range vectors {
		vectors[i] = make([]float32, 128)
		for k := range vectors[i] {
			vectors[i][k] = float32(rnd.NormFloat64())
		}
	}
	return vectors
}

// fill writes n points; two in five belong to right r0.
func fill(b *testing.B, idx *index.Index, n int) {
	b.Helper()
	must(b, idx.Create(b.Context(), "c", benchSpace))
	var points []index.Point
	for i, v := range randomVectors(n) {
		p := index.Point{ID: fmt.Sprintf("point-%06d", i), Vectors: [][]float32{v}}
		p.Payload = index.Payload{Right: fmt.Sprintf("r%d", max(0, i%5-1)), Kind: "logo", Holder: fmt.Sprintf("h%d", i/7), Active: true}
		if points = append(points, p); len(points) == 5000 || i == n-1 {
			must(b, idx.Upsert(b.Context(), "c", benchSpace, points))
			points = points[:0]
		}
	}
}

// busy is the processor time that this process has had: on a machine that does other things too, it compares better than time.
func busy() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// plain is what the bare loop over the same data takes: every dot product, and the best kept, for one query vector.
func plain(n int) time.Duration {
	flat := make([]float32, 0, 128*n)
	for _, v := range randomVectors(n) {
		flat = append(flat, v...)
	}
	query := flat[:128:128]
	best, rounds := float32(0), max(10, 5_000_000/n)
	begin := busy()
	for range rounds {
		for at := 0; at < len(flat); at += 128 {
			best = max(best, vek32.Dot(flat[at:at+128], query))
		}
	}
	sink = best
	return (busy() - begin) / time.Duration(rounds)
}

var sink float32

// BenchmarkSearch reports the processor time for a query vector and its ratio to the bare loop of dot products over the same data.
func BenchmarkSearch(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		idx := mustOpen(b, "", Config{})
		fill(b, idx, n)
		for _, queries := range []int{1, 11} {
			for name, filter := range map[string]index.Filter{"all": {}, "filtered": {Rights: []string{"r0"}, ActiveOnly: true, At: time.Now()}} {
				b.Run(fmt.Sprintf("points=%d/queries=%d/%s", n, queries, name), func(b *testing.B) {
					bare := plain(n)
					q := index.Query{Space: benchSpace, Vectors: randomVectors(queries), Limit: 20, Filter: filter}
					b.ReportAllocs()
					begin := busy()
					for b.Loop() {
						if _, err := idx.Search(b.Context(), "c", q); err != nil {
							b.Fatal(err)
						}
					}
					each := float64((busy() - begin).Nanoseconds()) / float64(b.N*queries)
					b.ReportMetric(each, "cpu-ns/query")
					b.ReportMetric(each/float64(bare.Nanoseconds()), "x-bare-loop")
				})
			}
		}
		must(b, idx.Close())
	}
}

// BenchmarkUpsert is durable writing of single points, by one caller and by many who share syncs.
func BenchmarkUpsert(b *testing.B) {
	vectors := randomVectors(1000)
	for _, callers := range []int{1, 32} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			idx := mustOpen(b, b.TempDir(), Config{})
			defer idx.Close()
			must(b, idx.Create(b.Context(), "c", benchSpace))
			var next atomic.Int64
			b.SetParallelism(callers)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := next.Add(1)
					p := index.Point{ID: fmt.Sprint("p", i), Vectors: vectors[i%1000 : i%1000+1]}
					if err := idx.Upsert(context.Background(), "c", benchSpace, []index.Point{p}); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// BenchmarkOpen reads 100,000 points from disk, and reports the memory a point takes.
func BenchmarkOpen(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "index")
	idx := mustOpen(b, dir, Config{})
	fill(b, idx, 100_000)
	infos, err := idx.Collections(b.Context())
	must(b, err)
	must(b, idx.Close())
	for b.Loop() {
		must(b, mustOpen(b, dir, Config{}).Close())
	}
	b.ReportMetric(float64(infos[0].Bytes)/100_000, "B/point")
}
