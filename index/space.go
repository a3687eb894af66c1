package index

import "fmt"

// A Metric says how the nearness of two vectors is scored; more is nearer in each.
type Metric string

const (
	// Cosine is the cosine of the angle between two vectors, -1 to 1: vectors are brought to unit length when they are stored and
	// when they are searched for.
	Cosine Metric = "cosine"
	// Dot is the plain dot product; vectors are kept as they are.
	Dot Metric = "dot"
)

// A Space says what made a vector: which output of which version of which pack, with how many numbers, compared how. Vectors of two
// spaces mean nothing to each other, even when their lengths agree. Spaces are compared with ==.
type Space struct {
	Pack, Version, Output string // each 1 to 128 bytes
	Dimension             int    // 1 to MaxDimension
	Metric                Metric
}

// String describes the space for an error sentence or a log line.
func (s Space) String() string {
	return fmt.Sprintf("%s %s %s (%d, %s)", s.Pack, s.Version, s.Output, s.Dimension, s.Metric)
}

// A Collection is a named set of points of one space. A name keeps its space until it is dropped.
type Collection struct {
	Name  string
	Space Space
}

// CollectionInfo describes a collection as it is now.
type CollectionInfo struct {
	Name    string
	Space   Space
	Points  int
	Vectors int    // of all points together
	Bytes   int64  // memory that the engine holds for the collection, as nearly as it can tell
	Search  string // how it is searched now, in words: "exact", or by what approximation and how well that was found to do; "" = not known
	// Revision grows with each change to the collection's points, and never falls while the collection lives. An engine that does
	// not count changes may let it grow without one.
	Revision uint64
}
