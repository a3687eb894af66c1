package privacy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/casework/enforce"
	"touchstone/internal/policy"
)

// dailyCursor is the day on which what has no order of its own was last looked at.
const dailyCursor = "daily"

// daily ends, once a day, what is found by more than its age: penalties, linked sellers, papers and files.
func (o *Office) daily(ctx context.Context, days policy.Retention) (int, error) {
	today := o.moment().Format(time.DateOnly)
	last, err := o.Store.RetentionCursor(ctx, dailyCursor)
	if err != nil || last == today {
		return 0, err
	}
	total := 0
	for _, c := range []struct {
		class string
		end   func(ctx context.Context, before time.Time) (int, error)
	}{
		{policy.RetainPenalties, o.oldPenalties}, {policy.RetainSellers, o.oldSellers}, {policy.RetainPapers, o.oldPapers}, {policy.RetainFiles, o.oldFiles},
	} {
		n, err := c.end(ctx, o.bound(c.class, days))
		if err != nil {
			return total, fmt.Errorf("retention of %s: %w", c.class, err)
		}
		total += n
	}
	return total, o.update(ctx, func(tx Tx) error { return tx.PutRetentionCursor(ctx, dailyCursor, today) })
}

// newPseudonym is one that stands for somebody from now on; nothing leads back from it.
func newPseudonym() string {
	return pseudonymPrefix + strings.TrimPrefix(casework.NewID("era"), "era_")
}

const pseudonymPrefix = "erased-"

func isPseudonym(seller string) bool { return strings.HasPrefix(seller, pseudonymPrefix) }

// oldPenalties gives ledgers in which nothing counts any more to pseudonyms. A store that was closed stays known.
func (o *Office) oldPenalties(ctx context.Context, before time.Time) (int, error) {
	n, rules := 0, *o.Policies.Rules("").Penalties
	for after := (SellerName{}); ; {
		list, err := o.Store.Storefronts(ctx, after, retentionPage)
		if err != nil || len(list) == 0 {
			return n, err
		}
		for _, s := range list {
			after = s
			if isPseudonym(s.Seller) {
				continue
			}
			ledger, err := o.Store.Ledger(ctx, s.Marketplace, s.Seller)
			if err != nil {
				return n, err
			}
			state := enforce.Fold(rules, ledger, o.moment())
			if state.Closed || !state.Next.IsZero() || latest(ledger).After(before) {
				continue
			}
			err = o.update(ctx, func(tx Tx) error {
				tx.AddAudit(audit.Event{At: o.moment(), Actor: byOffice, Action: "privacy.erase_penalties", Subject: s.Marketplace})
				return tx.MoveStore(ctx, s.Marketplace, s.Seller, newPseudonym())
			})
			if err != nil {
				return n, err
			}
			n++
		}
	}
}

func latest(ledger []enforce.LedgerEntry) (at time.Time) {
	for _, e := range ledger {
		if e.At.After(at) {
			at = e.At
		}
	}
	return at
}

// oldSellers forgets what links sellers whom nothing else names any more.
func (o *Office) oldSellers(ctx context.Context, before time.Time) (int, error) {
	n := 0
	for {
		list, err := o.Store.OldSellers(ctx, before, retentionPage)
		if err != nil {
			return n, err
		}
		for _, s := range list {
			if err := o.Forget(ctx, s.Marketplace, s.Seller); err != nil && !errors.Is(err, casework.ErrNotFound) {
				return n, err
			}
			n++
		}
		if len(list) < retentionPage {
			return n, nil
		}
	}
}

// oldPapers drops certificates of rights that ended, and powers of attorney that did.
func (o *Office) oldPapers(ctx context.Context, before time.Time) (int, error) {
	n := 0
	drop := func(kind, id string) error {
		n++
		return o.update(ctx, func(tx Tx) error {
			tx.AddAudit(audit.Event{At: o.moment(), Actor: byOffice, Action: "privacy.drop." + kind, Subject: id})
			if kind == "certificate" {
				return tx.DeleteCertificate(ctx, id)
			}
			return tx.DeletePower(ctx, id)
		})
	}
	err := each(func(after string) ([]dossier.Certificate, error) { return o.Store.CertificatesAfter(ctx, after, page) },
		func(c dossier.Certificate) string { return c.ID }, func(c dossier.Certificate) error {
			ended, err := o.rightEnded(ctx, c.Right)
			if err != nil || ended.IsZero() || ended.After(before) {
				return err
			}
			return drop("certificate", c.ID)
		})
	if err != nil {
		return n, err
	}
	err = each(func(after string) ([]dossier.Power, error) {
		return o.Store.Powers(ctx, dossier.PowerQuery{After: after, Limit: page})
	},
		func(p dossier.Power) string { return p.ID }, func(p dossier.Power) error {
			if ended := powerEnded(p, o.moment()); !ended.IsZero() && ended.Before(before) {
				return drop("power", p.ID)
			}
			return nil
		})
	return n, err
}

// rightEnded is when a right ended: its last day, or the decision against it; zero while it holds or waits.
func (o *Office) rightEnded(ctx context.Context, id string) (time.Time, error) {
	r, err := o.Store.Right(ctx, id)
	if err != nil || r.State != casework.StateExpired && r.State != casework.StateRejected {
		return time.Time{}, err
	}
	if r.State == casework.StateExpired && !r.Until().IsZero() {
		return r.Until(), nil
	}
	decided, err := o.Store.Verifications(ctx, id)
	if err != nil || len(decided) == 0 {
		return r.CreatedAt, err
	}
	return decided[len(decided)-1].At, nil
}

func powerEnded(p dossier.Power, now time.Time) time.Time {
	switch p.StateAt(now) {
	case dossier.PowerExpired:
		return *p.ValidTo
	case dossier.PowerRejected, dossier.PowerRevoked:
		if p.DecidedAt != nil {
			return *p.DecidedAt
		}
	}
	return time.Time{}
}

// each calls do with everything that list gives, page after page.
func each[T any](list func(after string) ([]T, error), id func(T) string, do func(T) error) error {
	for after := ""; ; {
		found, err := list(after)
		if err != nil || len(found) == 0 {
			return err
		}
		for _, v := range found {
			after = id(v)
			if err := do(v); err != nil {
				return err
			}
		}
	}
}

// evidence of a case: what its notice, its question and its complaint name, and the pictures that it shows.
func evidence(c docket.Case) (hashes []string) {
	add := func(list []docket.Evidence) {
		for _, e := range list {
			hashes = append(hashes, e.Blob)
		}
	}
	hashes = append(hashes, c.Evidence...)
	if c.Question != nil {
		add(c.Question.Evidence)
	}
	if c.Contest != nil {
		add(c.Contest.Evidence)
		add(c.Contest.Proof)
	}
	return append(hashes, c.Pictures...)
}
