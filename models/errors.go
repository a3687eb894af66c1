package models

import (
	"errors"
	"fmt"
)

// Kind says what sort of fault a pack has.
type Kind string

// The kinds of fault.
const (
	KindSyntax    Kind = "syntax"    // not JSON, or not one JSON object
	KindFormat    Kind = "format"    // a manifest format that this build does not read
	KindField     Kind = "field"     // a field that is unknown, absent, or of another type or range than the schema says
	KindValue     Kind = "value"     // a value that the schema allows and the rest of the pack does not
	KindDuplicate Kind = "duplicate" // a name used twice
	KindPath      Kind = "path"      // a path or link that leaves the pack
	KindMissing   Kind = "missing"   // a file that is not there or cannot be read
	KindSize      Kind = "size"      // a file of another size than the manifest says
	KindTooLarge  Kind = "too_large" // a file over the limit
	KindChecksum  Kind = "checksum"  // a file with another SHA-256 than the manifest says
	KindContent   Kind = "content"   // a file whose content is not what its place asks for
)

// Error is one fault of a pack.
type Error struct {
	Kind    Kind
	Field   string // place in the manifest or the golden file, e.g. "models[0].input.mean"; "" = the whole
	File    string // path inside the pack; "" = the manifest
	Message string // a sentence with what is wrong and what to do
	Err     error  // cause, may be nil
}

// Error gives the fault as one line: file, field, sentence.
func (e *Error) Error() string {
	file := e.File
	if file == "" {
		file = ManifestName
	}
	if e.Field == "" {
		return fmt.Sprintf("%s: %s", file, e.Message)
	}
	return fmt.Sprintf("%s: %s: %s", file, e.Field, e.Message)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Faults lists every *Error that err holds, in the order they were found.
// errors.As finds the first of them only.
func Faults(err error) []*Error {
	if err == nil {
		return nil
	}
	var one *Error
	if e, ok := err.(*Error); ok { //nolint:errorlint // the tree is walked here, node by node
		return []*Error{e}
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*Error
		for _, e := range many.Unwrap() {
			all = append(all, Faults(e)...)
		}
		return all
	}
	if inner := errors.Unwrap(err); inner != nil {
		return Faults(inner)
	}
	if errors.As(err, &one) {
		return []*Error{one}
	}
	return nil
}

// faults collects what is wrong, so that all of it is reported at once.
type faults []error

func (f *faults) add(kind Kind, file, field, format string, args ...any) {
	*f = append(*f, &Error{Kind: kind, File: file, Field: field, Message: fmt.Sprintf(format, args...)})
}

func (f *faults) err() error { return errors.Join(*f...) }
