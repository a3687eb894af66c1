package blob

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// shard serialises changes to the hashes of one first byte: goroutines by a mutex, processes by a
// lock on a file.
type shard struct {
	sync.Mutex
	path string
}

// locked runs fn on the path of a valid hash while nothing else changes that hash.
func (s *Store) locked(hash string, fn func(path string) error) error {
	n, err := strconv.ParseUint(hash[:2], 16, 8)
	if err != nil {
		return err
	}
	sh := &s.shards[n]
	sh.Lock()
	defer sh.Unlock()
	f, err := os.OpenFile(sh.path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer f.Close() // which ends the lock
	if err := lockFile(f); err != nil {
		return err
	}
	return fn(s.path(hash))
}

// clean removes leftover temporary files. All shards are locked meanwhile, so that no other process
// is between writing and renaming.
func (s *Store) clean() error {
	leftovers, err := os.ReadDir(s.temp)
	if err != nil || len(leftovers) == 0 {
		return err
	}
	for i := range s.shards {
		f, err := os.OpenFile(s.shards[i].path, os.O_CREATE|os.O_RDWR, 0o644)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := lockFile(f); err != nil {
			return err
		}
	}
	for _, e := range leftovers {
		if err := os.Remove(filepath.Join(s.temp, e.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
