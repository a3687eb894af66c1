package followup

import (
	"context"
	"fmt"
	"slices"
	"time"

	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/enforce"
)

// pastDays is how long a decision on a listing speaks about its seller: as long as a strike lasts.
const pastDays = 365

// maxPast is how many of a seller's latest decisions are looked at.
const maxPast = 200

// Past is a decision that stands, as later listings meet it: by their seller, and by the pictures that were removed.
type Past struct {
	Case        string    `json:"case_id"`
	Decision    string    `json:"decision_id"`
	Marketplace string    `json:"marketplace"`
	Listing     string    `json:"listing,omitempty"`
	Seller      string    `json:"seller,omitempty"`
	Right       string    `json:"right_id"`
	At          time.Time `json:"at"`
	Removed     bool      `json:"removed"`
	Pictures    []string  `json:"pictures,omitempty"` // SHA-256 of those that a finding was about; of a removal alone
}

// Seller is what stands against or for a seller.
type Seller struct {
	Removed, Cleared, Strikes int
	OfRights                  []string // infringed, ascending
	Decisions                 []string // the latest, at most three
}

// past brings what later listings meet in line with the case as it now is: a removal that is taken back, or a decision that is undone,
// is met no more.
func (f *Followup) past(ctx context.Context, t Tx, c docket.Case) error {
	p := Past{Case: c.ID, Marketplace: c.Marketplace, Listing: c.Listing, Seller: c.Seller, Right: c.Right}
	if c.Decision == nil || c.Target == docket.TargetStorefront {
		return t.DropPast(ctx, c.ID)
	}
	p.Decision, p.At, p.Removed = c.Decision.ID, c.Decision.At, c.Effect == docket.EffectRemoved
	if p.Removed {
		p.Pictures = slices.Compact(slices.Sorted(slices.Values(c.Pictures)))
	} else if c.Decision.Automatic == docket.AutomationFull {
		return t.DropPast(ctx, c.ID) // that policy declined a notice clears nobody
	}
	return t.PutPast(ctx, p)
}

// Seller tells what was decided about a seller's listings on a marketplace within a year; strikes are those in force.
func (f *Followup) Seller(ctx context.Context, marketplace, seller string, at time.Time) (Seller, error) {
	var out Seller
	list, err := f.Store.PastOfSeller(ctx, marketplace, seller, at.AddDate(0, 0, -pastDays), maxPast)
	if err != nil || len(list) == 0 {
		return out, err
	}
	for i, p := range list {
		if i < 3 {
			out.Decisions = append(out.Decisions, p.Decision)
		}
		if !p.Removed {
			out.Cleared++
			continue
		}
		out.Removed++
		out.OfRights = append(out.OfRights, p.Right)
	}
	slices.Sort(out.OfRights)
	out.OfRights = slices.Compact(out.OfRights)
	out.Strikes, err = f.strikes(ctx, marketplace, seller, at)
	return out, err
}

// strikes are those in force of a store's ledger.
func (f *Followup) strikes(ctx context.Context, marketplace, seller string, at time.Time) (int, error) {
	ledger, err := f.Store.Ledger(ctx, marketplace, seller)
	if err != nil || len(ledger) == 0 {
		return 0, err
	}
	m, err := f.Registry.Marketplace(ctx, marketplace)
	if err != nil {
		return 0, fmt.Errorf("strikes of a seller: %w", err)
	}
	return len(enforce.Fold(*f.Policies.Rules(m.Policy).Penalties, ledger, at).Strikes), nil
}

// Removed are the removals that pictures were removed with, by any listing on any marketplace, oldest first.
func (f *Followup) Removed(ctx context.Context, pictures []string) ([]Past, error) {
	return f.Store.PastOfPictures(ctx, pictures)
}
