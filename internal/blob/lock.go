package blob

import (
	"errors"
	"fmt"
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
	file *os.File // once it was needed
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
	if sh.file == nil {
		if sh.file, err = os.OpenFile(sh.path, os.O_CREATE|os.O_RDWR, 0o644); err != nil {
			sh.file = nil
			return err
		}
	}
	if err := lockFile(sh.file); err != nil {
		return err
	}
	return errors.Join(fn(s.path(hash)), unlockFile(sh.file))
}

func (sh *shard) close() error {
	sh.Lock()
	defer sh.Unlock()
	if sh.file == nil {
		return nil
	}
	defer func() { sh.file = nil }()
	return sh.file.Close()
}

// clean removes what a crash left half written.
func (s *Store) clean() error {
	for i := range s.shards {
		shard := fmt.Sprintf("%02x", i)
		path := filepath.Join(s.dir, shard, partial)
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			continue
		}
		// Another process may be writing it right now, but not while the shard is locked.
		err := s.locked(shard, func(string) error { return os.Remove(path) })
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
