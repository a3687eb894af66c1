package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/store/sqlstore"
)

// openTable opens a store with a table of numbers.
func openTable(t *testing.T) *Store {
	t.Helper()
	s, err := Open(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	err = s.write.do(context.Background(), func(_ context.Context, t *tx) error {
		return t.exec("CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT")
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func numbers(t *testing.T, s *Store) (out []int) {
	t.Helper()
	rows, err := s.read.Query("SELECT n FROM numbers ORDER BY n")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestWritesShareATransaction holds the writer up, queues writes of which some
// fail, and sees that they commit together and fail alone.
func TestWritesShareATransaction(t *testing.T) {
	s := openTable(t)
	ctx := context.Background()
	hold, held := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		_ = s.write.do(ctx, func(context.Context, *tx) error { close(held); <-hold; return nil })
	})
	<-held
	errs := make([]error, 6)
	own := errors.New("a fault of its own")
	for i := range errs {
		group.Go(func() {
			errs[i] = s.write.do(ctx, func(_ context.Context, t *tx) error {
				if err := t.exec("INSERT INTO numbers VALUES (?)", i); err != nil {
					return err
				}
				switch i {
				case 1:
					return own
				case 3:
					panic("a bug of its own")
				case 5:
					return t.exec("INSERT INTO numbers VALUES (?)", i)
				}
				return nil
			})
		})
	}
	for len(s.write.queue) < len(errs) { // until all have queued
		runtime.Gosched()
	}
	close(hold)
	group.Wait()
	if d := cmp.Diff([]int{0, 2, 4}, numbers(t, s)); d != "" {
		t.Errorf("numbers (-want +got):\n%s", d)
	}
	if !errors.Is(errs[1], own) || errs[3] == nil || !strings.Contains(errs[3].Error(), "panicked") || !errors.Is(errs[5], sqlstore.ErrUnique) {
		t.Errorf("errors of the writes that failed: %v", errs)
	}
	for _, i := range []int{0, 2, 4} {
		if errs[i] != nil {
			t.Errorf("write %d was undone by others: %v", i, errs[i])
		}
	}
}

// TestLostTransaction has one write end the transaction of all, as SQLite does
// by itself when the disk is full: the others are run again and succeed.
func TestLostTransaction(t *testing.T) {
	s := openTable(t)
	ctx := context.Background()
	batch := make([]*write, 3)
	for i := range batch {
		batch[i] = &write{ctx: ctx, ready: make(chan struct{}), run: func(_ context.Context, t *tx) error {
			if err := t.exec("INSERT INTO numbers VALUES (?)", i); err != nil || i != 1 {
				return err
			}
			if _, err := t.w.conn.ExecContext(t.ctx, "ROLLBACK"); err != nil {
				return err
			}
			return fmt.Errorf("the disk is full, say")
		}}
	}
	// The goroutine of the writer is idle, so the connection is free.
	if err := s.write.commit(batch); err == nil {
		t.Fatal("the transaction was not lost")
	} else {
		s.write.oneByOne(batch, err)
	}
	if batch[0].err != nil || batch[1].err == nil || batch[2].err != nil {
		t.Errorf("errors %v, %v, %v; only the second may fail", batch[0].err, batch[1].err, batch[2].err)
	}
	if d := cmp.Diff([]int{0, 2}, numbers(t, s)); d != "" {
		t.Errorf("numbers (-want +got):\n%s", d)
	}
}

func TestGivenUpWhileQueued(t *testing.T) {
	s := openTable(t)
	hold, held := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- s.write.do(context.Background(), func(context.Context, *tx) error { close(held); <-hold; return nil })
	}()
	<-held
	ctx, cancel := context.WithCancel(context.Background())
	gave := make(chan error, 1)
	go func() {
		gave <- s.write.do(ctx, func(_ context.Context, t *tx) error { return t.exec("INSERT INTO numbers VALUES (1)") })
	}()
	for len(s.write.queue) == 0 {
		runtime.Gosched()
	}
	cancel()
	if err := <-gave; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	close(hold)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := s.Ping(context.Background()); err != nil {
		t.Error(err)
	}
	if got := numbers(t, s); len(got) != 0 {
		t.Errorf("a write that was given up happened: %v", got)
	}
}
