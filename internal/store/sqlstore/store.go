// Package sqlstore keeps what the service knows (registry, keys, reports, listings, sweeps, notices, cases, decisions, the feed, the audit
// log, jobs, people) in SQL that every database of the service understands: it is written once, and a database brings its tables (its own
// migrations), a DB and a Dialect.
//
// Portable here means: standard statements with ON CONFLICT and RETURNING; `?`, or `?1` and so on where one comes twice, for parameters
// (Dialect.Rebind turns them into the database's own), every one of them used; parameters that are strings, whole numbers, float64 and
// bytes, never bool; times as microseconds since 1970, truth as 0 and 1, documents as JSON text; a list of values as
// `SELECT value FROM json_each(?)` over a JSON array, its values text. Columns in DO UPDATE are named with their table. Text sorts by
// bytes. Pages are read behind a key that an index holds, never by counting.
//
// Writers may run side by side, each seeing what others have committed. What looks before it writes therefore takes a lock by name (tx.lock),
// compares a version, or lets a unique index decide.
package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/jobs"
)

// Rows are the rows of a result; *sql.Rows are.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// Querier runs statements.
type Querier interface {
	// Exec tells how many rows changed.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	Query(ctx context.Context, query string, args ...any) (Rows, error)
}

// brief is the key of contexts that Brief makes.
type brief struct{}

// Brief marks the context of a query that reads a few rows by an index. A database in this process may then spare itself to watch for the
// caller's leaving while it reads: that takes two goroutines, which cost more than the rows.
func Brief(ctx context.Context) context.Context { return context.WithValue(ctx, brief{}, true) }

// IsBrief reports whether Brief has marked a context.
func IsBrief(ctx context.Context) bool { return ctx.Value(brief{}) != nil }

// Later is a Querier of a transaction that can hold statements back until the next one that has an answer, and send them with it: where
// the database lies behind a network, what is only written costs no way there and back. What is read sees it, and what is wrong with
// it is the error of that next statement, or of the commit.
type Later interface {
	ExecLater(ctx context.Context, query string, args ...any)
}

// DB is a database. Its own methods read; they see what was committed before they began.
type DB interface {
	Querier
	// Transact runs fn in one transaction that is durable when Transact returns nil, and did not happen otherwise. fn may run again
	// when a transaction was lost to another.
	Transact(ctx context.Context, fn func(context.Context, Querier) error) error
}

// Dialect is what a database writes differently.
type Dialect struct {
	// Rebind turns `?` into the database's parameters; nil leaves them.
	Rebind func(query string) string
	// SkipLocked follows a SELECT that takes rows to change, such as "FOR UPDATE SKIP LOCKED"; "" where one writer writes.
	SkipLocked string
	// Lock is a query that holds a number, its parameter, for this transaction alone until it ends; "" where one writer writes.
	Lock string
}

// Store is every store of the service over a DB. It is safe for concurrent use if the DB is.
type Store struct {
	reader
	db DB
}

var (
	_ docket.Store = (*Store)(nil)
	_ jobs.Store   = (*Store)(nil)
	_ docket.Tx    = (*tx)(nil)
)

// New makes a Store over a database whose tables are there.
func New(db DB, d Dialect) *Store {
	if d.Rebind == nil {
		d.Rebind = func(q string) string { return q }
	}
	return &Store{reader: reader{q: db, dialect: d}, db: db}
}

// Update implements docket.Store.
func (s *Store) Update(ctx context.Context, fn func(docket.Tx) error) error {
	return s.transact(ctx, func(t *tx) error { return fn(t) })
}

func (s *Store) transact(ctx context.Context, fn func(*tx) error) error {
	return s.db.Transact(ctx, func(ctx context.Context, q Querier) error {
		t := &tx{reader: reader{q: q, dialect: s.dialect, writes: true}}
		if err := fn(t); err != nil {
			return err
		}
		return t.flush(ctx)
	})
}

// reader reads, within a transaction or beside all.
type reader struct {
	q       Querier
	dialect Dialect
	writes  bool
}

func (r reader) exec(ctx context.Context, query string, args ...any) (int64, error) {
	return r.q.Exec(ctx, r.dialect.Rebind(query), args...)
}

// run is exec for who does not ask how many rows changed.
func (r reader) run(ctx context.Context, query string, args ...any) error {
	_, err := r.exec(ctx, query, args...)
	return err
}

// later is run for a statement whose fault nobody branches on: it may be sent with the next one.
func (t *tx) later(ctx context.Context, query string, args ...any) error {
	if l, ok := t.q.(Later); ok {
		l.ExecLater(ctx, t.dialect.Rebind(query), args...)
		return nil
	}
	return t.run(ctx, query, args...)
}

// lock holds a name until the transaction ends: whoever else asks for it waits. Take locks before rows, and no two in different orders.
func (t *tx) lock(ctx context.Context, name string) error {
	if t.dialect.Lock == "" {
		return nil
	}
	h := fnv.New64a()
	h.Write([]byte(name))
	return t.each(ctx, func(Rows) error { return nil }, t.dialect.Lock, int64(h.Sum64())) //nolint:gosec // any number will do
}

// each calls scan with every row of a result.
func (r reader) each(ctx context.Context, scan func(Rows) error, query string, args ...any) error {
	rows, err := r.q.Query(ctx, r.dialect.Rebind(query), args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // what was wrong is in Err
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// list scans every row of a result.
func list[T any](ctx context.Context, r reader, scan func(Rows) (T, error), query string, args ...any) ([]T, error) {
	var out []T
	err := r.each(ctx, func(rows Rows) error {
		v, err := scan(rows)
		out = append(out, v)
		return err
	}, query, args...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// one scans the only row of a result; without one it is casework.ErrNotFound.
func one[T any](ctx context.Context, r reader, what, id string, scan func(Rows) (T, error), query string, args ...any) (T, error) {
	all, err := list(ctx, r, scan, query, args...)
	if err == nil && len(all) == 0 {
		var none T
		return none, absent(what, id)
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// absent is casework.ErrNotFound with its sentence.
func absent(what, id string) error {
	return fmt.Errorf("%w: there is no %s %q", casework.ErrNotFound, what, id)
}

// where gathers conditions.
type where struct {
	sql  string
	args []any
}

func (w *where) add(condition string, args ...any) {
	if w.sql == "" {
		w.sql = " WHERE "
	} else {
		w.sql += " AND "
	}
	w.sql += condition
	w.args = append(w.args, args...)
}

// equal adds a condition unless the value is empty.
func (w *where) equal(column, value string) {
	if value != "" {
		w.add(column+" = ?", value)
	}
}

// micros is a time as it is stored; 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(us int64) time.Time { return time.UnixMicro(us).UTC() }

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func encode(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %T: %w", v, err)
	}
	return string(b), nil
}

func decode(doc string, v any) error {
	if err := json.Unmarshal([]byte(doc), v); err != nil {
		return fmt.Errorf("stored %T cannot be read: %w", v, err)
	}
	return nil
}

func scanText(rows Rows) (s string, err error) { return s, rows.Scan(&s) }

func scanTexts(rows Rows) (l texts, err error) { return l, rows.Scan(&l) }

func scanNumber(rows Rows) (n int, err error) { return n, rows.Scan(&n) }
