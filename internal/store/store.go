// Package store opens the database of a service by its address: a PostgreSQL server, or a SQLite file.
package store

import (
	"context"

	"touchstone/internal/store/postgres"
	"touchstone/internal/store/sqlite"
	"touchstone/internal/store/sqlstore"
)

// Store is an open database of either kind. It is safe for concurrent use.
type Store struct {
	*sqlstore.Store
	engine
}

// engine is what each database does its own way.
type engine interface {
	// Ping tells whether the database answers and can be written to.
	Ping(ctx context.Context) error
	// Close lets what is under way finish. A second Close does nothing.
	Close() error
}

// Open opens the database at a postgres:// address or in a SQLite file at a path, which is made if it is not there; "" is a scratch file
// that Close removes. The tables are brought up to date.
func Open(ctx context.Context, address string) (*Store, error) {
	if postgres.Is(address) {
		s, err := postgres.Open(ctx, address)
		if err != nil {
			return nil, err
		}
		return &Store{s.Store, s}, nil
	}
	s, err := sqlite.Open(ctx, address)
	if err != nil {
		return nil, err
	}
	return &Store{s.Store, s}, nil
}
