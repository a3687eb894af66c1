// Package enforce says what repeated infringement has brought upon a store: strikes, points, warnings, freezes, closure.
//
// A store's penalties are never kept, only its ledger: infringements that were decided, reversals, and reopenings. Fold reckons the
// penalties from the ledger each time. So a reversal is the exact inverse of what it reverses: the store stands as if that infringement
// had never been, with every consequence it had, whatever came before, between and after.
//
// The package is pure; the numbers are data of internal/policy.
package enforce

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind of an entry of the ledger.
type Kind string

// The kinds.
const (
	Serious   Kind = "serious"   // an infringement that counts towards a strike
	Minor     Kind = "minor"     // a lesser matter: points
	Reversal  Kind = "reversal"  // the infringement Undoes was none: reinstatement, undo
	Reopening Kind = "reopening" // an operator gives the store a fresh start
)

// LedgerEntry is one entry of a store's ledger. Entries are appended and never changed.
type LedgerEntry struct {
	ID     string    `json:"id"` // unique in the ledger; a repeated one counts once
	At     time.Time `json:"at"`
	Kind   Kind      `json:"kind"`
	Points int       `json:"points,omitempty"` // of a Minor one
	Undoes string    `json:"undoes,omitempty"` // ID that a Reversal reverses
	Case   string    `json:"case,omitempty"`   // the case that was decided
}

// Validate reports every fault at once.
func (e LedgerEntry) Validate() error {
	var errs []error
	if e.ID == "" || e.At.IsZero() {
		errs = append(errs, errors.New("id and at are needed"))
	}
	switch e.Kind {
	case Serious, Minor, Reversal, Reopening:
	default:
		errs = append(errs, fmt.Errorf("kind is %q: use serious, minor, reversal or reopening", e.Kind))
	}
	if e.Points < 0 || (e.Points > 0) != (e.Kind == Minor) {
		errs = append(errs, errors.New("points go with a minor infringement, and it needs at least one"))
	}
	if (e.Undoes != "") != (e.Kind == Reversal) || e.Undoes == e.ID && e.ID != "" {
		errs = append(errs, errors.New("undoes goes with a reversal, and names another entry"))
	}
	return errors.Join(errs...)
}

// effective gives what counts: in the order of time, without repetitions, without what was reversed, without the reversals. A reversal
// of a reversal is none: what was reinstated by mistake is decided anew, and that is an infringement of its own.
func effective(ledger []LedgerEntry) []LedgerEntry {
	undone := map[string]bool{}
	for _, e := range ledger {
		if e.Kind == Reversal {
			undone[e.Undoes] = true
		}
	}
	var out []LedgerEntry
	seen := map[string]bool{}
	for _, e := range ledger {
		if e.Kind != Reversal && !undone[e.ID] && !seen[e.ID] {
			seen[e.ID] = true
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b LedgerEntry) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}
