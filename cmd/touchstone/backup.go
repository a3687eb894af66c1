package main

import (
	"context"
	"fmt"
	"os"

	"touchstone/internal/backup"
	"touchstone/internal/store/sqlite"
)

// backupCmd copies what a service keeps.
type backupCmd struct {
	Out  string `arg:"" help:"New folder for the backup." type:"path"`
	Data string `help:"Data folder of the service." default:"data" env:"TOUCHSTONE_DATA" type:"existingdir"`
	storeFlag
}

// Run writes the backup beside a running service.
func (c *backupCmd) Run(ctx context.Context, std streams) error {
	if err := c.check(); err != nil {
		return err
	}
	var database func(context.Context, string) error
	if c.Store == "" {
		if _, err := os.Stat(storeFile(c.Data)); err != nil {
			return fmt.Errorf("there is no database in the data folder: %w", err)
		}
		database = func(ctx context.Context, path string) error { return sqlite.Backup(ctx, storeFile(c.Data), path) }
	}
	m, err := backup.Write(ctx, c.Data, c.Out, version, database)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s: %d files, %.1f MiB, as of %s.\n", c.Out, len(m.Files), float64(m.Bytes)/(1<<20), m.At.Format("2006-01-02 15:04:05 MST"))
	if database == nil {
		fmt.Fprintln(std.out, "The database is in its server: the dump that belongs to this backup is one that pg_dump made before it.")
	}
	return nil
}

// restoreCmd puts a backup in place.
type restoreCmd struct {
	Backup string `arg:"" help:"Folder of the backup." type:"existingdir"`
	Data   string `help:"New data folder." default:"data" env:"TOUCHSTONE_DATA" type:"path"`
}

// Run checks every file on the way. The index is made again when the service starts.
func (c *restoreCmd) Run(ctx context.Context, std streams) error {
	m, err := backup.Restore(ctx, c.Backup, c.Data)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s holds what was kept on %s: %d files. Start the service on it; it makes its index again from the pictures.\n", c.Data, m.At.Format("2006-01-02 15:04:05 MST"), len(m.Files))
	return nil
}
