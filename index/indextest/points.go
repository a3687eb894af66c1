package indextest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"touchstone/index"
)

// testIdempotent: to write or delete again changes nothing, and a write replaces the whole point.
func testIdempotent(t *testing.T, f *fixture) {
	ctx := t.Context()
	first := index.Point{ID: "p", Vectors: [][]float32{north, east}, Payload: index.Payload{Right: "r", Territories: []string{"DE"}, Active: true, From: day(1)}}
	f.collection("c", cosine4, first, point("q", half))
	for range 3 {
		f.must(f.Upsert(ctx, "c", cosine4, []index.Point{first}))
		f.same("written again", f.all("c"), map[string]index.Point{"p": first, "q": point("q", half)})
	}
	second := point("p", south)
	for range 3 {
		f.must(f.Upsert(ctx, "c", cosine4, []index.Point{second}))
		f.same("replaced", f.all("c"), map[string]index.Point{"p": second, "q": point("q", half)})
	}
	for range 3 {
		f.must(f.Delete(ctx, "c", []string{"p", "unknown", "p"}))
		f.same("deleted", f.all("c"), map[string]index.Point{"q": point("q", half)})
		f.same("found after deletion", ids(f.find("c", ask(cosine4, 9, south))[0]), []string{"q"})
	}
	f.must(f.Upsert(ctx, "c", cosine4, []index.Point{first}))
	f.same("written after deletion", f.all("c"), map[string]index.Point{"p": first, "q": point("q", half)})
}

// testCopies: what goes in and out is not shared with the index.
func testCopies(t *testing.T, f *fixture) {
	ctx := t.Context()
	in := index.Point{ID: "p", Vectors: [][]float32{{0, 2, 0, 0}}, Payload: index.Payload{Territories: []string{"DE"}}}
	f.collection("c", cosine4, in)
	f.same("the caller's vector", in.Vectors[0], []float32{0, 2, 0, 0})
	in.Vectors[0][0], in.Payload.Territories[0] = 9, "XX"
	want := index.Point{ID: "p", Vectors: [][]float32{east}, Payload: index.Payload{Territories: []string{"DE"}}}
	for range 2 {
		got := f.all("c")["p"]
		f.same("Each", got, want)
		got.Vectors[0][2], got.Payload.Territories[0] = 9, "XX"
		points, err := f.Get(ctx, "c", []string{"p"})
		f.must(err)
		f.same("Get", points, []index.Point{want})
		points[0].Vectors[0][2], points[0].Payload.Territories[0] = 9, "XX"
		query := []float32{0, 3, 0, 0}
		hits := f.find("c", ask(cosine4, 1, query))
		f.same("Search", hits, [][]index.Hit{{{ID: "p", Score: 1, Payload: want.Payload}}})
		f.same("the caller's query", query, []float32{0, 3, 0, 0})
		hits[0][0].Payload.Territories[0] = "XX"
	}
}

func testGetAndEach(t *testing.T, f *fixture) {
	ctx := t.Context()
	berlin := time.FixedZone("Berlin", 3600)
	long := index.Payload{Right: "r", Kind: "word", Holder: "Müller & 株式会社", Territories: []string{"EU", "CH"}, Active: true,
		From: time.Date(1883, 3, 20, 1, 2, 3, 4, berlin), Until: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}
	a, b, c := index.Point{ID: "a", Vectors: [][]float32{north, south}, Payload: long}, point("b b", east), point(strings.Repeat("é", 256), half)
	f.collection("c", cosine4, a, b, c)
	a.Payload.From = a.Payload.From.UTC()
	got, err := f.Get(ctx, "c", []string{c.ID, "unknown", "a", c.ID, "b b"})
	f.must(err)
	f.same("in the order asked for", got, []index.Point{c, a, b})
	f.same("all", f.all("c"), map[string]index.Point{"a": a, "b b": b, c.ID: c})
	got, err = f.Get(ctx, "c", []string{"unknown"})
	f.must(err)
	f.same("unknown", got, []index.Point{})

	stop, calls := errors.New("stop"), 0
	err = f.Each(ctx, "c", func(index.Point) error { calls++; return stop })
	if !errors.Is(err, stop) || calls != 1 {
		t.Errorf("Each stopped with %v after %d calls, want %v after 1", err, calls, stop)
	}
	lost := fmt.Errorf("own: %w", index.ErrNotFound) // fn's own business, no reason to begin again
	calls = 0
	if err := f.Each(ctx, "c", func(index.Point) error { calls++; return lost }); !errors.Is(err, lost) || calls != 1 {
		t.Errorf("Each stopped with %v after %d calls, want %v after 1", err, calls, lost)
	}
	// fn may use the index
	f.must(f.Each(ctx, "c", func(p index.Point) error { return f.Delete(ctx, "c", []string{p.ID}) }))
	f.same("after deletion in Each", f.all("c"), map[string]index.Point{})
}

