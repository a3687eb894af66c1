package index

import (
	"math"
	"time"
	"unicode/utf8"
)

// Bounds of what the index takes. Larger work is cut into several calls.
const (
	MaxID           = 512     // bytes of an ID, a right or a holder
	MaxName         = 128     // bytes of a collection's name, an alias, a kind, a territory, or a part of a space
	MaxVectors      = 64      // vectors of a point
	MaxDimension    = 65536   // numbers of a vector
	MaxBatch        = 10_000  // points or IDs in one call
	MaxBatchNumbers = 1 << 24 // numbers of all vectors in one call (64 MiB)
	MaxTerritories  = 300     // territories of a payload
	MaxQueryVectors = 1024    // vectors of a query
	MaxLimit        = 10_000  // hits for a query vector
	MaxMagnitude    = 1e15    // largest number of a vector under Dot, so that no score overflows
)

// checkName checks the name of a collection or an alias: 1 to MaxName of a-z 0-9 . _ @ -
func checkName(what, name string) error {
	if name == "" || len(name) > MaxName {
		return invalid("%s %q has %d bytes; give it 1 to %d", what, clip(name), len(name), MaxName)
	}
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '@' && c != '-' {
			return invalid("%s %q has a character outside a-z 0-9 . _ @ -; rename it", what, clip(name))
		}
	}
	return nil
}

func checkText(what, s string, limit int, empty bool) error {
	switch {
	case s == "" && !empty:
		return invalid("%s is empty; give it 1 to %d bytes", what, limit)
	case len(s) > limit:
		return invalid("%s %q has %d bytes; the most is %d", what, clip(s), len(s), limit)
	case !utf8.ValidString(s):
		return invalid("%s %q is not valid UTF-8; encode it as UTF-8", what, clip(s))
	}
	return nil
}

// clip shortens a stranger's text so that an error stays a sentence.
func clip(s string) string {
	const most = 64
	if len(s) <= most {
		return s
	}
	return s[:most] + "..."
}

func checkSpace(s Space) error {
	for _, part := range []struct{ what, text string }{{"pack", s.Pack}, {"version", s.Version}, {"output", s.Output}} {
		if err := checkText("the space's "+part.what, part.text, MaxName, false); err != nil {
			return err
		}
	}
	if s.Dimension < 1 || s.Dimension > MaxDimension {
		return invalid("the space has dimension %d; it must be 1 to %d", s.Dimension, MaxDimension)
	}
	if s.Metric != Cosine && s.Metric != Dot {
		return invalid("the space has metric %q; use %q or %q", clip(string(s.Metric)), Cosine, Dot)
	}
	return nil
}

func checkBatch(what string, n int) error {
	if n == 0 {
		return invalid("no %s were given; give at least one", what)
	}
	if n > MaxBatch {
		return invalid("%d %s in one call; send at most %d at a time", n, what, MaxBatch)
	}
	return nil
}

// uniqueIDs checks the IDs and leaves out repetitions, in order of first mention.
func uniqueIDs(ids []string) ([]string, error) {
	if err := checkBatch("IDs", len(ids)); err != nil {
		return nil, err
	}
	seen := make(map[string]bool, len(ids))
	unique := make([]string, 0, len(ids))
	for _, id := range ids {
		if err := checkText("an ID", id, MaxID, false); err != nil {
			return nil, err
		}
		if !seen[id] {
			seen[id] = true
			unique = append(unique, id)
		}
	}
	return unique, nil
}

// cleanPoints checks points and returns copies ready for a driver: vectors normalised, times in UTC.
func cleanPoints(s Space, points []Point) ([]Point, error) {
	if err := checkBatch("points", len(points)); err != nil {
		return nil, err
	}
	seen := make(map[string]bool, len(points))
	clean := make([]Point, len(points))
	numbers := 0
	for i, p := range points {
		if err := checkText("an ID", p.ID, MaxID, false); err != nil {
			return nil, err
		}
		if seen[p.ID] {
			return nil, invalid("point %q is in the batch twice; send each once", clip(p.ID))
		}
		seen[p.ID] = true
		if numbers += len(p.Vectors) * s.Dimension; numbers > MaxBatchNumbers {
			return nil, invalid("the batch has more than %d numbers; send fewer points at a time", MaxBatchNumbers)
		}
		var err error
		if clean[i], err = cleanPoint(s, p); err != nil {
			return nil, err
		}
	}
	return clean, nil
}

