package local

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/viterin/vek/vek32"

	"touchstone/index"
)

// viewIDs returns the IDs that a view holds, each with its point's number, sorted.
func viewIDs(t *testing.T, c *collection, v *view) []string {
	t.Helper()
	var ids []string
	must(t, v.each(func(r ref) error {
		p, err := v.export(r, c.space.Dimension)
		ids = append(ids, fmt.Sprint(p.ID, p.Vectors[0][0]))
		return err
	}))
	slices.Sort(ids)
	return ids
}

// TestViewsStay: a view taken before changes and checkpoints says afterwards what it said, whatever became of its files.
func TestViewsStay(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		d, err := openDriver(dir, completed(Config{}))
		must(t, err)
		idx := index.New(d)
		must(t, idx.Create(t.Context(), "c", space2))
		c := d.collection("c")
		write := func(number float32, ids ...string) {
			must(t, idx.Upsert(t.Context(), "c", space2, numbered(number, ids...)))
		}
		write(1, "a", "b", "c")
		before := c.view.Load()
		must(t, idx.Delete(t.Context(), "c", []string{"b"}))
		must(t, d.checkpoint())
		middle := c.view.Load()
		if len(middle.parts) != 1 || before.parts != nil {
			t.Fatalf("%d parts after a checkpoint, %d before", len(middle.parts), len(before.parts))
		}
		for i := range 50 {
			write(float32(i), "a", "d")
			if i%7 == 0 {
				must(t, d.checkpoint())
				runtime.GC()
			}
		}
		for _, test := range []struct {
			view *view
			want []string
		}{
			{before, []string{"a1", "b1", "c1"}},
			{middle, []string{"a1", "c1"}},
			{c.view.Load(), []string{"a49", "c1", "d49"}},
		} {
			if diff := cmp.Diff(test.want, viewIDs(t, c, test.view)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		must(t, idx.Close())
	}
}

// TestSieve: the sets of a sieve mean what the filter means.
func TestSieve(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	some := func(most int, of ...string) []string {
		var list []string
		for range rnd.IntN(most + 1) {
			list = append(list, of[rnd.IntN(len(of))])
		}
		return list
	}
	one := func(of ...string) string { return of[rnd.IntN(len(of))] }
	when := func() time.Time {
		if n := rnd.IntN(5); n > 0 {
			return time.Unix(int64(n), 0)
		}
		return time.Time{}
	}
	through := 0
	for range 20_000 {
		f := index.Filter{Rights: some(2, "a", "b", ""), Kinds: some(2, "a", "b"), Holders: some(1, "a", "b"),
			Territories: some(2, "a", "b", "c"), ActiveOnly: rnd.IntN(2) == 0, At: when()}
		p := index.Payload{Right: one("a", "b", ""), Kind: one("a", "b", "c"), Holder: one("a", "b"), Territories: some(2, "a", "b", "c", "d"),
			Active: rnd.IntN(2) == 0, From: when(), Until: when()}
		got, want := newSieve(f).matches(&p), f.Matches(p)
		if got != want {
			t.Fatalf("the sieve says %v and the filter %v: %+v %+v", got, want, f, p)
		}
		if want {
			through++
		}
		if f.Empty() && !want {
			t.Fatalf("an empty filter restricts: %+v", p)
		}
	}
	if through < 1000 || through > 19_000 {
		t.Errorf("%d of 20000 came through: the test tells little", through)
	}
}

// TestClamped: a cosine is no more than 1, even where rounding says so, and vectors that reach it are a tie.
func TestClamped(t *testing.T) {
	idx := mustOpen(t, "", Config{})
	defer idx.Close()
	must(t, idx.Create(t.Context(), "c", benchSpace))
	over := 0
	for _, v := range randomVectors(100) {
		norm := math.Sqrt(float64(vek32.Dot(v, v)))
		for i := range v { // of a length that is 1 within rounding, as models give it
			v[i] = float32(float64(v[i]) / norm * 1.0000003)
		}
		must(t, idx.Upsert(t.Context(), "c", benchSpace, []index.Point{{ID: "b", Vectors: [][]float32{v}}, {ID: "a", Vectors: [][]float32{v}}}))
		points, err := idx.Get(t.Context(), "c", []string{"a"})
		must(t, err)
		if unit := points[0].Vectors[0]; vek32.Dot(unit, unit) > 1 {
			over++
		}
		hits, err := idx.Search(t.Context(), "c", index.Query{Space: benchSpace, Vectors: [][]float32{v}, Limit: 2})
		must(t, err)
		if hits[0][0].ID != "a" || hits[0][0].Score > 1 || hits[0][0].Score < 0.99999 {
			t.Errorf("hits %v", hits[0])
		}
	}
	if over == 0 {
		t.Error("no product was above 1: the test tells nothing")
	}
}

// TestOtherSpace: a collection that was made anew in another space since the index looked is not touched.
func TestOtherSpace(t *testing.T) {
	d := newDriver("", completed(Config{}))
	ctx := t.Context()
	was, is := index.Collection{Name: "c", Space: benchSpace}, index.Collection{Name: "c", Space: space2}
	must(t, d.Create(ctx, is))
	must(t, d.Upsert(ctx, is, numbered(1, "a")))
	_, searchErr := d.Search(ctx, was, index.Query{Space: benchSpace, Vectors: randomVectors(1), Limit: 1})
	for name, err := range map[string]error{
		"Upsert": d.Upsert(ctx, was, []index.Point{{ID: "b", Vectors: randomVectors(1)}}),
		"Delete": d.Delete(ctx, was, []string{"a"}),
		"Each":   d.Each(ctx, was, nil, func(index.Point) error { return nil }),
		"Search": searchErr,
	} {
		if !errors.Is(err, index.ErrSpace) {
			t.Errorf("%s: %v, want index.ErrSpace", name, err)
		}
	}
	if v := d.collection("c").view.Load(); v.points != 1 || v.revision != 1 {
		t.Errorf("%d points at revision %d, want 1 at 1", v.points, v.revision)
	}
}
