package policy

import (
	"errors"
	"fmt"
)

// Lookalike says when something resembles so much that it is set aside until a reviewer has looked at it. A zero limit sets nothing
// aside.
//
// A registered picture must be resembled by both so many listings and such a share of what was scored: a design that is copied a
// thousand times is a bestseller of counterfeiters, one that a hundredth of a market resembles is a size chart.
type Lookalike struct {
	Days       int     `json:"days"`       // of the window that is counted
	Listings   int     `json:"listings"`   // different listings that resemble a registered picture
	Share      float64 `json:"share"`      // and of all that were scored, 0 to 1
	References int     `json:"references"` // registered pictures that a listing's picture resembles
}

// maxReferences is how many references one search can count.
const maxReferences = 10_000

func (l Lookalike) validate() error {
	var errs []error
	if l.Listings < 0 || l.References < 0 || l.References > maxReferences {
		errs = append(errs, fmt.Errorf("lookalike: listings and references are %d and %d: use 0 (sets nothing aside) or more, of references at most %d", l.Listings, l.References, maxReferences))
	}
	if l.Listings > 0 && (l.Days < 1 || l.Days > MaxListingDays) {
		errs = append(errs, fmt.Errorf("lookalike.days is %d: use 1 to %d", l.Days, MaxListingDays))
	}
	if !(l.Share >= 0 && l.Share <= 1) {
		errs = append(errs, fmt.Errorf("lookalike.share is %g: use 0 to 1", l.Share))
	}
	return errors.Join(errs...)
}
