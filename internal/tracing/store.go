package tracing

import (
	"context"
	"time"

	"touchstone/internal/network"
)

// A Seller is a store on a marketplace, as its marketplace tells of it.
type Seller struct {
	Marketplace string    `json:"marketplace"`
	Seller      string    `json:"seller"`
	Country     string    `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Region      string    `json:"region,omitempty"`
	OpenedAt    time.Time `json:"opened_at,omitzero"`
	SeenAt      time.Time `json:"seen_at"` // first heard of here
}

// Name is what the network calls the seller.
func (s Seller) Name() string { return NameOf(s.Marketplace, s.Seller) }

// Held is a trait of a seller.
type Held struct {
	Seller string // name
	network.Trait
}

// A Judgement is a person's answer about two sellers, by name. Answer "" takes an earlier one back.
type Judgement struct {
	A      string    `json:"a"`
	B      string    `json:"b"`
	Answer string    `json:"answer" enum:"same,different,"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Note   string    `json:"note,omitempty"`
}

// A Family is stores of one marketplace whose strikes count for each other, by a person's approval.
type Family struct {
	ID          string     `json:"id"`
	Marketplace string     `json:"marketplace"`
	Sellers     []string   `json:"sellers"`
	Ring        string     `json:"ring_id,omitempty"` // that it was approved for
	By          string     `json:"by"`
	At          time.Time  `json:"at"`
	Note        string     `json:"note,omitempty"`
	EndedBy     string     `json:"ended_by,omitempty"`
	EndedAt     *time.Time `json:"ended_at,omitempty"`
}

// An Attack is that a kept listing may infringe a right, by a signal. Form is what a word was written as, folded; Word the word that
// was meant.
type Attack struct {
	Right       string
	Listing     string // entry
	Signal      string
	Marketplace string
	Seller      string
	Goods       string
	Word, Form  string
	At          time.Time
}

// A Count of attacks in two spans of time: now, and before.
type Count struct {
	Key         string
	Now, Before int // listings
	SellersNow  int
	FirstAt     time.Time
	Example     string // entry of a listing
	Word        string // of a form
}

// An Alert is that a right is attacked more than chance explains.
type Alert struct {
	ID       string    `json:"id"`
	Right    string    `json:"right_id"`
	At       time.Time `json:"at"`
	From     time.Time `json:"from"` // of the span that was looked at
	Now      int       `json:"now"`
	Expected float64   `json:"expected"`
	Sellers  int       `json:"sellers"`
	Forms    []string  `json:"forms,omitempty"`
	Markets  []Market  `json:"marketplaces,omitempty"`
}

// A Market is the part of an alert that a marketplace has.
type Market struct {
	Marketplace string  `json:"marketplace"`
	Now         int     `json:"now"`
	Expected    float64 `json:"expected"`
	Sellers     int     `json:"sellers"`
}

// A Price is one that a seller asks, in a hundredth of the currency.
type Price struct {
	Seller   string // name
	Currency string
	Amount   int64
}

// A Batch is what some listings, or a profile, add to what is known.
type Batch struct {
	Sellers   []Seller           // what is empty leaves what is known, and the first SeenAt stays
	Traits    []Held             // the first At of each stays, and that it was verified once
	Names     map[string]string  // of pictures, by hash; the first name stays
	Prices    []Price            // each once
	Sightings []network.Sighting // who showed what; the first At stays
	Attacks   []Attack           // each right, listing and signal once
}

// A Store keeps it all. Each write is durable when it returns, and can be repeated. What is not there is casework.ErrNotFound.
type Store interface {
	// Keep adds a batch in one transaction: all of it or nothing.
	Keep(ctx context.Context, b Batch) error
	Seller(ctx context.Context, marketplace, seller string) (Seller, error)
	// Traits pages through all in the order of sellers, kinds and values, behind the last of the page before.
	Traits(ctx context.Context, after Held, limit int) ([]Held, error)
	// TraitsOf a seller.
	TraitsOf(ctx context.Context, seller string) ([]Held, error)
	// DropTraits takes traits from a seller; Sharers gives the values of a kind, among some, that anybody has, with when it was first.
	DropTraits(ctx context.Context, seller string, traits []network.Trait) error
	Sharers(ctx context.Context, kind network.Kind, values []string) (map[string]time.Time, error)
	// ForgetSeller drops profile, traits, prices and sightings of a seller. Judgements and families stay.
	ForgetSeller(ctx context.Context, marketplace, seller string) error

	Rings(ctx context.Context) (map[string]string, error)
	// PutRings keeps the rings of sellers; "" is none.
	PutRings(ctx context.Context, rings map[string]string) error
	// PutJudgement keeps the answer about a pair in place of an older one.
	PutJudgement(ctx context.Context, j Judgement) error
	Judgements(ctx context.Context) ([]Judgement, error)

	// PictureNames gives the names of pictures that have one, by hash.
	PictureNames(ctx context.Context, hashes []string) (map[string]string, error)
	// Prices of a seller in a currency, ascending, at most limit.
	Prices(ctx context.Context, seller, currency string, limit int) ([]int64, error)

	// SightingsOf gives what nodes showed, SightingsWhat who showed things; each at most limit a node or thing.
	SightingsOf(ctx context.Context, nodes []network.Node, limit int) ([]network.Sighting, error)
	SightingsWhat(ctx context.Context, whats []string, limit int) ([]network.Sighting, error)
	AddFlow(ctx context.Context, id, by string, f network.Flow) error
	// FlowsTo gives what is on record to have come to nodes, at most limit.
	FlowsTo(ctx context.Context, nodes []network.Node, limit int) ([]network.Flow, error)

	// CountAttacks by right, goods, form or marketplace (by is "right", "goods", "form" or "marketplace") in [from, to), with those in [before, from), of one right
	// or, when it is empty, of all; the most attacked first.
	CountAttacks(ctx context.Context, by, right string, before, from, to time.Time, limit int) ([]Count, error)
	DropAttacks(ctx context.Context, before time.Time) error
	AddAlert(ctx context.Context, a Alert) error
	// Alerts of rights, newest first; all rights when none is given.
	Alerts(ctx context.Context, rights []string, since time.Time, limit int) ([]Alert, error)

	AddFamily(ctx context.Context, f Family) error
	EndFamily(ctx context.Context, id, by string, at time.Time) (Family, error)
	FamilyOf(ctx context.Context, marketplace, seller string) (Family, error)
	// Families pages through those that have not ended by ID.
	Families(ctx context.Context, after string, limit int) ([]Family, error)
}
