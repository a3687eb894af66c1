package indextest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"touchstone/index"
)

func testNames(t *testing.T, f *fixture) {
	ctx := t.Context()
	long := strings.Repeat("z", 128)
	f.collection("copy@1.0", cosine4, point("p", north))
	f.collection("a-b_c.0", dot4)
	f.collection(long, cosine4)
	f.must(f.Create(ctx, "copy@1.0", cosine4))
	f.same("created again keeps its points", f.all("copy@1.0"), map[string]index.Point{"p": point("p", north)})
	names := []string{}
	infos, err := f.Collections(ctx)
	f.must(err)
	for _, info := range infos {
		names = append(names, info.Name)
	}
	f.same("sorted", names, []string{"a-b_c.0", "copy@1.0", long})
	f.must(f.Drop(ctx, "copy@1.0"))
	f.must(f.Drop(ctx, "copy@1.0"))
	_, err = f.Search(ctx, "copy@1.0", ask(cosine4, 1, north))
	f.fails("Search of what was dropped", err, index.ErrNotFound)
	f.must(f.Create(ctx, "copy@1.0", cosine4))
	f.same("made anew", f.all("copy@1.0"), map[string]index.Point{})
}

func testAliases(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.collection("one", cosine4, point("p1", north))
	f.collection("two", dot4, point("p2", east))
	f.must(f.Alias(ctx, "live", "one"))
	f.must(f.Alias(ctx, "live", "one"))
	f.same("through the alias", ids(f.find("live", ask(cosine4, 9, north))[0]), []string{"p1"})
	f.must(f.Upsert(ctx, "live", cosine4, []index.Point{point("p3", half)}))
	f.must(f.Delete(ctx, "live", []string{"p1"}))
	f.same("written through the alias", f.all("one"), map[string]index.Point{"p3": point("p3", half)})

	f.must(f.Alias(ctx, "live", "two"))
	f.same("moved", f.all("live"), map[string]index.Point{"p2": point("p2", east)})
	_, err := f.Search(ctx, "live", ask(cosine4, 1, north))
	f.fails("the old space after the move", err, index.ErrSpace)
	f.must(f.Alias(ctx, "other", "two"))
	aliases, err := f.Aliases(ctx)
	f.must(err)
	f.same("aliases", aliases, map[string]string{"live": "two", "other": "two"})

	f.fails("dropping what an alias leads to", f.Drop(ctx, "two"), index.ErrInvalid)
	f.fails("dropping an alias", f.Drop(ctx, "live"), index.ErrInvalid)
	f.fails("a collection with an alias's name", f.Create(ctx, "live", cosine4), index.ErrInvalid)
	f.fails("an alias with a collection's name", f.Alias(ctx, "one", "two"), index.ErrInvalid)
	f.fails("an alias to nothing", f.Alias(ctx, "live", "nowhere"), index.ErrNotFound)
	f.fails("an alias to an alias", f.Alias(ctx, "third", "live"), index.ErrNotFound)
	f.same("unmoved", f.all("live"), map[string]index.Point{"p2": point("p2", east)})

	f.must(f.Alias(ctx, "live", ""))
	f.must(f.Alias(ctx, "live", ""))
	_, err = f.Get(ctx, "live", []string{"p2"})
	f.fails("a removed alias", err, index.ErrNotFound)
	f.must(f.Alias(ctx, "other", ""))
	f.must(f.Drop(ctx, "two"))
}

func testBadNames(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.collection("fine", cosine4)
	for _, name := range []string{"", strings.Repeat("x", 129), "Upper", "a/b", "a b", "é", "a\x00", "..\n"} {
		f.fails("Create", f.Create(ctx, name, cosine4), index.ErrInvalid)
		f.fails("Drop", f.Drop(ctx, name), index.ErrInvalid)
		f.fails("Alias", f.Alias(ctx, name, "fine"), index.ErrInvalid)
		f.fails("Upsert", f.Upsert(ctx, name, cosine4, []index.Point{point("p", north)}), index.ErrInvalid)
		f.fails("Delete", f.Delete(ctx, name, []string{"p"}), index.ErrInvalid)
		f.fails("Each", f.Each(ctx, name, func(index.Point) error { return nil }), index.ErrInvalid)
		_, err := f.Search(ctx, name, ask(cosine4, 1, north))
		f.fails("Search", err, index.ErrInvalid)
		if name != "" {
			f.fails("Alias to", f.Alias(ctx, "a", name), index.ErrInvalid)
		}
	}
	for name, change := range map[string]func(*index.Space){
		"no pack":       func(s *index.Space) { s.Pack = "" },
		"no version":    func(s *index.Space) { s.Version = "" },
		"bad output":    func(s *index.Space) { s.Output = "\xff" },
		"no dimension":  func(s *index.Space) { s.Dimension = 0 },
		"negative":      func(s *index.Space) { s.Dimension = -1 },
		"too long":      func(s *index.Space) { s.Dimension = index.MaxDimension + 1 },
		"other metrics": func(s *index.Space) { s.Metric = "euclid" },
	} {
		s := cosine4
		change(&s)
		f.fails(name, f.Create(ctx, "c", s), index.ErrInvalid)
	}
	f.fails("Upsert", f.Upsert(ctx, "nowhere", cosine4, []index.Point{point("p", north)}), index.ErrNotFound)
	f.fails("Delete", f.Delete(ctx, "nowhere", []string{"p"}), index.ErrNotFound)
	f.fails("Each", f.Each(ctx, "nowhere", func(index.Point) error { return nil }), index.ErrNotFound)
	_, err := f.Search(ctx, "nowhere", ask(cosine4, 1, north))
	f.fails("Search", err, index.ErrNotFound)
}

