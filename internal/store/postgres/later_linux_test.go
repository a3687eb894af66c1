package postgres

import (
	"context"
	"errors"
	"testing"

	"touchstone/internal/store/sqlstore"
)

// TestLater: what is held back is seen by what is read behind it, is committed with the transaction, and tells its faults.
func TestLater(t *testing.T) {
	s, err := Open(t.Context(), newPlace(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conn := db{s.pool}
	if _, err := conn.Exec(t.Context(), `CREATE TABLE noted (n BIGINT PRIMARY KEY)`); err != nil {
		t.Fatal(err)
	}
	insert := func(ctx context.Context, q sqlstore.Querier, numbers ...int64) {
		for _, n := range numbers {
			q.(sqlstore.Later).ExecLater(ctx, `INSERT INTO noted (n) VALUES ($1)`, n)
		}
	}
	count := func(ctx context.Context, q sqlstore.Querier) (n int, err error) {
		rows, err := q.Query(ctx, `SELECT count(*) FROM noted`)
		if err != nil {
			return 0, err
		}
		for rows.Next() {
			err = rows.Scan(&n)
		}
		return n, errors.Join(err, rows.Err(), rows.Close())
	}
	err = conn.Transact(t.Context(), func(ctx context.Context, q sqlstore.Querier) error {
		insert(ctx, q, 1, 2)
		if n, err := count(ctx, q); n != 2 || err != nil {
			t.Errorf("read behind two: %d, %v", n, err)
		}
		insert(ctx, q, 3)
		if n, err := q.Exec(ctx, `UPDATE noted SET n = n + 10`); n != 3 || err != nil {
			t.Errorf("changed behind three: %d, %v", n, err)
		}
		insert(ctx, q, 4) // nothing follows but the commit
		return nil
	})
	if n, read := count(t.Context(), conn); err != nil || read != nil || n != 4 {
		t.Fatalf("%d rows, %v, %v", n, err, read)
	}
	for name, then := range map[string]func(context.Context, sqlstore.Querier) error{
		"commit": func(context.Context, sqlstore.Querier) error { return nil },
		"query": func(ctx context.Context, q sqlstore.Querier) error {
			_, err := count(ctx, q)
			return err
		},
		"exec": func(ctx context.Context, q sqlstore.Querier) error {
			_, err := q.Exec(ctx, `UPDATE noted SET n = n + 1`)
			return err
		},
	} {
		err := conn.Transact(t.Context(), func(ctx context.Context, q sqlstore.Querier) error {
			insert(ctx, q, 20, 4)
			return then(ctx, q)
		})
		if n, read := count(t.Context(), conn); !errors.Is(err, sqlstore.ErrUnique) || read != nil || n != 4 {
			t.Errorf("the same number twice, told at the %s: %v; %d rows, %v", name, err, n, read)
		}
	}
}