func cleanPoint(s Space, p Point) (Point, error) {
	if len(p.Vectors) < 1 || len(p.Vectors) > MaxVectors {
		return Point{}, invalid("point %q has %d vectors; give it 1 to %d", clip(p.ID), len(p.Vectors), MaxVectors)
	}
	vectors, fault := cleanVectors(s, p.Vectors)
	if fault != nil {
		return Point{}, invalid("point %q: vector %d %s", clip(p.ID), fault.vector, fault.text)
	}
	payload, err := cleanPayload(p.Payload)
	if err != nil {
		return Point{}, err
	}
	return Point{ID: p.ID, Vectors: vectors, Payload: payload}, nil
}

func cleanPayload(p Payload) (Payload, error) {
	if err := checkText("the payload's right", p.Right, MaxID, true); err != nil {
		return p, err
	}
	if err := checkText("the payload's kind", p.Kind, MaxName, true); err != nil {
		return p, err
	}
	if err := checkText("the payload's holder", p.Holder, MaxID, true); err != nil {
		return p, err
	}
	if len(p.Territories) > MaxTerritories {
		return p, invalid("the payload has %d territories; the most is %d, and none means everywhere", len(p.Territories), MaxTerritories)
	}
	for _, t := range p.Territories {
		if err := checkText("a territory", t, MaxName, false); err != nil {
			return p, err
		}
	}
	if !p.From.IsZero() && !p.Until.IsZero() && !p.From.Before(p.Until) {
		return p, invalid("the payload holds from %s until %s, which is never; put From before Until",
			p.From.Format(time.RFC3339), p.Until.Format(time.RFC3339))
	}
	return p.clone(), nil
}

// clone copies p in the form that comes back from storage: no monotonic clock, UTC, nil for no territories.
func (p Payload) clone() Payload {
	p.Territories = append([]string(nil), p.Territories...)
	p.From, p.Until = p.From.Round(0).UTC(), p.Until.Round(0).UTC()
	return p
}

func cleanQuery(q Query) (Query, error) {
	if err := checkSpace(q.Space); err != nil {
		return q, err
	}
	if len(q.Vectors) < 1 || len(q.Vectors) > MaxQueryVectors {
		return q, invalid("the query has %d vectors; give it 1 to %d", len(q.Vectors), MaxQueryVectors)
	}
	if q.Limit < 1 || q.Limit > MaxLimit {
		return q, invalid("the query has limit %d; it must be 1 to %d", q.Limit, MaxLimit)
	}
	vectors, fault := cleanVectors(q.Space, q.Vectors)
	if fault != nil {
		return q, invalid("query vector %d %s", fault.vector, fault.text)
	}
	q.Vectors = vectors
	return q, nil
}

// A vectorFault says which vector is bad and how.
type vectorFault struct {
	vector int
	text   string
}

func cleanVectors(s Space, vectors [][]float32) ([][]float32, *vectorFault) {
	clean := make([][]float32, len(vectors))
	for i, v := range vectors {
		if len(v) != s.Dimension {
			return nil, &vectorFault{i, "has the wrong length: " + dimensions(len(v), s)}
		}
		var text string
		if clean[i], text = cleanVector(s.Metric, v); text != "" {
			return nil, &vectorFault{i, text}
		}
	}
	return clean, nil
}

// cleanVector returns a copy of v, at unit length for Cosine, or what is wrong with it. A vector that has unit length but for
// rounding keeps its bits, so that what was read from the index can be written again without a change.
func cleanVector(m Metric, v []float32) ([]float32, string) {
	var square float64
	for _, x := range v {
		f := float64(x)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, "has a number that is NaN or infinite; check the model that made it"
		}
		if m == Dot && math.Abs(f) > MaxMagnitude {
			return nil, "has a number above 1e15; scale the vectors of this space down"
		}
		square += f * f
	}
	if square == 0 {
		return nil, "is all zero, so it is near nothing; check the model that made it"
	}
	clean := append(make([]float32, 0, len(v)), v...)
	if m == Cosine && math.Abs(square-1) > 1e-6 {
		norm := math.Sqrt(square)
		for i, x := range v {
			clean[i] = float32(float64(x) / norm)
		}
	}
	return clean, ""
}
