package local

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
)

const (
	logName  = "index.log"
	tempName = "index.log.new" // a log being written; means nothing until it has the other name
)

// A file is what the log needs of *os.File.
type file interface {
	io.WriteCloser
	Sync() error
}

// A commitLog is the file that every change goes through before it is acknowledged.
//
// Changes are appended in memory, in the order in which they were applied, and each writer then waits for its own to be on disk. The
// first to wait writes and syncs everything appended so far as one frame; those that come meanwhile share the next one. So the
// price of an fsync is divided among all who wait for it. After a failed write or sync nothing is known about the end of the file:
// the log refuses all further changes, and opening it again cuts the end off.
type commitLog struct {
	mu       sync.Mutex
	done     sync.Cond // a flush has ended
	file     file
	size     int64  // bytes on disk
	pending  []byte // the next frame: room for its head, then operations
	spare    []byte // the buffer of the last frame, to be used again
	appended uint64 // operations appended so far
	synced   uint64 // of these, on disk
	flushing bool
	err      error
}

func newLog(f file, size int64) *commitLog {
	l := &commitLog{file: f, size: size}
	l.done.L = &l.mu
	return l
}

// append adds an operation to the next frame and returns its number, for commit.
func (l *commitLog) append(o *op) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.err == nil && len(l.pending) > maxFrame/4 { // a batch is much smaller than the rest
		l.flush()
	}
	if l.err != nil {
		return 0, l.err
	}
	if len(l.pending) == 0 {
		l.pending = append(l.pending, make([]byte, headSize)...)
	}
	l.pending = o.appendTo(l.pending)
	l.appended++
	return l.appended, nil
}

// commit returns when the operations up to this number are on disk.
func (l *commitLog) commit(number uint64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.synced < number && l.err == nil {
		l.flush()
	}
	if l.synced < number {
		return l.err
	}
	return nil
}

// settle waits until everything appended is on disk, and nobody is writing.
func (l *commitLog) settle() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.flushing || (l.synced < l.appended && l.err == nil) {
		l.flush()
	}
	return l.err
}

// flush writes and syncs what is pending, or waits for the one who does. It is called, and returns, with mu held.
func (l *commitLog) flush() {
	if l.flushing {
		l.done.Wait()
		return
	}
	l.flushing = true
	frame, number := l.pending, l.appended
	l.pending, l.spare = l.spare[:0], nil
	l.mu.Unlock()

	fillHead(frame)
	_, err := l.file.Write(frame)
	if err == nil {
		err = l.file.Sync()
	}

	l.mu.Lock()
	if err != nil {
		l.err = fmt.Errorf("index: the log could not be written, and changes are refused until it is opened again: %w", err)
	} else {
		l.synced = number
		l.size += int64(len(frame))
	}
	if cap(frame) <= 1<<20 { // do not hold on to the memory of one big batch
		l.spare = frame[:0]
	}
	l.flushing = false
	l.done.Broadcast()
}

// last returns the number of the last operation appended.
func (l *commitLog) last() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.appended
}

// bytes returns how long the file is, or will be.
func (l *commitLog) bytes() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.size + int64(len(l.pending))
}

// replace goes over to another file. The caller has settled the log and keeps others from appending.
func (l *commitLog) replace(f file, size int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.file.Close() // what it holds is in the new file
	l.file, l.size = f, size
}

// poison makes the log refuse all further changes.
func (l *commitLog) poison(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

func (l *commitLog) close() error {
	err := l.settle()
	return errors.Join(err, l.file.Close())
}

// openLog opens the log in dir, or makes an empty one, calls fn for each operation in it, and cuts off a torn end.
func openLog(dir string, log *slog.Logger, fn func(*op) error) (*commitLog, error) {
	path := filepath.Join(dir, logName)
	os.Remove(filepath.Join(dir, tempName)) // what a compaction left that did not come to its end; if it stays, no harm
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return createLog(dir, func(io.Writer) error { return nil })
	}
	if err != nil {
		return nil, fmt.Errorf("index: opening the log: %w", err)
	}
	size, err := replay(f, log, fn)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return newLog(f, size), nil
}

// replay reads an existing log and leaves the file ready for the next frame.
func replay(f *os.File, log *slog.Logger, fn func(*op) error) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("index: opening the log: %w", err)
	}
	good, err := readLog(f, info.Size(), fn)
	if err != nil {
		return 0, err
	}
	if good < info.Size() {
		log.Warn("index: the log ends in a change that was never acknowledged; it is cut off", "file", f.Name(), "bytes", info.Size()-good)
		err = f.Truncate(good)
		if err == nil {
			err = f.Sync()
		}
	}
	if err == nil {
		_, err = f.Seek(good, io.SeekStart)
	}
	if err != nil {
		return 0, fmt.Errorf("index: cutting off the torn end of the log: %w", err)
	}
	return good, nil
}

// readLog calls fn for each operation in a log and returns where the good part of it ends.
func readLog(r io.ReaderAt, size int64, fn func(*op) error) (int64, error) {
	if err := checkHeader(r, size); err != nil {
		return 0, err
	}
	var d decoder
	return readFrames(r, size, func(body []byte) error {
		d.b, d.fault = body, ""
		for len(d.b) > 0 {
			o, err := d.next()
			if err == nil {
				err = fn(&o)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// createLog writes a new log with the frames that fill gives it, and puts it in the place of the old one in one step.
func createLog(dir string, fill func(io.Writer) error) (*commitLog, error) {
	temp := filepath.Join(dir, tempName)
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("index: making a log: %w", err)
	}
	_, err = f.Write(appendHeader(nil))
	if err == nil {
		err = fill(f)
	}
	if err == nil {
		err = f.Sync()
	}
	var size int64
	if err == nil {
		size, err = f.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		err = os.Rename(temp, filepath.Join(dir, logName))
	}
	if err != nil {
		f.Close()
		os.Remove(temp)
		return nil, fmt.Errorf("index: making a log: %w", err)
	}
	if err := syncDir(dir); err != nil {
		f.Close()
		return nil, fmt.Errorf("%w: %w", errRenamed, err)
	}
	return newLog(f, size), nil
}

// errRenamed: the new log has the name, but perhaps not after a loss of power.
var errRenamed = errors.New("index: the folder could not be synced after the log was replaced")

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
