//go:build bench

package bench

import (
	"context"
	"database/sql"
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"touchstone/index"
	"touchstone/index/local"
)

// TestBenchIndexWrite writes 100,000 points durably, a thousand at a time, beside the same rows in SQLite, and looks how readers fare meanwhile.
func TestBenchIndexWrite(t *testing.T) {
	const n, batch, readers = 100_000, 1_000, 8
	out := figures.table("Durable writing of 100,000 points of 128 numbers, 1,000 at a time", "what", "wall s", "cpu s", "/ SQLite cpu")
	flat := unitVectors(2*n, searchDimension, 21)
	dir := t.TempDir()
	idx := opened(t, filepath.Join(dir, "index"))
	must(t, idx.Create(t.Context(), "c", searchSpace))
	grow(t, idx, flat, 0, n)
	must(t, idx.Close())
	idx = opened(t, filepath.Join(dir, "index"))
	defer idx.Close()
	quiet := readersBeside(t, idx, readers, func() { time.Sleep(15 * time.Second) })
	write := func() {
		for at := n; at < 2*n; at += batch {
			grow(t, idx, flat, at, at+batch)
		}
	}
	busy := readersBeside(t, idx, readers, write)
	must(t, idx.Delete(t.Context(), "c", []string{"reference-0000000001"}))
	lone := opened(t, filepath.Join(dir, "lone"))
	must(t, lone.Create(t.Context(), "c", searchSpace))
	ownWall, ownTime := timed(t, func() {
		for at := 0; at < n; at += batch {
			grow(t, lone, flat, at, at+batch)
		}
		must(t, lone.Close())
	})
	theirWall, theirTime := timed(t, func() { sqliteRows(t, filepath.Join(dir, "rows.db"), flat[:n*searchDimension], batch) })
	out.add("index/local, segments written and merged", ownWall.Seconds(), ownTime.Seconds(), float64(ownTime)/float64(theirTime))
	out.add("SQLite, one transaction a batch", theirWall.Seconds(), theirTime.Seconds(), 1.0)
	out.note("SQLite: id, payload and vector as a blob, primary key on the id, WAL, synchronous=FULL.")
	reads := figures.table("Eight readers of 100,000 points while as many are written", "readers", "p50 ms", "p99 ms", "p99 / quiet")
	for _, r := range []struct {
		name string
		h    *hdrhistogram.Histogram
	}{{"nobody writes", quiet}, {"a writer without pause", busy}} {
		reads.add(r.name, float64(r.h.ValueAtQuantile(50))/1000, float64(r.h.ValueAtQuantile(99))/1000,
			float64(r.h.ValueAtQuantile(99))/float64(quiet.ValueAtQuantile(99)))
	}
	reads.note("Wall time of single searches on %d cores that other work shares.", runtime.NumCPU())
}

func timed(t *testing.T, work func()) (wall, cpu time.Duration) {
	t.Helper()
	begin := time.Now()
	cpu = processorTime(t, 1, work)
	return time.Since(begin), cpu
}

// readersBeside searches without pause until work has ended, and returns how long single searches took, in µs.
func readersBeside(t *testing.T, idx *index.Index, readers int, work func()) *hdrhistogram.Histogram {
	t.Helper()
	asked := unitVectors(64, searchDimension, 22)
	var group sync.WaitGroup
	var stop atomic.Bool
	all := make([]*hdrhistogram.Histogram, readers)
	for r := range readers {
		all[r] = hdrhistogram.New(1, 60_000_000, 3)
		group.Go(func() {
			for i := r; !stop.Load(); i++ {
				v := asked[i%64*searchDimension : (i%64+1)*searchDimension]
				begin := time.Now()
				ask(t, idx, index.Query{Vectors: [][]float32{v}})
				must(t, all[r].RecordValue(time.Since(begin).Microseconds()))
			}
		})
	}
	work()
	stop.Store(true)
	group.Wait()
	for _, h := range all[1:] {
		all[0].Merge(h)
	}
	return all[0]
}

