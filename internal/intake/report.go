package intake

import (
	"context"
	"encoding/json"
	"time"

	"touchstone/detect"
	"touchstone/internal/listings"
	"touchstone/internal/policy"
)

// ReportRecord is a report as it is kept: with its owner, the outcome under the policy then active, and the facts it was made
// from, so that it can be replayed.
type ReportRecord struct {
	ID          string          `json:"id"`
	Account     string          `json:"-"` // who may read it
	KeyID       string          `json:"-"` // which key asked for it
	Marketplace string          `json:"marketplace,omitempty"`
	CreatedAt   time.Time       `json:"created_at"`
	Report      detect.Report   `json:"report"`
	Outcome     policy.Outcome  `json:"outcome"`
	Facts       json.RawMessage `json:"facts,omitempty"` // detect.Facts, JSON
	Snapshot    *Snapshot       `json:"snapshot,omitempty"`
	Entry       string          `json:"entry,omitempty"` // of the listing among the kept ones; "" when policy keeps none
	Reason      string          `json:"reason,omitempty"`
	Sweep       string          `json:"sweep,omitempty"`    // the sweep that asked
	Original    string          `json:"original,omitempty"` // the report of the scoring that the marketplace asked for

	// Encoded is Report as JSON where that was made already, and nothing elsewhere; see ReportJSON.
	Encoded []byte `json:"-"`
}

// ReasonSweep is the reason of a report that a sweep made: the listing was scored before, and now against one right that is
// newer. Reports that a marketplace asked for have none.
const ReasonSweep = "sweep"

// A ReportStore keeps reports. SaveReport is durable when it returns and idempotent by ID; Report returns
// casework.ErrNotFound for an ID that it does not hold.
type ReportStore interface {
	// SaveScored keeps a report and, in the same transaction, makes the listing the current state of its entry, waiting for the
	// index of the pack unless that holds the same pictures already. A later scoring that came first stays.
	SaveScored(ctx context.Context, r ReportRecord, l listings.Listing, pack string) error
	SaveReport(ctx context.Context, r ReportRecord) error
	Report(ctx context.Context, id string) (ReportRecord, error)
}

// A CaseOpener hears of every report above clear before it is answered, so that what was answered waits in a queue. Hearing of the same
// report again changes nothing.
type CaseOpener interface {
	Scored(ctx context.Context, rec ReportRecord, title string) error
}
