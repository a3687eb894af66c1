package indextest

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"touchstone/index"
)

// A model is the index as plain maps.
type model struct {
	f           *fixture
	run         string // makes the names of this run its own
	collections map[string]map[string]index.Point
	aliases     map[string]string
}

// testModel does random changes and searches to the index and to plain maps, which must agree all the way.
func testModel(t *testing.T, f *fixture) {
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		m := &model{f: f, run: fmt.Sprintf("r%d-", run), collections: map[string]map[string]index.Point{}, aliases: map[string]string{}}
		defer m.clear()
		r.Repeat(map[string]func(*rapid.T){
			"create": m.create, "drop": m.drop, "alias": m.alias, "upsert": m.upsert, "delete": m.delete, "search": m.search, "reopen": m.open,
			"": m.check,
		})
	})
}

// clear takes away what the run made, so that runs do not pile up.
func (m *model) clear() {
	ctx := m.f.t.Context()
	for alias := range m.aliases {
		m.f.must(m.f.Alias(ctx, alias, ""))
	}
	for name := range m.collections {
		m.f.must(m.f.Drop(ctx, name))
	}
}

func (m *model) name(r *rapid.T) string {
	return m.run + rapid.SampledFrom([]string{"a", "b"}).Draw(r, "collection")
}

// target draws a collection or an alias, and finds what it stands for in the model.
func (m *model) target(r *rapid.T) (string, map[string]index.Point) {
	target := m.run + rapid.SampledFrom([]string{"a", "b", "x", "y"}).Draw(r, "target")
	name := target
	if to, is := m.aliases[target]; is {
		name = to
	}
	return target, m.collections[name]
}

// agree checks that the index accepted what the model accepts.
func agree(r *rapid.T, err error, accepted bool) bool {
	if (err == nil) != accepted {
		r.Fatalf("error %v, and accepted by the model: %v", err, accepted)
	}
	return accepted
}

func (m *model) create(r *rapid.T) {
	name := m.name(r)
	err := m.f.Create(r.Context(), name, dot4)
	if agree(r, err, true) && m.collections[name] == nil {
		m.collections[name] = map[string]index.Point{}
	}
}

func (m *model) drop(r *rapid.T) {
	name := m.name(r)
	led := slices.Contains(slices.Collect(maps.Values(m.aliases)), name)
	if agree(r, m.f.Drop(r.Context(), name), !led) {
		delete(m.collections, name)
	}
}

func (m *model) alias(r *rapid.T) {
	alias, name := m.run+rapid.SampledFrom([]string{"x", "y"}).Draw(r, "alias"), ""
	if rapid.IntRange(0, 3).Draw(r, "remove") > 0 {
		name = m.name(r)
	}
	if !agree(r, m.f.Alias(r.Context(), alias, name), name == "" || m.collections[name] != nil) {
		return
	}
	if m.aliases[alias] = name; name == "" {
		delete(m.aliases, alias)
	}
}

var (
	idGen     = rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g", "é", "A", "aa"})
	vectorGen = rapid.Custom(func(r *rapid.T) []float32 {
		v := make([]float32, 4)
		for i := range v {
			v[i] = float32(rapid.IntRange(-3, 3).Draw(r, "x"))
		}
		if slices.Max(v) == 0 && slices.Min(v) == 0 {
			v[0] = 1
		}
		return v
	})
	rightGen     = rapid.SampledFrom([]string{"", "r1", "r2"})
	kindGen      = rapid.SampledFrom([]string{"word", "logo", "design"})
	territoryGen = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"DE", "FR", "US"}), 0, 2, rapid.ID)
	dayGen       = rapid.Map(rapid.IntRange(0, 4), func(n int) time.Time {
		if n == 0 {
			return time.Time{}
		}
		return day(n)
	})
	pointGen = rapid.Custom(func(r *rapid.T) index.Point {
		p := index.Point{ID: idGen.Draw(r, "id"), Vectors: rapid.SliceOfN(vectorGen, 1, 3).Draw(r, "vectors")}
		p.Payload = index.Payload{Right: rightGen.Draw(r, "right"), Kind: kindGen.Draw(r, "kind"), Holder: rightGen.Draw(r, "holder"),
			Territories: territoryGen.Draw(r, "territories"), Active: rapid.Bool().Draw(r, "active"), From: dayGen.Draw(r, "from")}
		if !p.Payload.From.IsZero() {
			p.Payload.Until = p.Payload.From.AddDate(0, 0, 2)
		}
		return p
	})
	filterGen = rapid.Custom(func(r *rapid.T) index.Filter {
		return index.Filter{Rights: rapid.SliceOfN(rightGen, 0, 2).Draw(r, "rights"), Kinds: rapid.SliceOfN(kindGen, 0, 2).Draw(r, "kinds"),
			Holders: rapid.SliceOfN(rightGen, 0, 2).Draw(r, "holders"), Territories: territoryGen.Draw(r, "in"),
			ActiveOnly: rapid.Bool().Draw(r, "only"), At: dayGen.Draw(r, "at")}
	})
)

func (m *model) upsert(r *rapid.T) {
	points := rapid.SliceOfNDistinct(pointGen, 1, 5, func(p index.Point) string { return p.ID }).Draw(r, "points")
	target, c := m.target(r)
	if agree(r, m.f.Upsert(r.Context(), target, dot4, points), c != nil) {
		for _, p := range points {
			c[p.ID] = p
		}
	}
}

func (m *model) delete(r *rapid.T) {
	ids := rapid.SliceOfN(idGen, 1, 4).Draw(r, "ids")
	target, c := m.target(r)
	if agree(r, m.f.Delete(r.Context(), target, ids), c != nil) {
		for _, id := range ids {
			delete(c, id)
		}
	}
}

func (m *model) search(r *rapid.T) {
	q := index.Query{Space: dot4, Vectors: rapid.SliceOfN(vectorGen, 1, 3).Draw(r, "queries"), Limit: rapid.IntRange(1, 12).Draw(r, "limit"),
		Filter: filterGen.Draw(r, "filter")}
	target, c := m.target(r)
	hits, err := m.f.Search(r.Context(), target, q)
	if !agree(r, err, c != nil) {
		return
	}
	points := slices.Collect(maps.Values(c))
	for i, v := range q.Vectors {
		if diff := cmp.Diff(oracle(points, v, q.Filter, q.Limit), hits[i], cmpopts.EquateEmpty()); diff != "" {
			r.Fatalf("query %d (-want +got):\n%s", i, diff)
		}
	}
}

func (m *model) open(r *rapid.T) {
	if m.f.reopen == nil {
		r.Skip("the engine stores nothing")
	}
	m.f.Index = m.f.reopen()
}

// check compares all points and aliases.
func (m *model) check(r *rapid.T) {
	for name, want := range m.collections {
		got := map[string]index.Point{}
		if err := m.f.Each(r.Context(), name, func(p index.Point) error { got[p.ID] = p; return nil }); err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			r.Fatalf("%s (-want +got):\n%s", name, diff)
		}
	}
	aliases, err := m.f.Aliases(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	for alias, want := range m.aliases {
		if aliases[alias] != want {
			r.Fatalf("alias %s leads to %q, want %q", alias, aliases[alias], want)
		}
	}
}
