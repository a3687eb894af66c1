package sqlstore

import (
	"context"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/enforce"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/standing"
)

var (
	_ followup.Store = (*Store)(nil)
	_ followup.Tx    = (*tx)(nil)
)

// scanDoc reads a document.
func scanDoc[T any](rows Rows) (v T, err error) {
	doc, err := scanText(rows)
	if err != nil {
		return v, err
	}
	return v, decode(doc, &v)
}

// Verdict implements followup.Reader.
func (r reader) Verdict(ctx context.Context, caseID string) (followup.Verdict, error) {
	return one(ctx, r, "verdict on case", caseID, scanDoc[followup.Verdict], `SELECT doc FROM verdicts WHERE case_id = ?`, caseID)
}

// Verdicts implements followup.Reader.
func (r reader) Verdicts(ctx context.Context, from, to time.Time, after followup.Verdict, limit int) ([]followup.Verdict, error) {
	at := micros(from)
	if !after.DecidedAt.IsZero() {
		at = micros(after.DecidedAt)
	}
	return list(ctx, r, scanDoc[followup.Verdict], `SELECT doc FROM verdicts WHERE decided_at >= ? AND decided_at < ? AND (decided_at > ? OR case_id > ?) ORDER BY decided_at, case_id LIMIT ?`,
		at, micros(to), at, after.Case, int64(limit))
}

// PutVerdict implements followup.Tx.
func (t *tx) PutVerdict(ctx context.Context, v followup.Verdict) error {
	doc, err := encode(v)
	if err != nil {
		return err
	}
	return t.later(ctx, `INSERT INTO verdicts (case_id, decided_at, doc) VALUES (?, ?, ?) ON CONFLICT (case_id) DO UPDATE SET doc = excluded.doc`, v.Case, micros(v.DecidedAt), doc)
}

// Tallies implements followup.Reader.
func (r reader) Tallies(ctx context.Context, notifier string, since standing.Day) ([]standing.Tally, error) {
	return list(ctx, r, func(rows Rows) (t standing.Tally, err error) {
		var decided, filed, count int64
		var result string
		err = rows.Scan(&decided, &filed, &t.Reason, &result, &count)
		t.Decided, t.Filed, t.Result, t.Count = standing.Day(decided), standing.Day(filed), standing.Result(result), int(count)
		return t, err
	}, `SELECT decided, filed, reason, result, number FROM tallies WHERE notifier = ? AND decided >= ? AND number > 0`, notifier, int64(since))
}

// CountTally implements followup.Tx.
func (t *tx) CountTally(ctx context.Context, notifier string, c standing.Tally) error {
	return t.later(ctx, `INSERT INTO tallies (notifier, decided, filed, reason, result, number) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (notifier, decided, filed, reason, result) DO UPDATE SET number = tallies.number + excluded.number`,
		notifier, int64(c.Decided), int64(c.Filed), c.Reason, string(c.Result), int64(c.Count))
}

// Filings implements followup.Reader.
func (r reader) Filings(ctx context.Context, notifier string, since time.Time, limit int) ([]standing.Filed, error) {
	return list(ctx, r, scanDoc[standing.Filed], `SELECT doc FROM filings WHERE notifier = ? AND at >= ? ORDER BY at DESC, id DESC LIMIT ?`, notifier, micros(since), int64(limit))
}

// FiledListings implements followup.Reader.
func (r reader) FiledListings(ctx context.Context, notifier string, since time.Time) (int, error) {
	n, err := one(ctx, r, "sum of", notifier, func(rows Rows) (n int64, err error) { return n, rows.Scan(&n) },
		`SELECT COALESCE(SUM(listings), 0) FROM filings WHERE notifier = ? AND at >= ?`, notifier, micros(since))
	return int(n), err
}

// AddFiling implements followup.Tx.
func (t *tx) AddFiling(ctx context.Context, notifier string, f standing.Filed) error {
	doc, err := encode(f)
	if err != nil {
		return err
	}
	return t.later(ctx, `INSERT INTO filings (id, notifier, at, listings, doc) VALUES (?, ?, ?, ?, ?)`, f.ID, notifier, micros(f.At), int64(len(f.Listings)), doc)
}

// Notifier implements followup.Reader.
func (r reader) Notifier(ctx context.Context, id string) (followup.Notifier, error) {
	return one(ctx, r, "notifier", id, func(rows Rows) (n followup.Notifier, err error) {
		var doc string
		var stale int64
		if err := rows.Scan(&doc, &stale); err != nil {
			return n, err
		}
		err = decode(doc, &n)
		n.Stale = stale == 1
		return n, err
	}, `SELECT doc, stale FROM notifiers WHERE id = ?`, id)
}

// StaleNotifiers implements followup.Reader.
func (r reader) StaleNotifiers(ctx context.Context, limit int) ([]string, error) {
	return list(ctx, r, scanText, `SELECT id FROM notifiers WHERE stale = 1 ORDER BY id LIMIT ?`, int64(limit))
}

