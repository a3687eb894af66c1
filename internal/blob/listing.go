package blob

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"touchstone/internal/blob/volume"
)

// Holds of what lies in volumes.
const (
	listingHold volume.Hold = iota
	evidenceHold
)

// holdOf is the hold of a class; ok is false for those whose bytes lie in files of their own.
func holdOf(class Class) (hold volume.Hold, ok bool) {
	switch class {
	case Listing:
		return listingHold, true
	case Evidence: // of a picture that a listing brought
		return evidenceHold, true
	}
	return 0, false
}

// putThere makes a class hold data in a volume, under the lock of their hash. done is false where the bytes lie in a file of
// their own, or are to lie there since no listing brought them; then nothing was done. They are durable when the ticket was waited for.
func (s *Store) putThere(sum volume.Sum, path string, data []byte, hold volume.Hold) (written volume.Ticket, done bool, err error) {
	r, ok, err := s.volumes.Find(sum)
	if err != nil {
		return written, false, err
	}
	if ok {
		old, err := r.Data()
		switch {
		case err == nil && bytes.Equal(old, data):
			written, err = give(r, hold)
			return written, true, err
		case errors.Is(err, volume.ErrDamaged):
			written, err = s.replace(r, sum, data, hold)
			return written, true, err
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return written, false, err
		}
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return written, false, err
	}
	if hold != listingHold {
		return written, false, nil
	}
	written, err = s.volumes.Append(sum, data, hold, time.Now())
	return written, true, err
}

// replace puts the right bytes in the place of damaged ones, for a hold and for every other that these had.
func (s *Store) replace(damaged volume.Record, sum volume.Sum, data []byte, hold volume.Hold) (written volume.Ticket, err error) {
	for _, h := range []volume.Hold{listingHold, evidenceHold} {
		if _, err := s.volumes.Drop(sum, h, time.Time{}); err != nil {
			return written, err
		}
	}
	if written, err = s.volumes.Append(sum, data, hold, time.Now()); err != nil {
		return written, err
	}
	mended, ok, err := s.volumes.Find(sum)
	if err != nil || !ok {
		return written, err
	}
	for _, h := range []volume.Hold{listingHold, evidenceHold} {
		if h != hold && !damaged.Given(h).IsZero() {
			if written, err = mended.Give(h, time.Now()); err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

// give notes that bytes were given to a hold, at the grain of touchAfter.
func give(r volume.Record, hold volume.Hold) (volume.Ticket, error) {
	if now := time.Now(); now.Sub(r.Given(hold)) > touchAfter {
		return r.Give(hold, now)
	}
	return r.Kept(), nil
}

// holdThere is Hold for bytes in a volume; done is false where none has them.
func (s *Store) holdThere(hash string, hold volume.Hold) (written volume.Ticket, done bool, err error) {
	r, ok, err := s.find(hash)
	if err != nil || !ok {
		return written, false, err
	}
	written, err = give(r, hold)
	return written, true, err
}

// copyOut lets another class hold a listing's picture: in a file of its own.
func (s *Store) copyOut(hash, path string, class Class) error {
	data, err := s.listing(hash)
	if err != nil {
		return err
	}
	wrote, err := s.ensure(path, data)
	if err != nil {
		return err
	}
	return s.mark(path, class, wrote)
}

// listing reads bytes out of a volume. Its error wraps fs.ErrNotExist where none has them, and volume.ErrDamaged.
func (s *Store) listing(hash string) ([]byte, error) {
	r, ok, err := s.find(hash)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fs.ErrNotExist
	}
	return r.Data()
}

// find finds bytes in a volume, those of other processes as well.
func (s *Store) find(hash string) (r volume.Record, ok bool, err error) {
	sum := sumOf(hash)
	r, ok, err = s.volumes.Find(sum)
	if err != nil || ok {
		return r, ok, err
	}
	if err := s.volumes.Refresh(); err != nil {
		return r, false, err
	}
	return s.volumes.Find(sum)
}

// letGo ends a class's hold, if older than before or before is zero, durably and under the lock of the hash.
func (s *Store) letGo(hash, path string, class Class, before time.Time) error {
	if hold, ok := holdOf(class); ok {
		if _, err := s.volumes.Drop(sumOf(hash), hold, before); err != nil {
			return err
		}
	}
	removed, err := s.release(path, class, before)
	if err == nil && removed {
		err = syncDir(filepath.Dir(path))
	}
	return err
}

// expireVolumes is Expire for what lies in volumes.
func (s *Store) expireVolumes(ctx context.Context, hold volume.Hold, before time.Time) (int, error) {
	return s.volumes.Expire(ctx, hold, before, func(sum volume.Sum, fn func() error) error {
		return s.locked(hex.EncodeToString(sum[:]), func(string) error { return fn() })
	})
}

// sumOf reads a valid hash.
func sumOf(hash string) (sum volume.Sum) {
	_, _ = hex.Decode(sum[:], []byte(hash)) // valid, and of the right length
	return sum
}
