package guard

import (
	"context"
	"time"
)

// Suppression is a benign collision: a right and what resembles it without infringing it. Exactly one of Picture, Cluster, Seller and
// Words is set.
type Suppression struct {
	ID          string     `json:"id"`
	RightID     string     `json:"right_id"`
	Marketplace string     `json:"marketplace,omitempty" doc:"only there; none means everywhere"`
	Picture     string     `json:"picture,omitempty" doc:"SHA-256 of a picture in listings"`
	Cluster     string     `json:"cluster,omitempty" doc:"of listings that show the same pictures"`
	Seller      string     `json:"seller,omitempty" doc:"whatever this seller lists"`
	Words       string     `json:"words,omitempty" doc:"a phrase that holds the mark: river velmora"`
	Reason      string     `json:"reason"`
	By          string     `json:"by" doc:"account and key that recorded it"`
	CreatedAt   time.Time  `json:"created_at"`
	ExpiresAt   *time.Time `json:"expires_at,omitempty"`
	LiftedAt    *time.Time `json:"lifted_at,omitempty"`
	LiftedBy    string     `json:"lifted_by,omitempty"`
	LiftReason  string     `json:"lift_reason,omitempty"`
}

// InForce tells whether it holds at a moment.
func (s Suppression) InForce(at time.Time) bool {
	return s.LiftedAt == nil && (s.ExpiresAt == nil || at.Before(*s.ExpiresAt))
}

// Kinds of subject of a quarantine.
const (
	KindReference = "reference" // a registered picture, by the reference's ID
	KindPicture   = "picture"   // a listing's picture, by its SHA-256
)

// States of a quarantine.
const (
	StateOpen      = "open"      // set aside by count; nobody has looked at it
	StateConfirmed = "confirmed" // a reviewer said that it tells nothing
	StateReleased  = "released"  // a reviewer said that it counts
)

// Quarantine is something that resembles so much that it tells nothing.
type Quarantine struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind" enum:"reference,picture"`
	Subject   string     `json:"subject" doc:"ID of the reference, or SHA-256 of the picture"`
	RightID   string     `json:"right_id,omitempty" doc:"of a reference"`
	State     string     `json:"state" enum:"open,confirmed,released"`
	Count     int        `json:"count" doc:"listings that resembled the reference, or references that the picture resembled, when it was set aside"`
	CreatedAt time.Time  `json:"created_at"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
	By        string     `json:"by,omitempty" doc:"account and key that decided"`
	Reason    string     `json:"reason,omitempty"`
	Until     *time.Time `json:"until,omitempty" doc:"of a release: it is not set aside again before"`
}

// Match says that a listing resembled a reference.
type Match struct {
	Reference, Right string
	Listing          string // its entry, or what else tells it from others
}

// SuppressionQuery selects suppressions in the order of their IDs. Empty fields do not restrict.
type SuppressionQuery struct {
	RightID string
	At      time.Time // in force then; zero: all that were ever recorded
	After   string
	Limit   int
}

// QuarantineQuery selects quarantines in the order of their IDs. Empty fields do not restrict.
type QuarantineQuery struct {
	State, Kind, After string
	Limit              int
}

// A Store keeps suppressions, quarantines and counts. Each write is durable when it returns. What is not there is casework.ErrNotFound.
type Store interface {
	AddSuppression(ctx context.Context, s Suppression) error
	Suppression(ctx context.Context, id string) (Suppression, error)
	Suppressions(ctx context.Context, q SuppressionQuery) ([]Suppression, error)
	SuppressionsInForce(ctx context.Context, at time.Time) ([]Suppression, error)
	// LiftSuppression ends one; casework.ErrConflict where it was lifted before.
	LiftSuppression(ctx context.Context, id, by, reason string, at time.Time) error

	// OpenQuarantine keeps a quarantine, unless its subject has one that is in force or released until later: that one comes back.
	OpenQuarantine(ctx context.Context, q Quarantine) (Quarantine, error)
	Quarantine(ctx context.Context, id string) (Quarantine, error)
	Quarantines(ctx context.Context, q QuarantineQuery) ([]Quarantine, error)
	// QuarantinesInForce are those that are open or confirmed, or released until after a moment.
	QuarantinesInForce(ctx context.Context, at time.Time) ([]Quarantine, error)
	DecideQuarantine(ctx context.Context, q Quarantine) error

	// AddMatches counts scored listings and what they resembled; the same listing counts once for a reference.
	AddMatches(ctx context.Context, list []Match, scored int, at time.Time) error
	// CountMatches counts, from a moment on, the listings of each reference, and all that were scored.
	CountMatches(ctx context.Context, references []string, from time.Time) (counts map[string]int, scored int, err error)
	// ExpireMatches forgets what was last seen before a moment.
	ExpireMatches(ctx context.Context, before time.Time) error
}
