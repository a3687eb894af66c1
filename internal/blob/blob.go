// Package blob keeps files (pictures, certificates, snapshots) by the SHA-256 of their bytes, with
// retention by class.
//
// Pictures of listings come by the million and go in the order in which they came: they lie in volumes,
// many in a file (dir/volumes, see volume), unless another class holds the same bytes already.
//
// Bytes of the other classes, and all that came before there were volumes, lie once, at dir/ab/<hash>, however many classes hold them. That a class holds them is a
// marker beside them, <hash>.<class>, whose modification time is when the class was last given those
// bytes; what is in a marker does not matter. Delete and Expire remove the marker of one class; the
// bytes go with the last marker. A crash between the two steps leaves bytes without marker, which a
// later Expire sweeps. The marker of the class that brought the bytes is a second name of their file,
// where the file system has such names. A listing's picture that becomes evidence stays where it is; one that another class comes to hold is copied there.
//
// What Put acknowledged is on the disk: files are written beside the store, synced, renamed into
// place, and their folder synced; a volume is synced, once for all who wait at the same time. Several goroutines and several processes may share a store.
package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"touchstone/internal/blob/volume"
)

// Errors that callers branch on.
var (
	// ErrNotFound reports that no class holds the hash.
	ErrNotFound = errors.New("blob: not found")
	// ErrCorrupt reports bytes on disk that no longer have their hash. Putting the right bytes again
	// repairs them.
	ErrCorrupt = errors.New("blob: damaged on disk")
	// ErrHash reports a hash that is not 64 lower-case hexadecimal digits.
	ErrHash = errors.New("blob: not a SHA-256 in lower-case hexadecimal")
	// ErrClass reports a class that is not one of those below.
	ErrClass = errors.New("blob: invalid retention class")
)

// Class is a retention class: why bytes are kept, and so for how long.
type Class string

// The classes.
const (
	Reference   Class = "reference"
	Certificate Class = "certificate"
	Listing     Class = "listing"
	Evidence    Class = "evidence"
)

var classes = []Class{Reference, Certificate, Listing, Evidence}

// touchAfter is how much older than now a marker may be before Put renews it: retention counts
// from the last Put to within this, and repeated Puts cost no write.
const touchAfter = time.Hour

// Store is an open folder. It is safe for concurrent use.
type Store struct {
	dir     string
	volumes *volume.Set
	shards  [256]shard // by first byte of the hash

	mu     sync.Mutex
	synced map[string]bool // folders whose entries this process has synced since Open
}

// Open opens the store in dir, which is made if missing, and removes temporary files that a crash
// left behind.
func Open(dir string) (*Store, error) { return openSized(dir, volume.Size) }

// openSized opens a store whose volumes grow up to a size.
func openSized(dir string, size int64) (*Store, error) {
	s := &Store{dir: dir, synced: map[string]bool{}}
	if err := os.MkdirAll(filepath.Join(dir, "lock"), 0o755); err != nil {
		return nil, fmt.Errorf("blob: open: %w", err)
	}
	for i := range s.shards {
		s.shards[i].path = filepath.Join(dir, "lock", fmt.Sprintf("%02x", i))
	}
	if err := s.clean(); err != nil {
		return nil, fmt.Errorf("blob: open: remove leftovers: %w", err)
	}
	if err := s.lift(); err != nil {
		return nil, fmt.Errorf("blob: open: %w", err)
	}
	var err error
	if s.volumes, err = volume.Open(filepath.Join(dir, "volumes"), size); err != nil {
		return nil, fmt.Errorf("blob: open: %w", err)
	}
	return s, syncDir(dir)
}

