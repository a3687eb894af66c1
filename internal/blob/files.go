package blob

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// partial is the name of the file, one in a shard's folder, that is being written.
const partial = "put"

// write puts data at path so that a crash leaves all of them or nothing. The folder's entry is not
// synced yet. The caller holds the shard's lock, so that nobody else writes into its folder; what a
// crash left there is overwritten. It is written in that folder since file systems are slow to find
// room for many new files in one.
func write(path string, data []byte) error {
	f, err := os.OpenFile(filepath.Join(filepath.Dir(path), partial), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// mark makes class hold the bytes at path, and syncs what changed: always after a write, else only a marker
// that is new or was renewed, or a folder that this process has not synced yet (an earlier process may
// have been killed before it could).
func (s *Store) mark(path string, class Class, wrote bool) error {
	name, dir := path+"."+string(class), filepath.Dir(path)
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := newMarker(path, name, wrote); err != nil {
			return err
		}
		wrote = true // the folder's sync below keeps the entry
	case err != nil:
		return err
	case time.Since(info.ModTime()) > touchAfter:
		if err := touch(name); err != nil {
			return err
		}
	}
	if !wrote && s.isSynced(dir) {
		return nil
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	s.setSynced(dir)
	return nil
}

// newMarker makes a marker: a second name of bytes that were just written, whose modification time is then the marker's own, or an
// empty file.
func newMarker(path, name string, wrote bool) error {
	if wrote && os.Link(path, name) == nil {
		return nil
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return f.Close()
}

func touch(name string) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	now := time.Now()
	return errors.Join(os.Chtimes(name, now, now), f.Sync(), f.Close())
}

// release removes a class's marker, if it is older than before or before is zero, and the bytes if
// no other class holds them. Bytes go after the marker: the other order could acknowledge a hold on nothing.
func (s *Store) release(path string, class Class, before time.Time) (removed bool, err error) {
	name := path + "." + string(class)
	info, err := os.Stat(name)
	if err == nil && !before.IsZero() && !info.ModTime().Before(before) {
		return false, nil
	}
	if err == nil {
		removed, err = true, os.Remove(name)
	}
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return false, err
	}
	if held, err := holders(path); err != nil || held {
		return removed, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return removed, err
	}
	return removed, nil
}

// holders reports whether any class holds the bytes at path.
func holders(path string) (bool, error) {
	for _, class := range classes {
		if _, err := os.Stat(path + "." + string(class)); !errors.Is(err, fs.ErrNotExist) {
			return err == nil, err
		}
	}
	return false, nil
}

// makeDir makes a shard's folder and syncs its entry.
func (s *Store) makeDir(dir string) error {
	if s.isSynced(dir) {
		return nil
	}
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(s.dir)
}

func (s *Store) isSynced(dir string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.synced[dir]
}

func (s *Store) setSynced(dir string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.synced[dir] = true
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
