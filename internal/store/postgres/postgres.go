// Package postgres keeps what the service knows in a PostgreSQL database; what it keeps, and how, is sqlstore's.
//
// A write is durable when its method returns: transactions commit with synchronous_commit as the server's, which is on unless its
// operator chose otherwise (Look says what was chosen). Transactions run side by side, read committed; one that is lost to another
// (a deadlock, a failed serialisation) is run again. Connections are pooled and keep what they prepared.
//
// Errors wrap the sentinels of sqlstore where those apply.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"touchstone/internal/store/sqlstore"
)

// Oldest is the least major version of the server that the store works with: the oldest that its makers still keep.
const Oldest = 14

// Bounds of the pool where its address names none.
const (
	connectWithin = 10 * time.Second
	leastConns    = 8
)

// Store is an open database. It is safe for concurrent use.
type Store struct {
	*sqlstore.Store
	pool      *pgxpool.Pool
	closeOnce sync.Once
}

// Is tells whether an address is one of this store: postgres:// or postgresql://.
func Is(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// Open connects to the database at a postgres:// address, checks the server's version and brings the tables up to date. The address may
// set pool_max_conns and whatever else pgx knows; the password is better left to PGPASSWORD or a password file.
func Open(ctx context.Context, address string) (*Store, error) {
	pool, err := connect(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{pool: pool, Store: sqlstore.New(db{pool}, sqlstore.Dialect{
		Rebind: rebind, SkipLocked: "FOR UPDATE SKIP LOCKED", Lock: "SELECT pg_advisory_xact_lock(?)",
	})}
	if err := s.prepare(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open store %s: %w", Shown(address), plain(err))
	}
	return s, nil
}

func connect(ctx context.Context, address string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("the address of the database cannot be read; it has the form postgres://user@host:5432/name: %w", err)
	}
	if !strings.Contains(address, "pool_max_conns") {
		cfg.MaxConns = int32(max(leastConns, 4*runtime.GOMAXPROCS(0))) //nolint:gosec // a few dozen
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = connectWithin
	}
	params := cfg.ConnConfig.RuntimeParams
	if params["application_name"] == "" {
		params["application_name"] = "touchstone"
	}
	params["default_transaction_isolation"] = "read committed"
	return pgxpool.NewWithConfig(ctx, cfg)
}

// prepare checks the server and brings the tables up to date.
func (s *Store) prepare(ctx context.Context) error {
	if _, err := settings(ctx, s.pool); err != nil {
		return err
	}
	return migrate(ctx, s.pool)
}

// Settings are what an operator should know of the server.
type Settings struct {
	Version  string // such as "15.14"
	Warnings []string
}

// Look asks the server at an address, changing nothing, and fails with a sentence when the store cannot work with it.
func Look(ctx context.Context, address string) (Settings, error) {
	pool, err := connect(ctx, address)
	if err != nil {
		return Settings{}, err
	}
	defer pool.Close()
	found, err := settings(ctx, pool)
	return found, plain(err)
}

func settings(ctx context.Context, pool *pgxpool.Pool) (Settings, error) {
	var out Settings
	var number int
	var encoding, fsync, commit string
	err := pool.QueryRow(ctx, `SELECT current_setting('server_version'), current_setting('server_version_num')::int, current_setting('server_encoding'),
		current_setting('fsync'), current_setting('synchronous_commit')`).Scan(&out.Version, &number, &encoding, &fsync, &commit)
	if err != nil {
		return out, err
	}
	if err := suits(number, out.Version, encoding); err != nil {
		return out, err
	}
	if fsync == "off" {
		out.Warnings = append(out.Warnings, "fsync is off: a crash of the machine loses the database")
	}
	if commit == "off" {
		out.Warnings = append(out.Warnings, "synchronous_commit is off: a crash of the server loses writes that were acknowledged")
	}
	return out, nil
}

// suits tells whether the store works with a server.
func suits(number int, version, encoding string) error {
	if number/10_000 < Oldest {
		return fmt.Errorf("the server is PostgreSQL %s; the store needs %d or later", version, Oldest)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database is encoded as %s; make one with: CREATE DATABASE touchstone ENCODING 'UTF8' TEMPLATE template0", encoding)
	}
	return nil
}

// Shown is an address without its password.
func Shown(address string) string {
	cfg, err := pgxpool.ParseConfig(address)
	if err != nil {
		return "postgres://"
	}
	c := cfg.ConnConfig
	return fmt.Sprintf("postgres://%s@%s:%d/%s", c.User, c.Host, c.Port, c.Database)
}

// Ping tells whether the database answers and can be written to; it is what readiness asks.
func (s *Store) Ping(ctx context.Context) error {
	var replica, readOnly bool
	err := s.pool.QueryRow(ctx, `SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::bool`).Scan(&replica, &readOnly)
	if err == nil && (replica || readOnly) {
		return errors.Join(sqlstore.ErrReadOnly, errors.New("the server is a replica or read-only"))
	}
	return plain(err)
}

// Close waits for what is under way and closes the connections. A second Close does nothing.
func (s *Store) Close() error {
	s.closeOnce.Do(s.pool.Close)
	return nil
}
