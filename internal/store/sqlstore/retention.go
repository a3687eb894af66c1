package sqlstore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/privacy"
	"touchstone/internal/policy"
)

// droppedClass is how things of a class are found that are old, ?1 and ?2 being the bounds of their IDs, and what is dropped with each.
// The last column says what holds it.
type droppedClass struct {
	table, held string
	drop        []string
}

// openCase is true of a row whose case is not closed.
func openCase(condition string) string {
	return `EXISTS (SELECT 1 FROM cases c WHERE ` + condition + ` AND c.state <> 'closed')`
}

var dropped = map[string]droppedClass{
	policy.RetainReports: {"reports", openCase(`c.report = t.id AND c.report <> ''`), []string{`DELETE FROM batch_lines WHERE report_id = ?`, `DELETE FROM reports WHERE id = ?`}},
	policy.RetainLinks:   {"seller_links", openCase(`c.id = t.case_id`), []string{`DELETE FROM seller_links WHERE id = ?`}},
	policy.RetainFilings: {"filings", `EXISTS (SELECT 1 FROM notices n WHERE n.id = t.id AND n.state <> 'closed')`, []string{`DELETE FROM filings WHERE id = ?`}},
	policy.RetainAlerts:  {"partner_alerts", `1 = 0`, []string{`DELETE FROM partner_alerts WHERE id = ?`}},
	policy.RetainActions: {"joint_actions", `t.state NOT IN ('concluded', 'abandoned') OR EXISTS (SELECT 1 FROM joint_action_entries e WHERE e.action = t.id AND e.id >= 'ent' || substr(?2, 4))
		OR EXISTS (SELECT 1 FROM partner_bundles b WHERE b.action = t.id AND b.spent_at > 0)`,
		[]string{`DELETE FROM joint_action_entries WHERE action = ?`, `DELETE FROM joint_action_partners WHERE action = ?`, `DELETE FROM partner_bundles WHERE action = ?`, `DELETE FROM joint_actions WHERE id = ?`}},
}

// Old implements privacy.Reader.
func (r reader) Old(ctx context.Context, class, after, before string, limit int) ([]privacy.Old, error) {
	c, ok := dropped[class]
	if !ok {
		return nil, fmt.Errorf("retention: the class %q is not dropped", class)
	}
	return list(ctx, r, func(rows Rows) (o privacy.Old, err error) {
		var held int64
		err = rows.Scan(&o.ID, &held)
		o.Held = held == 1
		return o, err
	}, `SELECT t.id, CASE WHEN `+c.held+` THEN 1 ELSE 0 END FROM `+c.table+` t WHERE t.id > ?1 AND t.id < ?2 ORDER BY t.id LIMIT ?3`, after, before, int64(limit))
}

// DropOld implements privacy.Tx.
func (t *tx) DropOld(ctx context.Context, class string, ids []string) error {
	for _, id := range ids {
		for _, query := range dropped[class].drop {
			if err := t.later(ctx, query, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// CasesAfter implements privacy.Reader.
func (r reader) CasesAfter(ctx context.Context, after, before string, limit int) ([]docket.Case, error) {
	return list(ctx, r, scanCase, `SELECT `+caseColumns+` FROM cases WHERE id > ? AND id < ? ORDER BY id LIMIT ?`, after, before, int64(limit))
}

// UnclosedCases implements privacy.Reader.
func (r reader) UnclosedCases(ctx context.Context, after string, limit int) ([]docket.Case, error) {
	return list(ctx, r, scanCase, `SELECT `+caseColumns+` FROM cases WHERE id > ? AND state <> 'closed' ORDER BY id LIMIT ?`, after, int64(limit))
}

// UnsettledInquiries implements privacy.Reader.
func (r reader) UnsettledInquiries(ctx context.Context) ([]string, error) {
	return list(ctx, r, scanText, `SELECT id FROM inquiries WHERE state IN ('open', 'waiting') ORDER BY id`)
}

func scanSellerName(rows Rows) (n privacy.SellerName, err error) {
	return n, rows.Scan(&n.Marketplace, &n.Seller)
}

// Storefronts implements privacy.Reader.
func (r reader) Storefronts(ctx context.Context, after privacy.SellerName, limit int) ([]privacy.SellerName, error) {
	return list(ctx, r, scanSellerName, `SELECT marketplace, seller FROM storefronts WHERE (marketplace, seller) > (?, ?) ORDER BY marketplace, seller LIMIT ?`, after.Marketplace, after.Seller, int64(limit))
}

// OldSellers implements privacy.Reader.
func (r reader) OldSellers(ctx context.Context, before time.Time, limit int) ([]privacy.SellerName, error) {
	return list(ctx, r, scanSellerName,
		`SELECT p.marketplace, p.seller FROM seller_profiles p WHERE p.seen_at < ? AND NOT `+openCase(`c.marketplace = p.marketplace AND c.seller = p.seller`)+`
		AND NOT EXISTS (SELECT 1 FROM storefronts s WHERE s.marketplace = p.marketplace AND s.seller = p.seller)
		AND NOT EXISTS (SELECT 1 FROM family_members f WHERE f.marketplace = p.marketplace AND f.seller = p.seller)
		AND (p.marketplace, p.seller) NOT IN (SELECT l.marketplace, l.seller FROM listings l WHERE l.seller <> '')
		ORDER BY p.marketplace, p.seller LIMIT ?`, micros(before), int64(limit))
}

// CertificatesAfter implements privacy.Reader.
func (r reader) CertificatesAfter(ctx context.Context, after string, limit int) ([]dossier.Certificate, error) {
	return list(ctx, r, scanCertificate, `SELECT doc, version FROM certificates WHERE id > ? ORDER BY id LIMIT ?`, after, int64(limit))
}

// FilesAfter implements privacy.Reader.
func (r reader) FilesAfter(ctx context.Context, after string, before time.Time, limit int) ([]dossier.SentFile, error) {
	hash, account, _ := strings.Cut(after, "/")
	return list(ctx, r, scanDoc[dossier.SentFile], `SELECT doc FROM files WHERE (hash, account) > (?, ?) AND at < ? ORDER BY hash, account LIMIT ?`, hash, account, micros(before), int64(limit))
}

// DeletePower implements privacy.Tx.
func (t *tx) DeletePower(ctx context.Context, id string) error {
	return t.run(ctx, `DELETE FROM powers WHERE id = ?`, id)
}

// DropFile implements privacy.Tx.
func (t *tx) DropFile(ctx context.Context, account, hash string) error {
	return t.run(ctx, `DELETE FROM files WHERE hash = ? AND account = ?`, hash, account)
}

// ErasePast implements privacy.Tx.
func (t *tx) ErasePast(ctx context.Context, caseID, pseudonym string) error {
	found, err := list(ctx, t.reader, scanDoc[followup.Past], `SELECT doc FROM past WHERE case_id = ?`, caseID)
	if err != nil || len(found) == 0 {
		return err
	}
	p := found[0]
	p.Seller = pseudonym
	return t.PutPast(ctx, p)
}
