//go:build bench

package bench

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
	"time"

	"github.com/viterin/vek/vek32"

	"touchstone/index"
	"touchstone/index/local"
)

var (
	million = flag.Int("vectors", 1_000_000, "how many vectors the large index has")
	graph   = flag.Int("graph", 100_000, "how many vectors faiss's graph is built of; more takes minutes")
)

// A catalogue is vectors of one kind, and queries of the same kind.
type catalogue struct {
	name    string
	flat    []float32
	queries [][]float32
}

// catalogues makes the two kinds: families of 4 to 24 near-identical vectors (cosine 0.9 to the middle), as the views of a product,
// asked for by one more of the kind; and vectors of random direction, where the nearest are hardly nearer than all others.
func catalogues(n, queries int) []catalogue {
	random := rand.New(rand.NewPCG(11, 12))
	near := func(middle []float32) []float32 {
		v := make([]float32, searchDimension)
		for k := range v {
			v[k] = middle[k] + float32(0.043*random.NormFloat64())
		}
		vek32.MulNumber_Inplace(v, float32(1/math.Sqrt(float64(vek32.Dot(v, v)))))
		return v
	}
	families := catalogue{name: "families"}
	middles := unitVectors(n/14+queries+24, searchDimension, 13)
	var own [][]float32
	for len(families.flat) < n*searchDimension {
		middle := middles[:searchDimension]
		middles, own = middles[searchDimension:], append(own, middle)
		if len(middles) == 0 {
			middles = unitVectors(1000, searchDimension, random.Uint64())
		}
		for range 4 + random.IntN(21) {
			families.flat = append(families.flat, near(middle)...)
		}
	}
	families.flat = families.flat[:n*searchDimension]
	hard := catalogue{name: "random", flat: unitVectors(n, searchDimension, 14)}
	asked := unitVectors(queries, searchDimension, 15)
	for i := range queries {
		families.queries = append(families.queries, near(own[random.IntN(max(1, min(len(own), n/1000*40)))]))
		hard.queries = append(hard.queries, asked[i*searchDimension:(i+1)*searchDimension])
	}
	return []catalogue{families, hard}
}

// opened is an index on disk, with nothing going on in the background.
func opened(t *testing.T, dir string) *index.Index {
	t.Helper()
	idx, err := local.Open(dir, local.Config{})
	must(t, err)
	return idx
}

// grow writes the vectors from one number to before another, seven points to a right and one in a hundred of the holder that a filter keeps.
func grow(t *testing.T, idx *index.Index, flat []float32, from, to int) {
	t.Helper()
	var points []index.Point
	for i := from; i < to; i++ {
		points = append(points, index.Point{
			ID: fmt.Sprintf("reference-%010d", i), Vectors: [][]float32{flat[i*searchDimension : (i+1)*searchDimension]},
			Payload: index.Payload{Right: fmt.Sprint("right-", i/7), Kind: "design", Holder: fmt.Sprint("holder-", i/7%100), Active: true},
		})
		if len(points) == 10_000 || i == to-1 {
			must(t, idx.Upsert(t.Context(), "c", searchSpace, points))
			points = points[:0]
		}
	}
}

// TestBenchIndex lets an index grow to a million vectors of 128 numbers, of either kind, and measures at each size.
func TestBenchIndex(t *testing.T) {
	out := figures.table("Embedded index as it grows, 128 dimensions, ten nearest, one core",
		"data", "vectors", "recall@10", "search ms", "exact ms", "bare loop ms", "bare / search", "exact / search", "search again ms", "eleven at once ms", "eleven at once / one", "eleven / again", "B a vector", "/ (floats+bits)")
	out.note("Processor time of a query vector, mean of the queries, each the least of %d rounds in turns: as in a service, where models run between two searches, what is searched comes from memory. Again is the same search, the same query over and over, with what the caches kept of it. Exact is the same search with Query.Exact.", *rounds)
	opening := figures.table("Opening the index from disk", "data", "vectors", "wall s", "cpu s", "first search ms", "resident B a vector", "/ (floats+bits)", "after searches", "filter of 1 % ms", "unfiltered / 10 + 1 ms", "how it searches")
	opening.note("Resident is anonymous memory (RssAnon): segments are read, not mapped, so nothing of them is in file pages. The index was compacted before it was closed; one that is closed in the midst of writing also replays up to 64 MiB of log, and garbage of that is given back some minutes later.")
	for _, kind := range catalogues(*million, 22) {
		dir := filepath.Join(t.TempDir(), kind.name)
		idx := opened(t, dir)
		must(t, idx.Create(t.Context(), "c", searchSpace))
		before := 0
		for _, n := range []int{1_000, 10_000, 100_000, *million} {
			grow(t, idx, kind.flat, before, n)
			before = n
			_, err := idx.Compact(t.Context(), "c")
			must(t, err)
			must(t, idx.Close())
			if n < *million {
				idx = opened(t, dir)
				compareIndex(t, out, idx, kind, n)
				continue
			}
			openLarge(t, opening, out, dir, kind)
		}
		if kind.name == "families" {
			peerFaiss(t, dir, kind)
		}
		must(t, os.RemoveAll(dir))
	}
}

