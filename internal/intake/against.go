package intake

import (
	"context"
	"errors"

	"touchstone/detect"
	"touchstone/detect/wordmark"
	"touchstone/index"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/listings"
	"touchstone/internal/photo"
)

// A Sweeper hears of rights that listings scored before have not met: a right that was verified, or that has got a reference.
type Sweeper interface {
	Changed(ctx context.Context, right casework.Right, verified bool)
}

// ScoreAgainst scores a kept listing again from its stored pictures, with all signals, against one right alone. The lexicon holds
// the right's words and nothing else. The report is not kept here; it names the original one. ErrBusy means to try again.
func (s *Service) ScoreAgainst(ctx context.Context, l listings.Listing, rightID string, lexicon *wordmark.Lexicon) (ReportRecord, error) {
	market, err := s.marketplace(ctx, l.Marketplace)
	if err != nil {
		return ReportRecord{}, err
	}
	listing, err := s.kept(ctx, l)
	if err != nil {
		return ReportRecord{}, err
	}
	t := s.turn()
	defer t.done()
	found, err := t.detect(ctx, listing, market, detect.Scope{
		Filter: index.Filter{Rights: []string{rightID}}, Lexicon: lexicon, Full: true,
	})
	if err != nil {
		return ReportRecord{}, err
	}
	rec := ReportRecord{
		ID: casework.NewID("rep"), Account: l.Account, Marketplace: l.Marketplace, CreatedAt: s.now(), Report: *found.report, Entry: l.ID,
		Reason: ReasonSweep, Original: l.ReportID,
	}
	judged := s.subject(found)
	judged.Unchecked = false // what could not be checked was said when the listing was scored
	rec.Outcome = s.Policies.For(market.Policy).Decide(judged)
	return rec, t.snapshot(ctx, &rec, listing, found)
}

// Suspect is the probability that a kept listing infringes one right by what its kept vectors do not show: the words of its texts with the
// word embedder, and, with marks, what stands in its pictures. Words in pictures are not read, and nothing is kept. ErrBusy means to try
// again.
func (s *Service) Suspect(ctx context.Context, l listings.Listing, rightID string, lexicon *wordmark.Lexicon, marks bool) (float64, error) {
	market, err := s.marketplace(ctx, l.Marketplace)
	if err != nil {
		return 0, err
	}
	t := s.turn()
	defer t.done()
	best := func(listing detect.Listing, scope detect.Scope) (float64, error) {
		scope.Filter = index.Filter{Rights: []string{rightID}}
		found, err := t.detect(ctx, listing, market, scope)
		if err != nil {
			return 0, err
		}
		return found.report.Best(), nil
	}
	text := l
	text.Pictures = nil
	said, err := s.kept(ctx, text)
	if err != nil {
		return 0, err
	}
	p := 0.0
	if lexicon.Len() > 0 {
		if p, err = best(said, detect.Scope{Lexicon: lexicon}); err != nil {
			return 0, err
		}
	}
	if !marks {
		return p, nil
	}
	shown, err := s.kept(ctx, l)
	if err != nil {
		return 0, err
	}
	q, err := best(shown, detect.Scope{Full: true, Lexicon: wordmark.NewLexicon()})
	return max(p, q), err
}

// marketplace finds a listing's marketplace; one that is there no longer has no territories and the default policy.
func (s *Service) marketplace(ctx context.Context, id string) (casework.Marketplace, error) {
	if id == "" {
		return casework.Marketplace{}, nil
	}
	m, err := s.Registry.Marketplace(ctx, id)
	if errors.Is(err, casework.ErrNotFound) {
		return casework.Marketplace{}, nil
	}
	return m, err
}

// kept makes the listing that is scored out of what is kept of it.
func (s *Service) kept(ctx context.Context, l listings.Listing) (detect.Listing, error) {
	out := detect.Listing{
		ID: l.Listing, Marketplace: l.Marketplace, Seller: l.Seller, Title: l.Title, Description: l.Content.Description,
		Attributes: l.Content.Attributes, Goods: l.Content.Goods, Price: l.Content.Price, Pictures: make([]detect.Picture, len(l.Pictures)),
	}
	for i, hash := range l.Pictures {
		p := detect.Picture{Hash: hash, Problem: "The picture could not be read when the listing was scored."}
		if hash != "" {
			data, err := s.Blobs.Get(ctx, hash)
			if err == nil {
				p.Photo, err = photo.Decode(data, s.cfg.Photo)
			}
			switch {
			case err == nil:
				p.Problem = ""
			case errors.Is(err, blob.ErrNotFound) || errors.Is(err, blob.ErrCorrupt) || isPhoto(err):
				p.Problem = "The stored picture is missing or damaged."
			default:
				return out, err
			}
		}
		out.Pictures[i] = p
	}
	return out, nil
}

// changed tells the sweeper of a right, if there is one.
func (s *Service) changed(ctx context.Context, rightID string, verified bool) {
	if s.Sweeps == nil {
		return
	}
	right, err := s.Registry.Right(ctx, system, rightID)
	if err != nil {
		s.Log.Error("a right is not swept", "right", rightID, "error", err)
		return
	}
	s.Sweeps.Changed(context.WithoutCancel(ctx), right, verified)
}
