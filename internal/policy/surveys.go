package policy

import (
	"errors"
	"fmt"
	"slices"
)

// Whom a survey asks.
const (
	AskHolder   = "holder"   // of a right
	AskNotifier = "notifier" // who filed the notice
	AskSeller   = "seller"
)

// Asked lists them.
func Asked() []string { return []string{AskHolder, AskNotifier, AskSeller} }

// Surveys are what people are asked about the service, whom, and how often. Whatever is set here, nobody is asked twice in a quarter for the
// same thing.
type Surveys struct {
	// Case is about a case, after its decision; Quarter about the quarter before, of those who had a case decided or an inquiry settled in it.
	Case    Survey `json:"case"`
	Quarter Survey `json:"quarter"`
	// OpenDays is how long a survey can be answered.
	OpenDays int `json:"open_days"`
	// RestDays is the least time between two surveys of the same party.
	RestDays int `json:"rest_days"`
}

// Survey is one of them.
type Survey struct {
	// Ask says whom; nobody where it is empty.
	Ask []string `json:"ask"`
	// Share of them, from 0 (nobody) to 1, drawn by lot and the same whenever it is drawn.
	Share float64 `json:"share"`
	// DelayDays is how long after the decision, or after the quarter's end, they are asked.
	DelayDays int `json:"delay_days"`
}

// Validate reports every fault at once.
func (s Surveys) Validate() error {
	var errs []error
	for name, one := range map[string]Survey{"case": s.Case, "quarter": s.Quarter} {
		for _, whom := range one.Ask {
			if !slices.Contains(Asked(), whom) {
				errs = append(errs, fmt.Errorf("%s.ask names %q: use some of %q", name, whom, Asked()))
			}
		}
		ranged(&errs, name+".share", one.Share, 0, 1)
		ranged(&errs, name+".delay_days", one.DelayDays, 0, 60)
	}
	if slices.Contains(s.Case.Ask, AskHolder) {
		errs = append(errs, fmt.Errorf("case.ask names %q: after a case its %s is asked", AskHolder, AskNotifier))
	}
	ranged(&errs, "open_days", s.OpenDays, 1, 90)
	ranged(&errs, "rest_days", s.RestDays, 0, 90)
	sortErrors(errs)
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("surveys: %w", err)
	}
	return nil
}
