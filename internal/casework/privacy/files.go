package privacy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/casework/partner"
	"touchstone/internal/policy"
)

// Files keeps bytes by hash; *blob.Store is one.
type Files interface {
	// Hold renews a class's hold on bytes that are there; blob.ErrNotFound where they are not.
	Hold(ctx context.Context, class blob.Class, hash string) error
	// Expire ends a class's hold on what was last given or held before a moment.
	Expire(ctx context.Context, class blob.Class, before time.Time) (removed int, err error)
	Get(ctx context.Context, hash string) ([]byte, error)
}

// oldFiles ends files: whatever is open renews the hold on what it names, and what nobody held since long goes, with its rows.
func (o *Office) oldFiles(ctx context.Context, before time.Time) (int, error) {
	if o.Files == nil {
		return 0, nil
	}
	if old, err := o.anyOld(ctx, before); err != nil || !old {
		return 0, err
	}
	if err := o.holdOpen(ctx); err != nil {
		return 0, err
	}
	if err := o.holdShared(ctx); err != nil {
		return 0, err
	}
	n := 0
	for _, class := range []blob.Class{blob.Evidence, blob.Certificate} {
		gone, err := o.Files.Expire(ctx, class, before)
		if err != nil {
			return n, err
		}
		n += gone
	}
	return n, o.dropRows(ctx, before)
}

// anyOld tells whether anything of before a moment can have left a file: a row of one, a case, or a report. A service that is younger than
// its files are kept has no need to go through all that is open.
func (o *Office) anyOld(ctx context.Context, before time.Time) (bool, error) {
	files, err := o.Store.FilesAfter(ctx, "", before, 1)
	if err != nil || len(files) > 0 {
		return len(files) > 0, err
	}
	cases, err := o.Store.CasesAfter(ctx, "", casework.IDAt("cas", before), 1)
	if err != nil || len(cases) > 0 {
		return len(cases) > 0, err
	}
	reports, err := o.Store.Old(ctx, policy.RetainReports, "", casework.IDAt("rep", before), 1)
	return len(reports) > 0, err
}

func (o *Office) renew(ctx context.Context, class blob.Class, hashes ...string) error {
	for _, hash := range hashes {
		if hash == "" {
			continue
		}
		if err := o.Files.Hold(ctx, class, hash); err != nil && !errors.Is(err, blob.ErrNotFound) && !errors.Is(err, blob.ErrHash) {
			return fmt.Errorf("hold file: %w", err)
		}
	}
	return nil
}

// holdOpen renews what open cases, their notices and open inquiries name.
func (o *Office) holdOpen(ctx context.Context) error {
	notices := map[string]bool{}
	err := each(func(after string) ([]docket.Case, error) { return o.Store.UnclosedCases(ctx, after, page) }, func(c docket.Case) string { return c.ID },
		func(c docket.Case) error {
			if c.Notice != "" && !notices[c.Notice] {
				notices[c.Notice] = true
				n, err := o.Store.Notice(ctx, c.Notice)
				if err != nil {
					return err
				}
				for _, e := range n.Evidence {
					if err := o.renew(ctx, blob.Evidence, e.Blob); err != nil {
						return err
					}
				}
			}
			return o.renew(ctx, blob.Evidence, evidence(c)...)
		})
	if err != nil {
		return err
	}
	open, err := o.Store.UnsettledInquiries(ctx)
	if err != nil {
		return err
	}
	for _, id := range open {
		messages, err := o.Store.InquiryMessages(ctx, id, "", 10*page)
		if err != nil {
			return err
		}
		for _, m := range messages {
			if err := o.renew(ctx, blob.Evidence, m.Files...); err != nil {
				return err
			}
		}
	}
	return nil
}

// holdShared renews what certificates, powers of attorney, joint actions and bundles consist of: these end by themselves, and their
// bytes after them.
func (o *Office) holdShared(ctx context.Context) error {
	err := each(func(after string) ([]dossier.Certificate, error) { return o.Store.CertificatesAfter(ctx, after, page) },
		func(c dossier.Certificate) string { return c.ID }, func(c dossier.Certificate) error { return o.renew(ctx, blob.Certificate, c.File) })
	if err != nil {
		return err
	}
	err = each(func(after string) ([]dossier.Power, error) {
		return o.Store.Powers(ctx, dossier.PowerQuery{After: after, Limit: page})
	},
		func(p dossier.Power) string { return p.ID }, func(p dossier.Power) error { return o.renew(ctx, blob.Certificate, p.File) })
	if err != nil {
		return err
	}
	for before := ""; ; {
		list, err := o.Store.JointActions(ctx, partner.ActionQuery{Before: before, Limit: page})
		if err != nil {
			return err
		}
		for _, x := range list {
			for _, d := range x.Documents {
				if err := o.renew(ctx, blob.Evidence, d.Hash); err != nil {
					return err
				}
			}
			before = x.ID
		}
		if len(list) < page {
			break
		}
	}
	bundles, err := o.Store.SpentBundles(ctx, o.moment().AddDate(100, 0, 0), 100*page)
	for _, b := range bundles {
		err = errors.Join(err, o.renew(ctx, blob.Evidence, b.Hash))
	}
	return err
}

// dropRows drops the rows of files whose bytes have gone.
func (o *Office) dropRows(ctx context.Context, before time.Time) error {
	for after := ""; ; {
		list, err := o.Store.FilesAfter(ctx, after, before, page)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, f := range list {
			after = f.Hash + "/" + f.Account
			if _, err := o.Files.Get(ctx, f.Hash); !errors.Is(err, blob.ErrNotFound) {
				continue
			}
			err := o.update(ctx, func(tx Tx) error {
				tx.AddAudit(audit.Event{At: o.moment(), Actor: byOffice, Action: "privacy.drop.file", Subject: f.Hash})
				return tx.DropFile(ctx, f.Account, f.Hash)
			})
			if err != nil {
				return err
			}
		}
	}
}
