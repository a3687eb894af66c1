package volume

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"
)

// Drop ends a hold on the bytes of a sum, if they were given to it before a moment, or at any time when that is zero, durably. The room
// of bytes that nothing holds any more is freed. gone says that the hold was there and is no more.
func (s *Set) Drop(sum Sum, hold Hold, before time.Time) (gone bool, err error) {
	if err := s.Refresh(); err != nil {
		return false, err
	}
	kept := false
	for r, err := range s.live(sum) {
		switch {
		case err != nil:
			return false, err
		case r.Given(hold).IsZero():
		case !before.IsZero() && !r.old(hold, before):
			kept = true
		default:
			if err := s.drop(r, hold); err != nil {
				return false, err
			}
			gone = true
		}
	}
	return gone && !kept, nil
}

func (s *Set) drop(r Record, hold Hold) error {
	return r.v.with(func(f *os.File) error {
		dead, err := s.unmark(f, r, hold)
		if err != nil {
			return err
		}
		// The room goes last: bytes must not be missing where a power cut brings the record back.
		if err := (Ticket{r.v, r.v.durable.marked()}).Wait(); err != nil || !dead {
			return err
		}
		return r.free(f)
	})
}

// unmark ends a hold on a record, and says whether nothing holds it any more.
func (s *Set) unmark(f *os.File, r Record, hold Hold) (dead bool, err error) {
	if err := r.mark(f, hold, 0); err != nil {
		return false, err
	}
	r.header.marks[hold] = 0
	if r.header.live() {
		return false, nil
	}
	s.forget(key(r.header.sum), placeOf(r.v.number, r.at))
	return true, nil
}

// Expire ends a hold on everything that it was given before a moment, and says on how many records. Each change is made within
// locked, which must hold the caller's lock for the sum. Volumes in which nothing is live any more are removed.
func (s *Set) Expire(ctx context.Context, hold Hold, before time.Time, locked func(Sum, func() error) error) (ended int, err error) {
	if err := s.Refresh(); err != nil {
		return 0, err
	}
	s.mu.RLock()
	volumes := s.volumes
	s.mu.RUnlock()
	var faults []error
	for _, v := range volumes {
		if err := ctx.Err(); err != nil {
			return ended, errors.Join(append(faults, err)...)
		}
		n, err := s.expire(v, hold, before, locked)
		ended += n
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			faults = append(faults, err)
		}
	}
	return ended, errors.Join(faults...)
}

// expire does so in one volume. One that is younger than what expires, and was looked at before, is passed over.
func (s *Set) expire(v *volume, hold Hold, before time.Time, locked func(Sum, func() error) error) (ended int, err error) {
	s.mu.RLock()
	first, full := !v.checked[hold], v.full
	s.mu.RUnlock()
	if !first && !v.made.Before(before) {
		return 0, nil
	}
	err = v.with(func(f *os.File) error {
		var old, free []Record
		live := 0
		end, err := scan(f, 0, func(r Record) {
			r.v = v
			switch {
			case r.header.live():
				live++
				if r.old(hold, before) {
					old = append(old, r)
				}
			case first: // a power cut may have kept its room
				free = append(free, r)
			}
		})
		if err != nil {
			return err
		}
		var dead []Record
		if dead, ended, err = s.letGo(f, old, hold, before, locked); err != nil {
			return err
		}
		for _, r := range append(free, dead...) {
			if err := r.free(f); err != nil {
				return err
			}
		}
		if live == len(dead) && end > 0 {
			return s.remove(v, f, end, full)
		}
		return nil
	})
	if err == nil {
		s.mu.Lock()
		v.checked[hold] = true
		s.mu.Unlock()
	}
	return ended, err
}

// letGo ends a hold on records of one volume that are still old, and syncs once for all of them. dead are those that nothing holds
// any more.
func (s *Set) letGo(f *os.File, old []Record, hold Hold, before time.Time, locked func(Sum, func() error) error) (dead []Record, ended int, err error) {
	for _, r := range old {
		err := locked(r.header.sum, func() error {
			h, ok, err := readHeader(f, r.at)
			if err != nil || !ok {
				return err
			}
			if r.header = h; h.live() && !r.old(hold, before) {
				return nil // given again meanwhile, or let go by another, who frees the room
			}
			ended++
			gone, err := s.unmark(f, r, hold)
			if gone {
				dead = append(dead, r)
			}
			return err
		})
		if err != nil {
			return nil, ended, err
		}
	}
	if ended == 0 {
		return nil, 0, nil
	}
	return dead, ended, Ticket{old[0].v, old[0].v.durable.marked()}.Wait()
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
