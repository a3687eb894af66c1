// Package local is the embedded engine of the vector index: it runs in the process, searches exactly, and keeps its points in memory
// and in one folder.
//
// # Search
//
// Every vector is compared; nothing is approximated. Vectors lie one after the other and are scanned in tiles that fit a core's
// first cache, each tile by all vectors of a query, so that eleven query vectors cost less than eleven searches. A filter is
// decided once for each distinct payload and costs a look-up a point. Searches take no lock: they read a view of the collection
// at one revision and are held up by no writer. It is meant for up to some 200,000 vectors a collection.
//
// # Memory
//
// A point of n vectors of dimension d takes 4nd bytes for its vectors, and about 80 bytes and its ID besides; each distinct
// payload about 200 bytes and four times its text. Arrays that grow have up to a quarter more than they need (a moment of growth
// holds the old and the new one), and up to 30 % may belong to points that were replaced, until they are compacted. 100,000 points
// of one vector of 128 numbers, seven to a payload, hold 863 bytes each. CollectionInfo.Bytes counts all that.
//
// # Durability
//
// A change is appended to a log and applied to memory; the call returns when the log is synced, and concurrent calls share one
// sync. (A search may thus see a change a moment before it is acknowledged.) A batch is kept as a whole or not at all. Opening
// reads the log from end to end, and cuts off an end that was never acknowledged; damage anywhere before is index.ErrCorrupt, a
// newer format index.ErrFormat, and both leave the file alone. Damage to the very last change cannot be told from a change that
// was never whole. When more than 30 % of the log has no use any more, the next change writes what lives into a new log and renames
// it over the old one; other changes wait meanwhile, searches do not. A change that only repeats what is there writes nothing.
//
// The folder belongs to one process: it holds a lock (flock) and others get index.ErrLocked. It must be on a local file system.
package local

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"touchstone/index"
)

// Config tunes the engine; the zero value is right for nearly everybody.
type Config struct {
	// Logger hears of what no caller can be told: a compaction of the log that failed, and that the log's torn end was cut off.
	// nil = nobody does.
	Logger *slog.Logger

	compactFrom int64 // bytes of the log below which it is not compacted; 0 = 1 MiB
}

// Open opens the index in a folder, which it makes if it is not there. With "" for the folder the index is in memory alone and gone when
// it is closed. Errors: index.ErrLocked, index.ErrCorrupt, index.ErrFormat, or what the file system says.
func Open(dir string, cfg Config) (*index.Index, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.compactFrom == 0 {
		cfg.compactFrom = 1 << 20
	}
	d := newDriver(dir, cfg)
	if dir == "" {
		return index.New(d), nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("index: making the folder: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	d.lock = lock
	if d.log, err = openLog(dir, cfg.Logger, d.apply); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return index.New(d), nil
}