// openLarge measures the opening of the finished index, and then the index.
func openLarge(t *testing.T, opening, out *table, dir string, kind catalogue) {
	t.Helper()
	debug.FreeOSMemory()
	resting, err := usageOf(os.Getpid())
	must(t, err)
	cpu, err := ownCPU()
	must(t, err)
	begin := time.Now()
	idx := opened(t, dir)
	wall := time.Since(begin)
	after, err := ownCPU()
	must(t, err)
	first := processorTime(t, 1, func() { ask(t, idx, index.Query{Vectors: kind.queries[:1]}) })
	open, err := usageOf(os.Getpid())
	must(t, err)
	compareIndex(t, out, idx, kind, *million)
	debug.FreeOSMemory()
	searched, err := usageOf(os.Getpid())
	must(t, err)
	filtered, plain := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
	for range 2 * *rounds {
		q := index.Query{Vectors: kind.queries[:1], Filter: index.Filter{Holders: []string{"holder-17"}}}
		filtered = min(filtered, processorTime(t, 5, func() { ask(t, idx, q) }))
		plain = min(plain, processorTime(t, 5, func() { ask(t, idx, index.Query{Vectors: kind.queries[:1], Exact: true}) }))
	}
	infos, err := idx.Collections(t.Context())
	must(t, err)
	opening.add(kind.name, *million, wall.Seconds(), (after - cpu).Seconds(), first.Seconds()*1000, each(open, resting), each(open, resting)/floatsAndBits, each(searched, resting),
		filtered.Seconds()*1000, plain.Seconds()*100+1, infos[0].Search)
	must(t, idx.Close())
}

// floatsAndBits is the bytes of a vector's numbers and of one bit for each.
const floatsAndBits = 4*searchDimension + searchDimension/8

// each is how many bytes of anonymous memory came to a process for each vector.
func each(now, before usage) float64 {
	return float64(now.anonymous-before.anonymous) / float64(*million)
}

// ask searches for the ten nearest.
func ask(t *testing.T, idx *index.Index, q index.Query) [][]index.Hit {
	t.Helper()
	q.Space, q.Limit = searchSpace, 10
	hits, err := idx.Search(t.Context(), "c", q)
	must(t, err)
	return hits
}

// compareIndex measures an index of n vectors against itself asked exactly, and the bare loop.
func compareIndex(t *testing.T, out *table, idx *index.Index, kind catalogue, n int) {
	t.Helper()
	found, most := 0, len(kind.queries)
	var sum [5]time.Duration // one query, exact, eleven at once, bare loop, one again
	repeats := max(1, 50_000/n)
	for i, q := range kind.queries {
		var got, want [][]index.Hit
		one, exact := index.Query{Vectors: [][]float32{q}}, index.Query{Vectors: [][]float32{q}, Exact: true}
		eleven := index.Query{Vectors: kind.queries[i/11*11 : i/11*11+11]}
		turns := [...]func(){
			func() { got = ask(t, idx, one) },
			func() { want = ask(t, idx, exact) },
			func() { ask(t, idx, eleven) },
			func() { bareSearch(kind.flat[:n*searchDimension], one.Vectors) },
		}
		var least [len(sum)]time.Duration
		for round := range *rounds {
			for k, work := range turns {
				measured(&least[k], round, processorTime(t, repeats, work))
			}
		}
		for round := range *rounds {
			measured(&least[4], round, processorTime(t, repeats, turns[0]))
		}
		for k := range sum {
			sum[k] += least[k]
		}
		found += common(got[0], want[0])
	}
	search, exact, eleven, bare, again := sum[0], sum[1], sum[2], sum[3], sum[4]
	infos, err := idx.Collections(t.Context())
	must(t, err)
	bytes := float64(infos[0].Bytes) / float64(n)
	ms := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(most) }
	out.add(kind.name, n, float64(found)/float64(10*most), ms(search), ms(exact), ms(bare), float64(bare)/float64(search),
		float64(exact)/float64(search), ms(again), ms(eleven), float64(eleven)/float64(search), float64(eleven)/float64(again), bytes, bytes/floatsAndBits)
}

// measured keeps the least of some rounds.
func measured(least *time.Duration, round int, took time.Duration) {
	if round == 0 || took < *least {
		*least = took
	}
}

// common counts the hits that two lists share.
func common(a, b []index.Hit) int {
	in, n := map[string]bool{}, 0
	for _, h := range b {
		in[h.ID] = true
	}
	for _, h := range a {
		if in[h.ID] {
			n++
		}
	}
	return n
}
