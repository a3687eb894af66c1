package sqlstore

import "errors"

// Failures of the database itself, each with the sentence that an operator needs. A DB adds the one that fits to its driver's errors;
// casework.ErrText and casework.ErrAway, which concern callers too, are among them.
var (
	ErrFull     = errors.New("the disk that holds the database is full; free space on it, nothing was written")
	ErrReadOnly = errors.New("the database cannot be written; check the permissions of its file and directory and how its disk is mounted")
	ErrCorrupt  = errors.New("the file is not an intact database; restore it from a backup")
	ErrBusy     = errors.New("another process holds the database; stop it or wait")
	ErrIO       = errors.New("the disk that holds the database failed")
	ErrClosed   = errors.New("the store is closed")
)

// What a row ran into. A DB adds them to its driver's errors; the store turns them into what its callers know.
var (
	ErrUnique     = errors.New("a row with this key is there already")
	ErrForeignKey = errors.New("the row that this one belongs to is not there")
)
