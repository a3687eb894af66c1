package sqlite

import (
	"context"

	"touchstone/internal/store/sqlcases"
)

// Casework keeps notices, cases and jobs in the same database.
type Casework = sqlcases.Store

// casesDB lets sqlcases read by the pool and write by the one writer.
type casesDB struct{ s *Store }

// Exec implements sqlcases.Querier.
func (d casesDB) Exec(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = d.Transact(ctx, func(ctx context.Context, q sqlcases.Querier) error {
		n, err = q.Exec(ctx, query, args...)
		return err
	})
	return n, err
}

// Query implements sqlcases.Querier.
func (d casesDB) Query(ctx context.Context, query string, args ...any) (sqlcases.Rows, error) {
	rows, err := d.s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, plain(err)
	}
	return rows, nil
}

// Transact implements sqlcases.DB.
func (d casesDB) Transact(ctx context.Context, fn func(context.Context, sqlcases.Querier) error) error {
	return d.s.write.do(ctx, func(ctx context.Context, t *tx) error { return fn(ctx, casesTx{t}) })
}

// casesTx is sqlcases' view of a write. The context is the transaction's, see tx.
type casesTx struct{ t *tx }

// Exec implements sqlcases.Querier.
func (c casesTx) Exec(_ context.Context, query string, args ...any) (int64, error) {
	return c.t.execCount(query, args...)
}

// Query implements sqlcases.Querier.
func (c casesTx) Query(_ context.Context, query string, args ...any) (sqlcases.Rows, error) {
	s, err := c.t.prepared(query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(c.t.ctx, args...)
}
