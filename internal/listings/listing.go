// Package listings keeps the listings that were scored for as long as policy says, so that a right which is registered today can
// be held against what is already on sale, and so that listings with the same pictures are seen as one.
//
// A listing is a row first: the store writes it in the transaction of its report. The vectors that scoring made are handed to
// the Keeper, which writes them to the index in batches, off the way of any answer. A hand-over that is lost (a crash, a full
// queue) costs one more model run and nothing else: the row stays waiting, its lease ends, and the Keeper embeds the stored
// pictures.
package listings

import (
	"context"
	"time"

	"touchstone/detect"
	"touchstone/internal/casework"
)

// A Listing is an offer as it was last scored.
type Listing struct {
	ID          string // of the entry, see EntryID
	Account     string // whose key had it scored
	Marketplace string
	Listing     string // the marketplace's own ID; "" when it gave none
	Seller      string
	Title       string
	Content     Content
	Pictures    []string // SHA-256 of the stored picture by position; "" for one that could not be read
	Territories []string // of the marketplace, as the index has them; none = everywhere
	ReportID    string   // of the last scoring, which also tells one state of the entry from another
	ContentHash string
	Band        string // that the last scoring led to
	ScoredAt    time.Time
	ExpiresAt   time.Time

	Points  int    // pictures that the index may hold under this entry: positions below it
	Indexed bool   // the index of the pack in use holds the pictures as they are
	Problem string // why the index holds fewer pictures than the listing has, in words
}

// Content is what a listing says beside its title.
type Content struct {
	Description string            `json:"description,omitempty"`
	Attributes  map[string]string `json:"attributes,omitempty"`
	Goods       []string          `json:"goods,omitempty"`
	Price       *detect.Money     `json:"price,omitempty"`
}

// EntryID is the ID of the entry that a listing has: the same for each scoring of the same listing of a marketplace by an
// account. A listing without an ID is the same as long as its content is.
func EntryID(account, marketplace, listing, contentHash string) string {
	if listing == "" {
		return casework.IDOf("lst", account, marketplace, "content", contentHash)
	}
	return casework.IDOf("lst", account, marketplace, "id", listing)
}

// A State is what must be known of an entry before the index is written.
type State struct {
	ReportID string
	Points   int
	Indexed  bool
}

// Indexed says that the index holds an entry as a report saw it, with pictures at positions below Points.
type Indexed struct {
	ID, ReportID string
	Points       int
	Problem      string
}

// Counts of kept listings.
type Counts struct {
	Listings int // kept
	Waiting  int // of these, not in the index as they are
}

// A Store keeps listings. Each write is durable when it returns. What is not there is casework.ErrNotFound.
type Store interface {
	ClusterStore
	Listing(ctx context.Context, id string) (Listing, error)
	CountListings(ctx context.Context) (Counts, error)
	// ListingStates gives those of the entries that are there.
	ListingStates(ctx context.Context, ids []string) (map[string]State, error)
	// ClaimListings leases entries that wait for the index, and that nobody has leased beyond now, until a moment.
	ClaimListings(ctx context.Context, now, until time.Time, limit int) ([]Listing, error)
	// MarkListingsIndexed ends the waiting of entries that are still as their report saw them. All of them or none.
	MarkListingsIndexed(ctx context.Context, pack string, done []Indexed) error
	// UnindexListings makes up to limit entries wait that were indexed for another pack, and says how many.
	UnindexListings(ctx context.Context, pack string, limit int) (int, error)
	// ExpiredListings: earliest first.
	ExpiredListings(ctx context.Context, now time.Time, limit int) ([]Listing, error)
	// DropListing removes an entry that is still as its report saw it, and returns its pictures that no other entry has. When it
	// has changed meanwhile it stays and waits for the index, which has lost its points, and gone is false.
	DropListing(ctx context.Context, id, reportID string) (unshared []string, gone bool, err error)
}
