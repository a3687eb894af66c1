package casework

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Faults gathers what is wrong with an input, so that who sent it hears everything at once.
type Faults []FieldError

// Check notes a fault of a field unless ok.
func (f *Faults) Check(ok bool, path, format string, args ...any) {
	if !ok {
		*f = append(*f, FieldError{Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

// Text checks a text of strangers: length in characters, UTF-8, nothing unseen but line ends and tabs.
func (f *Faults) Text(path, s string, least, most int) {
	n := utf8.RuneCountInString(s)
	f.Check(n >= least && n <= most, path, "must have %d to %d characters, not %d", least, most, n)
	f.Check(utf8.ValidString(s), path, "must be valid UTF-8")
	f.Check(!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }), path, "must not contain control characters")
}

// One checks that a value is one of those that there are.
func (f *Faults) One(path, s string, of []string) {
	f.Check(slices.Contains(of, s), path, "must be one of %s", strings.Join(of, ", "))
}

// Err is a *ValidationError with every fault, or nil.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &ValidationError{Fields: f}
}
