package webhook

import (
	"context"
	"fmt"
	"time"

	"touchstone/internal/casework/docket"
)

// Reader reads hooks. What is not there is casework.ErrNotFound.
type Reader interface {
	Hook(ctx context.Context, id string) (Hook, error)
	// Hooks by ID from behind after; of one account if it is given.
	Hooks(ctx context.Context, account, after string, limit int) ([]Hook, error)
	// Deliveries of a hook by number from behind after, in a state if it is given.
	Deliveries(ctx context.Context, hook, state string, after int64, limit int) ([]Delivery, error)
	// DueDeliveries are those that can be made now, at most one of each lane: nothing of its lane waits before it.
	DueDeliveries(ctx context.Context, hook string, now time.Time, limit int) ([]Delivery, error)
	// CountDeliveries in a state, of all hooks.
	CountDeliveries(ctx context.Context, state string) (int, error)
}

// Tx writes them, in the transaction of the docket.
type Tx interface {
	docket.Tx
	Reader
	// LastEvent is the number of the newest event.
	LastEvent(ctx context.Context) (int64, error)
	// LockHook keeps other transactions from the hook's place in the feed until the end of this one.
	LockHook(ctx context.Context, id string) error
	PutHook(ctx context.Context, h Hook) error
	// DropHook removes a hook with its deliveries.
	DropHook(ctx context.Context, id string) error
	// PutDelivery keeps a delivery and ends its lease; until, if it is not zero, leases it.
	PutDelivery(ctx context.Context, d Delivery, until time.Time) error
	// DropDeliveries removes those that were taken before a moment, and callbacks that came before it.
	DropDeliveries(ctx context.Context, before time.Time) error
	// AddCallback notes a message that came in; false when the very same has come before.
	AddCallback(ctx context.Context, hook, message string, at time.Time) (bool, error)
}

// Store keeps hooks beside the docket.
type Store interface {
	Reader
	docket.Store
}

// own is the docket's transaction with what this package keeps; a store that lacks it is wired wrongly.
func own(tx docket.Tx) (Tx, error) {
	t, ok := tx.(Tx)
	if !ok {
		return nil, fmt.Errorf("webhook: the store's transaction %T keeps no hooks", tx)
	}
	return t, nil
}
