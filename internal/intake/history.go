package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/internal/photo"
)

// A History knows what was decided before. Casework implements it; it is asked once a listing, on the way of the answer, and must be quick.
type History interface {
	// SellerHistory tells what was decided about a seller's listings on a marketplace; nil where nothing is recorded of sellers there.
	SellerHistory(ctx context.Context, marketplace, seller string, at time.Time) (*detect.SellerFacts, error)
	// Removed tells which of some pictures, by their SHA-256, listings showed that were removed for an infringement and not reinstated.
	// Picture is the position in the list given.
	Removed(ctx context.Context, pictures []string, at time.Time) ([]detect.Relisted, error)
}

// past puts what was decided before into facts that are still empty, and gives the rights that it is about beside the candidates'.
func (t turn) past(ctx context.Context, l detect.Listing, at time.Time, c *detect.Candidates, full bool) (f detect.Facts, all []string, err error) {
	rights := c.Rights()
	if t.History == nil {
		return f, rights, nil
	}
	if l.Seller != "" {
		if f.Seller, err = t.History.SellerHistory(ctx, l.Marketplace, l.Seller, at); err != nil {
			return f, nil, fmt.Errorf("history of a seller: %w", err)
		}
	}
	if err = t.relisted(ctx, &f, l, at, c, full); err != nil {
		return f, nil, err
	}
	for _, was := range f.Relisted {
		rights = append(rights, was.Right)
	}
	slices.Sort(rights)
	return f, slices.Compact(rights), nil
}

// relisted puts into facts which removed pictures the listing shows as the same file, and which others its pictures resemble.
func (t turn) relisted(ctx context.Context, f *detect.Facts, l detect.Listing, at time.Time, c *detect.Candidates, full bool) error {
	f.Relisted, f.RelistedUnchecked = nil, nil
	hashes := make([]string, len(l.Pictures))
	for i, p := range l.Pictures {
		if p.Photo != nil {
			hashes[i] = p.Hash
		}
	}
	if len(hashes) == 0 {
		return nil
	}
	near, unchecked := t.nearRemoved(ctx, hashes, c, full)
	f.RelistedUnchecked = unchecked
	asked := hashes
	for _, n := range near {
		asked = append(asked, n.Removed)
	}
	list, err := t.History.Removed(ctx, asked, at)
	if err != nil {
		return fmt.Errorf("pictures that were removed before: %w", err)
	}
	for _, was := range list {
		if was.Picture < len(hashes) {
			f.Relisted = append(f.Relisted, was)
			continue
		}
		for _, n := range near { // of the other listings' pictures each may be like several of this one's
			if n.Removed == was.Hash {
				f.Relisted = append(f.Relisted, t.likeRemoved(ctx, was, n))
			}
		}
	}
	return nil
}

// nearRemoved are the removed pictures that the listing's resemble and that it does not show as they are, and why there may be more. Where
// they cannot be searched the listing is scored without them: of those that it shows as they are it is told all the same.
func (t turn) nearRemoved(ctx context.Context, hashes []string, c *detect.Candidates, full bool) ([]detect.NearRemoval, *detect.Unchecked) {
	if !t.removals.Some() {
		return nil, nil
	}
	near, err := t.detector.NearRemoved(ctx, c, full)
	unchecked := &detect.Unchecked{Signal: detect.SignalRelisting}
	switch {
	case errors.Is(err, index.ErrSpace) || err == nil && !t.removals.Whole(): // a pack has come into use, or is compared with the one that is
		unchecked.Reason = "Not all pictures that were removed before can be searched with this pack yet: edited copies of them may be missed, the same files are not."
	case err != nil:
		unchecked.Code, unchecked.Reason = detect.UncheckedIndex, "Index incomplete: the pictures that were removed before could not be searched. Score the listing again later."
		t.Log.Warn("removed pictures are met by their files alone", "error", err)
	default:
		unchecked = nil
	}
	return slices.DeleteFunc(near, func(n detect.NearRemoval) bool { return slices.Contains(hashes, n.Removed) }), unchecked
}

// likeRemoved is a removal of a picture that one of the listing's resembles. The size tells where on it evidence lies.
func (t turn) likeRemoved(ctx context.Context, was detect.Relisted, n detect.NearRemoval) detect.Relisted {
	was.Picture, was.Cosine, was.Score = n.Picture, n.Cosine, n.Score
	if data, err := t.Blobs.Get(ctx, n.Removed); err == nil {
		was.Width, was.Height, _ = photo.Size(data) // without it, evidence is as large as what geometry looked at
	}
	return was
}
