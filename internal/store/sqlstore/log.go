package sqlstore

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework/docket"
)

// AddDecision implements docket.Tx.
func (t *tx) AddDecision(ctx context.Context, d docket.Decision) error {
	doc, err := encode(d)
	if err != nil {
		return err
	}
	return t.later(ctx, `INSERT INTO decisions (id, case_id, at, doc) VALUES (?, ?, ?, ?)`, d.ID, d.Case, micros(d.At), doc)
}

// Decisions implements docket.Reader.
func (r reader) Decisions(ctx context.Context, caseID string) ([]docket.Decision, error) {
	return list(ctx, r, func(rows Rows) (d docket.Decision, err error) {
		doc, err := scanText(rows)
		if err != nil {
			return d, err
		}
		return d, decode(doc, &d)
	}, `SELECT doc FROM decisions WHERE case_id = ? ORDER BY id`, caseID)
}

func scanEnforcement(rows Rows) (e docket.Enforcement, err error) {
	doc, err := scanText(rows)
	if err != nil {
		return e, err
	}
	return e, decode(doc, &e)
}

// Enforcement implements docket.Reader.
func (r reader) Enforcement(ctx context.Context, id string) (docket.Enforcement, error) {
	return one(ctx, r, "enforcement", id, scanEnforcement, `SELECT doc FROM enforcements WHERE id = ?`, id)
}

// Enforcements implements docket.Reader.
func (r reader) Enforcements(ctx context.Context, q docket.EnforcementQuery) ([]docket.Enforcement, error) {
	var w where
	w.add("id > ?", q.After)
	w.equal("case_id", q.Case)
	w.equal("marketplace", q.Marketplace)
	if q.Open {
		w.add("open = 1")
	}
	if q.Store != "" {
		w.add("store = ? AND store <> ''", q.Store)
	}
	if q.Escalated {
		w.add("escalated = 1")
	}
	return list(ctx, r, scanEnforcement, `SELECT doc FROM enforcements`+w.sql+` ORDER BY id LIMIT ?`, append(w.args, int64(q.Limit))...)
}

// PutEnforcement implements docket.Tx.
func (t *tx) PutEnforcement(ctx context.Context, e docket.Enforcement) error {
	doc, err := encode(e)
	if err != nil {
		return err
	}
	var chase int64
	if e.ChaseAt != nil {
		chase = micros(*e.ChaseAt)
	}
	return t.later(ctx, `INSERT INTO enforcements (id, case_id, marketplace, store, open, escalated, chase_at, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET open = excluded.open, escalated = excluded.escalated, chase_at = excluded.chase_at, doc = excluded.doc`,
		e.ID, e.Case, e.Marketplace, e.Store(), truth(e.Open()), truth(e.Open() && e.EscalatedAt != nil), chase, doc)
}

// Chases implements docket.Reader.
func (r reader) Chases(ctx context.Context, now time.Time, limit int) ([]string, error) {
	return list(ctx, r, scanText, `SELECT id FROM enforcements WHERE chase_at > 0 AND chase_at <= ? ORDER BY chase_at, id LIMIT ?`, micros(now), int64(limit))
}

// AddEvent implements docket.Tx.
func (t *tx) AddEvent(e docket.Event) { t.events = append(t.events, e) }

// AddAudit implements docket.Tx.
func (t *tx) AddAudit(e audit.Event) { t.audits = append(t.audits, e) }

