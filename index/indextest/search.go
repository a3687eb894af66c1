package indextest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"touchstone/index"
)

func testEmpty(t *testing.T, f *fixture) {
	f.collection("c", cosine4)
	f.same("hits in an empty collection", f.find("c", ask(cosine4, 10, north, east)), [][]index.Hit{{}, {}})
	f.same("points of an empty collection", f.all("c"), map[string]index.Point{})
}

// testOrder: by score, equal scores by ID in byte order whatever the order of writing, and the limit cuts there.
func testOrder(t *testing.T, f *fixture) {
	f.collection("c", cosine4, point("b", half), point("Z", half), point("é", half), point("best", north), point("a", half),
		point("worst", south), point("aa", half), point("none", east))
	want := []string{"best", "Z", "a", "aa", "b", "é", "none", "worst"}
	for limit := 1; limit <= 10; limit++ {
		got := f.find("c", ask(cosine4, limit, north))
		f.same(fmt.Sprintf("limit %d", limit), ids(got[0]), want[:min(limit, len(want))])
	}
	hits := f.find("c", ask(cosine4, 10, north))[0]
	scores := []float32{}
	for _, h := range hits {
		scores = append(scores, h.Score)
	}
	f.same("scores", scores, []float32{1, .5, .5, .5, .5, .5, 0, -1})
}

// testNormalised: under Cosine length does not matter, on either side, and what is stored has unit length.
func testNormalised(t *testing.T, f *fixture) {
	f.collection("c", cosine4, point("long", []float32{30, 0, 0, 0}), point("short", []float32{0, 1e-20, 0, 0}),
		point("huge", []float32{1e30, 1e30, 1e30, 1e30}))
	hits := f.find("c", ask(cosine4, 1, []float32{7, 0, 0, 0}, []float32{0, 1e-30, 0, 0}, []float32{1e20, 1e20, 1e20, 1e20}))
	f.same("hits", hits, [][]index.Hit{{{ID: "long", Score: 1}}, {{ID: "short", Score: 1}}, {{ID: "huge", Score: 1}}})
	points := f.all("c")
	f.same("stored", [][]float32{points["long"].Vectors[0], points["short"].Vectors[0], points["huge"].Vectors[0]}, [][]float32{north, east, half})
}

func testDot(t *testing.T, f *fixture) {
	f.collection("c", dot4, point("long", []float32{3, 0, 0, 0}), point("short", []float32{1, 1, 0, 0}), point("against", []float32{-2, 0, 1, 0}))
	hits := f.find("c", ask(dot4, 3, []float32{2, 0, 0, 0}))
	f.same("hits", hits, [][]index.Hit{{{ID: "long", Score: 6}, {ID: "short", Score: 2}, {ID: "against", Score: -4}}})
}

// testSeveralVectors: a point is found once, by its nearest vector, the first of equals.
func testSeveralVectors(t *testing.T, f *fixture) {
	f.collection("c", cosine4,
		point("regions", south, half, north, north),
		point("twice", half, half, south),
		point("one", east))
	f.same("hits", f.find("c", ask(cosine4, 10, north, east)), [][]index.Hit{
		{{ID: "regions", Score: 1, Vector: 2}, {ID: "twice", Score: .5}, {ID: "one", Score: 0}},
		{{ID: "one", Score: 1}, {ID: "regions", Score: .5, Vector: 1}, {ID: "twice", Score: .5}},
	})
	f.must(f.Upsert(t.Context(), "c", cosine4, []index.Point{point("regions", east)})) // with fewer vectors: the others are gone
	f.same("after fewer vectors", f.find("c", ask(cosine4, 1, north)), [][]index.Hit{{{ID: "twice", Score: .5}}})
}

// testSeveralQueries: asking at once gives what asking one by one gives, for more points than any block of an engine.
func testSeveralQueries(t *testing.T, f *fixture) {
	f.collection("c", dot4)
	var points []index.Point
	for i := range 700 {
		points = append(points, point(fmt.Sprintf("p%03d", i*37%700), []float32{float32(i%7 - 3), float32(i%5 - 2), float32(i % 3), 1}))
	}
	f.must(f.Upsert(t.Context(), "c", dot4, points))
	var queries [][]float32
	for i := range 11 {
		queries = append(queries, []float32{float32(i - 5), float32(i % 3), 1, float32(i)})
	}
	together := f.find("c", ask(dot4, 25, queries...))
	for i, q := range queries {
		alone := f.find("c", ask(dot4, 25, q))
		f.same(fmt.Sprintf("query %d", i), together[i], alone[0])
		f.same(fmt.Sprintf("query %d against every point", i), together[i], oracle(points, q, index.Filter{}, 25))
	}
}

