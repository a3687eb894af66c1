package volume

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Size is how large a volume grows, in bytes, before the next one is begun.
const Size = 1 << 30

// settled is how much older than its reading a folder's modification time must be for it to tell that nothing has come since.
const settled = 2 * time.Second

// Set is the volumes of one folder. It is safe for concurrent use, see the package about changes that concern one sum.
type Set struct {
	dir  string
	size int64

	appending sync.Mutex // held to append and to choose where; taken before mu
	active    *volume

	mu      sync.RWMutex
	volumes []*volume // by number; one whose file is gone stays
	names   map[string]bool
	places  places
	read    time.Time // when the folder was last read
	changed time.Time // its modification time then
}

// Open opens the volumes of a folder, which is made if missing; they grow up to size.
func Open(dir string, size int64) (*Set, error) {
	s := &Set{dir: dir, size: size, names: map[string]bool{}, places: newPlaces()}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	left, err := filepath.Glob(filepath.Join(escape(dir), "list-*")) // of a crash
	if err != nil {
		return nil, err
	}
	for _, name := range left {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return s, s.Refresh()
}

// escape keeps Glob from reading a folder's own name as a pattern.
func escape(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}

// Close closes the files that are held open. What is not on the disk yet was not waited for.
func (s *Set) Close() error {
	s.appending.Lock()
	defer s.appending.Unlock()
	s.mu.RLock()
	defer s.mu.RUnlock()
	var errs []error
	for _, v := range s.volumes {
		if own := v.own.Load(); own != nil {
			errs = append(errs, own.Close())
		}
	}
	s.active = nil
	return errors.Join(errs...)
}

// Append keeps bytes for a hold; they are durable once the Ticket was waited for.
func (s *Set) Append(sum Sum, data []byte, hold Hold, now time.Time) (Ticket, error) {
	s.appending.Lock()
	defer s.appending.Unlock()
	v, err := s.writable(now)
	if err != nil {
		return Ticket{}, err
	}
	r, err := v.append(sum, data, hold, now)
	if err != nil {
		return Ticket{}, err
	}
	end := r.at + headerSize + r.header.length
	version := v.durable.changed(end)
	s.mu.Lock()
	defer s.mu.Unlock()
	v.seen = max(v.seen, r.at+span(r.header.length))
	s.places.add(key(sum), placeOf(v.number, r.at))
	return Ticket{v, version}, nil
}

// Find finds the live record of a sum that was written last. It knows what this process wrote, and what others had written at the
// last Refresh.
func (s *Set) Find(sum Sum) (r Record, ok bool, err error) {
	for r, err := range s.live(sum) {
		return r, err == nil, err
	}
	return Record{}, false, nil
}

// live goes over the live records of a sum, the newest first.
func (s *Set) live(sum Sum) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		s.mu.RLock()
		places := s.places.of(key(sum))
		s.mu.RUnlock()
		for _, p := range places {
			r, ok, err := s.look(p, sum)
			if (ok || err != nil) && !yield(r, err) {
				return
			}
		}
	}
}

// look reads the header at a place, and forgets the place if nothing live is there.
func (s *Set) look(p place, sum Sum) (r Record, ok bool, err error) {
	s.mu.RLock()
	r = Record{v: s.volumes[p.number()], at: p.at()}
	s.mu.RUnlock()
	intact := false
	err = r.v.with(func(f *os.File) error {
		var err error
		r.header, intact, err = readHeader(f, r.at)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return r, false, err
	}
	if err != nil || !intact || r.header.sum == sum && !r.header.live() {
		s.forget(key(sum), p)
		return r, false, nil
	}
	return r, r.header.sum == sum, nil
}

func (s *Set) forget(key uint64, p place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.places.remove(key, p)
}

// Refresh reads what other processes have written since the last time.
func (s *Set) Refresh() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := os.Stat(s.dir)
	if err != nil {
		return err
	}
	if changed := info.ModTime(); changed != s.changed || s.read.Sub(changed) < settled {
		now := time.Now()
		if err := s.readDir(); err != nil {
			return err
		}
		s.changed, s.read = changed, now
	}
	for _, v := range s.volumes {
		if v.full || v.own.Load() != nil {
			continue
		}
		err := v.with(func(f *os.File) error { return s.catchUp(v, f) })
		switch {
		case errors.Is(err, fs.ErrNotExist):
			v.full = true // gone
		case err != nil:
			return err
		}
	}
	return nil
}

// readDir finds volumes that are not known yet. The caller holds mu.
func (s *Set) readDir() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if made, ok := madeAt(e.Name()); ok && !s.names[e.Name()] {
			s.add(e.Name(), made)
		}
	}
	return nil
}

func (s *Set) add(name string, made time.Time) *volume {
	v := &volume{number: len(s.volumes), path: filepath.Join(s.dir, name), made: made, ahead: s.size / roomAhead}
	v.durable.init()
	s.volumes = append(s.volumes, v)
	s.names[name] = true
	return v
}

// nameOf is the name of a volume that is made at a moment; madeAt reads it.
func nameOf(made time.Time) string { return fmt.Sprintf("%016x%s", made.UnixMicro(), ending) }

func madeAt(name string) (time.Time, bool) {
	number, found := strings.CutSuffix(name, ending)
	us, err := strconv.ParseInt(number, 16, 64)
	return time.UnixMicro(us), found && err == nil && len(number) == 16
}

// catchUp takes up records that this process does not know yet. The caller holds mu.
func (s *Set) catchUp(v *volume, f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if v.seen == 0 {
		if entries, ok := readList(v.list(), info.Size()); ok {
			for _, e := range entries {
				s.places.add(e.key, placeOf(v.number, e.at))
			}
			v.full = true
			v.durable.changed(info.Size())
			return nil
		}
	}
	if info.Size() <= v.seen {
		return nil
	}
	end, err := scan(f, v.seen, func(r Record) { s.places.add(key(r.header.sum), placeOf(v.number, r.at)) })
	if err != nil {
		return err
	}
	if end > v.seen {
		v.seen = end
		v.durable.changed(end)
	}
	return nil
}
