package volume

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// ErrDamaged reports a record whose data are no longer those of its sum.
var ErrDamaged = errors.New("volume: damaged on disk")

// Ends of the names of a volume and of its list of records.
const (
	ending     = ".vol"
	listEnding = ".list"
)

// roomAhead is what part of its size a volume takes room for on the disk at a time, beyond what is written. Where each record has to look
// for its own, the file system writes down where at each sync, which costs a third more.
const roomAhead = 64

// volume is one file of records.
type volume struct {
	number  int
	path    string
	made    time.Time               // as its name says
	own     atomic.Pointer[os.File] // that this process appends to, locked; nil for others
	durable durable

	ahead, reserved int64 // how much room is taken at a time, and up to where it was; only who appends asks

	// Guarded by the Set's lock.
	seen    int64       // up to where its records are in memory
	full    bool        // nothing is appended any more
	checked [Holds]bool // looked at by Expire, which has also freed what a power cut kept
}

// with calls fn with the open file.
func (v *volume) with(fn func(*os.File) error) error {
	if own := v.own.Load(); own != nil {
		return fn(own)
	}
	f, err := os.OpenFile(v.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(fn(f), f.Close())
}

func (v *volume) list() string { return strings.TrimSuffix(v.path, ending) + listEnding }

// A Record is bytes that are kept, as Set.Find found them.
type Record struct {
	v      *volume
	at     int64
	header header
}

// Given is when the bytes were last given to a hold, to the microsecond; zero when it does not hold them.
func (r Record) Given(hold Hold) time.Time {
	if r.header.marks[hold] == 0 {
		return time.Time{}
	}
	return time.UnixMicro(r.header.marks[hold])
}

// old says whether a hold was given the bytes before a moment, and not since.
func (r Record) old(hold Hold, before time.Time) bool {
	return r.header.marks[hold] != 0 && r.Given(hold).Before(before)
}

// Kept is the wait until what was found is on the disk; mostly there is none.
func (r Record) Kept() Ticket {
	if version := r.v.durable.reaches(r.at + headerSize + r.header.length); version > 0 {
		return Ticket{r.v, version}
	}
	return Ticket{}
}

// Data reads the bytes. Its error is ErrDamaged when they are not those of the sum, and wraps fs.ErrNotExist when they were let
// go meanwhile.
func (r Record) Data() ([]byte, error) {
	data := make([]byte, r.header.length)
	err := r.v.with(func(f *os.File) error {
		if _, err := f.ReadAt(data, r.at+headerSize); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if sha256.Sum256(data) == r.header.sum {
			return nil
		}
		if h, ok, err := readHeader(f, r.at); err != nil || ok && !h.live() {
			return cmp.Or(err, fs.ErrNotExist)
		}
		return fmt.Errorf("%w: %x", ErrDamaged, r.header.sum)
	})
	if err != nil {
		return nil, err
	}
	return data, nil
}

// Give notes that the bytes were given to a hold, for the first time or again.
func (r Record) Give(hold Hold, now time.Time) (Ticket, error) {
	err := r.v.with(func(f *os.File) error { return r.mark(f, hold, markOf(now)) })
	return Ticket{r.v, r.v.durable.marked()}, err
}

// mark writes the number that says when the bytes were given to a hold.
func (r Record) mark(f *os.File, hold Hold, mark int64) error {
	b := make([]byte, markSize)
	binary.LittleEndian.PutUint64(b, uint64(mark))
	_, err := f.WriteAt(b, r.at+markAt+markSize*int64(hold))
	return err
}

// free gives back the room of a record that was let go.
func (r Record) free(f *os.File) error { return punch(f, r.at+headerSize, r.header.length) }

// readHeader reads the header at an offset; ok is false where none is.
func readHeader(f *os.File, at int64) (h header, ok bool, err error) {
	b := make([]byte, headerSize)
	if _, err := f.ReadAt(b, at); err != nil {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return h, false, err
	}
	h, ok = parse(b)
	return h, ok, nil
}

// append writes a record at the end of the volume that this process owns: the data first, so that where a header is, the data are. What could not be written is cut off again.
func (v *volume) append(sum Sum, data []byte, hold Hold, now time.Time) (r Record, err error) {
	own := v.own.Load()
	r = Record{v: v, at: v.end(), header: header{sum: sum, length: int64(len(data))}}
	r.header.marks[hold] = markOf(now)
	if end := r.at + headerSize + r.header.length; end > v.reserved {
		v.reserved = end + v.ahead
		reserve(own, r.at, v.reserved-r.at)
	}
	if _, err = own.WriteAt(data, r.at+headerSize); err == nil {
		_, err = own.WriteAt(r.header.encode(), r.at)
	}
	if err != nil {
		return r, errors.Join(err, own.Truncate(r.at))
	}
	return r, nil
}

// giveBack frees the room that was taken ahead: cut where it ends, a file keeps none behind.
func (v *volume) giveBack() error {
	own := v.own.Load()
	info, err := own.Stat()
	if err != nil {
		return err
	}
	return own.Truncate(info.Size())
}

// end is where the next record of an own volume goes; only who appends asks.
func (v *volume) end() int64 {
	v.durable.mu.Lock()
	defer v.durable.mu.Unlock()
	return aligned(v.durable.size)
}
