package sqlstore

import (
	"context"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/dossier"
)

var (
	_ dossier.Store = (*Store)(nil)
	_ dossier.Tx    = (*tx)(nil)
)

// File implements dossier.Reader.
func (r reader) File(ctx context.Context, account, hash string) (dossier.SentFile, error) {
	return one(ctx, r, "file", hash, scanDoc[dossier.SentFile], `SELECT doc FROM files WHERE hash = ? AND account = ?`, hash, account)
}

// FilesOf implements dossier.Reader.
func (r reader) FilesOf(ctx context.Context, hash string) ([]dossier.SentFile, error) {
	return list(ctx, r, scanDoc[dossier.SentFile], `SELECT doc FROM files WHERE hash = ? ORDER BY account`, hash)
}

// AddFile implements dossier.Tx.
func (t *tx) AddFile(ctx context.Context, f dossier.SentFile) error {
	doc, err := encode(f)
	if err != nil {
		return err
	}
	return t.run(ctx, `INSERT INTO files (hash, account, at, doc) VALUES (?, ?, ?, ?) ON CONFLICT (hash, account) DO NOTHING`, f.Hash, f.Account, micros(f.At), doc)
}

// scanVersioned reads a document and its version.
func scanVersioned[T any](version func(*T) *int64) func(Rows) (T, error) {
	return func(rows Rows) (v T, err error) {
		var doc string
		var n int64
		if err := rows.Scan(&doc, &n); err != nil {
			return v, err
		}
		err = decode(doc, &v)
		*version(&v) = n
		return v, err
	}
}

var (
	scanPower       = scanVersioned(func(p *dossier.Power) *int64 { return &p.Version })
	scanCertificate = scanVersioned(func(c *dossier.Certificate) *int64 { return &c.Version })
)

// Power implements dossier.Reader.
func (r reader) Power(ctx context.Context, id string) (dossier.Power, error) {
	return one(ctx, r, "power of attorney", id, scanPower, `SELECT doc, version FROM powers WHERE id = ?`, id)
}

// Powers implements dossier.Reader.
func (r reader) Powers(ctx context.Context, q dossier.PowerQuery) ([]dossier.Power, error) {
	var w where
	w.add("id > ?", q.After)
	w.equal("account", q.Account)
	w.equal("holder_id", q.Holder)
	w.equal("agent", q.Agent)
	w.equal("state", q.State)
	return list(ctx, r, scanPower, `SELECT doc, version FROM powers`+w.sql+` ORDER BY id LIMIT ?`, append(w.args, int64(q.Limit))...)
}

// PutPower implements dossier.Tx.
func (t *tx) PutPower(ctx context.Context, p *dossier.Power) error {
	doc, err := encode(p)
	if err != nil {
		return err
	}
	var changed int64
	if p.Version == 0 {
		changed, err = t.exec(ctx, `INSERT INTO powers (id, account, holder_id, agent, state, version, doc) VALUES (?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO NOTHING`,
			p.ID, p.Account, p.Holder, p.Agent, p.State, doc)
	} else {
		changed, err = t.exec(ctx, `UPDATE powers SET state = ?, version = version + 1, doc = ? WHERE id = ? AND version = ?`, p.State, doc, p.ID, p.Version)
	}
	return stored(&p.Version, changed, err, "power of attorney", p.ID)
}

// Certificate implements dossier.Reader.
func (r reader) Certificate(ctx context.Context, id string) (dossier.Certificate, error) {
	return one(ctx, r, "certificate", id, scanCertificate, `SELECT doc, version FROM certificates WHERE id = ?`, id)
}

// Certificates implements dossier.Reader.
func (r reader) Certificates(ctx context.Context, rightID string) ([]dossier.Certificate, error) {
	return list(ctx, r, scanCertificate, `SELECT doc, version FROM certificates WHERE right_id = ? ORDER BY id`, rightID)
}

// CertificatesWith implements dossier.Reader.
func (r reader) CertificatesWith(ctx context.Context, hash string) ([]dossier.Certificate, error) {
	return list(ctx, r, scanCertificate, `SELECT doc, version FROM certificates WHERE file = ? ORDER BY id`, hash)
}

// CertificateText implements dossier.Reader.
func (r reader) CertificateText(ctx context.Context, id string) (string, error) {
	return one(ctx, r, "certificate", id, scanText, `SELECT content FROM certificates WHERE id = ?`, id)
}

