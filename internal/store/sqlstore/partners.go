package sqlstore

import (
	"context"
	"fmt"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/partner"
)

var (
	_ partner.Store = (*Store)(nil)
	_ partner.Tx    = (*tx)(nil)
)

// ownedColumns are those of documents that an account made, by a request that may be repeated.
const ownedColumns = `doc, account, request, version`

// scanOwned reads them; set puts what is not in the document into it.
func scanOwned[T any](set func(v *T, account, request string, version int64)) func(Rows) (T, error) {
	return func(rows Rows) (v T, err error) {
		var doc, account, request string
		var version int64
		if err := rows.Scan(&doc, &account, &request, &version); err != nil {
			return v, err
		}
		err = decode(doc, &v)
		set(&v, account, request, version)
		return v, err
	}
}

// an ownedTable holds such documents, or others that have an account and a request.
type ownedTable[T any] struct {
	what, table, columns string
	scan                 func(Rows) (T, error)
}

// byID is the document of an ID, and byRequest the one that an account's request made; casework.ErrNotFound without.
func (o ownedTable[T]) byID(ctx context.Context, r reader, id string) (T, error) {
	return one(ctx, r, o.what, id, o.scan, `SELECT `+o.columns+` FROM `+o.table+` WHERE id = ?`, id)
}

func (o ownedTable[T]) byRequest(ctx context.Context, r reader, account, request string) (T, error) {
	return one(ctx, r, o.what+" of request", request, o.scan, `SELECT `+o.columns+` FROM `+o.table+` WHERE account = ? AND request = ? AND request <> ''`, account, request)
}

var scanPartner = scanOwned(func(p *partner.Partner, account, request string, version int64) {
	p.Account, p.Request, p.Version = account, request, version
})

var partnerTable = ownedTable[partner.Partner]{"partner", "partners", ownedColumns, scanPartner}

// Partner implements partner.Reader.
func (r reader) Partner(ctx context.Context, id string) (partner.Partner, error) {
	return partnerTable.byID(ctx, r, id)
}

// PartnerByRequest implements partner.Reader.
func (r reader) PartnerByRequest(ctx context.Context, account, request string) (partner.Partner, error) {
	return partnerTable.byRequest(ctx, r, account, request)
}

// PartnerOf implements partner.Reader.
func (r reader) PartnerOf(ctx context.Context, account string) (partner.Partner, error) {
	return one(ctx, r, "partner of account", account, scanPartner, `SELECT `+ownedColumns+` FROM partners WHERE id = (SELECT partner FROM partner_members WHERE account = ?)`, account)
}

// PartnerOfHolder implements partner.Reader.
func (r reader) PartnerOfHolder(ctx context.Context, holder string) (partner.Partner, error) {
	return one(ctx, r, "partner of holder", holder, scanPartner, `SELECT `+ownedColumns+` FROM partners WHERE id = (SELECT partner FROM partner_holders WHERE holder = ?)`, holder)
}

// Partners implements partner.Reader.
func (r reader) Partners(ctx context.Context, q partner.Query) ([]partner.Partner, error) {
	var w where
	w.equal("kind", q.Kind)
	if q.Standing {
		w.add("ended = 0")
	}
	w.before(q.Before)
	return list(ctx, r, scanPartner, `SELECT `+ownedColumns+` FROM partners`+w.sql+` ORDER BY id DESC LIMIT ?`, append(w.args, int64(q.Limit))...)
}

// before adds the condition of a page that begins with the newest.
func (w *where) before(id string) {
	if id != "" {
		w.add("id < ?", id)
	}
}