// testSpaceGuard: vectors of another space are never written or compared, whatever differs.
func testSpaceGuard(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.collection("c", cosine4, point("p", north))
	f.must(f.Alias(ctx, "a", "c"))
	others := map[string]index.Space{}
	for name, change := range map[string]func(*index.Space){
		"pack":    func(s *index.Space) { s.Pack = "other" },
		"version": func(s *index.Space) { s.Version = "2" },
		"output":  func(s *index.Space) { s.Output = "logo" },
		"metric":  func(s *index.Space) { s.Metric = index.Dot },
		"longer":  func(s *index.Space) { s.Dimension = 5 },
	} {
		s := cosine4
		change(&s)
		others[name] = s
	}
	for name, s := range others {
		v := make([]float32, s.Dimension)
		v[0] = 1
		for _, target := range []string{"c", "a"} {
			f.fails(name+": Upsert", f.Upsert(ctx, target, s, []index.Point{point("q", v)}), index.ErrSpace)
			_, err := f.Search(ctx, target, ask(s, 1, v))
			f.fails(name+": Search", err, index.ErrSpace)
		}
		f.fails(name+": Create", f.Create(ctx, "c", s), index.ErrSpace)
	}
	f.same("untouched", f.all("c"), map[string]index.Point{"p": point("p", north)})
	f.must(f.Alias(ctx, "a", ""))
	f.must(f.Drop(ctx, "c"))
	f.collection("c", dot4, point("p", []float32{2, 0, 0, 0})) // a dropped name is free for another space
	f.same("in the new space", f.find("c", ask(dot4, 1, north)), [][]index.Hit{{{ID: "p", Score: 2}}})
}

// testBadInput: each fault is ErrInvalid with a sentence, and nothing of its batch is kept.
func testBadInput(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.collection("c", cosine4, point("p", north))
	f.collection("d", dot4)
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	bad := map[string]index.Point{
		"no ID":              point("", north),
		"long ID":            point(strings.Repeat("x", 513), north),
		"ID of a megabyte":   point(strings.Repeat("x", 1<<20), north),
		"ID not UTF-8":       point("\xff", north),
		"no vectors":         point("x"),
		"65 vectors":         point("x", make([][]float32, 65)...),
		"short vector":       point("x", north, []float32{1, 0, 0}),
		"long vector":        point("x", []float32{1, 0, 0, 0, 0}),
		"nil vector":         point("x", nil),
		"NaN":                point("x", []float32{1, nan, 0, 0}),
		"Inf":                point("x", []float32{1, 0, inf, 0}),
		"-Inf":               point("x", []float32{1, 0, 0, -inf}),
		"zero vector":        point("x", north, []float32{0, 0, 0, 0}),
		"right not UTF-8":    {ID: "x", Vectors: [][]float32{north}, Payload: index.Payload{Right: "\xff"}},
		"long holder":        {ID: "x", Vectors: [][]float32{north}, Payload: index.Payload{Holder: strings.Repeat("x", 513)}},
		"long kind":          {ID: "x", Vectors: [][]float32{north}, Payload: index.Payload{Kind: strings.Repeat("x", 129)}},
		"empty territory":    {ID: "x", Vectors: [][]float32{north}, Payload: index.Payload{Territories: []string{"DE", ""}}},
		"too many countries": {ID: "x", Vectors: [][]float32{north}, Payload: index.Payload{Territories: strings.Split(strings.Repeat("DE ", 300)+"DE", " ")}},
		"never in force":     {ID: "x", Vectors: [][]float32{north}, Payload: index.Payload{From: day(2), Until: day(2)}},
		"twice in the batch": point("fine", north),
	}
	for name, p := range bad {
		f.fails(name, f.Upsert(ctx, "c", cosine4, []index.Point{point("fine", east), p}), index.ErrInvalid)
	}
	f.fails("overflowing dot", f.Upsert(ctx, "d", dot4, []index.Point{point("x", []float32{1e16, 0, 0, 0})}), index.ErrInvalid)
	f.fails("no points", f.Upsert(ctx, "c", cosine4, nil), index.ErrInvalid)
	f.fails("too many points", f.Upsert(ctx, "c", cosine4, make([]index.Point, index.MaxBatch+1)), index.ErrInvalid)
	f.same("nothing kept", f.all("c"), map[string]index.Point{"p": point("p", north)})

	for name, q := range map[string]index.Query{
		"limit 0":      ask(cosine4, 0, north),
		"large limit":  ask(cosine4, index.MaxLimit+1, north),
		"no vectors":   ask(cosine4, 1),
		"too many":     ask(cosine4, 1, make([][]float32, index.MaxQueryVectors+1)...),
		"short vector": ask(cosine4, 1, north, []float32{1}),
		"NaN":          ask(cosine4, 1, []float32{nan, 0, 0, 0}),
		"zero vector":  ask(cosine4, 1, []float32{0, 0, 0, 0}),
	} {
		_, err := f.Search(ctx, "c", q)
		f.fails("query: "+name, err, index.ErrInvalid)
	}
	for name, list := range map[string][]string{"no IDs": nil, "empty ID": {"a", ""}, "too many IDs": make([]string, index.MaxBatch+1)} {
		f.fails("Delete: "+name, f.Delete(ctx, "c", list), index.ErrInvalid)
		_, err := f.Get(ctx, "c", list)
		f.fails("Get: "+name, err, index.ErrInvalid)
	}
}

func testCancelled(t *testing.T, f *fixture) {
	f.collection("c", cosine4, point("p", north))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Search(ctx, "c", ask(cosine4, 1, north)); !errors.Is(err, context.Canceled) {
		t.Errorf("Search: %v, want context.Canceled", err)
	}
	if err := f.Upsert(ctx, "c", cosine4, []index.Point{point("q", north)}); !errors.Is(err, context.Canceled) {
		t.Errorf("Upsert: %v, want context.Canceled", err)
	}
	f.same("untouched", f.all("c"), map[string]index.Point{"p": point("p", north)})
}
