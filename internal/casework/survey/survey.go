package survey

import (
	"fmt"
	"slices"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/policy"
)

// Kinds of survey.
const (
	KindCase    = "case"    // about one case, after its decision
	KindQuarter = "quarter" // about the quarter before
)

// Kinds lists them.
func Kinds() []string { return []string{KindCase, KindQuarter} }

// States of a survey.
const (
	StatePlanned  = "planned" // nobody was asked yet
	StateAsked    = "asked"
	StateAnswered = "answered"
	StateLapsed   = "lapsed" // never answered
)

// States lists those that a party sees.
func States() []string { return []string{StateAsked, StateAnswered, StateLapsed} }

// Topics that are scored. Overall is the one that everybody gives.
const (
	Overall        = "overall"
	TopicSpeed     = "speed"
	TopicReasons   = "reasons"   // were they clear
	TopicFairness  = "fairness"  // of what was decided
	TopicEffort    = "effort"    // how easy it was
	TopicDetection = "detection" // what was found without a notice
	TopicSupport   = "support"   // the desk's answers
)

// MaxScore is the best score; 0 is the worst.
const MaxScore = 10

// maxText is how much a party writes, in characters.
const maxText = 4000

// Topics are those that a survey asks a side about, in the order of its form.
func Topics(kind, side string) []string {
	switch {
	case kind == KindCase:
		return []string{TopicSpeed, TopicReasons, TopicFairness, TopicEffort}
	case side == policy.AskHolder:
		return []string{TopicDetection, TopicSpeed, TopicFairness, TopicSupport, TopicEffort}
	case side == policy.AskNotifier:
		return []string{TopicSpeed, TopicReasons, TopicFairness, TopicSupport, TopicEffort}
	}
	return []string{TopicReasons, TopicFairness, TopicSupport}
}

// Survey is one question to one party.
type Survey struct {
	ID          string `json:"id"`
	Kind        string `json:"kind" enum:"case,quarter"`
	Side        string `json:"side" enum:"holder,notifier,seller"`
	Party       string `json:"-"`                     // the same for the same party
	Account     string `json:"account,omitempty"`     // of a holder or notifier
	Subject     string `json:"subject,omitempty"`     // holder, or MARKETPLACE/SELLER
	Marketplace string `json:"marketplace,omitempty"` // of a seller, or of the case
	Case        string `json:"case_id,omitempty"`     // that it is about
	Notice      string `json:"notice_id,omitempty"`
	Period      string `json:"period,omitempty" doc:"the quarter that it is about, such as 2026-Q3"`
	Quarter     string `json:"-"` // in which it is asked

	State    string     `json:"state" enum:"planned,asked,answered,lapsed"`
	AskAt    time.Time  `json:"ask_at"`
	AskedAt  *time.Time `json:"asked_at,omitempty"`
	ClosesAt *time.Time `json:"closes_at,omitempty" doc:"an answer is taken until then"`
	Topics   []string   `json:"topics" doc:"that may be scored beside the whole"`
	Answer   *Answer    `json:"answer,omitempty"`
	Policy   string     `json:"policy_version"` // of the rules that it was planned under
	Version  int64      `json:"version"`
}

// Answer is what a party said.
type Answer struct {
	Score  int            `json:"score" minimum:"0" maximum:"10"`
	Topics map[string]int `json:"topics,omitempty"`
	Text   string         `json:"text,omitempty"`
	By     string         `json:"by"`
	At     time.Time      `json:"at"`
}

// Open tells whether the survey can be answered at a moment.
func (s Survey) Open(at time.Time) bool {
	return s.State == StateAsked && s.ClosesAt != nil && at.Before(*s.ClosesAt)
}

// Alarm is the next moment at which something has to happen to it; zero when there is none.
func (s Survey) Alarm() time.Time {
	switch {
	case s.State == StatePlanned:
		return s.AskAt
	case s.State == StateAsked && s.ClosesAt != nil:
		return *s.ClosesAt
	}
	return time.Time{}
}

// For is the survey as an actor may see it: who exactly answered is the party's own affair.
func (s Survey) For(a casework.Actor) Survey {
	if s.Answer != nil && (a.SeesAll() || a.Role == "pipeline") {
		answer := *s.Answer
		answer.By = s.Side
		s.Answer = &answer
	}
	if a.Role == "pipeline" {
		s.Answer = nil // it hands out the link, and reads nothing that the seller wrote
	}
	return s
}

// sees hides the surveys of others, and those that nobody was asked yet.
func sees(a casework.Actor, s Survey) error {
	switch {
	case a.SeesAll():
		return nil
	case s.State == StatePlanned:
	case a.Role == "pipeline" && a.Subject != "" && s.Side == policy.AskSeller && a.Subject == s.Marketplace:
		return nil
	case answers(a, s):
		return nil
	}
	return fmt.Errorf("%w: there is no survey %q in this account", casework.ErrNotFound, s.ID)
}

// answers tells whether the actor is the party that was asked.
func answers(a casework.Actor, s Survey) bool {
	switch a.Role {
	case "seller":
		return s.Side == policy.AskSeller && a.Subject != "" && a.Subject == s.Subject
	case "holder", "agent":
		bound := a.Subject != "" && s.Subject != "" && a.Subject != s.Subject
		return s.Side != policy.AskSeller && a.Account != "" && a.Account == s.Account && !bound
	}
	return false
}

// Reply is what a party sends.
type Reply struct {
	Score  int
	Topics map[string]int
	Text   string
}

func (r Reply) validate(s Survey) error {
	var f casework.Faults
	f.Check(r.Score >= 0 && r.Score <= MaxScore, "score", "must be 0 to %d", MaxScore)
	for topic, score := range r.Topics {
		f.Check(slices.Contains(s.Topics, topic), "topics", "this survey asks about %v alone", s.Topics)
		f.Check(score >= 0 && score <= MaxScore, "topics", "each must be 0 to %d", MaxScore)
	}
	f.Text("text", r.Text, 0, maxText)
	return f.Err()
}

// quarterOf names the quarter of a moment, in UTC, such as 2026-Q4; quarters sort as texts.
func quarterOf(t time.Time) string {
	t = t.UTC()
	return fmt.Sprintf("%04d-Q%d", t.Year(), (int(t.Month())+2)/3)
}

// nextQuarter is the first moment after a moment's quarter.
func nextQuarter(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), (t.Month()-1)/3*3+4, 1, 0, 0, 0, 0, time.UTC)
}

// monthOf names the month of a moment, in UTC, such as 2026-11.
func monthOf(t time.Time) string { return t.UTC().Format("2006-01") }

func conflict(format string, args ...any) error {
	return fmt.Errorf("%w: %s", casework.ErrConflict, fmt.Sprintf(format, args...))
}
