package postgres

import (
	"context"
	"errors"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"touchstone/internal/store/sqlstore"
)

// Bounds of Transact: how often a transaction that was lost to others is run, and how long the last word to the server may take when
// the caller has gone.
const (
	tries        = 10
	commitWithin = 10 * time.Second
)

// session is what a pool and a transaction have in common.
type session interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// querier is sqlstore's view of a session.
type querier struct{ session }

// Exec implements sqlstore.Querier.
func (q querier) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	tag, err := q.session.Exec(ctx, query, args...)
	return tag.RowsAffected(), plain(err)
}

// Query implements sqlstore.Querier.
func (q querier) Query(ctx context.Context, query string, args ...any) (sqlstore.Rows, error) {
	r, err := q.session.Query(ctx, query, args...)
	if err != nil {
		return nil, plain(err)
	}
	return rows{r}, nil
}

// writer is sqlstore's view of a transaction. What is to be written later goes with the next statement that has an answer, in one way
// to the server and back.
type writer struct {
	tx      pgx.Tx
	waiting pgx.Batch
}

// ExecLater implements sqlstore.Later.
func (w *writer) ExecLater(_ context.Context, query string, args ...any) {
	w.waiting.Queue(query, args...)
}

// Exec implements sqlstore.Querier.
func (w *writer) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if w.waiting.Len() == 0 {
		return querier{w.tx}.Exec(ctx, query, args...)
	}
	results, err := w.send(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	tag, err := results.Exec()
	if err != nil {
		_ = results.Close() // says the same
		return 0, plain(err)
	}
	return tag.RowsAffected(), plain(results.Close())
}

// Query implements sqlstore.Querier.
func (w *writer) Query(ctx context.Context, query string, args ...any) (sqlstore.Rows, error) {
	if w.waiting.Len() == 0 {
		return querier{w.tx}.Query(ctx, query, args...)
	}
	results, err := w.send(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	r, err := results.Query()
	if err != nil {
		_ = results.Close() // says the same
		return nil, plain(err)
	}
	return batchRows{rows{r}, results}, nil
}

// send sends what waits, with a statement behind it where there is one, and gives the results from that one on.
func (w *writer) send(ctx context.Context, query string, args ...any) (pgx.BatchResults, error) {
	n := w.waiting.Len()
	batch := w.waiting
	w.waiting = pgx.Batch{}
	if query != "" {
		batch.Queue(query, args...)
	}
	results := w.tx.SendBatch(ctx, &batch)
	for range n {
		if _, err := results.Exec(); err != nil {
			_ = results.Close() // says the same
			return nil, plain(err)
		}
	}
	return results, nil
}

// flush sends what waits.
func (w *writer) flush(ctx context.Context) error {
	if w.waiting.Len() == 0 {
		return nil
	}
	results, err := w.send(ctx, "")
	if err != nil {
		return err
	}
	return plain(results.Close())
}

// batchRows are rows at the end of a batch, which ends with them.
type batchRows struct {
	rows
	results pgx.BatchResults
}

// Close implements sqlstore.Rows.
func (r batchRows) Close() error {
	return errors.Join(r.rows.Close(), plain(r.results.Close()))
}

// rows are the driver's, with errors that say what an operator can do.
type rows struct{ pgx.Rows }

// Err implements sqlstore.Rows.
func (r rows) Err() error { return plain(r.Rows.Err()) }

// Close implements sqlstore.Rows.
func (r rows) Close() error {
	r.Rows.Close()
	return nil
}

// db is sqlstore's view of the pool.
type db struct{ pool *pgxpool.Pool }

// Exec implements sqlstore.Querier.
func (d db) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return querier{d.pool}.Exec(ctx, query, args...)
}

// Query implements sqlstore.Querier.
func (d db) Query(ctx context.Context, query string, args ...any) (sqlstore.Rows, error) {
	return querier{d.pool}.Query(ctx, query, args...)
}

// Transact implements sqlstore.DB.
func (d db) Transact(ctx context.Context, fn func(context.Context, sqlstore.Querier) error) error {
	for try := 1; ; try++ {
		err := d.once(ctx, fn)
		if err == nil || !lost(err) || try == tries {
			return plain(err)
		}
		select { // so that those who lost to each other do not meet again at once
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(time.Duration(try) * 5 * time.Millisecond)): //nolint:gosec // no secret
		}
	}
}

// once runs a transaction. The commit goes on when the caller has gone: what the server was told has an outcome, and it is told.
func (d db) once(ctx context.Context, fn func(context.Context, sqlstore.Querier) error) error {
	tx, err := d.pool.BeginTx(ctx, pgx.TxOptions{})
	if err != nil {
		return err
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitWithin)
	defer cancel()
	defer func() { _ = tx.Rollback(last) }() // after a commit it says so and does nothing
	w := &writer{tx: tx}
	if err := fn(ctx, w); err != nil {
		return err
	}
	if err := w.flush(ctx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return tx.Commit(last)
}

// lost tells whether the transaction can be run again: another one had what it needed.
func lost(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

// bound keeps rebound queries: their texts are few.
var bound sync.Map

var (
	parameter = regexp.MustCompile(`\?(\d*)`)
	elements  = regexp.MustCompile(`json_each\((\$\d+)\)`)
)

// rebind turns a query of sqlstore into PostgreSQL's: `?` and `?1` to `$1`, json_each over a parameter to its twin.
func rebind(query string) string {
	if q, ok := bound.Load(query); ok {
		return q.(string)
	}
	n := 0
	var b strings.Builder
	for i, part := range strings.Split(query, "'") { // every second part is a literal
		if i > 0 {
			b.WriteByte('\'')
		}
		if i%2 == 1 {
			b.WriteString(part)
			continue
		}
		b.WriteString(parameter.ReplaceAllStringFunc(part, func(p string) string {
			if p != "?" {
				return "$" + p[1:]
			}
			n++
			return "$" + strconv.Itoa(n)
		}))
	}
	q := elements.ReplaceAllString(b.String(), "json_array_elements_text(${1}::json)")
	bound.Store(query, q)
	return q
}
