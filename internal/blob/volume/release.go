package volume

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"
)

// Drop lets go of the bytes of a sum that were given before a moment, or at any time when that is zero, durably, and frees their
// room. gone says that they were there and no record of them is live any more.
func (s *Set) Drop(sum Sum, before time.Time) (gone bool, err error) {
	if err := s.Refresh(); err != nil {
		return false, err
	}
	kept := false
	for r, err := range s.live(sum) {
		if err != nil {
			return false, err
		}
		if !before.IsZero() && !r.Given().Before(before) {
			kept = true
			continue
		}
		if err := s.drop(r); err != nil {
			return false, err
		}
		gone = true
	}
	return gone && !kept, nil
}

func (s *Set) drop(r Record) error {
	return r.v.with(func(f *os.File) error {
		if err := r.mark(f, 0); err != nil {
			return err
		}
		s.forget(key(r.header.sum), placeOf(r.v.number, r.at))
		// The room goes last: bytes must not be missing where a power cut brings the record back.
		if err := (Ticket{r.v, r.v.durable.marked()}).Wait(); err != nil {
			return err
		}
		return r.free(f)
	})
}

// Expire lets go of everything that was given before a moment, and says how many sums that were. Each change is made within locked, which must
// hold the caller's lock for the sum. Volumes in which nothing is live any more are removed.
func (s *Set) Expire(ctx context.Context, before time.Time, locked func(Sum, func() error) error) (removed int, err error) {
	if err := s.Refresh(); err != nil {
		return 0, err
	}
	s.mu.RLock()
	volumes := s.volumes
	s.mu.RUnlock()
	var faults []error
	for _, v := range volumes {
		if err := ctx.Err(); err != nil {
			return removed, errors.Join(append(faults, err)...)
		}
		n, err := s.expire(v, before, locked)
		removed += n
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			faults = append(faults, err)
		}
	}
	return removed, errors.Join(faults...)
}

// expire does so in one volume. One that is younger than what expires, and was looked at before, is passed over.
func (s *Set) expire(v *volume, before time.Time, locked func(Sum, func() error) error) (removed int, err error) {
	s.mu.RLock()
	first, full := !v.checked, v.full
	s.mu.RUnlock()
	if !first && !v.made.Before(before) {
		return 0, nil
	}
	err = v.with(func(f *os.File) error {
		var old, dead []Record
		live := 0
		end, err := scan(f, 0, func(r Record) {
			r.v = v
			switch {
			case r.header.mark == 0:
				dead = append(dead, r)
			case r.Given().Before(before):
				old = append(old, r)
			default:
				live++
			}
		})
		if err != nil {
			return err
		}
		gone, err := s.letGo(f, old, before, locked)
		removed = len(gone)
		if err != nil {
			return err
		}
		if first { // a power cut may have kept the room of some
			gone = append(gone, dead...)
		}
		for _, r := range gone {
			if err := r.free(f); err != nil {
				return err
			}
		}
		if live+len(old) == removed && end > 0 {
			return s.remove(v, f, end, full)
		}
		return nil
	})
	if err == nil {
		s.mu.Lock()
		v.checked = true
		s.mu.Unlock()
	}
	return removed, err
}

// letGo marks records of one volume that are still old, and syncs once for all of them.
func (s *Set) letGo(f *os.File, old []Record, before time.Time, locked func(Sum, func() error) error) (gone []Record, err error) {
	for _, r := range old {
		err := locked(r.header.sum, func() error {
			h, ok, err := readHeader(f, r.at)
			if err != nil || !ok || !time.UnixMicro(h.mark).Before(before) {
				return err // given again meanwhile
			}
			s.forget(key(r.header.sum), placeOf(r.v.number, r.at))
			gone = append(gone, r)
			return r.mark(f, 0)
		})
		if err != nil {
			return nil, err
		}
	}
	if len(gone) == 0 {
		return nil, nil
	}
	return gone, Ticket{gone[0].v, gone[0].v.durable.marked()}.Wait()
}

// remove removes a volume in which nothing is live up to end, unless somebody appends to it.
func (s *Set) remove(v *volume, f *os.File, end int64, full bool) error {
	if v.own.Load() != nil {
		s.appending.Lock()
		defer s.appending.Unlock()
		if s.active == v && v.end() > end {
			return nil // it has got more meanwhile
		}
	} else if !full {
		if free, err := tryLock(f); err != nil || !free {
			return err
		}
		if info, err := f.Stat(); err != nil || info.Size() > end {
			return err // likewise, or half a record: whoever appends next cuts it off
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v.full = true
	if s.active == v {
		s.active = nil
	}
	for _, name := range []string{v.list(), v.path} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return syncDir(s.dir)
}
