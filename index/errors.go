package index

import (
	"errors"
	"fmt"
)

// The errors callers branch on, with errors.Is. What is returned wraps one of them with a sentence that says what is wrong
// and what to do.
var (
	// ErrSpace: the vectors belong to another space than the collection. They must never be compared: embed again with the
	// collection's pack, or use the collection made for theirs.
	ErrSpace = errors.New("index: wrong space")
	// ErrNotFound: no collection or alias has this name.
	ErrNotFound = errors.New("index: not found")
	// ErrInvalid: the caller's input breaks a rule of the documentation; nothing was changed.
	ErrInvalid = errors.New("index: invalid input")
	// ErrCorrupt: stored data fails its checksum or makes no sense; the files were left as they are.
	ErrCorrupt = errors.New("index: corrupt data")
	// ErrLocked: another process (or another Index of this one) has the storage open.
	ErrLocked = errors.New("index: locked")
	// ErrClosed: the Index was closed.
	ErrClosed = errors.New("index: closed")
	// ErrFormat: the stored data was written by a newer version of the program.
	ErrFormat = errors.New("index: unknown format")
	// ErrUnavailable: the engine is out of reach, too slow, or answered only in part, so what was asked is not known. After a
	// write that fails so, the batch may be there, in whole or in part, or not; writing it again is safe. After a search nothing may be concluded: it is
	// never the same as no hits. Asking again later may succeed.
	ErrUnavailable = errors.New("index: unavailable")
	// ErrFull: the engine has no room on disk for what was to be written. What was there before is untouched and can be searched.
	ErrFull = errors.New("index: disk full")
)

// invalid returns an ErrInvalid with a sentence.
func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, args...)...)
}
