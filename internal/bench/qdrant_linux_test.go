//go:build bench

package bench

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	client "github.com/qdrant/go-client/qdrant"

	"touchstone/index"
	"touchstone/index/qdrant"
)

// qdrantWidths are the search widths that each size is measured at; the driver's default is among them.
var qdrantWidths = []int{256, 512, 1024}

// TestBenchQdrant grows one collection of hard random data in a real Qdrant at QDRANT_ADDR through the sizes of -qdrant-points. At each,
// with the graph built: recall of the first ten against the exact answer and time, by the width of the search, and with -qdrant-pids and
// -qdrant-data what the servers took. From these it says what a point more costs.
func TestBenchQdrant(t *testing.T) {
	host, port, err := net.SplitHostPort(os.Getenv("QDRANT_ADDR"))
	if err != nil {
		t.Logf("QDRANT_ADDR is not set to host:port of a Qdrant: nothing is measured here (%v)", err)
		return
	}
	number, err := strconv.Atoi(port)
	must(t, err)
	sizes, pids := numbers(t, *qdrantPoints), numbers(t, *qdrantPids)
	const dimension, queries = 128, 100
	r := rand.New(rand.NewPCG(11, 11))
	asked := make([][]float32, queries)
	for i := range asked {
		asked[i] = unit(r, dimension)
	}
	space := index.Space{Pack: "bench", Version: "1", Output: "random", Dimension: dimension, Metric: index.Cosine}
	cfg := qdrant.Config{Host: host, Port: number, Prefix: "bench.", WriteTimeout: 5 * time.Minute, Timeout: time.Minute, Shards: *qdrantShards, Replicas: *qdrantReplicas}
	fill, err := qdrant.Open(t.Context(), cfg)
	must(t, err)
	defer fill.Close()
	server, err := client.NewClient(&client.Config{Host: host, Port: number})
	must(t, err)
	defer server.Close()
	must(t, fill.Drop(t.Context(), "random"))
	must(t, fill.Create(t.Context(), "random", space))
	table := figures.table(fmt.Sprintf("A real Qdrant: random vectors of %d, %d servers, %d shards, %d copies (0: its default)", dimension, max(1, len(pids)), *qdrantShards, *qdrantReplicas),
		"points", "search width", "recall of 10", "ms a query", "CPU ms a query", "resident MB", "anonymous MB", "disk MB", "CPU s to write and build")
	table.note("Graph with 32 links and 256 candidates at building, one byte a number with rescore, as the driver makes collections.")
	var data [][]float32
	var resident, disk []float64
	for _, n := range sizes {
		before, err := usageOf(pids...)
		must(t, err)
		for len(data) < n {
			points := make([]index.Point, 1000)
			for i := range points {
				data = append(data, unit(r, dimension))
				points[i] = index.Point{ID: fmt.Sprintf("p%07d", len(data)-1), Payload: index.Payload{Right: fmt.Sprintf("r%d", len(data)/5), Kind: "design", Active: true}, Vectors: [][]float32{data[len(data)-1]}}
			}
			must(t, fill.Upsert(t.Context(), "random", space, points))
		}
		settle(t, server, "bench.random~")
		built, err := usageOf(pids...)
		must(t, err)
		resident = append(resident, float64(built.resident))
		disk = append(disk, float64(folders(t, *qdrantData)))
		best := make([][]string, queries)
		for i, q := range asked {
			best[i] = nearest(data, q, 10)
		}
		for _, width := range qdrantWidths {
			c := cfg
			c.SearchEf = width
			recall, clock, cpu := askQdrant(t, c, space, asked, best, pids)
			t.Logf("%d points, width %d: recall %.4f, %.2f ms, %.2f ms CPU; %.0f MB resident, %.0f MB on the disk", n, width, recall, clock, cpu, float64(built.resident)/1e6, disk[len(disk)-1]/1e6)
			table.add(n, width, recall, clock, cpu, float64(built.resident)/1e6, float64(built.anonymous)/1e6, disk[len(disk)-1]/1e6, (built.cpu - before.cpu).Seconds())
		}
	}
	points := make([]float64, len(sizes))
	for i, n := range sizes {
		points[i] = float64(n)
	}
	for _, m := range []struct {
		name   string
		values []float64
	}{{"memory", resident}, {"disk", disk}} {
		if base, slope := line(points, m.values); len(sizes) > 1 && slope != 0 {
			table.note("%s: %.0f MB and %.0f bytes a point, by least squares; a million points would take %.0f MB.", m.name, base/1e6, slope, (base+slope*1e6)/1e6)
		}
	}
	must(t, fill.Drop(t.Context(), "random"))
}

