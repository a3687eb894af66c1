package sqlstore

import (
	"context"
	"time"

	"touchstone/internal/casework/webhook"
)

var (
	_ webhook.Store = (*Store)(nil)
	_ webhook.Tx    = (*tx)(nil)
)

// storedHook is a hook as it is kept: with what its readers are not shown.
type storedHook struct {
	webhook.Hook
	Subject   string           `json:"subject,omitempty"`
	Rights    string           `json:"rights,omitempty"`
	Secrets   []webhook.Secret `json:"secrets"`
	Callbacks []webhook.Secret `json:"callbacks"`
}

func scanHook(rows Rows) (h webhook.Hook, err error) {
	doc, err := scanText(rows)
	if err != nil {
		return h, err
	}
	var s storedHook
	err = decode(doc, &s)
	h = s.Hook
	h.Subject, h.Rights, h.Secrets, h.Callbacks = s.Subject, s.Rights, s.Secrets, s.Callbacks
	return h, err
}

// Hook implements webhook.Reader.
func (r reader) Hook(ctx context.Context, id string) (webhook.Hook, error) {
	return one(ctx, r, "webhook", id, scanHook, `SELECT doc FROM webhooks WHERE id = ?`, id)
}

// Hooks implements webhook.Reader.
func (r reader) Hooks(ctx context.Context, account, after string, limit int) ([]webhook.Hook, error) {
	var w where
	w.add("id > ?", after)
	w.equal("account", account)
	return list(ctx, r, scanHook, `SELECT doc FROM webhooks`+w.sql+` ORDER BY id LIMIT ?`, append(w.args, limit)...)
}

// LastEvent implements webhook.Tx.
func (t *tx) LastEvent(ctx context.Context) (int64, error) {
	n, err := one(ctx, t.reader, "head", "events", scanNumber, `SELECT seq FROM heads WHERE name = 'events'`)
	return int64(n), err
}

// LockHook implements webhook.Tx.
func (t *tx) LockHook(ctx context.Context, id string) error { return t.lock(ctx, "webhook "+id) }

// PutHook implements webhook.Tx.
func (t *tx) PutHook(ctx context.Context, h webhook.Hook) error {
	doc, err := encode(storedHook{h, h.Subject, h.Rights, h.Secrets, h.Callbacks})
	if err != nil {
		return err
	}
	return t.run(ctx, `INSERT INTO webhooks (id, account, doc) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc`, h.ID, h.Account, doc)
}

// DropHook implements webhook.Tx.
func (t *tx) DropHook(ctx context.Context, id string) error {
	for _, query := range []string{`DELETE FROM webhook_deliveries WHERE hook_id = ?`, `DELETE FROM webhook_callbacks WHERE hook_id = ?`, `DELETE FROM webhooks WHERE id = ?`} {
		if err := t.run(ctx, query, id); err != nil {
			return err
		}
	}
	return nil
}

const deliveryColumns = `hook_id, seq, lane, kind, state, attempts, next_at, problem, ended_at`

func scanDelivery(rows Rows) (d webhook.Delivery, err error) {
	var next, ended int64
	err = rows.Scan(&d.Hook, &d.Seq, &d.Lane, &d.Kind, &d.State, &d.Attempts, &next, &d.Problem, &ended)
	if d.NextAt = moment(next); ended > 0 {
		d.EndedAt = moment(ended)
	}
	return d, err
}

// stateIs is a condition on the state with the value in it, so that an index of that state alone is found.
func stateIs(w *where, state string) {
	for _, s := range []string{webhook.Waiting, webhook.Done, webhook.Dead} {
		if s == state {
			w.add("state = '" + s + "'")
		}
	}
}

// Deliveries implements webhook.Reader.
func (r reader) Deliveries(ctx context.Context, hook, state string, after int64, limit int) ([]webhook.Delivery, error) {
	var w where
	w.add("hook_id = ?", hook)
	stateIs(&w, state)
	w.add("seq > ?", after)
	return list(ctx, r, scanDelivery, `SELECT `+deliveryColumns+` FROM webhook_deliveries`+w.sql+` ORDER BY seq LIMIT ?`, append(w.args, limit)...)
}

// DueDeliveries implements webhook.Reader.
func (r reader) DueDeliveries(ctx context.Context, hook string, now time.Time, limit int) ([]webhook.Delivery, error) {
	return list(ctx, r, scanDelivery, `SELECT `+deliveryColumns+` FROM webhook_deliveries d
		WHERE hook_id = ?1 AND state = 'waiting' AND next_at <= ?2 AND lease_until <= ?2 AND NOT EXISTS (
			SELECT 1 FROM webhook_deliveries b WHERE b.hook_id = d.hook_id AND b.lane = d.lane AND b.state = 'waiting' AND b.seq < d.seq)
		ORDER BY next_at, seq LIMIT ?3`, hook, micros(now), limit)
}

// CountDeliveries implements webhook.Reader.
func (r reader) CountDeliveries(ctx context.Context, state string) (int, error) {
	var w where
	stateIs(&w, state)
	return one(ctx, r, "count", state, scanNumber, `SELECT count(*) FROM webhook_deliveries`+w.sql)
}

// PutDelivery implements webhook.Tx.
func (t *tx) PutDelivery(ctx context.Context, d webhook.Delivery, until time.Time) error {
	return t.run(ctx, `INSERT INTO webhook_deliveries (`+deliveryColumns+`, lease_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (hook_id, seq) DO UPDATE SET state = excluded.state, attempts = excluded.attempts, next_at = excluded.next_at,
		problem = excluded.problem, ended_at = excluded.ended_at, lease_until = excluded.lease_until`,
		d.Hook, d.Seq, d.Lane, d.Kind, d.State, d.Attempts, micros(d.NextAt), d.Problem, micros(d.EndedAt), micros(until))
}

// DropDeliveries implements webhook.Tx.
func (t *tx) DropDeliveries(ctx context.Context, before time.Time) error {
	if err := t.run(ctx, `DELETE FROM webhook_deliveries WHERE state = 'done' AND ended_at < ?`, micros(before)); err != nil {
		return err
	}
	return t.run(ctx, `DELETE FROM webhook_callbacks WHERE at < ?`, micros(before))
}

// AddCallback implements webhook.Tx.
func (t *tx) AddCallback(ctx context.Context, hook, message string, at time.Time) (bool, error) {
	n, err := t.exec(ctx, `INSERT INTO webhook_callbacks (hook_id, message, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, hook, message, micros(at))
	return n > 0, err
}
