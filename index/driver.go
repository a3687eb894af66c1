package index

import "context"

// A Driver is what an engine implements to stand under an Index. An engine in the same process and one at the far end of a network
// both fit: every call has a context, and points, IDs and query vectors come in batches.
//
// The Index has already checked what it hands over: names, IDs, vectors (finite, of the right dimension, of unit length for
// Cosine), limits, distinct IDs. A driver must not change or keep the slices it is given, and what it returns is the caller's.
// All methods may be called at once by several goroutines; Close is called once, after all others have returned.
//
// A Collection argument is what Resolve or Create saw. If by now its name is gone the driver answers ErrNotFound, and if it holds
// another space ErrSpace; it never puts vectors into, or compares them with, a collection of another space.
//
// A driver that cannot reach its engine, waited too long for it or got less than the whole answer says ErrUnavailable, and one whose
// engine has no room left ErrFull. Hits are returned only when all of the collection was looked at.
//
// When a changing method returns nil the change is durable and seen by every later call; a batch is kept as a whole or not at all, but
// for what ErrUnavailable says.
// Package indextest holds all of this as tests.
type Driver interface {
	// Create makes an empty collection. The name is new to both collections and aliases.
	Create(ctx context.Context, c Collection) error
	// Drop removes a collection with its points. No alias leads to it. One that does not exist is no error.
	Drop(ctx context.Context, name string) error
	// Alias makes the alias lead to the collection, in one step that no other call can see half done. The collection exists. An
	// empty collection name removes the alias.
	Alias(ctx context.Context, alias, collection string) error
	// Resolve finds the collection that a name or an alias stands for, or ErrNotFound. It is called before every operation, so an
	// engine far away should answer from what it knows.
	Resolve(ctx context.Context, target string) (Collection, error)
	// Catalogue lists collections, sorted by name, and aliases.
	Catalogue(ctx context.Context) ([]CollectionInfo, map[string]string, error)
	// Upsert writes points, whole: what an ID held before is replaced.
	Upsert(ctx context.Context, c Collection, points []Point) error
	// Delete removes points; unknown IDs are no error.
	Delete(ctx context.Context, c Collection, ids []string) error
	// Each calls fn for the points with these IDs that exist, or, when ids is nil, for all points: each once, in any order. It
	// holds no lock while fn runs, and stops with fn's error as soon as that is not nil.
	Each(ctx context.Context, c Collection, ids []string, fn func(Point) error) error
	// Search returns a list of hits for each query vector: the points that the filter lets through, best first, equal scores by ID
	// in byte order, no more than the limit. With Exact they are the nearest there are; without, an engine may miss some.
	Search(ctx context.Context, c Collection, q Query) ([][]Hit, error)
	// Close frees what the driver holds.
	Close() error
}

// A Namer is a driver for which counting points is work that names can do without.
type Namer interface {
	// Names is Catalogue with the names and spaces alone.
	Names(ctx context.Context) ([]CollectionInfo, map[string]string, error)
}

// A Pinger is a driver that can tell cheaply whether its engine can serve. Those that run in the process need none.
type Pinger interface {
	// Ping returns nil, or ErrUnavailable (or another sentinel) with a sentence.
	Ping(ctx context.Context) error
}

// A Compacter is a driver whose engine can be told to tidy up a collection now rather than when it sees fit.
type Compacter interface {
	// Compact gives back what deleted and changed points still take, where the engine is not at it already, and says in a sentence what was
	// done or goes on. Searches and changes go on meanwhile.
	Compact(ctx context.Context, c Collection) (string, error)
}