// askQdrant asks every query once to warm up and once for the figures.
func askQdrant(t *testing.T, c qdrant.Config, space index.Space, asked [][]float32, best [][]string, pids []int) (recall, clockMS, cpuMS float64) {
	x, err := qdrant.Open(t.Context(), c)
	must(t, err)
	defer x.Close()
	var took, cpu time.Duration
	found := 0
	for range 2 {
		before, err := usageOf(pids...)
		must(t, err)
		found = 0
		start := time.Now()
		for i, q := range asked {
			hits, err := x.Search(t.Context(), "random", index.Query{Space: space, Vectors: [][]float32{q}, Limit: 10})
			must(t, err)
			for _, h := range hits[0] {
				if slices.Contains(best[i], h.ID) {
					found++
				}
			}
		}
		took = time.Since(start)
		after, err := usageOf(pids...)
		must(t, err)
		cpu = after.cpu - before.cpu
	}
	n := float64(len(asked))
	return float64(found) / (10 * n), took.Seconds() * 1000 / n, cpu.Seconds() * 1000 / n
}

// settle waits until the server has built the graph of the collection with that prefix: it says green, and a second later still.
func settle(t *testing.T, server *client.Client, prefix string) {
	names, err := server.ListCollections(t.Context())
	must(t, err)
	at := slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(name, prefix) })
	if at < 0 {
		t.Fatalf("the server has no collection %s...", prefix)
	}
	green := 0
	for begin := time.Now(); green < 3; time.Sleep(time.Second) {
		info, err := server.GetCollectionInfo(t.Context(), names[at])
		must(t, err)
		green++
		if info.GetStatus() != client.CollectionStatus_Green {
			green = 0
		}
		if time.Since(begin) > *qdrantSettles {
			t.Fatalf("the graph is not built after %s: %s, %d of %d vectors indexed", *qdrantSettles, info.GetStatus(), info.GetIndexedVectorsCount(), info.GetPointsCount())
		}
	}
}

// numbers reads integers between commas.
func numbers(t *testing.T, list string) (out []int) {
	for word := range strings.SplitSeq(list, ",") {
		if word == "" {
			continue
		}
		n, err := strconv.Atoi(word)
		must(t, err)
		out = append(out, n)
	}
	return out
}

// folders is the size of all files below folders, in bytes that are really on the disk: Qdrant makes files longer than what they hold.
func folders(t *testing.T, list string) (sum int64) {
	for root := range strings.SplitSeq(list, ",") {
		if root == "" {
			continue
		}
		must(t, filepath.WalkDir(root, func(_ string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // segments come and go
			}
			if err != nil || e.IsDir() {
				return err
			}
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err == nil {
				sum += info.Sys().(*syscall.Stat_t).Blocks * 512
			}
			return err
		}))
	}
	return sum
}

// line fits y = base + slope*x by least squares.
func line(x, y []float64) (base, slope float64) {
	var mx, my, xy, xx float64
	for i := range x {
		mx, my = mx+x[i]/float64(len(x)), my+y[i]/float64(len(x))
	}
	for i := range x {
		xy, xx = xy+(x[i]-mx)*(y[i]-my), xx+(x[i]-mx)*(x[i]-mx)
	}
	if xx == 0 {
		return my, 0
	}
	return my - xy/xx*mx, xy / xx
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
		out[i] = fmt.Sprintf("p%07d", all[i].at)
	}
	return out
}
