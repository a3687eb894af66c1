package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"touchstone/detect"
	"touchstone/embed"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/fetch"
	"touchstone/internal/photo"
	"touchstone/internal/policy"
)

// ScoreInput is one listing to be scored, and who asks.
type ScoreInput struct {
	Account string // who owns the report
	KeyID   string // which key asked
	Listing ListingInput
}

// ListingInput is a listing as a marketplace sends it.
type ListingInput struct {
	ID          string
	Marketplace string // the ID of a registered marketplace, or ""
	Seller      string
	Title       string
	Description string
	Attributes  map[string]string
	Goods       []string // Nice classes
	Price       *detect.Money
	Pictures    []PictureInput
	Profile     string // detect.ProfileFast, detect.ProfileStaged, detect.ProfileFull, or "" for that of the marketplace's policy
}

// PictureInput is a picture by its bytes or by its URL, not both.
type PictureInput struct {
	Data []byte
	URL  string
}

// Score scores a listing against everything that is registered, keeps the report and returns it. Faults of the input come back
// as *InputError, all of them joined; ErrBusy means to try again later. A picture that could not be downloaded does not
// fail the request: the report says that it was not checked.
func (s *Service) Score(ctx context.Context, in ScoreInput) (ReportRecord, error) {
	market, err := s.check(ctx, in.Listing)
	if err != nil {
		return ReportRecord{}, err
	}
	listing, data, err := s.listing(ctx, in.Listing)
	if err != nil {
		return ReportRecord{}, err
	}
	// The pictures are written to disk while the models run.
	keep, keepCtx := errgroup.WithContext(ctx)
	for _, d := range data {
		keep.Go(func() error {
			return s.Blobs.PutBytes(keepCtx, blob.Listing, *d)
		})
	}
	t := s.turn()
	defer t.done()
	found, err := t.look(ctx, listing, market, s.profile(in.Listing.Profile, market))
	if kept := keep.Wait(); err == nil && kept != nil {
		err = fmt.Errorf("keep the pictures: %w", kept)
	}
	if err != nil {
		return ReportRecord{}, err
	}
	rec := ReportRecord{
		ID: casework.NewID("rep"), Account: in.Account, KeyID: in.KeyID, Marketplace: listing.Marketplace, CreatedAt: s.now(), Report: *found.report,
		Outcome: s.Policies.For(market.Policy).Decide(s.subject(found)),
	}
	if err := errors.Join(t.snapshot(ctx, &rec, listing, found), rec.encode()); err != nil {
		return ReportRecord{}, err
	}
	if err := t.save(ctx, &rec, listing, market, found.candidates.Seen()); err != nil {
		return ReportRecord{}, fmt.Errorf("keep the report: %w", err)
	}
	s.note(rec)
	if s.Observer != nil {
		s.Observer.Observe(Scored{Listing: listing, Market: market, Record: rec})
	}
	if s.Cases != nil && rec.Outcome.Band != policy.BandClear {
		if err := s.Cases.Scored(ctx, rec, listing.Title); err != nil {
			return ReportRecord{}, fmt.Errorf("open a case: %w", err)
		}
	}
	return rec, nil
}

// detect runs the signals with the facts that they need, for what is in force where the marketplace sells, within the scope.
func (t turn) detect(ctx context.Context, l detect.Listing, market casework.Marketplace, scope detect.Scope) (detected, error) {
	scope = t.scope(market, scope)
	candidates, err := t.detector.Candidates(ctx, l, scope)
	if errors.Is(err, embed.ErrBusy) {
		err = fmt.Errorf("%w: %w", ErrBusy, err)
	}
	if err != nil {
		return detected{}, err
	}
	past, rights, err := t.past(ctx, l, scope.Filter.At, candidates, scope.Full)
	if err != nil {
		return detected{}, err
	}
	facts, err := t.facts(ctx, l, market, scope, rights)
	if err != nil {
		return detected{}, err
	}
	facts.Seller, facts.Relisted, facts.RelistedUnchecked = past.Seller, past.Relisted, past.RelistedUnchecked
	if err := t.detector.Verify(ctx, l, candidates, facts); err != nil {
		return detected{}, err
	}
	found := detected{report: t.detector.Assess(l, candidates, facts), facts: facts, candidates: candidates}
	crowded, err := t.flooding(ctx, l, found)
	if err != nil || len(crowded) == 0 {
		return found, err
	}
	found.facts.Quarantined = crowded
	found.report = t.detector.Assess(l, candidates, found.facts)
	return found, nil
}

// scope narrows one to what is in force now where the marketplace sells.
func (t turn) scope(market casework.Marketplace, scope detect.Scope) detect.Scope {
	scope.Filter.ActiveOnly, scope.Filter.At, scope.Filter.Territories = true, t.now(), casework.IndexTerritories(market.Territories)
	return scope
}

