package policy

import (
	"errors"
	"fmt"
)

// Classes of personal data that end by themselves.
const (
	RetainNotices   = "notices"   // who filed a notice and what they wrote, from its filing on; never before its cases are closed
	RetainInquiries = "inquiries" // what was asked and answered, from the asking on; never before it is settled
	RetainSurveys   = "surveys"   // who was asked and what they wrote, from the asking on; scores stay, and lead to nobody
)

// Retention is for how many days each class of personal data is kept.
type Retention struct {
	Notices   int `json:"notices_days"`
	Inquiries int `json:"inquiries_days"`
	Surveys   int `json:"surveys_days,omitempty"` // 0: as long as inquiries
}

// SurveyDays is how long surveys are kept.
func (r Retention) SurveyDays() int {
	if r.Surveys == 0 {
		return r.Inquiries
	}
	return r.Surveys
}

// Validate reports every fault at once.
func (r Retention) Validate() error {
	var errs []error
	ranged(&errs, "notices_days", r.Notices, 30, 36_500)
	ranged(&errs, "inquiries_days", r.Inquiries, 30, 36_500)
	if r.Surveys != 0 {
		ranged(&errs, "surveys_days", r.Surveys, 30, 36_500)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("retention: %w", err)
	}
	return nil
}
