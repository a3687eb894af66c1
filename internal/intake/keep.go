package intake

import (
	"context"
	"time"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/internal/casework"
	"touchstone/internal/listings"
	"touchstone/internal/photo"
)

const day = 24 * time.Hour

// newKeeper makes the keeper of listings for the pack in use; nil when nothing is kept.
func (s *Service) newKeeper(photo photo.Limits) *listings.Keeper {
	if s.Parts.Listings == nil {
		return nil
	}
	return listings.New(listings.Parts{
		Store: s.Parts.Listings, Clusters: s.Parts.Listings, Index: s.Index, Blobs: s.Blobs, Pack: s.engine.listings(), Photo: photo,
		Log: s.Log, Now: s.now, Yield: s.Yield, Watch: s.watch,
	})
}

// Keeper brings kept listings to the index; nil when nothing is kept. Its Run is the caller's to start.
func (s *Service) Keeper() *listings.Keeper { return s.keeper }

// listings is the pack as the keeper of listings sees it.
func (e *engine) listings() listings.Pack {
	p := listings.Pack{Name: e.name(), Embed: e.embed, Spaces: map[string]index.Space{}}
	for _, output := range e.detector.PictureOutputs() {
		p.Spaces[output] = e.spaces[output]
	}
	return p
}

func (e *engine) name() string {
	p := e.detector.Pack()
	return p.Name + "@" + p.Version
}

// save keeps a report and, as long as the marketplace's policy says, its listing with the vectors that were made for it.
func (t turn) save(ctx context.Context, rec *ReportRecord, l detect.Listing, market casework.Marketplace, seen detect.Seen) error {
	days := t.Policies.For(market.Policy).ListingDays
	if t.keeper == nil || days == 0 {
		return t.Reports.SaveReport(ctx, *rec)
	}
	entry := listings.Listing{
		ID:      listings.EntryID(rec.Account, l.Marketplace, l.ID, rec.Report.ContentHash),
		Account: rec.Account, Marketplace: l.Marketplace, Listing: l.ID, Seller: l.Seller, Title: l.Title,
		Content:     content(l),
		Territories: casework.IndexTerritories(market.Territories), ReportID: rec.ID, ContentHash: rec.Report.ContentHash,
		Band: rec.Outcome.Band, ScoredAt: rec.CreatedAt, ExpiresAt: rec.CreatedAt.Add(time.Duration(days) * day),
	}
	for _, p := range l.Pictures {
		hash := p.Hash
		if p.Photo == nil {
			hash = ""
		}
		entry.Pictures = append(entry.Pictures, hash)
	}
	rec.Entry = entry.ID
	if err := t.Reports.SaveScored(ctx, *rec, entry, t.name()); err != nil {
		return err
	}
	if len(seen.Pictures) > 0 {
		t.keeper.Offer(t.name(), entry, seen)
	}
	return nil
}

// watch hands on what kept listings show.
func (s *Service) watch(ctx context.Context, batch []listings.Shown) error {
	if s.Watch == nil {
		return nil
	}
	return s.Watch(ctx, batch)
}
