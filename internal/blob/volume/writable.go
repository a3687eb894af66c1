package volume

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// writable is the volume that is appended to: the one so far, one that an earlier process left unfinished, or a new one. The caller
// holds appending.
func (s *Set) writable(now time.Time) (*volume, error) {
	for {
		if s.active == nil {
			v, err := s.unfinished()
			if v == nil && err == nil {
				v, err = s.create(now)
			}
			if err != nil {
				return nil, err
			}
			s.active = v
		}
		switch v := s.active; {
		case v.durable.broken(): // nothing is sure of it any more; what it holds is still read
			s.retire(v)
		case v.end() >= s.size:
			if err := s.finish(v); err != nil {
				return nil, err
			}
		default:
			return v, nil
		}
	}
}

// retire ends appending to the active volume.
func (s *Set) retire(v *volume) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.full, s.active = true, nil
}

// finish ends appending to the active volume and writes its list.
func (s *Set) finish(v *volume) error {
	var entries []entry
	_, err := scan(v.own.Load(), 0, func(r Record) { entries = append(entries, entry{key(r.header.sum), r.at}) })
	if err != nil {
		return err
	}
	if err := v.durable.wait(v.durable.changed(0), v.with); err != nil { // a list must not tell of what a power cut may take back
		return err
	}
	if err := v.giveBack(); err != nil {
		return err
	}
	if err := writeList(v.list(), entries); err != nil {
		return err
	}
	s.retire(v)
	return nil
}

// unfinished takes over a volume that nobody appends to any more; nil: there is none.
func (s *Set) unfinished() (*volume, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.volumes {
		if v.full || v.own.Load() != nil {
			continue
		}
		taken, err := s.takeOver(v)
		if err != nil {
			return nil, err
		}
		if taken {
			return v, nil
		}
	}
	return nil, nil
}

// takeOver locks a volume, brings memory to what it holds, and cuts off what a crash left half written. The caller holds mu.
func (s *Set) takeOver(v *volume) (taken bool, err error) {
	f, err := os.OpenFile(v.path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		v.full = true
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() {
		if !taken {
			err = errors.Join(err, f.Close())
		}
	}()
	free, err := tryLock(f)
	if err != nil || !free || !v.there(f) {
		return false, err
	}
	if _, err := os.Stat(v.list()); err == nil { // another process has finished it: what came behind its list would be lost
		v.full = true
		return false, s.catchUp(v, f)
	}
	if err := s.catchUp(v, f); err != nil || v.full {
		return false, err
	}
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	if info.Size() > v.seen {
		if err := f.Truncate(v.seen); err != nil {
			return false, err
		}
	}
	v.own.Store(f)
	return true, nil
}

// there tells whether the file is still the one of that name: another process may have removed it before it could be locked.
func (v *volume) there(f *os.File) bool {
	a, err := f.Stat()
	if err != nil {
		return false
	}
	b, err := os.Stat(v.path)
	return err == nil && os.SameFile(a, b)
}

// create makes a volume and syncs its name to the disk.
func (s *Set) create(now time.Time) (*volume, error) {
	for ; ; now = now.Add(time.Microsecond) {
		name := nameOf(now)
		f, err := os.OpenFile(filepath.Join(s.dir, name), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		free, err := tryLock(f)
		if err == nil && free {
			err = syncDir(s.dir)
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		if !free { // another process has seen it first, and takes it over
			if err := f.Close(); err != nil {
				return nil, err
			}
			continue
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		v := s.add(name, now)
		v.own.Store(f)
		return v, nil
	}
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
