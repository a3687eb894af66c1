package partner

import (
	"context"
	"fmt"
	"time"

	"touchstone/internal/casework/docket"
)

// Reader reads. What is not there is casework.ErrNotFound.
type Reader interface {
	Partner(ctx context.Context, id string) (Partner, error)
	PartnerByRequest(ctx context.Context, account, request string) (Partner, error)
	// PartnerOf is the one that an account acts for, PartnerOfHolder the one that a holder is.
	PartnerOf(ctx context.Context, account string) (Partner, error)
	PartnerOfHolder(ctx context.Context, holder string) (Partner, error)
	// Partners by ID, newest first.
	Partners(ctx context.Context, q Query) ([]Partner, error)

	PartnerAlert(ctx context.Context, id string) (Alert, error)
	PartnerAlerts(ctx context.Context, q AlertQuery) ([]Alert, error)
	// AttackTold tells whether a partner has had an alert of an attack on a right since a moment.
	AttackTold(ctx context.Context, partner, right string, since time.Time) (bool, error)
	// AlertsRaised counts those that a request has raised.
	AlertsRaised(ctx context.Context, request string) (int, error)

	JointAction(ctx context.Context, id string) (Action, error)
	JointActionByRequest(ctx context.Context, account, request string) (Action, error)
	// JointActions by ID, newest first.
	JointActions(ctx context.Context, q ActionQuery) ([]Action, error)
	// JointActionEntries in the order in which they were recorded, from behind an ID.
	JointActionEntries(ctx context.Context, action, after string, limit int) ([]ActionEntry, error)

	PartnerBundle(ctx context.Context, id string) (Bundle, error)
	PartnerBundleByRequest(ctx context.Context, account, request string) (Bundle, error)
	PartnerBundles(ctx context.Context, q BundleQuery) ([]Bundle, error)
	// SpentBundles are those whose bytes are kept although they expired before a moment or were revoked.
	SpentBundles(ctx context.Context, now time.Time, limit int) ([]Bundle, error)
}

// Tx writes, in a transaction of the docket. Puts compare Version with what is stored (0: nothing yet), as docket.Tx does; an account or holder that
// belongs to another partner is casework.ErrConflict.
type Tx interface {
	docket.Tx
	Reader
	PutPartner(ctx context.Context, p *Partner) error
	PutPartnerAlert(ctx context.Context, a *Alert) error
	PutJointAction(ctx context.Context, x *Action) error
	AddJointActionEntry(ctx context.Context, e ActionEntry) error
	PutPartnerBundle(ctx context.Context, b *Bundle) error
	// LockPartners keeps other transactions from sharing alerts until the end of this one.
	LockPartners(ctx context.Context) error
}

// Store keeps all of it beside the docket.
type Store interface {
	Reader
	docket.Store
}

// Query selects partners. Empty fields do not restrict; Before is the last ID of the page before.
type Query struct {
	Kind, Before string
	Standing     bool // only those that have not ended
	Limit        int
}

// AlertQuery selects alerts by ID, newest first.
type AlertQuery struct {
	Partner, Before string
	Unseen          bool // only those that nobody has acknowledged
	Limit           int
}

// ActionQuery selects actions. Partner restricts to those in which it takes part now.
type ActionQuery struct {
	Partner, Kind, State, Before string
	Limit                        int
}

// BundleQuery selects bundles by ID, newest first.
type BundleQuery struct {
	Partner, Action, Before string
	Limit                   int
}

// own is the docket's transaction with what this package keeps; a store that lacks it is wired wrongly.
func own(tx docket.Tx) (Tx, error) {
	t, ok := tx.(Tx)
	if !ok {
		return nil, fmt.Errorf("partner: the store's transaction %T keeps no partners", tx)
	}
	return t, nil
}