// PutNotifier implements followup.Tx.
func (t *tx) PutNotifier(ctx context.Context, n followup.Notifier) error {
	doc, err := encode(n)
	if err != nil {
		return err
	}
	return t.later(ctx, `INSERT INTO notifiers (id, stale, doc) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET stale = excluded.stale, doc = excluded.doc`, n.ID, truth(n.Stale), doc)
}

// Ledger implements followup.Reader.
func (r reader) Ledger(ctx context.Context, marketplace, seller string) ([]enforce.LedgerEntry, error) {
	return list(ctx, r, scanDoc[enforce.LedgerEntry], `SELECT doc FROM ledger WHERE marketplace = ? AND seller = ? ORDER BY id`, marketplace, seller)
}

// AddLedger implements followup.Tx.
func (t *tx) AddLedger(ctx context.Context, marketplace, seller string, e enforce.LedgerEntry) error {
	if err := e.Validate(); err != nil {
		return err
	}
	doc, err := encode(e)
	if err != nil {
		return err
	}
	return t.later(ctx, `INSERT INTO ledger (id, marketplace, seller, doc) VALUES (?, ?, ?, ?)`, e.ID, marketplace, seller, doc)
}

// Storefront implements followup.Reader.
func (r reader) Storefront(ctx context.Context, marketplace, seller string) (followup.Storefront, error) {
	s, err := one(ctx, r, "store of", seller, scanDoc[followup.Storefront], `SELECT doc FROM storefronts WHERE marketplace = ? AND seller = ?`, marketplace, seller)
	if err == nil && s.Seller == "" { // locked, and nothing known of it yet
		return s, casework.ErrNotFound
	}
	return s, err
}

// DueStorefronts implements followup.Reader.
func (r reader) DueStorefronts(ctx context.Context, now time.Time, limit int) ([]followup.Storefront, error) {
	return list(ctx, r, scanDoc[followup.Storefront], `SELECT doc FROM storefronts WHERE next_at > 0 AND next_at <= ? ORDER BY next_at, marketplace, seller LIMIT ?`, micros(now), int64(limit))
}

// LockStorefront implements followup.Tx: the row is changed to itself, which holds it where rows are locked.
func (t *tx) LockStorefront(ctx context.Context, marketplace, seller string) error {
	return t.later(ctx, `INSERT INTO storefronts (marketplace, seller, next_at, doc) VALUES (?, ?, 0, '{}') ON CONFLICT (marketplace, seller) DO UPDATE SET next_at = storefronts.next_at`, marketplace, seller)
}

// PutStorefront implements followup.Tx.
func (t *tx) PutStorefront(ctx context.Context, s followup.Storefront) error {
	doc, err := encode(s)
	if err != nil {
		return err
	}
	return t.later(ctx, `INSERT INTO storefronts (marketplace, seller, next_at, doc) VALUES (?, ?, ?, ?)
		ON CONFLICT (marketplace, seller) DO UPDATE SET next_at = excluded.next_at, doc = excluded.doc`, s.Marketplace, s.Seller, micros(s.State.Next), doc)
}

// Statement implements followup.Reader.
func (r reader) Statement(ctx context.Context, id string) (followup.Statement, error) {
	return one(ctx, r, "statement", id, scanDoc[followup.Statement], `SELECT doc FROM statements WHERE id = ?`, id)
}

// StatementsOf implements followup.Reader.
func (r reader) StatementsOf(ctx context.Context, caseID string) ([]followup.Statement, error) {
	return list(ctx, r, scanDoc[followup.Statement], `SELECT doc FROM statements WHERE case_id = ? ORDER BY at, id`, caseID)
}

// Statements implements followup.Reader.
func (r reader) Statements(ctx context.Context, state, batch, after string, limit int) ([]followup.Statement, error) {
	var w where
	w.add("id > ?", after)
	w.equal("state", state)
	w.equal("batch", batch)
	return list(ctx, r, scanDoc[followup.Statement], `SELECT doc FROM statements`+w.sql+` ORDER BY id LIMIT ?`, append(w.args, int64(limit))...)
}

// AddStatement implements followup.Tx.
func (t *tx) AddStatement(ctx context.Context, s followup.Statement) error {
	return t.statement(ctx, s, `ON CONFLICT (id) DO NOTHING`)
}

// PutStatement implements followup.Tx.
func (t *tx) PutStatement(ctx context.Context, s followup.Statement) error {
	return t.statement(ctx, s, `ON CONFLICT (id) DO UPDATE SET state = excluded.state, batch = excluded.batch, doc = excluded.doc`)
}

func (t *tx) statement(ctx context.Context, s followup.Statement, conflict string) error {
	doc, err := encode(s)
	if err != nil {
		return err
	}
	return t.later(ctx, `INSERT INTO statements (id, case_id, at, state, batch, doc) VALUES (?, ?, ?, ?, ?, ?) `+conflict,
		s.ID, s.Case, micros(s.Facts.DecidedAt), s.Submission.State, s.Submission.Batch, doc)
}
