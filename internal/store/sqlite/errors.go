package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"touchstone/internal/store/sqlstore"
)

// plain adds the sentinel of sqlstore that fits to an error of the driver.
func plain(err error) error {
	if err == nil {
		return nil
	}
	var known error
	switch {
	case errors.Is(err, sql.ErrConnDone), errors.Is(err, sqlstore.ErrClosed):
		known = sqlstore.ErrClosed
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		known = sqlstore.ErrReadOnly
	case errors.Is(err, syscall.ENOSPC):
		known = sqlstore.ErrFull
	default:
		known = sentinel(code(err))
	}
	if known == nil || errors.Is(err, known) {
		return err
	}
	return fmt.Errorf("%w (%w)", known, err)
}

// sentinel maps an extended result code of SQLite.
func sentinel(c int) error {
	switch c {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return sqlstore.ErrUnique
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return sqlstore.ErrForeignKey
	}
	switch c & 0xff {
	case sqlite3.SQLITE_FULL:
		return sqlstore.ErrFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return sqlstore.ErrReadOnly
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return sqlstore.ErrCorrupt
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return sqlstore.ErrBusy
	case sqlite3.SQLITE_IOERR:
		return sqlstore.ErrIO
	}
	return nil
}

// code is the extended result code of a driver's error, 0 of another.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}
