package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// orphanAge is how old bytes without a marker must be before they are swept: the trace of a crash.
const orphanAge = time.Hour

// Expire ends a class's hold on everything it was last given before the given time, and returns how
// many hashes it let go. A power cut may bring the newest removals back, for the next Expire. On the way it sweeps bytes that a crash left without any holder. What failed
// does not keep the rest from going; the errors come back joined.
func (s *Store) Expire(ctx context.Context, class Class, before time.Time) (removed int, err error) {
	if !class.valid() {
		return 0, fmt.Errorf("%w: %q", ErrClass, class)
	}
	if before.IsZero() {
		return 0, nil
	}
	var faults []error
	if hold, ok := holdOf(class); ok {
		if removed, err = s.expireVolumes(ctx, hold, before); err != nil {
			faults = append(faults, err)
		}
	}
	walk := func(hash string, held map[string]bool) {
		gone, err := s.expireOne(hash, class, held, before)
		if gone {
			removed++
		}
		if err != nil {
			faults = append(faults, err)
		}
	}
	if err := s.each(ctx, walk); err != nil {
		faults = append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return removed, fmt.Errorf("blob: expire: %w", err)
	}
	return removed, nil
}

// expireOne takes the lock only where there is something to do; held is what the folder showed.
func (s *Store) expireOne(hash string, class Class, held map[string]bool, before time.Time) (gone bool, err error) {
	if len(held) > 0 && !held[string(class)] {
		return false, nil
	}
	if len(held) > 0 && !older(s.path(hash)+"."+string(class), before) {
		return false, nil
	}
	err = s.locked(hash, func(path string) error {
		if len(held) == 0 {
			return sweep(path)
		}
		gone, err = s.release(path, class, before)
		return err
	})
	return gone, err
}

func older(name string, before time.Time) bool {
	info, err := os.Stat(name)
	return err == nil && info.ModTime().Before(before)
}

// sweep removes bytes that no class holds, unless they are young.
func sweep(path string) error {
	info, err := os.Stat(path)
	if err != nil || time.Since(info.ModTime()) < orphanAge {
		return nil // gone, or young
	}
	if held, err := holders(path); err != nil || held {
		return err
	}
	return os.Remove(path)
}

// each calls fn for every hash in the store with the classes that hold it.
func (s *Store) each(ctx context.Context, fn func(hash string, held map[string]bool)) error {
	dirs, err := filepath.Glob(filepath.Join(escape(s.dir), "[0-9a-f][0-9a-f]"))
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		if err := ctx.Err(); err != nil {
			return err
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for hash, held := range group(entries) {
			fn(hash, held)
		}
	}
	return nil
}

// escape keeps Glob from reading a folder's own name as a pattern.
func escape(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}

// group gathers a folder's files by hash.
func group(entries []fs.DirEntry) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for _, e := range entries {
		hash, class, marked := strings.Cut(e.Name(), ".")
		if !validHash(hash) {
			continue
		}
		if out[hash] == nil {
			out[hash] = map[string]bool{}
		}
		if marked {
			out[hash][class] = true
		}
	}
	return out
}
