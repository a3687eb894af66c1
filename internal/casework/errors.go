package casework

import (
	"errors"
	"strings"
)

// Sentinels that callers branch on. A Store returns ErrNotFound and
// ErrConflict wrapped with a sentence; Registry adds ErrForbidden.
var (
	// ErrNotFound: nothing has that ID, or it belongs to another account. The
	// two are not told apart, so that IDs of others cannot be probed.
	ErrNotFound = errors.New("not found")
	// ErrConflict: the thing is there already, or its state forbids the change.
	ErrConflict = errors.New("conflict")
	// ErrForbidden: the role of the actor may not do this at all.
	ErrForbidden = errors.New("forbidden")
)

// FieldError is one fault of one field. Path is the JSON path of the field
// ("territories[2]"); Message is a sentence that says what is wanted.
type FieldError struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

// ValidationError lists every fault found in one input, in field order.
type ValidationError struct {
	Fields []FieldError
}

// Error joins the faults into one line.
func (e *ValidationError) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Path + ": " + f.Message
	}
	return "invalid input: " + strings.Join(parts, "; ")
}
