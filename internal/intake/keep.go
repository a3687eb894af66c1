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
	spaces := map[string]index.Space{}
	for _, output := range s.detector.PictureOutputs() {
		spaces[output] = s.spaces[output]
	}
	return listings.New(listings.Parts{
		Store: s.Parts.Listings, Clusters: s.Parts.Listings, Index: s.Index, Embed: s.Embed, Blobs: s.Blobs, Pack: s.packName(), Spaces: spaces, Photo: photo,
		Log: s.Log, Now: s.now, Yield: s.Yield,
	})
}

// Keeper brings kept listings to the index; nil when nothing is kept. Its Run is the caller's to start.
func (s *Service) Keeper() *listings.Keeper { return s.keeper }

func (s *Service) packName() string {
	p := s.Pack()
	return p.Name + "@" + p.Version
}

// save keeps a report and, as long as the marketplace's policy says, its listing with the vectors that were made for it.
func (s *Service) save(ctx context.Context, rec *ReportRecord, l detect.Listing, market casework.Marketplace, seen detect.Seen) error {
	days := s.Policies.For(market.Policy).ListingDays
	if s.keeper == nil || days == 0 {
		return s.Reports.SaveReport(ctx, *rec)
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
	if err := s.Reports.SaveScored(ctx, *rec, entry, s.packName()); err != nil {
		return err
	}
	if len(seen.Pictures) > 0 {
		s.keeper.Offer(entry, seen)
	}
	return nil
}
