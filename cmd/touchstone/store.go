package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"touchstone/internal/store"
	"touchstone/internal/store/postgres"
)

// storeFlag says where rows are kept.
type storeFlag struct {
	Store string `help:"Database of everything but pictures and vectors: postgres://user@host:5432/name (password in PGPASSWORD); empty is the file in the data folder." env:"TOUCHSTONE_STORE"`
}

// storeFile is the database in a data folder.
func storeFile(data string) string { return filepath.Join(data, "touchstone.db") }

// address of the database of a data folder.
func (f storeFlag) address(data string) string {
	if f.Store != "" {
		return f.Store
	}
	return storeFile(data)
}

// check refuses an address that is neither.
func (f storeFlag) check() error {
	if f.Store != "" && !postgres.Is(f.Store) {
		return fmt.Errorf("--store has the form postgres://user@host:5432/name; leave it out for the database in the data folder")
	}
	return nil
}

// existing opens the database of a service that has run.
func (f storeFlag) existing(ctx context.Context, data string) (*store.Store, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.Store == "" {
		if _, err := os.Stat(storeFile(data)); err != nil {
			return nil, fmt.Errorf("there is no database in the data folder: %w", err)
		}
	}
	return store.Open(ctx, f.address(data))
}
