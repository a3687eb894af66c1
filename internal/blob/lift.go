package blob

import (
	"os"
	"path/filepath"
)

// lift brings a store of an earlier version, which had folders within folders, dir/ab/cd/<hash>, to the present form. It can be cut
// short anywhere and goes on at the next Open; a file called "flat" says that it is done.
func (s *Store) lift() error {
	done := filepath.Join(s.dir, "flat")
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	folders, err := filepath.Glob(filepath.Join(escape(s.dir), "[0-9a-f][0-9a-f]", "[0-9a-f][0-9a-f]"))
	if err != nil {
		return err
	}
	for _, folder := range folders {
		shard := filepath.Dir(folder)
		// locked wants a hash for its shard; any that begins so will do.
		if err := s.locked(filepath.Base(shard), func(string) error { return empty(folder, shard) }); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(filepath.Join(s.dir, "tmp")); err != nil { // where files were written then
		return err
	}
	return os.WriteFile(done, nil, 0o644)
}

// empty moves the files of a folder into another, durably, and removes it. Another process may do the same.
func empty(folder, into string) error {
	entries, err := os.ReadDir(folder)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.Rename(filepath.Join(folder, e.Name()), filepath.Join(into, e.Name())); err != nil {
			return err
		}
	}
	if err := syncDir(into); err != nil {
		return err
	}
	return os.Remove(folder)
}
