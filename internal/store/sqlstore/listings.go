package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"touchstone/internal/intake"
	"touchstone/internal/listings"
)

var _ listings.Store = (*Store)(nil)

const listingColumns = `l.id, l.account, l.marketplace, l.listing, l.seller, l.title, l.pictures, l.territories, l.report_id,
	l.content_hash, l.band, l.scored_at, l.expires_at, l.points, l.indexed_as <> '', l.problem`

func scanListing(row Rows, more ...any) (listings.Listing, error) {
	var l listings.Listing
	var pictures, territories texts
	var scored, expires int64
	into := []any{&l.ID, &l.Account, &l.Marketplace, &l.Listing, &l.Seller, &l.Title, &pictures, &territories, &l.ReportID,
		&l.ContentHash, &l.Band, &scored, &expires, &l.Points, &l.Indexed, &l.Problem}
	if err := row.Scan(append(into, more...)...); err != nil {
		return listings.Listing{}, err
	}
	l.Pictures, l.Territories, l.ScoredAt, l.ExpiresAt = pictures, territories, moment(scored), moment(expires)
	return l, nil
}

// scanJustListing reads the columns of a listing and nothing beside.
func scanJustListing(r Rows) (listings.Listing, error) { return scanListing(r) }

// shown is which report a listing stands on, and what it shows.
type shown struct {
	report   string
	pictures texts
}

// SaveScored implements intake.ReportStore.
func (s *Store) SaveScored(ctx context.Context, r intake.ReportRecord, l listings.Listing, pack string) error {
	b, err := packReport(r)
	if err != nil {
		return err
	}
	content, err := json.Marshal(l.Content)
	if err != nil {
		return fmt.Errorf("save listing %s: %w", l.ID, err)
	}
	return s.transact(ctx, func(t *tx) error {
		if err := saveReport(ctx, t, r, b); err != nil {
			return err
		}
		return saveListing(ctx, t, l, content, pack)
	})
}

// shortContent is how long the content of a listing may be to stand in its row, in bytes: a sweep for a word reads all rows.
const shortContent = 256

// saveListing makes a listing the current state of its entry, unless a later scoring has come first. Pictures that the index
// holds already need not be written to it again.
func saveListing(ctx context.Context, t *tx, l listings.Listing, content []byte, pack string) error {
	indexed, short := "", string(content)
	if len(l.Pictures) == 0 {
		indexed = pack // nothing to index, if the index holds nothing either
	}
	if len(content) > shortContent {
		short = ""
	}
	if err := t.lock(ctx, "listing "+l.ID); err != nil {
		return err
	}
	args := []any{l.ID, l.Listing, l.Seller, l.Title, texts(l.Pictures).text(), texts(l.Territories).text(), l.ReportID,
		l.ContentHash, l.Band, stamp(l.ScoredAt), stamp(l.ExpiresAt), indexed, stamp(l.ScoredAt.Add(listings.Lease)), short}
	n, err := t.exec(ctx, `INSERT INTO listings (id, listing, seller, title, pictures, territories, report_id,
			content_hash, band, scored_at, expires_at, indexed_as, lease_until, content, account, marketplace, points, problem)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '') ON CONFLICT (id) DO NOTHING`, append(args, l.Account, l.Marketplace)...)
	if err != nil {
		return err
	}
	var before texts
	if n == 0 {
		var later bool
		if before, later, err = replaceListing(ctx, t, args, pack); err != nil || later {
			return err
		}
	}
	if short == "" {
		err = t.run(ctx, `INSERT INTO listing_contents (id, content) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET content = excluded.content`, l.ID, string(content))
	} else if n == 0 {
		err = t.run(ctx, `DELETE FROM listing_contents WHERE id = ?`, l.ID)
	}
	if err != nil {
		return err
	}
	return showPictures(ctx, t, l.ID, before, l.Pictures)
}

