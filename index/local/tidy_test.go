package local

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"touchstone/index"
)

var space128 = index.Space{Pack: "test", Version: "1", Output: "copy", Dimension: 128, Metric: index.Cosine}

// catalogue makes points as a registry has them: one vector each, seven to a right.
func catalogue(n int) []index.Point {
	random := rand.New(rand.NewPCG(1, 2))
	points := make([]index.Point, n)
	for i := range points {
		v := make([]float32, 128)
		for k := range v {
			v[k] = float32(random.NormFloat64())
		}
		points[i] = index.Point{ID: fmt.Sprintf("reference-%010d", i), Vectors: [][]float32{v},
			Payload: index.Payload{Right: fmt.Sprint("right-", i/7), Kind: "design", Holder: fmt.Sprint("holder-", i/70), Active: true}}
	}
	return points
}

// onDisk opens a folder with one collection.
func onDisk(t *testing.T, dir string) (*driver, *index.Index) {
	t.Helper()
	d, err := openDriver(dir, completed(Config{}))
	must(t, err)
	idx := index.New(d)
	t.Cleanup(func() { idx.Close() })
	must(t, idx.Create(t.Context(), "c", space128))
	return d, idx
}

// TestOpenTidies: what a log of some size holds is brought into segments when the folder is opened, so that even a small collection takes
// little memory: at most 1.2 times its numbers and a bit for each.
func TestOpenTidies(t *testing.T) {
	for _, n := range []int{1000, 10_000} {
		dir := t.TempDir()
		_, idx := onDisk(t, dir)
		points := catalogue(n)
		for some := range slices.Chunk(points, 1000) {
			must(t, idx.Upsert(t.Context(), "c", space128, some))
		}
		must(t, idx.Close())
		d, idx := onDisk(t, dir)
		d.idle()
		v := d.collection("c").view.Load()
		if len(v.parts) == 0 || len(v.tails) != 1 || v.tails[0].points != 0 {
			t.Errorf("%d points: %d segments, %d tails; want all in segments", n, len(v.parts), len(v.tails))
		}
		infos, err := idx.Collections(t.Context())
		must(t, err)
		if each := float64(infos[0].Bytes) / float64(n); infos[0].Points != n || each > 1.2*(4*128+128/8) {
			t.Errorf("%d points, want %d; %.0f bytes each, want at most 1.2 x (numbers and bits)", infos[0].Points, n, each)
		}
	}
}

// TestCompact: fewer dead points than a checkpoint minds are given back when it is asked for, and small segments become one.
func TestCompact(t *testing.T) {
	d, idx := onDisk(t, t.TempDir())
	points := catalogue(1000)
	for some := range slices.Chunk(points, 500) {
		must(t, idx.Upsert(t.Context(), "c", space128, some))
		must(t, d.checkpoint())
	}
	must(t, idx.Delete(t.Context(), "c", []string{points[3].ID, points[700].ID}))
	must(t, d.checkpoint())
	before := d.collection("c").view.Load()
	dead := 0
	for i := range before.parts {
		dead += before.parts[i].dead.count()
	}
	if dead != 2 {
		t.Fatalf("%d dead points in segments before it, want 2", dead)
	}
	said, err := idx.Compact(t.Context(), "c")
	must(t, err)
	after := d.collection("c").view.Load()
	if len(after.parts) != 1 || after.parts[0].dead != nil || after.parts[0].Vectors != 998 || after.memory() >= before.memory() {
		t.Errorf("after it %d segments, the first of %d vectors; %d bytes after %d (%s)", len(after.parts), after.parts[0].Vectors, after.memory(), before.memory(), said)
	}
}

// TestSketchesFollow: segments without the sketches of today, as an earlier format left them, are searched exactly and written anew by the next
// checkpoint; and a margin that was measured on those is measured again.
func TestSketchesFollow(t *testing.T) {
	dir := t.TempDir()
	d, idx := onDisk(t, dir)
	c := d.collection("c")
	rotation := c.rotation
	c.rotation = nil
	c.aim.Store(&aim{margin: 1.6, recall: 0.999, queries: 64, vectors: 500})
	must(t, idx.Upsert(t.Context(), "c", space128, catalogue(500)))
	must(t, d.checkpoint())
	c.rotation = rotation
	if d.collection("c").view.Load().parts[0].Sketch != nil {
		t.Fatal("there is a sketch where none was to be written")
	}
	must(t, idx.Close())
	d, idx = onDisk(t, dir)
	if a := d.collection("c").aim.Load(); a.queries != 0 || a.margin != theoreticalMargin {
		t.Errorf("the aim of an earlier format is kept: %+v", *a)
	}
	hits, err := idx.Search(t.Context(), "c", index.Query{Space: space128, Vectors: catalogue(3)[2].Vectors, Limit: 1})
	must(t, err)
	if len(hits[0]) != 1 || hits[0][0].ID != catalogue(3)[2].ID {
		t.Errorf("found %v", hits)
	}
	must(t, d.checkpoint())
	if v := d.collection("c").view.Load(); len(v.parts) != 1 || v.parts[0].Sketch == nil {
		t.Errorf("%d segments after a checkpoint, and the first has no sketch", len(v.parts))
	}
}
