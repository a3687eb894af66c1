package docket

import (
	"encoding/json"
	"time"
)

// Kinds of event.
const (
	EventReceived    = "notice.received"
	EventOpened      = "case.opened"
	EventAsked       = "case.clarification_asked"
	EventAnswered    = "case.answered"
	EventDecided     = "case.decided"
	EventUndone      = "case.undone"
	EventContested   = "case.contested"
	EventReplied     = "case.contest_answered"
	EventOverdue     = "case.overdue"
	EventClosed      = "case.closed"
	EventEnforcement = "enforcement.asked"
	EventChased      = "enforcement.chased"
	EventConfirmed   = "enforcement.confirmed"
	EventFailed      = "enforcement.failed"    // the marketplace says that it could not
	EventEscalated   = "enforcement.escalated" // told often and never confirmed, or failed: for people to look into
)

// Event is something that happened to a case or notice and that others act on. Seq grows in the order of commits, so the events of
// one case are in order, and whoever reads on from the last Seq seen misses none.
type Event struct {
	Seq         int64           `json:"seq"`
	Kind        string          `json:"kind"`
	Case        string          `json:"case_id,omitempty"`
	Notice      string          `json:"notice_id,omitempty"`
	Account     string          `json:"-"` // of the right; or the partner that is told
	Holder      string          `json:"-"`
	Marketplace string          `json:"marketplace,omitempty"`
	Seller      string          `json:"-"`
	At          time.Time       `json:"at"`
	Data        json.RawMessage `json:"data,omitempty"`
}

// Actions that a marketplace is told. Those about a seller's whole store follow from what was decided on its listings.
const (
	ActionRemove  = "remove"  // take the listing down
	ActionHold    = "hold"    // hold it back until it is decided
	ActionRestore = "restore" // put it back, or let it go on sale

	ActionFreeze   = "freeze"
	ActionUnfreeze = "unfreeze"
	ActionClose    = "close"
	ActionReopen   = "reopen"
)

// Enforcement is what a marketplace was told to do, and whether it did.
type Enforcement struct {
	ID          string     `json:"id"`
	Case        string     `json:"case_id"` // that led to it; none of a store's freeze that ran out
	Decision    string     `json:"decision_id"`
	Marketplace string     `json:"marketplace"`
	Action      string     `json:"action"`
	Target      string     `json:"target"`
	Listing     string     `json:"listing,omitempty"`
	URL         string     `json:"url,omitempty"`
	Seller      string     `json:"seller,omitempty"`
	Until       *time.Time `json:"until,omitempty"` // of a freeze
	ToldAt      time.Time  `json:"told_at"`
	Told        int        `json:"told"`                   // how often
	ChaseAt     *time.Time `json:"chase_at,omitempty"`     // when it is told again
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty"` // carried out, as the marketplace says
	Sold        *int       `json:"sold,omitempty"`         // of a removal: how many the listing had sold by then, as the marketplace says
	Replaced    bool       `json:"replaced,omitempty"`     // a later one for the same case or store took its place
	Problem     string     `json:"problem,omitempty"`      // why it could not be carried out, as the marketplace says
	EscalatedAt *time.Time `json:"escalated_at,omitempty"` // people were asked to look into it
}

// Store is the seller whose whole store the order is about; "" for one about a listing.
func (e Enforcement) Store() string {
	switch e.Action {
	case ActionFreeze, ActionUnfreeze, ActionClose, ActionReopen:
		return e.Seller
	}
	return ""
}

// Open tells whether the order still waits to be carried out.
func (e Enforcement) Open() bool { return e.ConfirmedAt == nil && !e.Replaced }
