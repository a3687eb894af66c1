package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"touchstone/internal/intake"
	"touchstone/internal/listings"
)

var _ listings.Store = (*Store)(nil)

const listingColumns = `l.id, l.account, l.marketplace, l.listing, l.seller, l.title, l.pictures, l.territories, l.report_id,
	l.content_hash, l.band, l.scored_at, l.expires_at, l.points, l.indexed_as <> '', l.problem`

func scanListing(row scanner, more ...any) (listings.Listing, error) {
	var l listings.Listing
	var pictures, territories list
	var scored, expires int64
	into := []any{&l.ID, &l.Account, &l.Marketplace, &l.Listing, &l.Seller, &l.Title, &pictures, &territories, &l.ReportID,
		&l.ContentHash, &l.Band, &scored, &expires, &l.Points, &l.Indexed, &l.Problem}
	if err := row.Scan(append(into, more...)...); err != nil {
		return listings.Listing{}, err
	}
	l.Pictures, l.Territories, l.ScoredAt, l.ExpiresAt = pictures, territories, moment(scored), moment(expires)
	return l, nil
}

// SaveScored implements intake.ReportStore.
func (s *Store) SaveScored(ctx context.Context, r intake.ReportRecord, l listings.Listing, pack string) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("save report %s: %w", r.ID, err)
	}
	content, err := json.Marshal(l.Content)
	if err != nil {
		return fmt.Errorf("save listing %s: %w", l.ID, err)
	}
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		if err := saveReport(t, r, b); err != nil {
			return err
		}
		return saveListing(t, l, content, pack)
	})
}

// shortContent is how long the content of a listing may be to stand in its row, in bytes: a sweep for a word reads all rows.
const shortContent = 256

// saveListing makes a listing the current state of its entry, unless a later scoring has come first. Pictures that the index
// holds already need not be written to it again.
func saveListing(t *tx, l listings.Listing, content []byte, pack string) error {
	indexed, short := "", string(content)
	if len(l.Pictures) == 0 {
		indexed = pack // nothing to index, if the index holds nothing either
	}
	if len(content) > shortContent {
		short = ""
	}
	args := []any{l.ID, l.Account, l.Marketplace, l.Listing, l.Seller, l.Title, list(l.Pictures).text(), list(l.Territories).text(), l.ReportID,
		l.ContentHash, l.Band, micros(l.ScoredAt), micros(l.ExpiresAt), indexed, micros(l.ScoredAt.Add(listings.Lease)), short}
	n, err := t.execCount(`INSERT INTO listings (id, account, marketplace, listing, seller, title, pictures, territories, report_id,
			content_hash, band, scored_at, expires_at, points, indexed_as, lease_until, problem, content)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0, ?14, ?15, '', ?16) ON CONFLICT (id) DO NOTHING`, args...)
	if err != nil {
		return err
	}
	var before list
	if n == 0 {
		var later bool
		if before, later, err = replaceListing(t, append(args, pack)); err != nil || later {
			return err
		}
	}
	if short == "" {
		err = t.exec(`INSERT INTO listing_contents (id, content) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET content = ?2`, l.ID, string(content))
	} else if n == 0 {
		err = t.exec(`DELETE FROM listing_contents WHERE id = ?`, l.ID)
	}
	if err != nil {
		return err
	}
	return showPictures(t, l.ID, before, l.Pictures)
}

// replaceListing is the update of a listing that is there, with the arguments of its insertion and the pack. It returns the pictures
// that it had, and whether a later scoring has come first; then nothing changed.
func replaceListing(t *tx, args []any) (before list, later bool, err error) {
	if err := t.row(`SELECT pictures FROM listings WHERE id = ?`, args[0]).Scan(&before); err != nil {
		return nil, false, err
	}
	n, err := t.execCount(`UPDATE listings SET listing = ?4, seller = ?5, title = ?6, report_id = ?9, content_hash = ?10, band = ?11,
			scored_at = ?12, expires_at = ?13, content = ?16,
			indexed_as = CASE WHEN indexed_as = ?17 AND pictures = ?7 AND territories = ?8 AND problem = '' THEN ?17
				WHEN points = 0 THEN ?14 ELSE '' END,
			lease_until = ?15, problem = '', cluster = CASE WHEN pictures = ?7 THEN cluster ELSE '' END, pictures = ?7, territories = ?8
		WHERE id = ?1 AND scored_at <= ?12`, args...)
	return before, n == 0, err
}