// replaceListing is the update of a listing that is there, with what its insertion says of it and the pack. It returns the pictures
// that it had, and whether a later scoring has come first; then nothing changed.
func replaceListing(ctx context.Context, t *tx, args []any, pack string) (before texts, later bool, err error) {
	before, err = one(ctx, t.reader, "listing", "", scanTexts, `SELECT pictures FROM listings WHERE id = ?`, args[0])
	if err != nil {
		return nil, false, err
	}
	n, err := t.exec(ctx, `UPDATE listings SET listing = ?2, seller = ?3, title = ?4, report_id = ?7, content_hash = ?8, band = ?9,
			scored_at = ?10, expires_at = ?11, content = ?14,
			indexed_as = CASE WHEN indexed_as = ?15 AND pictures = ?5 AND territories = ?6 AND problem = '' THEN ?15
				WHEN points = 0 THEN ?12 ELSE '' END,
			lease_until = ?13, problem = '', cluster = CASE WHEN pictures = ?5 THEN cluster ELSE '' END, pictures = ?5, territories = ?6
		WHERE id = ?1 AND scored_at <= ?10`, append(args, pack)...)
	return before, n == 0, err
}

// showPictures notes which pictures a listing shows, so that a picture leads to its listings; what has not changed is not written.
func showPictures(ctx context.Context, t *tx, id string, before, after []string) error {
	for position, hash := range before {
		if hash == "" || position < len(after) && after[position] == hash {
			continue
		}
		if err := t.run(ctx, `DELETE FROM shown_pictures WHERE hash = ? AND listing_id = ? AND position = ?`, hash, id, position); err != nil {
			return err
		}
	}
	for position, hash := range after {
		if hash == "" || position < len(before) && before[position] == hash {
			continue
		}
		if err := t.run(ctx, `INSERT INTO shown_pictures (hash, listing_id, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, hash, id, position); err != nil {
			return err
		}
	}
	return nil
}

// Listing implements listings.Store.
func (s *Store) Listing(ctx context.Context, id string) (listings.Listing, error) {
	return one(ctx, s.reader, "listing", id, func(r Rows) (listings.Listing, error) {
		var content string
		l, err := scanListing(r, &content)
		if err != nil {
			return l, err
		}
		if err := json.Unmarshal([]byte(content), &l.Content); err != nil {
			return listings.Listing{}, fmt.Errorf("%w: listing %s: %w", ErrCorrupt, id, err)
		}
		return l, nil
	}, `SELECT `+listingColumns+`, CASE WHEN l.content <> '' THEN l.content ELSE c.content END
		FROM listings l LEFT JOIN listing_contents c USING (id) WHERE l.id = ?`, id)
}

// CountListings implements listings.Store.
func (s *Store) CountListings(ctx context.Context) (listings.Counts, error) {
	return one(ctx, s.reader, "count", "", func(r Rows) (n listings.Counts, err error) { return n, r.Scan(&n.Listings, &n.Waiting) },
		`SELECT (SELECT count(*) FROM listings), (SELECT count(*) FROM listings WHERE indexed_as = '')`)
}

// ListingStates implements listings.Store.
func (s *Store) ListingStates(ctx context.Context, ids []string) (map[string]listings.State, error) {
	type row struct {
		id string
		listings.State
	}
	found, err := list(ctx, s.reader, func(r Rows) (x row, err error) {
		return x, r.Scan(&x.id, &x.ReportID, &x.Points, &x.Indexed)
	}, `SELECT id, report_id, points, indexed_as <> '' FROM listings WHERE id IN (SELECT value FROM json_each(?))`, texts(ids).text())
	if err != nil {
		return nil, err
	}
	out := make(map[string]listings.State, len(found))
	for _, x := range found {
		out[x.id] = x.State
	}
	return out, nil
}

// ClaimListings implements listings.Store.
func (s *Store) ClaimListings(ctx context.Context, now, until time.Time, limit int) (claimed []listings.Listing, err error) {
	err = s.transact(ctx, func(t *tx) error {
		claimed, err = list(ctx, t.reader, scanJustListing, `SELECT `+listingColumns+` FROM listings l WHERE l.indexed_as = '' AND l.lease_until <= ?
			ORDER BY l.lease_until, l.id LIMIT ? `+t.dialect.SkipLocked, stamp(now), limit)
		if err != nil || len(claimed) == 0 {
			return err
		}
		var ids texts
		for _, l := range claimed {
			ids = append(ids, l.ID)
		}
		return t.run(ctx, `UPDATE listings SET lease_until = ? WHERE id IN (SELECT value FROM json_each(?))`, stamp(until), ids.text())
	})
	return claimed, err
}

// MarkListingsIndexed implements listings.Store.
func (s *Store) MarkListingsIndexed(ctx context.Context, pack string, done []listings.Indexed) error {
	return s.transact(ctx, func(t *tx) error {
		for _, d := range done {
			// A listing that changed meanwhile still waits; the index may now hold more of its pictures.
			err := t.run(ctx, `UPDATE listings SET points = CASE WHEN report_id = ?2 OR points < ?3 THEN ?3 ELSE points END,
				indexed_as = CASE WHEN report_id = ?2 THEN ?4 ELSE indexed_as END, problem = CASE WHEN report_id = ?2 THEN ?5 ELSE problem END
				WHERE id = ?1`, d.ID, d.ReportID, d.Points, pack, d.Problem)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// UnindexListings implements listings.Store.
func (s *Store) UnindexListings(ctx context.Context, pack string, limit int) (n int, err error) {
	err = s.transact(ctx, func(t *tx) error {
		changed, err := t.exec(ctx, `UPDATE listings SET indexed_as = '', lease_until = 0, points = 0 WHERE id IN (
			SELECT id FROM listings WHERE indexed_as > '' AND indexed_as < ?1 UNION ALL
			SELECT id FROM listings WHERE indexed_as > ?1 LIMIT ?2)`, pack, limit)
		n = int(changed)
		return err
	})
	return n, err
}

// ExpiredListings implements listings.Store.
func (s *Store) ExpiredListings(ctx context.Context, now time.Time, limit int) ([]listings.Listing, error) {
	return list(ctx, s.reader, scanJustListing, `SELECT `+listingColumns+` FROM listings l WHERE l.expires_at <= ? ORDER BY l.expires_at, l.id LIMIT ?`, stamp(now), limit)
}

// DropListing implements listings.Store.
func (s *Store) DropListing(ctx context.Context, id, reportID string) (unshared []string, gone bool, err error) {
	err = s.transact(ctx, func(t *tx) error {
		unshared, gone = nil, false
		if err := t.lock(ctx, "listing "+id); err != nil {
			return err
		}
		now, err := list(ctx, t.reader, func(r Rows) (v shown, err error) { return v, r.Scan(&v.report, &v.pictures) },
			`SELECT report_id, pictures FROM listings WHERE id = ?`, id)
		switch {
		case err != nil || len(now) == 0:
			return err
		case now[0].report != reportID:
			return t.run(ctx, `UPDATE listings SET indexed_as = '', lease_until = 0 WHERE id = ?`, id)
		}
		unshared, err = list(ctx, t.reader, scanText, `SELECT DISTINCT p.value FROM json_each(?2) p WHERE p.value <> '' AND NOT EXISTS (
			SELECT 1 FROM shown_pictures o WHERE o.hash = p.value AND o.listing_id <> ?1) ORDER BY p.value`, id, now[0].pictures.text())
		if err != nil {
			return err
		}
		if err := showPictures(ctx, t, id, now[0].pictures, nil); err != nil {
			return err
		}
		gone = true
		return t.run(ctx, `DELETE FROM listings WHERE id = ?`, id)
	})
	return unshared, gone && err == nil, err
}

// ReportOn implements caseload.Finder.
func (s *Store) ReportOn(ctx context.Context, marketplace, listing string) (reportID string, err error) {
	return one(ctx, s.reader, "listing", listing, scanText,
		`SELECT report_id FROM listings WHERE marketplace = ? AND listing = ? AND listing <> '' ORDER BY scored_at DESC LIMIT 1`, marketplace, listing)
}
