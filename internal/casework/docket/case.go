package docket

import (
	"strings"
	"time"

	"touchstone/internal/policy"
)

// States of a case.
const (
	StateOpen     = "open"                   // waits in its queue; with a Claim, a reviewer has it
	StateClarify  = "awaiting_clarification" // the notifier was asked; the clock stands still
	StateSecond   = "second_opinion"         // waits in its queue for a second person
	StateDecided  = "decided"
	StateContest  = "contested"  // waits for the other side's answer, then in the hard queue
	StateUpheld   = "upheld"     // the decision stands after a complaint
	StateReversed = "reinstated" // the take-down was taken back after a complaint
	StateClosed   = "closed"     // decided, and the time for complaints is over
)

// States lists them.
func States() []string {
	return []string{StateOpen, StateClarify, StateSecond, StateDecided, StateContest, StateUpheld, StateReversed, StateClosed}
}

// Outcomes of decisions.
const (
	OutcomeTakenDown  = "taken_down"
	OutcomeDeclined   = "declined"   // of a notice
	OutcomeNoAction   = "no_action"  // of what was found without a notice
	OutcomeUpheld     = "upheld"     // on a complaint: the decision before stands
	OutcomeReinstated = "reinstated" // on a complaint against a take-down
)

// Effects are what holds for the listing on its marketplace.
const (
	EffectNone    = ""        // on sale, as far as this case goes
	EffectHeld    = "held"    // held back until it is decided
	EffectRemoved = "removed" // taken down
)

// Origins of cases.
const (
	OriginNotice    = "notice"
	OriginProactive = "proactive"
)

// Case is one listing and one right.
type Case struct {
	ID          string   `json:"id"`
	Origin      string   `json:"origin"`
	Notice      string   `json:"notice,omitempty"`
	Account     string   `json:"account"` // of the right
	Holder      string   `json:"holder_id"`
	Right       string   `json:"right_id"`
	Marketplace string   `json:"marketplace"`
	Territories []string `json:"territories"` // of the marketplace, whose calendar counts
	Target      string   `json:"target"`      // listing or storefront
	Listing     string   `json:"listing,omitempty"`
	URL         string   `json:"url,omitempty"`
	Seller      string   `json:"seller,omitempty"`
	Title       string   `json:"title,omitempty"`
	ContentHash string   `json:"content_hash,omitempty"` // of the listing as it was scored
	Subject     string   `json:"-"`                      // the same for the same listing and right
	Reason      string   `json:"reason"`                 // for complaint
	Regime      string   `json:"regime"`

	Report      string             `json:"report,omitempty"`
	Pack        string             `json:"pack,omitempty"`
	Signal      string             `json:"signal,omitempty"` // the strongest
	Probability float64            `json:"probability"`
	Signals     map[string]float64 `json:"signals,omitempty"`  // probabilities on the right, by signal
	Pictures    []string           `json:"pictures,omitempty"` // SHA-256 of those that findings on the right were about
	Grounds     []Ground           `json:"grounds,omitempty"`  // what of them a take-down rests on
	Band        string             `json:"band,omitempty"`
	Notes       []Fact             `json:"notes,omitempty"`    // what the facts say, for the reviewer
	Evidence    []string           `json:"evidence,omitempty"` // hashes of files

	State      string     `json:"state"`
	Outcome    string     `json:"outcome,omitempty"` // of the last decision
	Effect     string     `json:"effect"`
	Queue      string     `json:"queue"`
	Priority   int        `json:"priority"` // 0 to 100, higher first
	OpenedAt   time.Time  `json:"opened_at"`
	DueAt      time.Time  `json:"due_at"`
	Overdue    bool       `json:"overdue,omitempty"` // the deadline passed before the decision
	ClosedAt   *time.Time `json:"closed_at,omitempty"`
	MergedInto string     `json:"merged_into,omitempty"` // the case of a notice that took its place

	Claim    *Claim         `json:"claim,omitempty"`
	Handled  []Handling     `json:"handled,omitempty"` // claims that ended
	Question *Clarification `json:"clarification,omitempty"`
	Opinion  *Decision      `json:"opinion,omitempty"` // the first person's, while a second one is asked
	Contest  *Contest       `json:"contest,omitempty"`
	Decision *Decision      `json:"decision,omitempty"` // the last
	Before   *Before        `json:"before,omitempty"`   // what undo brings back
	AppealBy *time.Time     `json:"appeal_by,omitempty"`

	Policy  string `json:"policy"` // name of the policy it runs under
	Version int64  `json:"version"`
}

// Ground is a picture that carries the complaint: what was found on it would do so whatever else the listing shows, or is the most that
// was found at all. Others beside it, such as a size chart or a picture of somebody else's goods, are what nothing was taken down for.
type Ground struct {
	Picture string  `json:"picture"`     // SHA-256
	Chance  float64 `json:"probability"` // of the best finding on it, and at most of the verdict
	Box     *[4]int `json:"box,omitempty" doc:"where on it: x, y, width and height in pixels of the upright picture"`
}

// Fact is something that the facts say, with the code of the reason it may lead to.
type Fact struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Claim is a reviewer's lease on a case.
type Claim struct {
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Until time.Time `json:"until"`
}

