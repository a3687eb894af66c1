package followup

import (
	"context"
	"fmt"
	"maps"
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
	// Of a removal alone: the pictures that it rests on, by their SHA-256, and what was found on them. Removals of before grounds were kept have none.
	Pictures []string        `json:"pictures,omitempty"`
	Grounds  []docket.Ground `json:"grounds,omitempty"`
	// Automatic: the service took the listing down by itself. From FinalAt on nobody may complain of it any more.
	Automatic bool      `json:"automatic,omitempty"`
	FinalAt   time.Time `json:"final_at,omitzero"`
}

// Confirmed tells whether more stands behind a removal than what the service holds likely: a person decided, or nobody complained of it
// for as long as they might.
func (p Past) Confirmed(at time.Time) bool {
	return !p.Automatic || !p.FinalAt.IsZero() && !at.Before(p.FinalAt)
}

// Ground is what a removal rests on of a picture; the zero value where that was not kept.
func (p Past) Ground(picture string) docket.Ground {
	for _, g := range p.Grounds {
		if g.Picture == picture {
			return g
		}
	}
	return docket.Ground{}
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
		for _, g := range c.Grounds {
			p.Pictures = append(p.Pictures, g.Picture)
		}
		slices.Sort(p.Pictures)
		p.Pictures, p.Grounds = slices.Compact(p.Pictures), c.Grounds
		p.Automatic = c.Decision.Automatic == docket.AutomationFull
		if c.AppealBy != nil {
			p.FinalAt = *c.AppealBy
		}
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

// A Showing is a picture that was removed for a right.
type Showing struct{ Picture, Right string }

// A Shop is a seller on a marketplace.
type Shop struct{ Marketplace, Seller string }

// maxStanding bounds how many sellers are told to show a picture.
const maxStanding = 50

// Met is how a removed picture stands with sellers: of how many a listing was taken down for it, confirmed, and how many unrelated ones show it
// in listings that stand.
type Met struct{ Removed, Standing int }

// Meet counts them, at most 50 who stand. removed are the removals of the picture. A listing stands that is kept and about which, with this
// right, nothing was decided against it and nothing waits. Neither sellers of removed listings nor their families stand.
func (f *Followup) Meet(ctx context.Context, s Showing, removed []Past, at time.Time) (Met, error) {
	var met Met
	guilty, confirmed := map[Shop]bool{}, map[Shop]bool{}
	for _, p := range removed {
		if p.Right != s.Right || !slices.Contains(p.Pictures, s.Picture) {
			continue
		}
		shop := Shop{p.Marketplace, p.Seller}
		guilty[shop] = true
		if p.Confirmed(at) {
			confirmed[shop] = true
		}
	}
	met.Removed = len(confirmed)
	showing, err := f.Store.SellersShowing(ctx, s, maxStanding)
	if err != nil || len(showing) == 0 {
		return met, err
	}
	for _, shop := range slices.Collect(maps.Keys(guilty)) {
		kin, err := f.Store.Kin(ctx, shop.Marketplace, shop.Seller)
		if err != nil {
			return met, err
		}
		for _, seller := range kin {
			guilty[Shop{shop.Marketplace, seller}] = true
		}
	}
	for _, shop := range showing {
		if !guilty[shop] {
			met.Standing++
		}
	}
	return met, nil
}