// PutPartner implements partner.Tx.
func (t *tx) PutPartner(ctx context.Context, p *partner.Partner) error {
	doc, err := encode(p)
	if err != nil {
		return err
	}
	ended := truth(p.EndedAt != nil)
	var changed int64
	if p.Version == 0 {
		changed, err = t.exec(ctx, `INSERT INTO partners (id, kind, ended, account, request, version, doc) VALUES (?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO NOTHING`,
			p.ID, p.Kind, ended, p.Account, p.Request, doc)
	} else {
		changed, err = t.exec(ctx, `UPDATE partners SET kind = ?, ended = ?, version = version + 1, doc = ? WHERE id = ? AND version = ?`, p.Kind, ended, doc, p.ID, p.Version)
	}
	if err := stored(&p.Version, changed, err, "partner", p.ID); err != nil {
		return err
	}
	var accounts []string
	for _, m := range p.Members {
		accounts = append(accounts, m.Account)
	}
	holders := p.Holders
	if p.EndedAt != nil {
		accounts, holders = nil, nil
	}
	if err := t.claim(ctx, "partner_members", "account", p.ID, accounts); err != nil {
		return err
	}
	return t.claim(ctx, "partner_holders", "holder", p.ID, holders)
}

// claim makes names a partner's alone, in place of those that it had.
func (t *tx) claim(ctx context.Context, table, column, id string, names []string) error {
	if err := t.run(ctx, `DELETE FROM `+table+` WHERE partner = ?`, id); err != nil {
		return err
	}
	for _, name := range names {
		changed, err := t.exec(ctx, `INSERT INTO `+table+` (`+column+`, partner) VALUES (?, ?) ON CONFLICT DO NOTHING`, name, id)
		if err == nil && changed == 0 {
			err = fmt.Errorf("%w: %s %q belongs to another partner", casework.ErrConflict, column, name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// LockPartners implements partner.Tx.
func (t *tx) LockPartners(ctx context.Context) error { return t.lock(ctx, "partners") }

func scanAlert(rows Rows) (a partner.Alert, err error) {
	var doc string
	var version int64
	if err := rows.Scan(&doc, &version); err != nil {
		return a, err
	}
	err = decode(doc, &a)
	a.Version = version
	return a, err
}

// PartnerAlert implements partner.Reader.
func (r reader) PartnerAlert(ctx context.Context, id string) (partner.Alert, error) {
	return one(ctx, r, "alert", id, scanAlert, `SELECT doc, version FROM partner_alerts WHERE id = ?`, id)
}

// PartnerAlerts implements partner.Reader.
func (r reader) PartnerAlerts(ctx context.Context, q partner.AlertQuery) ([]partner.Alert, error) {
	var w where
	w.add("partner = ?", q.Partner)
	if q.Unseen {
		w.add("seen = 0")
	}
	w.before(q.Before)
	return list(ctx, r, scanAlert, `SELECT doc, version FROM partner_alerts`+w.sql+` ORDER BY id DESC LIMIT ?`, append(w.args, int64(q.Limit))...)
}

// AttackTold implements partner.Reader.
func (r reader) AttackTold(ctx context.Context, id, right string, since time.Time) (bool, error) {
	found, err := list(ctx, r, scanText, `SELECT id FROM partner_alerts WHERE kind = 'attack' AND partner = ? AND right_id = ? AND at > ? LIMIT 1`, id, right, micros(since))
	return len(found) > 0, err
}

// AlertsRaised implements partner.Reader.
func (r reader) AlertsRaised(ctx context.Context, request string) (int, error) {
	n, err := one(ctx, r, "count of", request, scanCount, `SELECT COUNT(*) FROM partner_alerts WHERE raised = ? AND raised <> ''`, request)
	return int(n), err
}

// PutPartnerAlert implements partner.Tx.
func (t *tx) PutPartnerAlert(ctx context.Context, a *partner.Alert) error {
	doc, err := encode(a)
	if err != nil {
		return err
	}
	seen, told := truth(a.SeenAt != nil), a.Told
	if told.IsZero() {
		told = a.At
	}
	if a.Version == 0 {
		changed, err := t.exec(ctx, `INSERT INTO partner_alerts (id, partner, kind, right_id, raised, at, seen, version, doc) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO NOTHING`,
			a.ID, a.Partner, a.Kind, a.Right, a.Request, micros(told), seen, doc)
		return stored(&a.Version, changed, err, "alert", a.ID)
	}
	changed, err := t.exec(ctx, `UPDATE partner_alerts SET seen = ?, version = version + 1, doc = ? WHERE id = ? AND version = ?`, seen, doc, a.ID, a.Version)
	return stored(&a.Version, changed, err, "alert", a.ID)
}
