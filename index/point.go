package index

import (
	"slices"
	"time"
)

// A Point is what is stored and found: one object under one ID, described by one or several vectors (the whole picture, or its
// regions).
type Point struct {
	ID      string      // 1 to MaxID bytes of UTF-8
	Vectors [][]float32 // 1 to MaxVectors, each of the space's dimension, finite and not all zero
	Payload Payload
}

// A Payload says what a point stands for, and is what a Filter looks at.
type Payload struct {
	Right       string    // the right that the point belongs to
	Kind        string    // the kind of right: word, logo, design
	Holder      string    // the rights holder
	Territories []string  // where the right holds; none = everywhere. Compared byte by byte
	Active      bool      // whether the right may be asserted now
	From, Until time.Time // when the right holds: From <= t < Until; a zero time = open on that side
}

// A Filter restricts a search to some points. Its conditions all have to hold, and an empty one restricts nothing.
type Filter struct {
	Rights, Kinds, Holders []string  // the payload's must be one of these
	Territories            []string  // the payload must hold in at least one of these, or everywhere
	ActiveOnly             bool      // the payload must be active
	At                     time.Time // the payload must hold at this moment
}

// Matches reports whether the filter lets p through. It is the meaning of a filter: every driver must agree with it.
func (f Filter) Matches(p Payload) bool {
	return oneOf(f.Rights, p.Right) && oneOf(f.Kinds, p.Kind) && oneOf(f.Holders, p.Holder) &&
		f.inTerritory(p.Territories) && (p.Active || !f.ActiveOnly) && f.inForce(p)
}

// Empty reports whether the filter lets everything through.
func (f Filter) Empty() bool {
	return len(f.Rights) == 0 && len(f.Kinds) == 0 && len(f.Holders) == 0 && len(f.Territories) == 0 && !f.ActiveOnly && f.At.IsZero()
}

func oneOf(allowed []string, s string) bool {
	return len(allowed) == 0 || slices.Contains(allowed, s)
}

func (f Filter) inTerritory(territories []string) bool {
	if len(f.Territories) == 0 || len(territories) == 0 {
		return true
	}
	return slices.ContainsFunc(territories, func(t string) bool { return slices.Contains(f.Territories, t) })
}

func (f Filter) inForce(p Payload) bool {
	if f.At.IsZero() {
		return true
	}
	return (p.From.IsZero() || !f.At.Before(p.From)) && (p.Until.IsZero() || f.At.Before(p.Until))
}

// A Query asks for the nearest points to each of its vectors.
type Query struct {
	Space   Space       // the space of the vectors; must be the collection's
	Vectors [][]float32 // 1 to MaxQueryVectors; asking for several at once costs less than one by one
	Limit   int         // most hits for a vector, 1 to MaxLimit
	Filter  Filter
	// Exact asks for the true nearest, with no approximation, at whatever it costs. An engine that approximates may otherwise
	// miss a point now and then; one that never does takes no notice.
	Exact bool
}

// A Hit is a point that was found. A point is found at most once for a query vector, by the nearest of its vectors.
type Hit struct {
	ID      string
	Score   float32 // by the space's metric
	Vector  int     // which of the point's vectors is nearest; the first of several equally near
	Payload Payload
}