// Close closes the files that the store holds open. Nothing may use it any more.
func (s *Store) Close() error {
	errs := []error{s.volumes.Close()}
	for i := range s.shards {
		errs = append(errs, s.shards[i].close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("blob: close: %w", err)
	}
	return nil
}

// Hash is the name of bytes in a store: their SHA-256 in lower-case hex.
func Hash(data []byte) string { return Sum(data).Hash() }

// Bytes are bytes with their hash, for who needs both: it is worked out once.
type Bytes struct {
	data []byte
	sum  volume.Sum
	hash string
}

// Sum works out the hash of bytes, which must not change any more.
func Sum(data []byte) Bytes {
	sum := sha256.Sum256(data)
	return Bytes{data, sum, hex.EncodeToString(sum[:])}
}

// Hash is the name of the bytes in a store.
func (b Bytes) Hash() string { return b.hash }

// Put stores data for a class and returns their hash. When it returns they are on the disk. It is
// idempotent; bytes already there are compared, not written again.
func (s *Store) Put(ctx context.Context, class Class, data []byte) (string, error) {
	b := Sum(data)
	if err := s.PutBytes(ctx, class, b); err != nil {
		return "", err
	}
	return b.hash, nil
}

// PutBytes is Put for bytes whose hash is known.
func (s *Store) PutBytes(ctx context.Context, class Class, b Bytes) error {
	if !class.valid() {
		return fmt.Errorf("%w: %q", ErrClass, class)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	var written volume.Ticket
	err := s.locked(b.hash, func(path string) (err error) {
		if hold, ok := holdOf(class); ok {
			var done bool
			if written, done, err = s.putThere(b.sum, path, b.data, hold); done || err != nil {
				return err
			}
		}
		wrote, err := s.ensure(path, b.data)
		if err != nil {
			return err
		}
		return s.mark(path, class, wrote)
	})
	if err == nil {
		err = written.Wait() // not under the lock: who comes meanwhile shares the sync
	}
	if err != nil {
		return fmt.Errorf("blob: put: %w", err)
	}
	return nil
}

// Hold lets one more class hold bytes that are in the store, as when a listing's picture becomes
// evidence. It is ErrNotFound if they are not.
func (s *Store) Hold(ctx context.Context, class Class, hash string) error {
	if err := valid(ctx, class, hash); err != nil {
		return err
	}
	var written volume.Ticket
	err := s.locked(hash, func(path string) (err error) {
		if hold, ok := holdOf(class); ok {
			var done bool
			if written, done, err = s.holdThere(hash, hold); done || err != nil {
				return err
			}
		}
		_, err = os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) && class != Listing {
			return s.copyOut(hash, path, class)
		}
		if err != nil {
			return err
		}
		return s.mark(path, class, false)
	})
	if err == nil {
		err = written.Wait()
	}
	return notFound("hold", hash, err)
}

// Get returns the bytes of a hash, verified against it. Errors wrap ErrNotFound, ErrCorrupt or ErrHash.
func (s *Store) Get(ctx context.Context, hash string) ([]byte, error) {
	if err := valid(ctx, Listing, hash); err != nil {
		return nil, err
	}
	data, damaged := s.listing(hash)
	if damaged == nil {
		return data, nil
	}
	data, err := os.ReadFile(s.path(hash))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = damaged
		}
		return nil, notFound("get", hash, err)
	}
	if Hash(data) != hash {
		return nil, fmt.Errorf("%w: %s", ErrCorrupt, hash)
	}
	return data, nil
}

// Delete ends one class's hold on a hash, durably; the bytes stay while another class holds them. What
// is not there is deleted already: no error.
func (s *Store) Delete(ctx context.Context, class Class, hash string) error {
	if err := valid(ctx, class, hash); err != nil {
		return err
	}
	return s.locked(hash, func(path string) error {
		if err := s.letGo(hash, path, class, time.Time{}); err != nil {
			return fmt.Errorf("blob: delete: %w", err)
		}
		return nil
	})
}

// Release is Delete for what the class was last given before the given time: bytes that were given since stay.
func (s *Store) Release(ctx context.Context, class Class, hash string, before time.Time) error {
	if err := valid(ctx, class, hash); err != nil {
		return err
	}
	err := s.locked(hash, func(path string) error { return s.letGo(hash, path, class, before) })
	if err != nil {
		return fmt.Errorf("blob: release: %w", err)
	}
	return nil
}

func valid(ctx context.Context, class Class, hash string) error {
	if !class.valid() {
		return fmt.Errorf("%w: %q", ErrClass, class)
	}
	if !validHash(hash) {
		return fmt.Errorf("%w: %q", ErrHash, hash[:min(len(hash), 80)])
	}
	return ctx.Err()
}

func (c Class) valid() bool { return slices.Contains(classes, c) }

func validHash(hash string) bool {
	for _, b := range []byte(hash) {
		if (b < '0' || b > '9') && (b < 'a' || b > 'f') {
			return false
		}
	}
	return len(hash) == 2*sha256.Size
}

// path is where a valid hash's bytes lie.
func (s *Store) path(hash string) string {
	return filepath.Join(s.dir, hash[:2], hash)
}

// notFound wraps an error about the file of a hash; nil stays nil.
func notFound(doing, hash string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s", ErrNotFound, hash)
	}
	if errors.Is(err, volume.ErrDamaged) {
		return fmt.Errorf("%w: %s", ErrCorrupt, hash)
	}
	return fmt.Errorf("blob: %s: %w", doing, err)
}

// ensure makes path hold data, and reports whether it had to write. Damaged bytes are replaced.
func (s *Store) ensure(path string, data []byte) (wrote bool, err error) {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return false, nil
	}
	if err := s.makeDir(filepath.Dir(path)); err != nil {
		return false, err
	}
	return true, write(path, data)
}
