package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Failures of the database itself, each with the sentence that an operator
// needs.
var (
	ErrFull     = errors.New("the disk that holds the database is full; free space on it, nothing was written")
	ErrReadOnly = errors.New("the database cannot be written; check the permissions of its file and directory and how its disk is mounted")
	ErrCorrupt  = errors.New("the file is not an intact database; restore it from a backup")
	ErrBusy     = errors.New("another process holds the database; stop it or wait")
	ErrIO       = errors.New("the disk that holds the database failed")
	ErrClosed   = errors.New("the store is closed")
)

// plain adds the sentinel that fits to an error of the driver.
func plain(err error) error {
	if err == nil {
		return nil
	}
	var known error
	switch {
	case errors.Is(err, sql.ErrConnDone), errors.Is(err, ErrClosed):
		known = ErrClosed
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		known = ErrReadOnly
	case errors.Is(err, syscall.ENOSPC):
		known = ErrFull
	default:
		known = primary(code(err))
	}
	if known == nil || errors.Is(err, known) {
		return err
	}
	return fmt.Errorf("%w (%w)", known, err)
}

// primary maps a primary result code of SQLite.
func primary(c int) error {
	switch c {
	case sqlite3.SQLITE_FULL:
		return ErrFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return ErrReadOnly
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return ErrCorrupt
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ErrBusy
	case sqlite3.SQLITE_IOERR:
		return ErrIO
	}
	return nil
}

// code is the primary result code of a driver's error, 0 of another.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// extended is the extended result code of a driver's error, 0 of another.
func extended(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

func isUnique(err error) bool {
	c := extended(err)
	return c == sqlite3.SQLITE_CONSTRAINT_UNIQUE || c == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}

func isForeignKey(err error) bool { return extended(err) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY }
