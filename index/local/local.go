// Package local is the embedded engine of the vector index: it runs in the process and keeps its points in one folder.
//
// # Search
//
// A collection of fewer than 20,000 vectors, a question that a filter leaves as few for, and one that asks for it (Query.Exact) are answered
// exactly: every vector is compared. In larger ones most vectors are known by their sketches alone (package sketch: two bits a
// number, and a third where these leave doubt); those whose sketch says that they may belong to the best are looked at closely, and scores are always those of the
// vectors themselves. How much doubt is allowed for, the margin, is measured in the background, on the collection's own points and on queries
// of late, so that of the ten nearest Config.Recall are found; CollectionInfo.Search says what was measured. All query vectors of a
// question go over the data together, in tiles that fit a core's caches.
//
// Searches take no lock: they read a view of the collection at one revision and are held up by no writer. A filter is decided for each
// distinct payload, by bitmaps, before any vector is looked at.
//
// # Memory
//
// Points lie in segments (package segment), files of up to 65,536 vectors that are read into memory outside of the Go heap, and those that
// came last in a tail on it. A point of one vector of dimension d takes 4d bytes for it, 3d/8+12 for its sketch, about 10 and its ID; each
// distinct payload its text and about 45 bytes. In the tail, which holds 8 MiB of changes for long and up to 64 MiB for moments, a point takes up to a
// third more. Up to a fifth of a segment may belong to points that were changed or deleted, until Index.Compact is asked for, and
// while a checkpoint runs the old form and the new one of what it rewrites are both there. CollectionInfo.Bytes counts all but that.
// A million points of one vector of 128 numbers, seven to a payload, take 613 bytes each, by this count and resident: 1.16 times the numbers and a bit
// for each.
//
// # Durability
//
// A change is appended to a log, synced, and then made in memory; concurrent calls share one sync. What cannot be written is not made
// either: a full disk is index.ErrFull, and changes are taken again when there is room. A batch is kept as a whole or not at all.
// When 8 MiB have come to the log a checkpoint in the background brings them into segments, merges small ones and those with many dead
// points, replaces the manifest, which says what belongs together, in one step, and removes the log. Opening reads and
// checks the segments, and then the log. It cuts off an end of the log that was never acknowledged; damage anywhere before, or in another file,
// is index.ErrCorrupt, a newer format index.ErrFormat, and both leave the files alone. Damage to the very last change cannot be told from
// a change that was never whole. Folders of the first format (one log and nothing else) are brought to the present one when they are opened.
//
// The folder belongs to one process: it holds a lock (flock) and others get index.ErrLocked. It must be on a local file system, and files that are
// open must not be changed in place by others. A copy of the folder is sound only while nobody has it open; use Index.Each, or what is
// built on it, for a backup while serving: it sees one revision of a collection.
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
	// Logger hears of what no caller can be told: a checkpoint that failed, and that the log's torn end was cut off.
	// nil = nobody does.
	Logger *slog.Logger
	// Recall is how many of the ten nearest points searches of large collections should find, 0.5 to 0.9999; 0 = 0.999.
	Recall float64

	checkpointAt int64 // bytes of changes after which a checkpoint is due; 0 = 8 MiB
	sketchFrom   int   // vectors from which sketches are used; 0 = defaultSketchFrom
}

const (
	defaultCheckpointAt = 8 << 20
	defaultSketchFrom   = 20_000
	defaultRecall       = 0.999
)

// complete fills in what was left out, and says what makes no sense.
func (c *Config) complete() error {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.checkpointAt == 0 {
		c.checkpointAt = defaultCheckpointAt
	}
	if c.sketchFrom == 0 {
		c.sketchFrom = defaultSketchFrom
	}
	if c.Recall == 0 {
		c.Recall = defaultRecall
	}
	if !(c.Recall >= 0.5 && c.Recall <= 0.9999) {
		return fmt.Errorf("%w: a recall of %v is asked for; it must be 0.5 to 0.9999 (for all of the nearest, ask each query to be exact)", index.ErrInvalid, c.Recall)
	}
	return nil
}

// Open opens the index in a folder, which it makes if it is not there. With "" for the folder the index is in memory alone and gone when
// it is closed. Errors: index.ErrLocked, index.ErrCorrupt, index.ErrFormat, index.ErrFull, index.ErrInvalid, or what the file system says.
func Open(dir string, cfg Config) (*index.Index, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	d, err := openDriver(dir, cfg)
	if err != nil {
		return nil, err
	}
	return index.New(d), nil
}

func openDriver(dir string, cfg Config) (*driver, error) {
	d := newDriver(dir, cfg)
	if dir == "" {
		return d, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("index: making the folder: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	d.lock = lock
	if err := d.load(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if d.fresh.Load() >= tidyAt {
		d.due.Store(min(d.due.Load(), tidyAt))
	}
	d.tend()
	return d, nil
}

// tidyAt is how many bytes in logs are brought into segments as soon as the folder is opened, where they take less memory and need not be replayed
// again the next time.
const tidyAt = 64 << 10
