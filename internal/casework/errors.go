package casework

import (
	"errors"
	"strings"
)

// Sentinels that callers branch on. A Store returns ErrNotFound and
// ErrConflict wrapped with a sentence, and ErrText and ErrAway where the database
// says so; Registry adds ErrForbidden.
var (
	// ErrNotFound: nothing has that ID, or it belongs to another account. The
	// two are not told apart, so that IDs of others cannot be probed.
	ErrNotFound = errors.New("not found")
	// ErrConflict: the thing is there already, or its state forbids the change.
	ErrConflict = errors.New("conflict")
	// ErrForbidden: the role of the actor may not do this at all.
	ErrForbidden = errors.New("forbidden")
	// ErrText: a text holds what no database of the service can keep. It is for whoever sent the text.
	ErrText = errors.New("a text holds a character that cannot be kept (NUL, or what is no UTF-8); leave it out")
	// ErrAway: the database does not answer; the same again later may succeed.
	ErrAway = errors.New("the database cannot be reached; see that its server runs, and check the address and what it says in its log")
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
