package intake

import (
	"context"
	"encoding/json"
	"time"

	"touchstone/detect"
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
}

// A ReportStore keeps reports. SaveReport is durable when it returns and idempotent by ID; Report returns
// casework.ErrNotFound for an ID that it does not hold.
type ReportStore interface {
	SaveReport(ctx context.Context, r ReportRecord) error
	Report(ctx context.Context, id string) (ReportRecord, error)
}
