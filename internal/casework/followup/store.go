package followup

import (
	"context"
	"time"

	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/enforce"
	"touchstone/internal/casework/standing"
	"touchstone/internal/casework/statement"
	"touchstone/internal/threshold"
)

// Reader reads what follows from decisions. What is not there is casework.ErrNotFound.
type Reader interface {
	Verdict(ctx context.Context, caseID string) (Verdict, error)
	// Verdicts whose first decision lies in a period, in order of it and of their cases, behind the last of the page before.
	Verdicts(ctx context.Context, from, to time.Time, after Verdict, limit int) ([]Verdict, error)
	// Measures are the events of suspensions (EventFrozen, EventClosed, EventSuspended) in a period, in order of time and of Seq, behind the
	// last of the page before.
	Measures(ctx context.Context, from, to time.Time, after docket.Event, limit int) ([]docket.Event, error)
	// Tallies of a notifier, of decisions since a day.
	Tallies(ctx context.Context, notifier string, since standing.Day) ([]standing.Tally, error)
	// Filings of a notifier since a moment, newest first.
	Filings(ctx context.Context, notifier string, since time.Time, limit int) ([]standing.Filed, error)
	// FiledListings counts the listings of these.
	FiledListings(ctx context.Context, notifier string, since time.Time) (int, error)
	Notifier(ctx context.Context, id string) (Notifier, error)
	// StaleNotifiers are those whose standing has to be reckoned again.
	StaleNotifiers(ctx context.Context, limit int) ([]string, error)
	// Ledger of a store, oldest first.
	Ledger(ctx context.Context, marketplace, seller string) ([]enforce.LedgerEntry, error)
	// Kin are the other stores of a store's family, whose strikes count for it by a person's approval.
	Kin(ctx context.Context, marketplace, seller string) ([]string, error)
	Storefront(ctx context.Context, marketplace, seller string) (Storefront, error)
	// DueStorefronts are those that change by themselves up to a moment.
	DueStorefronts(ctx context.Context, now time.Time, limit int) ([]Storefront, error)
	Statement(ctx context.Context, id string) (Statement, error)
	// StatementsOf a case, oldest first.
	StatementsOf(ctx context.Context, caseID string) ([]Statement, error)
	// Statements in a state, or in a batch, or both, by ID from behind after.
	Statements(ctx context.Context, state, batch, after string, limit int) ([]Statement, error)
	// Curves are all measured thresholds in force, by their keys.
	Curves(ctx context.Context) ([]threshold.Kept, error)
	// PastOfSeller are decisions on a seller's listings since a moment, newest first.
	PastOfSeller(ctx context.Context, marketplace, seller string, since time.Time, limit int) ([]Past, error)
	// PastOfPictures are the removals of any of these pictures, oldest first, each once.
	PastOfPictures(ctx context.Context, pictures []string) ([]Past, error)
	// SellersShowing are who shows a picture in listings that are kept and about which no case on the right is open or was decided against them:
	// of two hundred listings at most.
	SellersShowing(ctx context.Context, s Showing, limit int) ([]Shop, error)
}

// Tx writes it, in the transaction of the docket. Puts replace.
type Tx interface {
	docket.Tx
	Reader
	PutVerdict(ctx context.Context, v Verdict) error
	// CountTally adds t.Count, which may be negative, to what is counted.
	CountTally(ctx context.Context, notifier string, t standing.Tally) error
	AddFiling(ctx context.Context, notifier string, f standing.Filed) error
	PutNotifier(ctx context.Context, n Notifier) error
	AddLedger(ctx context.Context, marketplace, seller string, e enforce.LedgerEntry) error
	// LockStorefront keeps other transactions from the store's ledger until the end of this one.
	LockStorefront(ctx context.Context, marketplace, seller string) error
	PutStorefront(ctx context.Context, s Storefront) error
	// AddStatement does nothing when the ID is there.
	AddStatement(ctx context.Context, s Statement) error
	PutStatement(ctx context.Context, s Statement) error
	// PutCurve keeps what was measured in the place of what had its key before.
	PutCurve(ctx context.Context, k threshold.Kept) error
	// PutPast replaces what is met of the case, and DropPast takes it away.
	PutPast(ctx context.Context, p Past) error
	DropPast(ctx context.Context, caseID string) error
}

// Store keeps what follows from decisions beside the docket.
type Store interface {
	Reader
	docket.Store
}

// Verdict is what became of a case, for standing, reports and labels. It stays as the first decision made it, but for what later ones
// change: Result, Final, Reversed and the contest.
type Verdict struct {
	Case        string `json:"case_id"`
	Origin      string `json:"origin"`
	Notifier    string `json:"notifier,omitempty"` // account
	Marketplace string `json:"marketplace"`
	Listing     string `json:"listing,omitempty"`
	Seller      string `json:"seller,omitempty"`
	Right       string `json:"right_id"`
	Report      string `json:"report,omitempty"`
	Signal      string `json:"signal,omitempty"`
	Pack        string `json:"pack,omitempty"` // name@version that scored the listing
	// Signals are the probabilities that the first decision went by, the fused verdict among them.
	Signals    map[string]float64 `json:"signals,omitempty"`
	Reason     string             `json:"reason"`
	Outcome    string             `json:"outcome"` // of the first decision
	Code       string             `json:"reason_code"`
	Automation string             `json:"automation"`
	OpenedAt   time.Time          `json:"opened_at"`
	DecidedAt  time.Time          `json:"decided_at"`
	Result     standing.Result    `json:"result,omitempty"` // "" when nothing is decided, or nobody notified
	Removed    bool               `json:"removed"`          // the listing is down now
	Decided    bool               `json:"decided"`          // false after the decision was undone
	Reversed   bool               `json:"reversed"`         // the first decision no longer stands
	// Sold is how many the listing had sold when it went down, as its marketplace says; nil where it has not said.
	Sold       *int      `json:"sold,omitempty"`
	Contested  string    `json:"contested,omitempty"`
	ResolvedAt time.Time `json:"resolved_at,omitzero"`
}

// Notifier is a notifier's standing as it was last reckoned.
type Notifier struct {
	ID       string            `json:"id"` // account
	Stale    bool              `json:"-"`  // something was decided since
	Standing standing.Standing `json:"standing"`
}

// Storefront is a seller's store on a marketplace, with its penalties as they were last reckoned and told.
type Storefront struct {
	Marketplace string        `json:"marketplace"`
	Seller      string        `json:"seller"`
	State       enforce.State `json:"state"`
}

// Statement is a statement of reasons, with its way into the transparency database.
type Statement struct {
	ID          string               `json:"id"` // of the decision or measure
	Case        string               `json:"case_id"`
	Marketplace string               `json:"marketplace"`
	Seller      string               `json:"seller"`
	Facts       statement.Facts      `json:"facts"`
	Submission  statement.Submission `json:"submission"`
}