// PutCertificate implements dossier.Tx.
func (t *tx) PutCertificate(ctx context.Context, c *dossier.Certificate) error {
	doc, err := encode(c)
	if err != nil {
		return err
	}
	var changed int64
	if c.Version == 0 {
		changed, err = t.exec(ctx, `INSERT INTO certificates (id, right_id, file, version, doc, content) VALUES (?, ?, ?, 1, ?, '') ON CONFLICT DO NOTHING`, c.ID, c.Right, c.File, doc)
	} else {
		changed, err = t.exec(ctx, `UPDATE certificates SET version = version + 1, doc = ? WHERE id = ? AND version = ?`, doc, c.ID, c.Version)
	}
	return stored(&c.Version, changed, err, "certificate", c.ID)
}

// SetCertificateText implements dossier.Tx.
func (t *tx) SetCertificateText(ctx context.Context, id, text string) error {
	return t.run(ctx, `UPDATE certificates SET content = ? WHERE id = ?`, text, id)
}

// DeleteCertificate implements dossier.Tx.
func (t *tx) DeleteCertificate(ctx context.Context, id string) error {
	return t.run(ctx, `DELETE FROM certificates WHERE id = ?`, id)
}

// Verifications implements dossier.Reader.
func (r reader) Verifications(ctx context.Context, rightID string) ([]dossier.RightDecision, error) {
	return list(ctx, r, scanDoc[dossier.RightDecision], `SELECT doc FROM verifications WHERE right_id = ? ORDER BY at, id`, rightID)
}

// AddVerification implements dossier.Tx.
func (t *tx) AddVerification(ctx context.Context, v dossier.RightDecision) error {
	doc, err := encode(v)
	if err != nil {
		return err
	}
	return t.run(ctx, `INSERT INTO verifications (id, right_id, at, doc) VALUES (?, ?, ?, ?)`, v.ID, v.Right, micros(v.At), doc)
}

// plainNumber is a column as office.Normalise writes it, and as the indexes on rights have it.
func plainNumber(column string) string {
	return `UPPER(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(` + column + `, ' ', ''), '-', ''), '.', ''), ',', ''), '/', ''))`
}

// RightsNumbered implements dossier.Reader.
func (r reader) RightsNumbered(ctx context.Context, numbers []string) ([]casework.Right, error) {
	among := ` IN (SELECT value FROM json_each(?))`
	return list(ctx, r, scanRight, `SELECT `+rightColumns+` FROM rights WHERE id IN (SELECT id FROM rights WHERE `+plainNumber("registration_number")+among+
		` UNION SELECT id FROM rights WHERE `+plainNumber("application_number")+among+`) ORDER BY id`, texts(numbers).text(), texts(numbers).text())
}

// RightsShowing implements dossier.Reader.
func (r reader) RightsShowing(ctx context.Context, rightID string) (map[string][]string, error) {
	out := map[string][]string{}
	err := r.each(ctx, func(rows Rows) error {
		var holder, right string
		err := rows.Scan(&holder, &right)
		out[holder] = append(out[holder], right)
		return err
	}, `SELECT DISTINCT o.holder_id, o.id FROM refs a JOIN refs b ON b.blob = a.blob JOIN rights o ON o.id = b.right_id
		WHERE a.right_id = ? AND a.kind = 'image' AND a.deleted_at IS NULL AND b.kind = 'image' AND b.deleted_at IS NULL AND b.right_id <> a.right_id AND o.state <> 'rejected'
		ORDER BY o.holder_id, o.id LIMIT 100`, rightID)
	return out, err
}

// Expiring implements dossier.Reader.
func (r reader) Expiring(ctx context.Context, from, to time.Time, after casework.Right, limit int) ([]casework.Right, error) {
	at := micros(from)
	if after.ExpiresOn != nil {
		at = micros(*after.ExpiresOn)
	}
	return list(ctx, r, scanRight, `SELECT `+rightColumns+` FROM rights WHERE state = 'verified' AND expires_on >= ? AND expires_on < ? AND (expires_on > ? OR id > ?) ORDER BY expires_on, id LIMIT ?`,
		at, micros(to), at, after.ID, int64(limit))
}

// AddReminder implements dossier.Tx.
func (t *tx) AddReminder(ctx context.Context, rightID string, expires time.Time, months int, at time.Time) (bool, error) {
	n, err := t.exec(ctx, `INSERT INTO reminders (right_id, expires_on, months, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, rightID, micros(expires), int64(months), micros(at))
	return n > 0, err
}
