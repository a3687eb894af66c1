package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"touchstone/internal/store/sqlstore"
)

// Bounds of the writer: how many writes wait before callers block, and how
// many share one transaction.
const (
	writeQueue = 1024
	writeBatch = 256
)

// writer is the only one who writes. One goroutine takes what callers have
// queued, runs it in one transaction (each write within a savepoint of its
// own, once one has failed) and commits: one sync to the disk for all of them
// (group commit). A
// caller hears of its write after the commit, never before.
type writer struct {
	conn  *sql.Conn
	queue chan *write
	done  chan struct{} // closed when the goroutine has ended

	mu     sync.RWMutex // held to send on queue, so that close cannot overtake
	closed bool

	stmts map[string]*sql.Stmt // prepared once; touched by the goroutine alone
}

// write is one caller's work. run may be called again when a transaction was
// lost, so it must begin by overwriting what it hands out.
type write struct {
	ctx   context.Context
	run   func(context.Context, *tx) error
	err   error
	taken atomic.Bool // by the writer, or by a caller that gave up waiting
	ready chan struct{}
}

// tx is what a write sees of the transaction. Its context is not the caller's:
// a caller that goes away must not tear the transaction of the others.
type tx struct {
	ctx context.Context
	w   *writer
}

func newWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{conn: conn, queue: make(chan *write, writeQueue), done: make(chan struct{}), stmts: map[string]*sql.Stmt{}}
	go w.loop()
	return w, nil
}

// do runs a write and returns once it is durable, or has failed. Before its
// turn a write can be given up by ctx; then it never happens.
func (w *writer) do(ctx context.Context, run func(context.Context, *tx) error) error {
	it := &write{ctx: ctx, run: run, ready: make(chan struct{})}
	if err := w.send(ctx, it); err != nil {
		return err
	}
	select {
	case <-it.ready:
	case <-ctx.Done():
		if it.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		<-it.ready // its turn has come: what it did must be told
	}
	return plain(it.err)
}

func (w *writer) send(ctx context.Context, it *write) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return sqlstore.ErrClosed
	}
	select {
	case w.queue <- it:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *writer) loop() {
	defer close(w.done)
	for first := range w.queue {
		batch := w.gather(first)
		if len(batch) == 0 {
			continue
		}
		if err := w.commit(batch); err != nil {
			w.oneByOne(batch, err)
		}
		for _, it := range batch {
			close(it.ready)
		}
	}
}

// gather takes what is queued now, without waiting for more, and leaves out
// what its caller has given up.
func (w *writer) gather(first *write) []*write {
	var batch []*write
	for it := first; ; {
		if it.taken.CompareAndSwap(false, true) {
			batch = append(batch, it)
		}
		if len(batch) >= writeBatch {
			return batch
		}
		select {
		case next, ok := <-w.queue:
			if !ok {
				return batch
			}
			it = next
		default:
			return batch
		}
	}
}

// oneByOne runs the writes of a lost transaction again, each in its own: when
// the disk is full or a commit fails, only those that cannot be done fail.
func (w *writer) oneByOne(batch []*write, lost error) {
	if len(batch) == 1 {
		batch[0].err = lost
		return
	}
	for _, it := range batch {
		if err := w.commit([]*write{it}); err != nil {
			it.err = err
		}
	}
}

// commit runs a batch in one transaction. Its error means that nothing of the
// batch happened; what a single write did wrong is in write.err.
//
// Nearly all writes succeed, so they run without savepoints at first. When one
// fails, all is undone and done again with them.
func (w *writer) commit(batch []*write) error {
	t := &tx{ctx: context.Background(), w: w}
	if err := t.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	failed := slices.ContainsFunc(batch, func(it *write) bool {
		it.err = guarded(t, it)
		return it.err != nil
	})
	switch {
	case !failed:
		return w.end(t)
	case len(batch) == 1: // its failure undoes nobody else's work
		w.rollback()
		return nil
	}
	w.rollback()
	return w.apart(t, batch)
}

// apart runs a batch in one transaction, so that a write that fails undoes
// itself alone.
func (w *writer) apart(t *tx, batch []*write) error {
	if err := t.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, it := range batch {
		if err := w.savepoint(t, it); err != nil {
			w.rollback()
			return err
		}
	}
	return w.end(t)
}

// end commits; its error means that nothing of the transaction happened.
func (w *writer) end(t *tx) error {
	err := t.exec("COMMIT")
	if err != nil {
		w.rollback()
	}
	return err
}

// rollback ends a broken transaction. SQLite may have ended it already, which
// is the one error there can be.
func (w *writer) rollback() { _, _ = w.conn.ExecContext(context.Background(), "ROLLBACK") }

// savepoint runs one write so that its failure undoes it alone. The error says
// that the whole transaction is lost.
func (w *writer) savepoint(t *tx, it *write) error {
	if err := t.exec("SAVEPOINT one"); err != nil {
		return err
	}
	it.err = guarded(t, it)
	if it.err == nil {
		return t.exec("RELEASE one")
	}
	if err := t.exec("ROLLBACK TO one"); err != nil {
		return errors.Join(it.err, err)
	}
	return t.exec("RELEASE one")
}

// guarded turns a panic of a write into its error: the writer serves others.
func guarded(t *tx, it *write) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("write panicked: %v", p)
		}
	}()
	return it.run(t.ctx, t)
}

func (w *writer) close() error {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.done
	for _, s := range w.stmts {
		_ = s.Close() // nothing can be done about it, and conn.Close frees it
	}
	return w.conn.Close()
}

func (t *tx) prepared(query string) (*sql.Stmt, error) {
	if s, ok := t.w.stmts[query]; ok {
		return s, nil
	}
	s, err := t.w.conn.PrepareContext(t.ctx, steady(query))
	if err != nil {
		return nil, err
	}
	t.w.stmts[query] = s
	return s, nil
}

func (t *tx) exec(query string, args ...any) error {
	_, err := t.execCount(query, args...)
	return err
}

// execCount also tells how many rows changed.
func (t *tx) execCount(query string, args ...any) (int64, error) {
	s, err := t.prepared(query)
	if err != nil {
		return 0, err
	}
	res, err := s.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// row runs a query of one row that comes seldom.
func (t *tx) row(query string, args ...any) *sql.Row {
	return t.w.conn.QueryRowContext(t.ctx, query, args...)
}
