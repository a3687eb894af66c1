package sqlstore

import (
	"context"
	"time"

	"touchstone/internal/casework/partner"
)

var scanAction = scanOwned(func(x *partner.Action, account, request string, version int64) {
	x.Account, x.Request, x.Version = account, request, version
})

var actionTable = ownedTable[partner.Action]{"action", "joint_actions", ownedColumns, scanAction}

// JointAction implements partner.Reader.
func (r reader) JointAction(ctx context.Context, id string) (partner.Action, error) {
	return actionTable.byID(ctx, r, id)
}

// JointActionByRequest implements partner.Reader.
func (r reader) JointActionByRequest(ctx context.Context, account, request string) (partner.Action, error) {
	return actionTable.byRequest(ctx, r, account, request)
}

// JointActions implements partner.Reader.
func (r reader) JointActions(ctx context.Context, q partner.ActionQuery) ([]partner.Action, error) {
	var w where
	if q.Partner != "" {
		w.add("id IN (SELECT action FROM joint_action_partners WHERE partner = ?)", q.Partner)
	}
	w.equal("kind", q.Kind)
	w.equal("state", q.State)
	w.before(q.Before)
	return list(ctx, r, scanAction, `SELECT `+ownedColumns+` FROM joint_actions`+w.sql+` ORDER BY id DESC LIMIT ?`, append(w.args, int64(q.Limit))...)
}

// JointActionEntries implements partner.Reader.
func (r reader) JointActionEntries(ctx context.Context, action, after string, limit int) ([]partner.ActionEntry, error) {
	return list(ctx, r, scanDoc[partner.ActionEntry], `SELECT doc FROM joint_action_entries WHERE action = ? AND id > ? ORDER BY id LIMIT ?`, action, after, int64(limit))
}

// PutJointAction implements partner.Tx.
func (t *tx) PutJointAction(ctx context.Context, x *partner.Action) error {
	doc, err := encode(x)
	if err != nil {
		return err
	}
	var changed int64
	if x.Version == 0 {
		changed, err = t.exec(ctx, `INSERT INTO joint_actions (id, kind, state, account, request, version, doc) VALUES (?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO NOTHING`,
			x.ID, x.Kind, x.State, x.Account, x.Request, doc)
	} else {
		changed, err = t.exec(ctx, `UPDATE joint_actions SET state = ?, version = version + 1, doc = ? WHERE id = ? AND version = ?`, x.State, doc, x.ID, x.Version)
	}
	if err := stored(&x.Version, changed, err, "action", x.ID); err != nil {
		return err
	}
	if err := t.run(ctx, `DELETE FROM joint_action_partners WHERE action = ?`, x.ID); err != nil {
		return err
	}
	for _, p := range x.Partners {
		if p.Until != nil {
			continue
		}
		if err := t.run(ctx, `INSERT INTO joint_action_partners (partner, action) VALUES (?, ?) ON CONFLICT DO NOTHING`, p.Partner, x.ID); err != nil {
			return err
		}
	}
	return nil
}

// AddJointActionEntry implements partner.Tx.
func (t *tx) AddJointActionEntry(ctx context.Context, e partner.ActionEntry) error {
	doc, err := encode(e)
	if err != nil {
		return err
	}
	return t.run(ctx, `INSERT INTO joint_action_entries (action, id, doc) VALUES (?, ?, ?)`, e.Action, e.ID, doc)
}

var scanBundle = scanOwned(func(b *partner.Bundle, account, request string, version int64) {
	b.Account, b.Request, b.Version = account, request, version
})

var bundleTable = ownedTable[partner.Bundle]{"bundle", "partner_bundles", ownedColumns, scanBundle}

// PartnerBundle implements partner.Reader.
func (r reader) PartnerBundle(ctx context.Context, id string) (partner.Bundle, error) {
	return bundleTable.byID(ctx, r, id)
}

// PartnerBundleByRequest implements partner.Reader.
func (r reader) PartnerBundleByRequest(ctx context.Context, account, request string) (partner.Bundle, error) {
	return bundleTable.byRequest(ctx, r, account, request)
}

// PartnerBundles implements partner.Reader.
func (r reader) PartnerBundles(ctx context.Context, q partner.BundleQuery) ([]partner.Bundle, error) {
	var w where
	w.equal("partner", q.Partner)
	if q.Action != "" {
		w.add("action = ? AND action <> ''", q.Action)
	}
	w.before(q.Before)
	return list(ctx, r, scanBundle, `SELECT `+ownedColumns+` FROM partner_bundles`+w.sql+` ORDER BY id DESC LIMIT ?`, append(w.args, int64(q.Limit))...)
}

// SpentBundles implements partner.Reader.
func (r reader) SpentBundles(ctx context.Context, now time.Time, limit int) ([]partner.Bundle, error) {
	return list(ctx, r, scanBundle, `SELECT `+ownedColumns+` FROM partner_bundles WHERE spent_at > 0 AND spent_at <= ? ORDER BY spent_at LIMIT ?`, micros(now), int64(limit))
}

// PutPartnerBundle implements partner.Tx.
func (t *tx) PutPartnerBundle(ctx context.Context, b *partner.Bundle) error {
	kept := *b
	kept.Link = ""
	doc, err := encode(kept)
	if err != nil {
		return err
	}
	spent := b.ExpiresAt
	if b.RevokedAt != nil && b.RevokedAt.Before(spent) {
		spent = *b.RevokedAt
	}
	if b.Gone {
		spent = time.Time{}
	}
	if b.Version == 0 {
		changed, err := t.exec(ctx, `INSERT INTO partner_bundles (id, partner, action, spent_at, account, request, version, doc) VALUES (?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO NOTHING`,
			b.ID, b.Partner, b.Action, micros(spent), b.Account, b.Request, doc)
		return stored(&b.Version, changed, err, "bundle", b.ID)
	}
	changed, err := t.exec(ctx, `UPDATE partner_bundles SET spent_at = ?, version = version + 1, doc = ? WHERE id = ? AND version = ?`, micros(spent), doc, b.ID, b.Version)
	return stored(&b.Version, changed, err, "bundle", b.ID)
}
