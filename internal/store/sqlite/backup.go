package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
)

// Backup writes the database at a path, as it is at one moment, to a new file, beside a service that writes to it.
func Backup(ctx context.Context, path, out string) (err error) {
	name := (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(10000)"}}.Encode()}).String()
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return fmt.Errorf("back up %s: %w", path, plain(err))
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", out); err != nil {
		return fmt.Errorf("back up %s: %w", path, plain(err))
	}
	return nil
}