// flush numbers and writes what waits for the commit. The heads are taken last, and always in this order: transactions that
// wait for each other here cannot also wait elsewhere.
func (t *tx) flush(ctx context.Context) error {
	if n := int64(len(t.events)); n > 0 {
		seq, _, err := t.head(ctx, "events", n)
		if err != nil {
			return err
		}
		for i, e := range t.events {
			err := t.later(ctx, `INSERT INTO events (seq, kind, case_id, notice_id, account, holder_id, marketplace, seller, at, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				seq+int64(i), e.Kind, e.Case, e.Notice, e.Account, e.Holder, e.Marketplace, e.Seller, micros(e.At), string(e.Data))
			if err != nil {
				return err
			}
		}
	}
	if n := int64(len(t.audits)); n > 0 {
		seq, hash, err := t.head(ctx, "audits", n)
		if err != nil {
			return err
		}
		head := audit.Head{Seq: seq - 1}
		copy(head.Hash[:], hash)
		for _, e := range t.audits {
			entry := head.Append(e)
			head = entry.Head()
			err := t.later(ctx, `INSERT INTO audits (seq, at, actor, action, subject, payload, salt, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
				entry.Seq, micros(entry.At), entry.Actor, entry.Action, entry.Subject, bytesOf(entry.Payload), orNone(entry.Salt), entry.Hash[:])
			if err != nil {
				return err
			}
		}
		return t.later(ctx, `UPDATE heads SET hash = ? WHERE name = 'audits'`, head.Hash[:])
	}
	return nil
}

// noBytes is a value of no length, which is not NULL.
var noBytes = []byte{}

func orNone(b []byte) []byte {
	if b == nil {
		return noBytes
	}
	return b
}

// EraseSalts implements docket.Tx.
func (t *tx) EraseSalts(ctx context.Context, subject string) error {
	_, err := t.exec(ctx, `UPDATE audits SET salt = ? WHERE subject = ?`, noBytes, subject)
	return err
}

// bytesOf is a hash as it is kept: nothing for the zero hash.
func bytesOf(h audit.Hash) []byte {
	if h == (audit.Hash{}) {
		return []byte{}
	}
	return h[:]
}

// head takes n numbers and returns the first of them, with the hash of what came before.
func (t *tx) head(ctx context.Context, name string, n int64) (first int64, hash []byte, err error) {
	err = t.each(ctx, func(rows Rows) error { return rows.Scan(&first, &hash) }, `UPDATE heads SET seq = seq + ? WHERE name = ? RETURNING seq, hash`, n, name)
	return first - n + 1, hash, err
}

const eventColumns = `seq, kind, case_id, notice_id, account, holder_id, marketplace, seller, at, data`

func scanEvent(rows Rows) (e docket.Event, err error) {
	var at int64
	var data string
	err = rows.Scan(&e.Seq, &e.Kind, &e.Case, &e.Notice, &e.Account, &e.Holder, &e.Marketplace, &e.Seller, &at, &data)
	e.At = moment(at)
	if data != "" {
		e.Data = json.RawMessage(data)
	}
	return e, err
}

// Events implements docket.Reader.
func (r reader) Events(ctx context.Context, q docket.EventQuery) ([]docket.Event, error) {
	var w where
	w.add("seq > ?", q.After)
	w.equal("case_id", q.Case)
	w.equal("holder_id", q.Holder)
	w.equal("account", q.Account)
	w.equal("marketplace", q.Marketplace)
	w.equal("seller", q.Seller)
	return list(ctx, r, scanEvent, `SELECT `+eventColumns+` FROM events`+w.sql+` ORDER BY seq LIMIT ?`, append(w.args, int64(q.Limit))...)
}

// Measures implements followup.Reader. The kinds stand in the text as the index has them, so that it serves.
func (r reader) Measures(ctx context.Context, from, to time.Time, after docket.Event, limit int) ([]docket.Event, error) {
	at := micros(from)
	if after.Seq > 0 {
		at = micros(after.At)
	}
	return list(ctx, r, scanEvent, `SELECT `+eventColumns+` FROM events WHERE kind IN ('store.freeze', 'store.close', 'notifier.suspended')
		AND at >= ? AND at < ? AND (at > ? OR seq > ?) ORDER BY at, seq LIMIT ?`, at, micros(to), at, after.Seq, int64(limit))
}

// Audits implements docket.Reader. The hash of the entry before is read, not kept twice; before the first of a list it is read by
// itself.
func (r reader) Audits(ctx context.Context, subject string, after int64, limit int) ([]audit.Entry, error) {
	var w where
	w.add("a.seq > ?", after)
	w.equal("a.subject", subject)
	return list(ctx, r, func(rows Rows) (e audit.Entry, err error) {
		var at int64
		var payload, salt, hash, previous []byte
		err = rows.Scan(&e.Seq, &at, &e.Actor, &e.Action, &e.Subject, &payload, &salt, &hash, &previous)
		if len(salt) > 0 {
			e.Salt = slices.Clone(salt)
		}
		e.At = moment(at)
		copy(e.Payload[:], payload)
		copy(e.Hash[:], hash)
		copy(e.Previous[:], previous)
		return e, err
	}, `SELECT a.seq, a.at, a.actor, a.action, a.subject, a.payload, a.salt, a.hash, b.hash FROM audits a LEFT JOIN audits b ON b.seq = a.seq - 1`+w.sql+` ORDER BY a.seq LIMIT ?`,
		append(w.args, int64(limit))...)
}
