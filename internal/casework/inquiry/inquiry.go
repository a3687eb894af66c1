package inquiry

import (
	"fmt"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/deadline"
)

// Topics of inquiries.
const (
	TopicRegistration  = "registration"   // of holders, rights and references
	TopicNotice        = "notice"         // a notice, or how to file one
	TopicDecision      = "decision"       // why it was decided so
	TopicCounterNotice = "counter_notice" // what a seller can do
	TopicAccount       = "account"        // keys, sign-in, agents
	TopicPartnership   = "partnership"    // alliance, joint actions, authorities
	TopicPrivacy       = "privacy"        // personal data
	TopicTechnical     = "technical"
	TopicOther         = "other"
)

// Topics lists them.
func Topics() []string {
	return []string{TopicRegistration, TopicNotice, TopicDecision, TopicCounterNotice, TopicAccount, TopicPartnership, TopicPrivacy, TopicTechnical, TopicOther}
}

// States of an inquiry.
const (
	StateOpen     = "open"     // the desk's turn
	StateWaiting  = "waiting"  // who asked is to answer; the clock to the end stands still
	StateResolved = "resolved" // settled
)

// States lists them.
func States() []string { return []string{StateOpen, StateWaiting, StateResolved} }

// How an inquiry was settled.
const (
	OutcomeAnswered  = "answered"
	OutcomeEscalated = "escalated" // a case has taken it over
	OutcomeSilent    = "silent"    // who asked did not answer
	OutcomeWithdrawn = "withdrawn" // by who asked
)

// Sides of a thread.
const (
	SideInquirer = "inquirer"
	SideDesk     = "desk"
)

// About is what an inquiry is about; all of it may be empty.
type About struct {
	Case   string `json:"case_id,omitempty" maxLength:"64"`
	Notice string `json:"notice_id,omitempty" maxLength:"64"`
	Right  string `json:"right_id,omitempty" maxLength:"64"`
}

// Inquiry is a thread without its messages.
type Inquiry struct {
	ID       string `json:"id"`
	Account  string `json:"account"`
	Subject  string `json:"subject,omitempty"` // holder or MARKETPLACE/SELLER that the key was bound to
	Asked    string `json:"asked_by"`          // see casework.Actor.Person
	AskedAs  string `json:"asked_as"`          // role
	Language string `json:"language"`          // BCP 47, of the answers
	Topic    string `json:"topic"`
	Title    string `json:"title"`
	About    About  `json:"about"`

	State     string `json:"state"`
	Outcome   string `json:"outcome,omitempty"` // of a settled one
	Priority  string `json:"priority"`
	Assignee  string `json:"assignee,omitempty"`
	Escalated string `json:"escalated_to,omitempty"` // the case

	OpenedAt     time.Time      `json:"opened_at"`
	RespondBy    time.Time      `json:"respond_by"`
	RespondedAt  *time.Time     `json:"responded_at,omitempty"` // the desk's first answer
	ResolveBy    time.Time      `json:"resolve_by,omitzero"`    // zero while its clock stands still
	ResolvedAt   *time.Time     `json:"resolved_at,omitempty"`
	ReopenUntil  *time.Time     `json:"reopen_until,omitempty"`
	SilentAt     *time.Time     `json:"silent_at,omitempty"` // a waiting one is settled then
	Clock        deadline.Clock `json:"clock"`               // to the end
	LateResponse bool           `json:"late_response,omitempty"`
	LateEnd      bool           `json:"late_resolution,omitempty"`

	Messages    int       `json:"messages"`
	UpdatedAt   time.Time `json:"updated_at"`
	Territories []string  `json:"territories,omitempty"` // whose calendar counts
	Policy      string    `json:"policy"`
	Request     string    `json:"-"` // key that makes a repeated request the same inquiry
	Version     int64     `json:"version"`
}

// Message is one in a thread. Internal ones are the desk's notes to itself.
type Message struct {
	ID       string    `json:"id"`
	Inquiry  string    `json:"inquiry_id"`
	Side     string    `json:"side"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Internal bool      `json:"internal,omitempty"`
	Canned   string    `json:"canned,omitempty"` // the ready answer that it begins with
	Text     string    `json:"text"`
	Files    []string  `json:"files,omitempty" doc:"SHA-256 of files that were sent along"`
}

// Open tells whether the inquiry is not settled.
func (i *Inquiry) Open() bool { return i.State != StateResolved }

// Due is the next moment by which the desk has to do something; zero when it is not its turn.
func (i *Inquiry) Due() time.Time {
	switch {
	case i.State != StateOpen:
		return time.Time{}
	case i.RespondedAt == nil && i.RespondBy.Before(i.ResolveBy):
		return i.RespondBy
	}
	return i.ResolveBy
}

// Alarm is the next moment at which something has to happen although nobody asks; zero when there is none.
func (i *Inquiry) Alarm() time.Time {
	var at time.Time
	sooner := func(t time.Time) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	if i.Open() && i.RespondedAt == nil && !i.LateResponse {
		sooner(i.RespondBy)
	}
	if i.State == StateOpen && !i.LateEnd {
		sooner(i.ResolveBy)
	}
	if i.State == StateWaiting && i.SilentAt != nil {
		sooner(*i.SilentAt)
	}
	return at
}

// For is the inquiry as an actor may see it: who asked does not see who at the desk has it.
func (i Inquiry) For(a casework.Actor) Inquiry {
	if !a.SeesAll() && i.Assignee != "" {
		i.Assignee = SideDesk
	}
	return i
}

// For is the message as an actor may see it; false for one that is not for them.
func (m Message) For(a casework.Actor) (Message, bool) {
	if a.SeesAll() {
		return m, true
	}
	if m.Side == SideDesk {
		m.By = SideDesk
	}
	return m, !m.Internal
}

func conflict(format string, args ...any) error {
	return fmt.Errorf("%w: %s", casework.ErrConflict, fmt.Sprintf(format, args...))
}
