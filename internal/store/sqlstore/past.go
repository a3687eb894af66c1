package sqlstore

import (
	"context"
	"strings"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
)

// PastOfSeller implements followup.Reader.
func (r reader) PastOfSeller(ctx context.Context, marketplace, seller string, since time.Time, limit int) ([]followup.Past, error) {
	return list(ctx, r, scanDoc[followup.Past], `SELECT doc FROM past WHERE marketplace = ? AND seller = ? AND at >= ? ORDER BY at DESC, case_id DESC LIMIT ?`,
		marketplace, seller, micros(since), int64(limit))
}

// maxRemovals bounds how many removals of a listing's pictures are told.
const maxRemovals = 100

// PastOfPictures implements followup.Reader.
func (r reader) PastOfPictures(ctx context.Context, pictures []string) ([]followup.Past, error) {
	if len(pictures) == 0 {
		return nil, nil
	}
	args := make([]any, 0, len(pictures)+1)
	for _, hash := range pictures {
		args = append(args, hash)
	}
	these := `past_pictures WHERE hash IN (?` + strings.Repeat(", ?", len(pictures)-1) + `)`
	// Of nearly all listings nothing was removed, which costs less to learn than to sort: every scoring asks.
	met, err := list(Brief(ctx), r, scanNumber, `SELECT 1 FROM `+these+` LIMIT 1`, args...)
	if err != nil || len(met) == 0 {
		return nil, err
	}
	return list(ctx, r, scanDoc[followup.Past], `SELECT doc FROM past WHERE case_id IN (SELECT case_id FROM `+these+`) ORDER BY at, case_id LIMIT ?`,
		append(args, int64(maxRemovals))...)
}

// shownBy bounds how many listings that show a picture are looked at: a stock picture may be shown by a hundred thousand.
const shownBy = 200

// SellersShowing implements followup.Reader. The subject of a case is put together as docket does.
func (r reader) SellersShowing(ctx context.Context, s followup.Showing, limit int) ([]followup.Shop, error) {
	return list(ctx, r, func(rows Rows) (shop followup.Shop, err error) {
		return shop, rows.Scan(&shop.Marketplace, &shop.Seller)
	},
		`SELECT DISTINCT l.marketplace, l.seller FROM (SELECT listing_id FROM shown_pictures WHERE hash = ?1 ORDER BY listing_id LIMIT ?7) AS p
		JOIN listings l ON l.id = p.listing_id WHERE l.seller <> '' AND l.listing <> '' AND NOT EXISTS (SELECT 1 FROM cases c
			WHERE c.subject = l.marketplace || ?2 || l.listing || ?3 AND (c.undecided = 1 OR c.outcome IN (?4, ?5)))
		ORDER BY l.marketplace, l.seller LIMIT ?6`,
		s.Picture, "\nid:", "\n"+s.Right, docket.OutcomeTakenDown, docket.OutcomeUpheld, int64(limit), int64(shownBy))
}

// PutPast implements followup.Tx.
func (t *tx) PutPast(ctx context.Context, p followup.Past) error {
	doc, err := encode(p)
	if err != nil {
		return err
	}
	if err := t.DropPast(ctx, p.Case); err != nil {
		return err
	}
	if err := t.later(ctx, `INSERT INTO past (case_id, marketplace, seller, at, doc) VALUES (?, ?, ?, ?, ?)`, p.Case, p.Marketplace, p.Seller, micros(p.At), doc); err != nil {
		return err
	}
	for _, hash := range p.Pictures {
		if err := t.later(ctx, `INSERT INTO past_pictures (hash, case_id) VALUES (?, ?)`, hash, p.Case); err != nil {
			return err
		}
	}
	return t.pastChanged(ctx, p.Case)
}

// pastChanged notes that the pictures removed with a case, if there are any, have come or are about to go.
func (t *tx) pastChanged(ctx context.Context, caseID string) error {
	return t.later(ctx, `INSERT INTO past_changed (hash, token) SELECT hash, ? FROM past_pictures WHERE case_id = ?
		ON CONFLICT (hash) DO UPDATE SET token = excluded.token`, casework.NewID("chg"), caseID)
}

// DropPast implements followup.Tx.
func (t *tx) DropPast(ctx context.Context, caseID string) error {
	if err := t.pastChanged(ctx, caseID); err != nil {
		return err
	}
	if err := t.later(ctx, `DELETE FROM past_pictures WHERE case_id = ?`, caseID); err != nil {
		return err
	}
	return t.later(ctx, `DELETE FROM past WHERE case_id = ?`, caseID)
}
