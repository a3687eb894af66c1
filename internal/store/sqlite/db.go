package sqlite

import (
	"context"
	"database/sql"

	"touchstone/internal/store/sqlstore"
)

// db lets sqlstore read by the pool and write by the one writer.
type db struct{ s *Store }

// Exec implements sqlstore.Querier.
func (d db) Exec(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = d.Transact(ctx, func(ctx context.Context, q sqlstore.Querier) error {
		n, err = q.Exec(ctx, query, args...)
		return err
	})
	return n, err
}

// Query implements sqlstore.Querier.
func (d db) Query(ctx context.Context, query string, args ...any) (sqlstore.Rows, error) {
	if sqlstore.IsBrief(ctx) && ctx.Err() == nil {
		ctx = context.WithoutCancel(ctx)
	}
	return result(d.s.often.query(ctx, query, args...))
}

// Transact implements sqlstore.DB.
func (d db) Transact(ctx context.Context, fn func(context.Context, sqlstore.Querier) error) error {
	return d.s.write.do(ctx, func(ctx context.Context, t *tx) error { return fn(ctx, dbTx{t}) })
}

// dbTx is sqlstore's view of a write. The context is the transaction's, see tx.
type dbTx struct{ t *tx }

// Exec implements sqlstore.Querier.
func (d dbTx) Exec(_ context.Context, query string, args ...any) (int64, error) {
	n, err := d.t.execCount(query, args...)
	return n, plain(err)
}

// Query implements sqlstore.Querier.
func (d dbTx) Query(_ context.Context, query string, args ...any) (sqlstore.Rows, error) {
	s, err := d.t.prepared(query)
	if err != nil {
		return nil, plain(err)
	}
	return result(s.QueryContext(d.t.ctx, args...))
}

// rows are the driver's, with errors that say what an operator can do.
type rows struct{ *sql.Rows }

func result(r *sql.Rows, err error) (sqlstore.Rows, error) {
	if err != nil {
		return nil, plain(err)
	}
	return rows{r}, nil
}

// Err implements sqlstore.Rows.
func (r rows) Err() error { return plain(r.Rows.Err()) }