// testExact: an exact question is answered by the book, under a filter and for many hits too.
func testExact(t *testing.T, f *fixture) {
	f.collection("c", dot4)
	var points []index.Point
	for i := range 1500 {
		p := point(fmt.Sprintf("p%04d", i*7%1500), []float32{float32(i%11 - 5), float32(i % 7), float32(i%13 - 6), float32(i%3 + 1)})
		p.Payload.Kind = []string{"logo", "word"}[i%2]
		points = append(points, p)
	}
	f.must(f.Upsert(t.Context(), "c", dot4, points))
	for _, q := range []index.Query{
		{Limit: 1200}, {Limit: 10}, {Limit: index.MaxLimit, Filter: index.Filter{Kinds: []string{"logo"}}},
	} {
		q.Space, q.Exact, q.Vectors = dot4, true, [][]float32{{1, 2, -1, 3}}
		f.same(fmt.Sprintf("limit %d", q.Limit), f.find("c", q)[0], oracle(points, q.Vectors[0], q.Filter, q.Limit))
	}
}

// oracle is the answer by the book: every point, every vector, sorted. For Dot.
func oracle(points []index.Point, query []float32, filter index.Filter, limit int) []index.Hit {
	hits := []index.Hit{}
	for _, p := range points {
		if !filter.Matches(p.Payload) {
			continue
		}
		hit := index.Hit{ID: p.ID, Payload: p.Payload}
		for i, v := range p.Vectors {
			var score float32
			for k := range v {
				score += v[k] * query[k]
			}
			if i == 0 || score > hit.Score {
				hit.Score, hit.Vector = score, i
			}
		}
		hits = append(hits, hit)
	}
	slices.SortFunc(hits, func(a, b index.Hit) int {
		switch {
		case a.Score != b.Score && a.Score > b.Score, a.Score == b.Score && a.ID < b.ID:
			return -1
		}
		return 1
	})
	return hits[:min(limit, len(hits))]
}

// testFilters tries every combination of conditions on every combination of payloads against rules written out anew here.
func testFilters(t *testing.T, f *fixture) {
	f.collection("c", dot4)
	points := filterPoints()
	f.must(f.Upsert(t.Context(), "c", dot4, points))
	n := 0
	for _, rights := range [][]string{nil, {"r1"}, {"r2", "r1"}, {"unknown"}} {
		for _, kinds := range [][]string{nil, {"logo"}} {
			for _, holders := range [][]string{nil, {"h2", "h3"}} {
				for _, territories := range [][]string{nil, {"DE"}, {"US", "FR"}, {"JP"}} {
					for _, active := range []bool{false, true} {
						for _, at := range []time.Time{{}, day(9), day(10), day(19), day(20)} {
							q := ask(dot4, 1000, north)
							q.Filter = index.Filter{Rights: rights, Kinds: kinds, Holders: holders, Territories: territories, ActiveOnly: active, At: at}
							var want []index.Hit
							for _, p := range points {
								if passes(p.Payload, q.Filter) {
									want = append(want, index.Hit{ID: p.ID, Score: 1, Payload: p.Payload})
								}
							}
							f.same(fmt.Sprintf("%+v", q.Filter), f.find("c", q)[0], want)
							n += len(want)
						}
					}
				}
			}
		}
	}
	if n == 0 {
		t.Error("no filter let anything through")
	}
}

// filterPoints makes a point, equally near to everything, for each combination of a payload's fields; sorted by ID.
func filterPoints() []index.Point {
	var points []index.Point
	for _, right := range []string{"r1", "r3"} {
		for _, kind := range []string{"logo", "word"} {
			for _, holder := range []string{"h1", "h2"} {
				for _, territories := range [][]string{nil, {"DE"}, {"FR", "DE", "US"}} {
					for _, active := range []bool{true, false} {
						for _, from := range []time.Time{{}, day(10)} {
							for _, until := range []time.Time{{}, day(20)} {
								p := point(fmt.Sprintf("p%03d", len(points)), north)
								p.Payload = index.Payload{Right: right, Kind: kind, Holder: holder, Territories: territories, Active: active, From: from, Until: until}
								points = append(points, p)
							}
						}
					}
				}
			}
		}
	}
	return points
}

func passes(p index.Payload, f index.Filter) bool {
	among := func(list []string, s string) bool {
		for _, x := range list {
			if x == s {
				return true
			}
		}
		return len(list) == 0
	}
	ok := among(f.Rights, p.Right) && among(f.Kinds, p.Kind) && among(f.Holders, p.Holder)
	if len(f.Territories) > 0 && len(p.Territories) > 0 {
		held := false
		for _, t := range p.Territories {
			held = held || among(f.Territories, t)
		}
		ok = ok && held
	}
	if f.ActiveOnly && !p.Active {
		ok = false
	}
	if !f.At.IsZero() {
		if !p.From.IsZero() && f.At.Unix() < p.From.Unix() {
			ok = false
		}
		if !p.Until.IsZero() && f.At.Unix() >= p.Until.Unix() {
			ok = false
		}
	}
	return ok
}
