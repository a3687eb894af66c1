// Package sqlite keeps what the service knows in one SQLite file; what it keeps, and how, is sqlstore's.
//
// A write is durable when its method returns: the database runs in WAL mode
// with synchronous=FULL. Writes of concurrent callers share a transaction (see
// writer), so that many reports a second cost few syncs to the disk; a write
// that fails takes no other with it. Reads run beside them on a pool of their
// own and see every write that was acknowledged before they began.
//
// Errors wrap casework.ErrNotFound, casework.ErrConflict, server.ErrKeyNotFound
// or server.ErrKeyConflict where those apply, and sqlstore.ErrFull, ErrReadOnly,
// ErrCorrupt, ErrBusy or ErrClosed where the database itself fails.
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"touchstone/internal/store/sqlstore"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is an open database. It is safe for concurrent use.
type Store struct {
	*sqlstore.Store
	read    *sql.DB
	often   *reader // over read
	write   *writer
	writeDB *sql.DB
	temp    string // directory to remove on Close, for a store without a path

	closeOnce sync.Once
	closeErr  error
}

// Open opens or creates the database file at path, with its directory, and
// brings its tables up to date. An empty path gives a database in a temporary
// file that Close removes and that does not wait for the disk: for tests and
// evaluation.
func Open(ctx context.Context, path string) (*Store, error) {
	s := &Store{}
	sync := "FULL"
	if path == "" {
		dir, err := os.MkdirTemp("", "touchstone-store-")
		if err != nil {
			return nil, fmt.Errorf("open store: %w", err)
		}
		s.temp, path, sync = dir, filepath.Join(dir, "store.db"), "OFF"
	}
	if err := s.open(ctx, path, sync); err != nil {
		return nil, errors.Join(fmt.Errorf("open store %s: %w", path, plain(err)), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, path, sync string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	// Created first, so that a file of ours is not readable by others.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if s.writeDB, err = sql.Open("sqlite", dsn(path, sync, false)); err != nil {
		return err
	}
	s.writeDB.SetMaxOpenConns(1)
	if err := migrate(ctx, s.writeDB); err != nil {
		return err
	}
	if s.read, err = sql.Open("sqlite", dsn(path, sync, true)); err != nil {
		return err
	}
	readers := max(4, runtime.GOMAXPROCS(0))
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	s.often = newReader(s.read)
	if s.write, err = newWriter(ctx, s.writeDB); err != nil {
		return err
	}
	s.Store = sqlstore.New(db{s}, sqlstore.Dialect{})
	return nil
}

// dsn is the data source name with the pragmas of every connection.
func dsn(path, sync string, readOnly bool) string {
	q := url.Values{"_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(" + sync + ")",
		"foreign_keys(1)", "cache_size(-16000)", "temp_store(MEMORY)",
		// Pages of indexes are written again and again: a longer log copies them into the file less often. 16 MB.
		"wal_autocheckpoint(4000)",
	}}
	if readOnly {
		q["_pragma"] = append(q["_pragma"], "query_only(1)")
	}
	return (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: q.Encode()}).String()
}

func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring tables up to date: %w", err)
	}
	return nil
}

// Ping tells whether the database answers and can be written to; it is what
// readiness asks.
func (s *Store) Ping(ctx context.Context) error {
	return s.write.do(ctx, func(ctx context.Context, t *tx) error {
		var one int
		return t.row("SELECT 1").Scan(&one)
	})
}

// Close lets the writes under way finish and closes the database. A second
// Close does nothing.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		if s.write != nil {
			s.closeErr = s.write.close()
		}
		if s.often != nil {
			s.often.close()
		}
		for _, db := range []*sql.DB{s.read, s.writeDB} {
			if db != nil {
				s.closeErr = errors.Join(s.closeErr, db.Close())
			}
		}
		if s.temp != "" {
			s.closeErr = errors.Join(s.closeErr, os.RemoveAll(s.temp))
		}
	})
	return s.closeErr
}