// check validates the listing's texts and numbers and finds its marketplace.
func (s *Service) check(ctx context.Context, l ListingInput) (casework.Marketplace, error) {
	var errs []error
	fault := func(field, format string, args ...any) {
		errs = append(errs, &InputError{Field: field, Message: fmt.Sprintf(format, args...)})
	}
	attributes := 0
	texts := map[string]string{"id": l.ID, "marketplace": l.Marketplace, "seller": l.Seller, "title": l.Title, "description": l.Description}
	for k, v := range l.Attributes {
		texts["attributes."+k] = v
		attributes += len(k) + len(v)
	}
	for field, text := range texts {
		if !utf8.ValidString(field) || !utf8.ValidString(text) {
			fault(field, "is not valid UTF-8")
		}
	}
	for field, bound := range map[string]int{"id": 256, "marketplace": 256, "seller": 256, "title": s.cfg.MaxTitle, "description": s.cfg.MaxDescription} {
		if n := len(texts[field]); n > bound {
			fault(field, "has %d bytes; at most %d are allowed", n, bound)
		}
	}
	if !policy.IsProfile(l.Profile) {
		fault("profile", "is %q; use %q, %q or %q", l.Profile, detect.ProfileFast, detect.ProfileStaged, detect.ProfileFull)
	}
	if attributes > s.cfg.MaxDescription {
		fault("attributes", "have %d bytes; at most %d are allowed", attributes, s.cfg.MaxDescription)
	}
	if p := l.Price; p != nil && !(p.Amount >= 0 && p.Amount < 1e12) {
		fault("price.amount", "must be a number from 0 to 1e12")
	}
	if n := len(l.Pictures); n > s.cfg.MaxPictures {
		fault("pictures", "has %d entries; at most %d are allowed: send the main ones", n, s.cfg.MaxPictures)
	}
	if len(l.Pictures) == 0 && strings.TrimSpace(l.Title+l.Description) == "" && len(l.Attributes) == 0 {
		fault("listing", "needs a picture, a title or a description: there is nothing to score")
	}
	var market casework.Marketplace
	if l.Marketplace != "" && len(errs) == 0 {
		m, err := s.Registry.Marketplace(ctx, l.Marketplace)
		switch {
		case errors.Is(err, casework.ErrNotFound):
			fault("marketplace", "there is no marketplace %q; an operator registers it with PUT /v1/marketplaces/{id}", l.Marketplace)
		case err != nil:
			return market, err
		}
		market = m
	}
	return market, errors.Join(errs...)
}

// listing fetches and decodes the pictures. data holds the bytes of those that decoded.
func (s *Service) listing(ctx context.Context, in ListingInput) (detect.Listing, []*blob.Bytes, error) {
	l := detect.Listing{
		ID: in.ID, Marketplace: in.Marketplace, Seller: in.Seller, Title: in.Title, Description: in.Description,
		Attributes: in.Attributes, Goods: in.Goods, Price: in.Price, Pictures: make([]detect.Picture, len(in.Pictures)),
	}
	var (
		mu    sync.Mutex
		errs  = make([]error, len(in.Pictures))
		bytes = make([]*blob.Bytes, len(in.Pictures))
		group errgroup.Group
	)
	group.SetLimit(s.cfg.FetchAtOnce)
	one := func(i int) error {
		pic, data, err := s.picture(ctx, in.Pictures[i])
		if err != nil {
			err = &InputError{Field: fmt.Sprintf("pictures[%d]", i), Message: words(err), Kind: err}
		}
		mu.Lock()
		defer mu.Unlock()
		l.Pictures[i], bytes[i], errs[i] = pic, data, err
		return nil
	}
	for i := range in.Pictures[:max(0, len(in.Pictures)-1)] {
		group.Go(func() error { return one(i) })
	}
	if last := len(in.Pictures) - 1; last >= 0 {
		_ = one(last) // here: of a single picture no other thread need be woken
	}
	_ = group.Wait() // faults are in errs, in order
	if err := ctx.Err(); err != nil {
		return l, nil, err
	}
	data := slices.DeleteFunc(bytes, func(b *blob.Bytes) bool { return b == nil })
	return l, data, errors.Join(errs...)
}

// picture gets one picture. What was sent and is no picture is the caller's fault; what could not be downloaded, or turned out
// to be no picture, is reported as unchecked, as it says something about the listing.
func (s *Service) picture(ctx context.Context, in PictureInput) (detect.Picture, *blob.Bytes, error) {
	data := in.Data
	if in.URL != "" {
		if len(data) > 0 {
			return detect.Picture{}, nil, errors.New("has both data and a URL; send one of them")
		}
		if s.Fetch == nil {
			return detect.Picture{}, nil, errors.New("URLs are switched off in this service; send the picture's bytes")
		}
		var err error
		if data, err = s.Fetch.Get(ctx, in.URL); err != nil {
			if refused(err) {
				return detect.Picture{}, nil, err
			}
			return detect.Picture{Problem: "The picture could not be downloaded: " + words(err)}, nil, nil
		}
	}
	ph, err := photo.Decode(data, s.cfg.Photo)
	switch {
	case err == nil:
		b := blob.Sum(data)
		return detect.Picture{Hash: b.Hash(), Photo: ph}, &b, nil
	case in.URL != "":
		return detect.Picture{Hash: blob.Hash(data), Problem: "What the URL delivers could not be read: " + words(err)}, nil, nil
	}
	return detect.Picture{}, nil, err
}

// words are an error's text without the name of the package that it begins with.
func words(err error) string {
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), "photo: "), "fetch: ")
}

// refused says whether a URL itself was refused, which the caller can mend.
func refused(err error) bool { return errors.Is(err, fetch.ErrURL) || errors.Is(err, fetch.ErrBlocked) }
