package casework

import (
	"context"
	"time"
)

// RightQuery selects rights. Empty fields do not restrict. Rights come in the
// order of their IDs, which is the order of registration; After is the last ID
// of the page before. Limit must be positive when a Store gets the query;
// Registry fills in DefaultPage and caps it at MaxPage.
type RightQuery struct {
	Account, HolderID string
	State             State
	Type              RightType
	After             string
	Limit             int
}

// HolderStore keeps holders.
type HolderStore interface {
	// CreateHolder: ErrConflict when the ID is taken.
	CreateHolder(ctx context.Context, h Holder) error
	Holder(ctx context.Context, id string) (Holder, error)
}

// RightStore keeps rights.
type RightStore interface {
	// CreateRight: ErrNotFound without its holder; ErrConflict when the ID is
	// taken or the account has the same type, office and registration number.
	CreateRight(ctx context.Context, r Right) error
	Right(ctx context.Context, id string) (Right, error)
	Rights(ctx context.Context, q RightQuery) ([]Right, error)
	// RightsByID returns those that are there, in any order.
	RightsByID(ctx context.Context, ids []string) ([]Right, error)
	// SetRightState stores the state and, in the same transaction, marks the
	// right's references as not indexed, since what the index holds of them
	// says whether the right is in force.
	SetRightState(ctx context.Context, id string, s State, at time.Time) error
}

// ReferenceStore keeps references and what the index knows of them.
type ReferenceStore interface {
	// AddReference: ErrNotFound without its right; ErrConflict when the right
	// has the same picture or word.
	AddReference(ctx context.Context, r Reference) error
	// Reference and References do not see tombstones.
	Reference(ctx context.Context, id string) (Reference, error)
	References(ctx context.Context, rightIDs []string) ([]Reference, error)
	// DeleteReference leaves a tombstone with DeletedAt.
	DeleteReference(ctx context.Context, id string, at time.Time) error
	// UnindexedReferences: oldest first from behind the ID after, no tombstones.
	UnindexedReferences(ctx context.Context, after string, limit int) ([]Reference, error)
	// CountUnindexed counts them.
	CountUnindexed(ctx context.Context) (IndexCounts, error)
	// MarkIndexed does nothing when the reference changed after at. It ends
	// the reference's problem.
	MarkIndexed(ctx context.Context, id string, at time.Time) error
	// MarkUnindexed says that the index does not hold the reference, and why.
	MarkUnindexed(ctx context.Context, id, problem string) error
	// DeletedReferences: tombstones, oldest first.
	DeletedReferences(ctx context.Context, limit int) ([]Reference, error)
	// PurgeReference removes a tombstone; without one it does nothing.
	PurgeReference(ctx context.Context, id string) error
}

// SellerStore keeps authorised sellers.
type SellerStore interface {
	// AddAuthorizedSeller: ErrNotFound without its right.
	AddAuthorizedSeller(ctx context.Context, a AuthorizedSeller) error
	// AuthorizedSellers of the rights; seller "" means all sellers.
	AuthorizedSellers(ctx context.Context, rightIDs []string, seller string) ([]AuthorizedSeller, error)
}

// MarketplaceStore keeps marketplaces.
type MarketplaceStore interface {
	// PutMarketplace creates or replaces; CreatedAt of the first put stays.
	PutMarketplace(ctx context.Context, m Marketplace) error
	Marketplace(ctx context.Context, id string) (Marketplace, error)
	Marketplaces(ctx context.Context) ([]Marketplace, error) // by ID
}

// Store is what Registry needs. Each write is durable when it returns. Lists
// of references and sellers come in the order of their IDs.
type Store interface {
	HolderStore
	RightStore
	ReferenceStore
	SellerStore
	MarketplaceStore
}