// Handling is a claim that ended, and how: decided, clarify, second_opinion, released or expired.
type Handling struct {
	By    string    `json:"by"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Ended string    `json:"ended"`
}

// Clarification is a question to the notifier. Left is what remained of the case's time when it was asked.
type Clarification struct {
	Question string        `json:"question"`
	AskedBy  string        `json:"asked_by"`
	AskedAt  time.Time     `json:"asked_at"`
	Until    time.Time     `json:"until"`
	Left     time.Duration `json:"left"`
	Answer   string        `json:"answer,omitempty"`
	Evidence []Evidence    `json:"evidence,omitempty"`
	Answered *time.Time    `json:"answered_at,omitempty"`
}

// Decision is what was decided, on what, by whom. It never changes: what takes it back is another one that names it in Undoes.
type Decision struct {
	ID         string     `json:"id"`
	Case       string     `json:"case_id"`
	Outcome    string     `json:"outcome"`
	Code       string     `json:"reason_code"` // a reason for complaint, or a code of declined notices
	Sentence   string     `json:"sentence"`
	Remark     string     `json:"remark,omitempty"` // the reviewer's own words, for the parties
	By         string     `json:"by"`
	Automatic  string     `json:"automation"`          // none, partial (scored, decided by a person) or full
	Agreed     string     `json:"agreed_by,omitempty"` // the second person, where policy asks for one
	At         time.Time  `json:"at"`
	ClaimedAt  *time.Time `json:"claimed_at,omitempty"`
	Report     string     `json:"report,omitempty"`
	Pack       string     `json:"pack,omitempty"`
	Signal     string     `json:"signal,omitempty"`
	Chance     float64    `json:"probability"`
	Evidence   []string   `json:"evidence,omitempty"` // snapshot: hashes of files looked at
	Notes      []Fact     `json:"notes,omitempty"`    // snapshot of the facts
	Policy     string     `json:"policy"`
	PolicyVer  string     `json:"policy_version"`
	Effect     string     `json:"effect"` // on the listing, after it
	Undoes     string     `json:"undoes,omitempty"`
	OnContest  string     `json:"on_contest,omitempty"` // the complaint it decides
	Storefront bool       `json:"storefront,omitempty"`
	Request    string     `json:"request,omitempty"` // of who decided; not for others
}

// public is the decision as parties and marketplaces see it: who decided is a person here or a machine, not which one.
func (d Decision) public() Decision {
	if !strings.HasPrefix(d.By, "machine:") {
		d.By = "reviewer"
	}
	if d.Agreed != "" {
		d.Agreed = "reviewer"
	}
	d.Request = ""
	return d
}

// Automation of a decision.
const (
	AutomationNone    = "none"
	AutomationPartial = "partial"
	AutomationFull    = "full"
)

// Kinds of contest.
const (
	CounterNotice = "counter_notice" // the seller's, under the notice's regime: forwarded to the holder
	Complaint     = "complaint"      // against a decision, by either side; a person decides
)

// Contest is a counter-notice or a complaint.
type Contest struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`
	By        string     `json:"by"`
	Side      string     `json:"side"` // seller or notifier
	At        time.Time  `json:"at"`
	Statement string     `json:"statement"`
	Evidence  []Evidence `json:"evidence,omitempty"`
	Against   string     `json:"against"`           // the decision
	Decider   string     `json:"decider,omitempty"` // of it, who does not decide the contest
	// Until is when the holder must have answered a forwarded counter-notice; silence brings the listing back.
	Until *time.Time `json:"answer_by,omitempty"`
	// NotBefore is the first moment at which the regime lets the listing be put back.
	NotBefore *time.Time `json:"not_before,omitempty"`
	Answer    string     `json:"answer,omitempty"`
	Proof     []Evidence `json:"answer_evidence,omitempty"`
	Answered  *time.Time `json:"answered_at,omitempty"`
	Silence   bool       `json:"silence,omitempty"` // the holder did not answer
}

// Before is what a decision changed, for undo.
type Before struct {
	State    string     `json:"state"`
	Outcome  string     `json:"outcome"`
	Effect   string     `json:"effect"`
	Decision *Decision  `json:"decision,omitempty"`
	Contest  *Contest   `json:"contest,omitempty"`
	AppealBy *time.Time `json:"appeal_by,omitempty"`
}

// Waiting tells whether the case is in its queue.
func (c *Case) Waiting() bool {
	switch c.State {
	case StateOpen, StateSecond:
		return true
	case StateContest:
		return c.Contest.Until == nil || c.Contest.Answered != nil
	}
	return false
}

// Undecided tells whether the case still needs its first decision.
func (c *Case) Undecided() bool {
	return c.State == StateOpen || c.State == StateClarify || c.State == StateSecond
}

// Rank orders a queue, least first: the deadline, brought forward by the priority.
func (c *Case) Rank(t policy.Triage) int64 {
	return c.DueAt.Add(-time.Duration(c.Priority*t.MinutesPerPoint) * time.Minute).UnixMicro()
}

// LeasedUntil is when the case can be claimed again; zero when it can be now.
func (c *Case) LeasedUntil() time.Time {
	if c.Claim == nil {
		return time.Time{}
	}
	return c.Claim.Until
}

// Alarm is the next moment at which something has to happen to the case although nobody asks; zero when there is none.
func (c *Case) Alarm() time.Time {
	var at time.Time
	sooner := func(t time.Time) {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	if c.Claim != nil {
		sooner(c.Claim.Until)
	}
	if c.Waiting() && !c.Overdue {
		sooner(c.DueAt)
	}
	switch {
	case c.State == StateClarify:
		sooner(c.Question.Until)
	case c.State == StateContest && c.Contest.Until != nil && c.Contest.Answered == nil:
		sooner(*c.Contest.Until)
	case c.State == StateDecided || c.State == StateUpheld || c.State == StateReversed:
		if c.AppealBy != nil {
			sooner(*c.AppealBy)
		}
	}
	return at
}
