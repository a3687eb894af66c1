package local

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"syscall"

	"touchstone/index"
)

// A file is what the log needs of *os.File.
type file interface {
	io.WriteCloser
	Sync() error
	Truncate(size int64) error
	Seek(offset int64, whence int) (int64, error)
}

// A commitLog is the file that every change goes through before it is made.
//
// Changes are gathered in memory, and each writer then waits for its own. The first to wait writes and syncs everything gathered so
// far as one frame, makes these changes in memory, in order, and lets all who wait for them go; those that come meanwhile share the
// next frame. So the price of an fsync is divided among all who wait for it, and nobody ever sees a change that is not durable. When a
// frame cannot be written the file is brought back to what it was, the changes in it fail, and later ones may succeed. After a
// failed sync nothing is known about the end of the file: the log refuses all further changes, and opening it again cuts the end off.
type commitLog struct {
	apply func([]*op) error

	mu       sync.Mutex
	done     sync.Cond // a flush has ended
	file     file
	size     int64 // bytes on disk
	pending  *batch
	spare    []byte // the buffer of an earlier frame, to be used again
	flushing bool
	err      error
}

// A batch is the changes of one frame.
type batch struct {
	frame []byte // room for its head, then operations
	ops   []*op
	done  bool
	err   error
}

func newLog(f file, size int64, apply func([]*op) error) *commitLog {
	l := &commitLog{file: f, size: size, apply: apply, pending: &batch{}}
	l.done.L = &l.mu
	return l
}

// append adds an operation to the next frame, whose batch is to be given to commit.
func (l *commitLog) append(o *op) (*batch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.err == nil && len(l.pending.frame) > maxFrame/4 { // one change is much smaller than the rest
		l.flush()
	}
	if l.err != nil {
		return nil, l.err
	}
	b := l.pending
	if len(b.frame) == 0 {
		b.frame, l.spare = slices.Grow(l.spare[:0], headSize)[:headSize], nil
	}
	b.frame = o.appendTo(b.frame)
	b.ops = append(b.ops, o)
	return b, nil
}

// commit returns when the batch is on disk and in memory, or why it is not.
func (l *commitLog) commit(b *batch) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !b.done {
		l.flush()
	}
	return b.err
}

// settle waits until everything appended is on disk, and nobody is writing.
func (l *commitLog) settle() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.flushing || len(l.pending.ops) > 0 {
		l.flush()
	}
	return l.err
}

// flush writes what is pending, or waits for the one who does. It is called, and returns, with mu held.
func (l *commitLog) flush() {
	if l.flushing {
		l.done.Wait()
		return
	}
	b := l.pending
	l.pending, l.flushing = &batch{}, true
	fatal := l.err
	l.mu.Unlock()

	err := fatal
	if err == nil {
		err, fatal = l.write(b)
	}

	l.mu.Lock()
	if b.err, l.err = err, fatal; err == nil {
		l.size += int64(len(b.frame))
	}
	if cap(b.frame) <= 1<<20 { // do not hold on to the memory of one big batch
		l.spare = b.frame[:0]
	}
	b.frame, b.ops, b.done, l.flushing = nil, nil, true, false
	l.done.Broadcast()
}

// write makes a batch durable and then applies it. The second error, if there is one, is for all later changes too.
func (l *commitLog) write(b *batch) (err, fatal error) {
	fillHead(b.frame)
	if _, err = l.file.Write(b.frame); err != nil {
		return l.back(err)
	}
	if err = l.file.Sync(); err == nil {
		err = l.apply(b.ops)
	}
	if err != nil {
		err = fmt.Errorf("index: the log could not be written, and changes are refused until it is opened again: %w", err)
	}
	return err, err
}

// back takes off what a failed write may have left.
func (l *commitLog) back(cause error) (err, fatal error) {
	err = l.file.Truncate(l.size)
	if err == nil {
		_, err = l.file.Seek(l.size, io.SeekStart)
	}
	if err != nil {
		err = fmt.Errorf("index: the log could not be written or brought back, and changes are refused until it is opened again: %w", errors.Join(cause, err))
		return err, err
	}
	return noRoom("nothing of the change was kept", cause), nil
}

// noRoom makes index.ErrFull of what a file system says when it, a quota or a limit is at its end.
func noRoom(what string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		return fmt.Errorf("%w: %s; make room on the disk and try again: %w", index.ErrFull, what, err)
	}
	return fmt.Errorf("index: writing failed and %s: %w", what, err)
}

// replace goes over to another file. The caller has settled the log and keeps others from appending.
func (l *commitLog) replace(f file, size int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.file.Close() // what it holds is on disk
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

// createLog writes an empty log under a name, and returns it open for the first frame.
func createLog(fs files, name string) (file, int64, error) {
	header := header(logVersion)
	f, err := fs.write(name, func(w io.Writer) error {
		_, err := w.Write(header)
		return err
	})
	return f, int64(len(header)), err
}

// replay reads an existing log, calls fn for each operation, and returns it open for the next frame. A torn end is cut off if
// the log is the last one; before others it is damage.
func replay(fs files, name string, last bool, fn func(*op) error) (f *os.File, size int64, err error) {
	if f, err = os.OpenFile(fs.path(name), os.O_RDWR, 0); err != nil {
		return nil, 0, fmt.Errorf("index: opening the log: %w", err)
	}
	info, err := f.Stat()
	if err == nil {
		size, err = readLog(f, info.Size(), fn)
	}
	if err == nil && size < info.Size() {
		if !last {
			err = fmt.Errorf("%w: the log ends in the middle of a change and others follow it; nothing was changed: %s", index.ErrCorrupt, remedy)
		} else {
			fs.log.Warn("index: the log ends in a change that was never acknowledged; it is cut off", "file", f.Name(), "bytes", info.Size()-size)
			err = cut(f, size)
		}
	}
	if err == nil {
		_, err = f.Seek(size, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, 0, fmt.Errorf("%s: %w", fs.path(name), err)
	}
	return f, size, nil
}

func cut(f *os.File, size int64) error {
	err := f.Truncate(size)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return fmt.Errorf("index: cutting off the torn end of the log: %w", err)
	}
	return nil
}

// readLog calls fn for each operation in a log and returns where the good part of it ends.
func readLog(r io.ReaderAt, size int64, fn func(*op) error) (int64, error) {
	if _, err := checkHeader(r, size, logVersion); err != nil {
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
