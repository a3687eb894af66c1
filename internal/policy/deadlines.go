package policy

import (
	"errors"
	"fmt"
	"slices"
)

// Names of the deadlines.
const (
	DeadlineNotice        = "notice_decision"     // a notice is decided
	DeadlineClarification = "clarification"       // the notifier answers a question
	DeadlineSeller        = "seller_answer"       // the seller answers a notice
	DeadlineHolder        = "holder_answer"       // the holder answers a counter-notice of marketplace practice
	DeadlineDMCA          = "counter_notice_dmca" // put back after a counter-notice, United States
	DeadlineChina         = "counter_notice_cn"   // measures end after a counter-notice, China
	DeadlineComplaint     = "complaint"           // a decision may be contested
)

var deadlineNames = []string{DeadlineNotice, DeadlineClarification, DeadlineSeller, DeadlineHolder, DeadlineDMCA, DeadlineChina, DeadlineComplaint}

// What follows when a deadline passes.
const (
	ThenEscalate   = "escalate"   // first in the queue, and the operators are told
	ThenDecline    = "decline"    // the notice is declined
	ThenLapse      = "lapse"      // the chance is gone, the decision stands
	ThenReactivate = "reactivate" // the listing goes back on sale
	ThenPutBack    = "put_back"   // the same, by law
	ThenClose      = "close"      // nothing more can be asked for
)

var thens = []string{ThenEscalate, ThenDecline, ThenLapse, ThenReactivate, ThenPutBack, ThenClose}

// Deadline is a length of time in exactly one unit, and what follows at its end.
type Deadline struct {
	Hours       int `json:"hours,omitempty"`        // to the microsecond
	Days        int `json:"days,omitempty"`         // to the end of the last day; the day of the event does not count
	WorkingDays int `json:"working_days,omitempty"` // the same, of days that the calendar works on
	Months      int `json:"months,omitempty"`       // to the end of the day of the same number, or the month's last
	// NotBefore is the length, in the same unit, before whose end what follows must not be done either.
	NotBefore int `json:"not_before,omitempty"`
	// Calendar is the territory whose days count; empty is that of the marketplace.
	Calendar string `json:"calendar,omitempty"`
	Then     string `json:"then"`
	Source   string `json:"source"` // the law or practice it comes from, for people
}

// Validate reports every fault at once.
func (d Deadline) Validate() error {
	var errs []error
	units, length := 0, 0
	for _, n := range []int{d.Hours, d.Days, d.WorkingDays, d.Months} {
		if n != 0 {
			units, length = units+1, n
		}
	}
	if units != 1 || length < 0 || length > 4000 {
		errs = append(errs, errors.New("give exactly one of hours, days, working_days and months, from 1 to 4000"))
	}
	if d.NotBefore < 0 || d.NotBefore > max(length, 0) {
		errs = append(errs, fmt.Errorf("not_before is %d: it must lie between 0 and the length", d.NotBefore))
	}
	if !slices.Contains(thens, d.Then) {
		errs = append(errs, fmt.Errorf("then is %q: use one of %q", d.Then, thens))
	}
	if d.Source == "" {
		errs = append(errs, errors.New("source is needed: the law or practice that it comes from"))
	}
	return errors.Join(errs...)
}