// showPictures notes which pictures a listing shows, so that a picture leads to its listings; what has not changed is not written.
func showPictures(t *tx, id string, before, after []string) error {
	for position, hash := range before {
		if hash == "" || position < len(after) && after[position] == hash {
			continue
		}
		if err := t.exec(`DELETE FROM shown_pictures WHERE hash = ? AND listing_id = ? AND position = ?`, hash, id, position); err != nil {
			return err
		}
	}
	for position, hash := range after {
		if hash == "" || position < len(before) && before[position] == hash {
			continue
		}
		if err := t.exec(`INSERT INTO shown_pictures (hash, listing_id, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, hash, id, position); err != nil {
			return err
		}
	}
	return nil
}

// Listing implements listings.Store.
func (s *Store) Listing(ctx context.Context, id string) (listings.Listing, error) {
	var content string
	l, err := scanListing(s.often.row(ctx, `SELECT `+listingColumns+`, iif(l.content <> '', l.content, c.content)
		FROM listings l LEFT JOIN listing_contents c USING (id) WHERE l.id = ?`, id), &content)
	if err != nil {
		return listings.Listing{}, missing(err, "listing", id)
	}
	if err := json.Unmarshal([]byte(content), &l.Content); err != nil {
		return listings.Listing{}, fmt.Errorf("%w: listing %s: %w", ErrCorrupt, id, err)
	}
	return l, nil
}

// CountListings implements listings.Store.
func (s *Store) CountListings(ctx context.Context) (n listings.Counts, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM listings), (SELECT count(*) FROM listings WHERE indexed_as = '')`).
		Scan(&n.Listings, &n.Waiting)
	return n, plain(err)
}

// ListingStates implements listings.Store.
func (s *Store) ListingStates(ctx context.Context, ids []string) (map[string]listings.State, error) {
	type row struct {
		id string
		listings.State
	}
	rows, err := s.often.query(ctx, `SELECT id, report_id, points, indexed_as <> '' FROM listings
		WHERE id IN (SELECT value FROM json_each(?))`, list(ids).text())
	found, err := collect(rows, err, func(r scanner) (x row, err error) {
		return x, r.Scan(&x.id, &x.ReportID, &x.Points, &x.Indexed)
	})
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
	err = s.write.do(ctx, func(_ context.Context, t *tx) error {
		rows, err := t.query(`SELECT `+listingColumns+` FROM listings l WHERE l.indexed_as = '' AND l.lease_until <= ?
			ORDER BY l.lease_until, l.id LIMIT ?`, micros(now), limit)
		claimed, err = collect(rows, err, func(r scanner) (listings.Listing, error) { return scanListing(r) })
		if err != nil || len(claimed) == 0 {
			return err
		}
		var ids list
		for _, l := range claimed {
			ids = append(ids, l.ID)
		}
		return t.exec(`UPDATE listings SET lease_until = ? WHERE id IN (SELECT value FROM json_each(?))`, micros(until), ids.text())
	})
	return claimed, err
}

// MarkListingsIndexed implements listings.Store.
func (s *Store) MarkListingsIndexed(ctx context.Context, pack string, done []listings.Indexed) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		for _, d := range done {
			// A listing that changed meanwhile still waits; the index may now hold more of its pictures.
			err := t.exec(`UPDATE listings SET points = CASE WHEN report_id = ?2 THEN ?3 ELSE max(points, ?3) END,
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
	err = s.write.do(ctx, func(_ context.Context, t *tx) error {
		changed, err := t.execCount(`UPDATE listings SET indexed_as = '', lease_until = 0, points = 0 WHERE rowid IN (
			SELECT rowid FROM listings WHERE indexed_as > '' AND indexed_as < ?1 UNION ALL
			SELECT rowid FROM listings WHERE indexed_as > ?1 LIMIT ?2)`, pack, limit)
		n = int(changed)
		return err
	})
	return n, err
}

// ExpiredListings implements listings.Store.
func (s *Store) ExpiredListings(ctx context.Context, now time.Time, limit int) ([]listings.Listing, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+listingColumns+` FROM listings l WHERE l.expires_at <= ? ORDER BY l.expires_at, l.id LIMIT ?`, micros(now), limit)
	return collect(rows, err, func(r scanner) (listings.Listing, error) { return scanListing(r) })
}

// DropListing implements listings.Store.
func (s *Store) DropListing(ctx context.Context, id, reportID string) (unshared []string, gone bool, err error) {
	err = s.write.do(ctx, func(_ context.Context, t *tx) error {
		unshared, gone = nil, false
		var current string
		var pictures list
		switch err := t.row(`SELECT report_id, pictures FROM listings WHERE id = ?`, id).Scan(&current, &pictures); {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return err
		case current != reportID:
			return t.exec(`UPDATE listings SET indexed_as = '', lease_until = 0 WHERE id = ?`, id)
		}
		rows, err := t.query(`SELECT DISTINCT p.value FROM json_each(?2) p WHERE p.value <> '' AND NOT EXISTS (
			SELECT 1 FROM shown_pictures o WHERE o.hash = p.value AND o.listing_id <> ?1) ORDER BY p.value`, id, pictures.text())
		if unshared, err = collect(rows, err, scanText); err != nil {
			return err
		}
		if err := showPictures(t, id, pictures, nil); err != nil {
			return err
		}
		gone = true
		return t.exec(`DELETE FROM listings WHERE id = ?`, id)
	})
	return unshared, gone && err == nil, err
}

// ReportOn implements caseload.Finder.
func (s *Store) ReportOn(ctx context.Context, marketplace, listing string) (id string, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT report_id FROM listings WHERE marketplace = ? AND listing = ? AND listing <> '' ORDER BY scored_at DESC LIMIT 1`, marketplace, listing).Scan(&id)
	return id, missing(err, "listing", listing)
}