// testInfo: counts are exact, bytes are at least those of the vectors, the revision grows with every change.
func testInfo(t *testing.T, f *fixture) {
	ctx := t.Context()
	info := func() index.CollectionInfo {
		infos, err := f.Collections(ctx)
		f.must(err)
		if len(infos) != 1 {
			t.Fatalf("%d collections, want 1", len(infos))
		}
		return infos[0]
	}
	f.collection("c", cosine4)
	last := info()
	for _, step := range []struct {
		change          func() error
		points, vectors int
	}{
		{func() error {
			return f.Upsert(ctx, "c", cosine4, []index.Point{point("p", north), point("q", east, half)})
		}, 2, 3},
		{func() error { return f.Upsert(ctx, "c", cosine4, []index.Point{point("p", north, half, south)}) }, 2, 5},
		{func() error { return f.Delete(ctx, "c", []string{"q", "unknown"}) }, 1, 3},
		{func() error { return f.Delete(ctx, "c", []string{"p"}) }, 0, 0},
	} {
		f.must(step.change())
		now := info()
		f.same("info", now, index.CollectionInfo{Name: "c", Space: cosine4, Points: step.points, Vectors: step.vectors, Bytes: now.Bytes, Search: now.Search, Revision: now.Revision})
		if now.Revision <= last.Revision {
			t.Errorf("revision %d after %d", now.Revision, last.Revision)
		}
		if now.Bytes < int64(16*step.vectors) {
			t.Errorf("%d bytes for %d vectors of 16 bytes", now.Bytes, step.vectors)
		}
		last = now
	}
}

// testPersistence: opened again, the index holds what it held.
func testPersistence(t *testing.T, f *fixture) {
	if f.reopen == nil {
		return // an engine that stores nothing has nothing to keep
	}
	ctx := t.Context()
	full := index.Point{ID: "full", Vectors: [][]float32{north, {1, 2, 3, 4}}, Payload: index.Payload{Right: "r", Kind: "logo", Holder: "h",
		Territories: []string{"DE", "FR"}, Active: true, From: day(1), Until: time9999}}
	f.collection("one", cosine4, full, point("gone", east), point("changed", south))
	f.must(f.Delete(ctx, "one", []string{"gone"}))
	f.must(f.Upsert(ctx, "one", cosine4, []index.Point{point("changed", half)}))
	f.collection("two", dot4, point("p", []float32{1, 2, 3, 4}))
	f.collection("dropped", dot4, point("p", north))
	f.must(f.Drop(ctx, "dropped"))
	f.must(f.Alias(ctx, "moved", "one"))
	f.must(f.Alias(ctx, "moved", "two"))
	f.must(f.Alias(ctx, "removed", "one"))
	f.must(f.Alias(ctx, "removed", ""))

	one, two := f.all("one"), f.all("two")
	hits := f.find("one", ask(cosine4, 9, []float32{1, 1, 2, 3}))
	infos, err := f.Collections(ctx)
	f.must(err)
	for range 3 {
		f.Index = f.reopen()
		f.same("one", f.all("one"), one)
		f.same("through the alias", f.all("moved"), two)
		f.same("hits, to the bit", f.find("one", ask(cosine4, 9, []float32{1, 1, 2, 3})), hits)
		aliases, err := f.Aliases(ctx)
		f.must(err)
		f.same("aliases", aliases, map[string]string{"moved": "two"})
		again, err := f.Collections(ctx)
		f.must(err)
		if diff := cmp.Diff(infos, again, cmpopts.IgnoreFields(index.CollectionInfo{}, "Bytes", "Revision")); diff != "" {
			t.Errorf("collections (-want +got):\n%s", diff)
		}
		for i := range again {
			if again[i].Revision < infos[i].Revision {
				t.Errorf("%s: revision %d after %d", again[i].Name, again[i].Revision, infos[i].Revision)
			}
		}
		// what is written after opening must hold as well
		f.must(f.Upsert(ctx, "two", dot4, []index.Point{point("later", east)}))
		two["later"] = point("later", east)
		infos, err = f.Collections(ctx)
		f.must(err)
	}
}

func testClosed(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.collection("c", cosine4, point("p", north))
	for range 2 {
		f.must(f.Close())
	}
	_, err := f.Search(ctx, "c", ask(cosine4, 1, north))
	f.fails("Search", err, index.ErrClosed)
	_, err = f.Get(ctx, "c", []string{"p"})
	f.fails("Get", err, index.ErrClosed)
	_, err = f.Collections(ctx)
	f.fails("Collections", err, index.ErrClosed)
	_, err = f.Aliases(ctx)
	f.fails("Aliases", err, index.ErrClosed)
	f.fails("Create", f.Create(ctx, "d", cosine4), index.ErrClosed)
	f.fails("Drop", f.Drop(ctx, "c"), index.ErrClosed)
	f.fails("Alias", f.Alias(ctx, "a", "c"), index.ErrClosed)
	f.fails("Upsert", f.Upsert(ctx, "c", cosine4, []index.Point{point("p", north)}), index.ErrClosed)
	f.fails("Delete", f.Delete(ctx, "c", []string{"p"}), index.ErrClosed)
	f.fails("Each", f.Each(ctx, "c", func(index.Point) error { return nil }), index.ErrClosed)
}