// sqliteRows writes vectors as rows, durably.
func sqliteRows(t *testing.T, path string, flat []float32, batch int) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	must(t, err)
	defer db.Close()
	_, err = db.Exec("CREATE TABLE points (id TEXT PRIMARY KEY, right TEXT, vector BLOB) WITHOUT ROWID")
	must(t, err)
	for at := 0; at < len(flat); at += batch * searchDimension {
		tx, err := db.BeginTx(context.Background(), nil)
		must(t, err)
		insert, err := tx.Prepare("INSERT INTO points VALUES (?, ?, ?)")
		must(t, err)
		for i := range batch {
			v := flat[at+i*searchDimension : at+(i+1)*searchDimension]
			blob := make([]byte, 0, 4*len(v))
			for _, x := range v {
				blob = binary.LittleEndian.AppendUint32(blob, math.Float32bits(x))
			}
			n := at/searchDimension + i
			_, err := insert.Exec(fmt.Sprintf("reference-%010d", n), fmt.Sprint("right-", n/7), blob)
			must(t, err)
		}
		must(t, tx.Commit())
	}
}

var sweepListings = flag.Int("sweep", 1_000_000, "listings of ten vectors that a sweep goes over; less where memory is short")

// TestBenchSweep searches a new right's vector among all listings, ten regions each.
func TestBenchSweep(t *testing.T) {
	out := figures.table("Sweep: one new vector over all listings with ten regions each", "listings", "vectors", "hits wanted", "search cpu s", "B a vector", "index GB", "fill cpu s")
	const regions = 10
	n := *sweepListings
	if room := available(t); room < int64(n)*regions*1000 {
		n = int(room / regions / 1000)
		out.note("%.0f GiB of memory are free, so there are fewer listings than asked for.", float64(room)/(1<<30))
	}
	idx, err := local.Open("", local.Config{})
	must(t, err)
	defer idx.Close()
	must(t, idx.Create(t.Context(), "c", searchSpace))
	base := unitVectors(4096, searchDimension, 31)
	filling := processorTime(t, 1, func() { listings(t, idx, base, n, regions) })
	best := time.Duration(math.MaxInt64)
	for range *rounds {
		best = min(best, processorTime(t, 1, func() {
			_, err := idx.Search(t.Context(), "c", index.Query{Space: searchSpace, Limit: index.MaxLimit, Vectors: [][]float32{base[:searchDimension]}})
			must(t, err)
		}))
	}
	infos, err := idx.Collections(t.Context())
	must(t, err)
	out.add(infos[0].Points, infos[0].Vectors, index.MaxLimit, best.Seconds(), float64(infos[0].Bytes)/float64(infos[0].Vectors), float64(infos[0].Bytes)/1e9, filling.Seconds())
}

// listings writes points whose vectors are cheap to make: sums of two of some vectors.
func listings(t *testing.T, idx *index.Index, base []float32, n, regions int) {
	t.Helper()
	count := len(base) / searchDimension
	var points []index.Point
	for i := range n {
		p := index.Point{ID: fmt.Sprintf("listing-%010d", i), Payload: index.Payload{Kind: "listing", Active: true}}
		for r := range regions {
			a, b := (i*7+r*13)%count, (i/count*31+r*101+i)%count
			v := slices.Clone(base[a*searchDimension : (a+1)*searchDimension])
			for k, x := range base[b*searchDimension : (b+1)*searchDimension] {
				v[k] += 0.7 * x
			}
			p.Vectors = append(p.Vectors, v)
		}
		if points = append(points, p); len(points) == 2_000 || i == n-1 {
			must(t, idx.Upsert(t.Context(), "c", searchSpace, points))
			points = points[:0]
		}
	}
}

// available is how much memory the system could give.
func available(t *testing.T) int64 {
	t.Helper()
	data, err := os.ReadFile("/proc/meminfo")
	must(t, err)
	for line := range strings.Lines(string(data)) {
		var kib int64
		if _, err := fmt.Sscanf(line, "MemAvailable: %d kB", &kib); err == nil {
			return kib << 10
		}
	}
	return 0
}
