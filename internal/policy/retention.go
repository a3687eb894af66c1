package policy

import (
	"errors"
	"fmt"
	"sync"
)

// Classes of what is kept about people, and of their files, that end by themselves. What each holds, and what keeps it longer, is said by
// internal/casework/privacy.
const (
	RetainNotices   = "notices"   // who filed a notice and what they wrote, from its filing on; never before its cases are closed
	RetainInquiries = "inquiries" // what was asked and answered, from the asking on; never before it is settled
	RetainSurveys   = "surveys"   // who was asked and what they wrote, from the asking on; scores stay, and lead to nobody
	RetainCases     = "cases"     // the seller of a closed case, in all that followed from it, from its opening on
	RetainPenalties = "penalties" // whose strikes they were, from the last of them on; never while one counts or the store is closed
	RetainReports   = "reports"   // what was found in a listing, from the scoring on; never while a case rests on it
	RetainSellers   = "sellers"   // traits that link sellers, from the first sight on; never while a case, a strike or a kept listing names them
	RetainFilings   = "filings"   // what a notifier filed, as patterns of misuse are found by, from the filing on
	RetainFiles     = "files"     // evidence, from when it was last sent or named on; never while something open names it
	RetainPapers    = "papers"    // certificates and powers of attorney, from the end of the right or the power on
	RetainLinks     = "links"     // links for sellers, from their making on; never while their case is open
	RetainAlerts    = "alerts"    // alerts of partners, from their raising on
	RetainActions   = "actions"   // joint actions, files of litigation and what was handed out of them, from their last entry on; never while they go on
)

// Retention is for how many days each class of personal data is kept. What is 0 is kept as the built-in rules say; surveys as long as
// inquiries.
type Retention struct {
	Notices   int `json:"notices_days"`
	Inquiries int `json:"inquiries_days"`
	Surveys   int `json:"surveys_days,omitempty"`
	Cases     int `json:"cases_days,omitempty"`
	Penalties int `json:"penalties_days,omitempty"`
	Reports   int `json:"reports_days,omitempty"`
	Sellers   int `json:"sellers_days,omitempty"`
	Filings   int `json:"filings_days,omitempty"`
	Files     int `json:"files_days,omitempty"`
	Papers    int `json:"papers_days,omitempty"`
	Links     int `json:"links_days,omitempty"`
	Alerts    int `json:"alerts_days,omitempty"`
	Actions   int `json:"actions_days,omitempty"`
}

// leastFilings is how long filings are kept at least: the longest window of standing, and the days that it is told in.
const leastFilings = 365

// set is what the retention itself says, by class.
func (r Retention) set() map[string]int {
	return map[string]int{RetainNotices: r.Notices, RetainInquiries: r.Inquiries, RetainSurveys: r.Surveys, RetainCases: r.Cases, RetainPenalties: r.Penalties, RetainReports: r.Reports,
		RetainSellers: r.Sellers, RetainFilings: r.Filings, RetainFiles: r.Files, RetainPapers: r.Papers, RetainLinks: r.Links, RetainAlerts: r.Alerts, RetainActions: r.Actions}
}

var builtInRetention = sync.OnceValue(func() map[string]int { return DefaultRules().Retention.set() })

// Days is how long a class is kept; 0 for what is no class.
func (r Retention) Days(class string) int {
	if class == RetainSurveys && r.Surveys == 0 && r.Inquiries != 0 {
		return r.Inquiries
	}
	if days := r.set()[class]; days != 0 {
		return days
	}
	return builtInRetention()[class]
}

// Validate reports every fault at once.
func (r Retention) Validate() error {
	var errs []error
	for class, days := range r.set() {
		least := 30
		if class == RetainFilings {
			least = leastFilings
		}
		if days != 0 || class == RetainNotices || class == RetainInquiries {
			ranged(&errs, class+"_days", days, least, 36_500)
		}
	}
	sortErrors(errs)
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("retention: %w", err)
	}
	return nil
}
