//go:build bench

package bench

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"touchstone/index"
)

// faissFigures is what faiss_peer.py prints. Times are processor time in ms, but for the building of the graph, in s.
type faissFigures struct {
	Version      string
	Flat, Flat11 float64
	Built        float64
	Graph        int
	Tried        []struct {
		EF         int
		Recall, Ms float64
	}
}

// peerFaiss measures faiss on the same vectors and queries, on one thread too.
func peerFaiss(t *testing.T, dir string, kind catalogue) {
	t.Helper()
	out := figures.table("Against faiss on one thread, the same vectors and queries, ten nearest", "vectors", "what", "recall@10", "query ms", "/ ours", "eleven ms", "/ ours")
	python := filepath.Join(root(t), ".cache/bench-venv/bin/python")
	temp := t.TempDir()
	floats(t, filepath.Join(temp, "data.f32"), kind.flat)
	floats(t, filepath.Join(temp, "queries.f32"), kind.queries...)
	var said bytes.Buffer
	if err := runIn(t, root(t), &said, python, "internal/bench/faiss_peer.py", temp, fmt.Sprint(searchDimension), fmt.Sprint(*graph)); err != nil {
		out.add("", "not measured: "+err.Error()+" (faiss-cpu must be in .cache/bench-venv)", "", "", "", "", "")
		return
	}
	lines := bytes.Split(bytes.TrimSpace(said.Bytes()), []byte("\n"))
	var f faissFigures
	must(t, json.Unmarshal(lines[len(lines)-1], &f))
	out.note("faiss-cpu %s. The graph (IndexHNSWFlat, M 16, efConstruction 80) is built of %d vectors, in %.0f s of processor time.", f.Version, f.Graph, f.Built)
	out.note("A graph looks at some hundred vectors whatever their number, so it gains as the index grows; the more of the nearest are wanted, the more " +
		"it has to look at, families that hardly touch above all. It costs about 140 B a vector and its building, and cannot delete.")
	idx := opened(t, dir)
	one, eleven, recall := ours(t, idx, kind)
	must(t, idx.Close())
	out.add(*million, "index/local", recall, one, 1.0, eleven, 1.0)
	out.add(*million, "IndexFlatIP", 1.0, f.Flat, f.Flat/one, f.Flat11, f.Flat11/eleven)
	idx = opened(t, filepath.Join(temp, "small"))
	must(t, idx.Create(t.Context(), "c", searchSpace))
	grow(t, idx, kind.flat, 0, f.Graph)
	must(t, idx.Close())
	idx = opened(t, filepath.Join(temp, "small"))
	one, eleven, recall = ours(t, idx, kind)
	must(t, idx.Close())
	out.add(f.Graph, "index/local", recall, one, 1.0, eleven, 1.0)
	for _, g := range f.Tried {
		out.add(f.Graph, fmt.Sprint("IndexHNSWFlat, ef ", g.EF), g.Recall, g.Ms, g.Ms/one, "", "")
	}
}

// ours is the processor time of a query and of eleven at once, in ms, and the recall.
func ours(t *testing.T, idx *index.Index, kind catalogue) (one, eleven, recall float64) {
	t.Helper()
	found := 0
	for _, q := range kind.queries {
		best := time.Duration(math.MaxInt64)
		var got [][]index.Hit
		for range 3 {
			best = min(best, processorTime(t, 1, func() { got = ask(t, idx, index.Query{Vectors: [][]float32{q}}) }))
		}
		one += best.Seconds() * 1000 / float64(len(kind.queries))
		found += common(got[0], ask(t, idx, index.Query{Vectors: [][]float32{q}, Exact: true})[0])
	}
	eleven = math.Inf(1)
	for range 3 {
		eleven = min(eleven, processorTime(t, 1, func() { ask(t, idx, index.Query{Vectors: kind.queries[:11]}) }).Seconds()*1000)
	}
	return one, eleven, float64(found) / float64(10*len(kind.queries))
}

// floats writes vectors to a file.
func floats(t *testing.T, path string, vectors ...[]float32) {
	t.Helper()
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	for _, v := range vectors {
		must(t, binary.Write(f, binary.LittleEndian, v))
	}
}
