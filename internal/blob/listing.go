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

// putListing makes the class Listing hold data in a volume, under the lock of their hash. done is false where the bytes lie in a
// file of their own already; then nothing was done. They are durable when the ticket was waited for.
func (s *Store) putListing(sum volume.Sum, path string, data []byte) (written volume.Ticket, done bool, err error) {
	r, ok, err := s.volumes.Find(sum)
	if err != nil {
		return written, false, err
	}
	if ok {
		old, err := r.Data()
		switch {
		case err == nil && bytes.Equal(old, data):
			written, err = give(r)
			return written, true, err
		case errors.Is(err, volume.ErrDamaged): // replaced below
			if _, err := s.volumes.Drop(sum, time.Time{}); err != nil {
				return written, false, err
			}
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return written, false, err
		}
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return written, false, err
	}
	written, err = s.volumes.Append(sum, data, time.Now())
	return written, true, err
}

// give notes that bytes were given again, at the grain of touchAfter.
func give(r volume.Record) (volume.Ticket, error) {
	if now := time.Now(); now.Sub(r.Given()) > touchAfter {
		return r.Give(now)
	}
	return r.Kept(), nil
}

// holdListing is Hold for the class Listing; done is false where no volume has the bytes.
func (s *Store) holdListing(hash string) (written volume.Ticket, done bool, err error) {
	r, ok, err := s.find(hash)
	if err != nil || !ok {
		return written, false, err
	}
	written, err = give(r)
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
	if class == Listing {
		if _, err := s.volumes.Drop(sumOf(hash), before); err != nil {
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
func (s *Store) expireVolumes(ctx context.Context, before time.Time) (int, error) {
	return s.volumes.Expire(ctx, before, func(sum volume.Sum, fn func() error) error {
		return s.locked(hex.EncodeToString(sum[:]), func(string) error { return fn() })
	})
}

// sumOf reads a valid hash.
func sumOf(hash string) (sum volume.Sum) {
	_, _ = hex.Decode(sum[:], []byte(hash)) // valid, and of the right length
	return sum
}
