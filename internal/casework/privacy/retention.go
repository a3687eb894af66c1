package privacy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/policy"
)

// retentionPage is how much of a class one Tick looks at.
const retentionPage = 100

func daysFrom(days int, class, from string) string {
	return fmt.Sprintf("%d days (`%s_days`) from %s", days, class, from)
}

// A look goes through one page of a class, behind a cursor and up to a bound of its IDs; it says where the next one begins, and how much
// ended.
type look func(ctx context.Context, after, before string) (next string, n int, err error)

// retain ends what was kept for as long as policy says, page by page behind a cursor of each class. What is erased in place waits before
// what is held, such as a notice with an open case, and the next round looks at it again; what is dropped goes round what is held.
func (o *Office) retain(ctx context.Context) (int, error) {
	days := o.Policies.Rules("").Retention
	if days == nil {
		return 0, nil
	}
	total := 0
	for _, c := range []struct {
		class, prefix string
		look          look
	}{
		{policy.RetainNotices, "ntc", o.oldNotices},
		{policy.RetainInquiries, "inq", o.oldInquiries},
		{policy.RetainSurveys, "srv", o.oldSurveys},
		{policy.RetainCases, "cas", o.oldCases},
		{policy.RetainReports, "rep", o.dropping(policy.RetainReports)},
		{policy.RetainFilings, "ntc", o.dropping(policy.RetainFilings)}, // of the notice
		{policy.RetainLinks, "lnk", o.dropping(policy.RetainLinks)},
		{policy.RetainAlerts, "alr", o.dropping(policy.RetainAlerts)},
		{policy.RetainActions, "act", o.dropping(policy.RetainActions)},
	} {
		n, err := o.pass(ctx, c.class, c.prefix, o.bound(c.class, *days), c.look)
		if err != nil {
			return total, fmt.Errorf("retention of %s: %w", c.class, err)
		}
		total += n
	}
	n, err := o.daily(ctx, *days)
	return total + n, err
}

// bound is the moment before which a class is old. Reports stay as long as any policy keeps listings.
func (o *Office) bound(class string, r policy.Retention) time.Time {
	days := r.Days(class)
	if class == policy.RetainReports {
		for _, p := range o.Policies {
			days = max(days, p.ListingDays)
		}
	}
	return o.moment().AddDate(0, 0, -days)
}

// pass looks at one page of a class, from its cursor up to what is old enough, and moves the cursor on.
func (o *Office) pass(ctx context.Context, class, prefix string, before time.Time, look look) (int, error) {
	after, err := o.Store.RetentionCursor(ctx, class)
	if err != nil {
		return 0, err
	}
	next, n, err := look(ctx, after, casework.IDAt(prefix, before))
	if err != nil || next == after {
		return n, err
	}
	return n, o.update(ctx, func(tx Tx) error { return tx.PutRetentionCursor(ctx, class, next) })
}

// Old is something of a class that has been kept for long enough; Held is what still needs it.
type Old struct {
	ID   string
	Held bool
}

// dropping drops what is old and not held of a class that the store knows, and begins again at its end.
func (o *Office) dropping(class string) look {
	return func(ctx context.Context, after, before string) (string, int, error) {
		list, err := o.Store.Old(ctx, class, after, before, retentionPage)
		if err != nil {
			return after, 0, err
		}
		var ids []string
		for _, v := range list {
			if after = v.ID; !v.Held {
				ids = append(ids, v.ID)
			}
		}
		if len(list) < retentionPage {
			after = ""
		}
		if len(ids) == 0 {
			return after, 0, nil
		}
		return after, len(ids), o.update(ctx, func(tx Tx) error {
			for _, id := range ids {
				tx.AddAudit(audit.Event{At: o.moment(), Actor: byOffice, Action: "privacy.drop." + class, Subject: id})
			}
			return tx.DropOld(ctx, class, ids)
		})
	}
}

func (o *Office) oldNotices(ctx context.Context, after, before string) (string, int, error) {
	list, err := o.Store.NoticesAfter(ctx, after, before, retentionPage)
	if err != nil {
		return after, 0, err
	}
	n := 0
	for _, v := range list {
		k, err := o.holdNotice(ctx, v)
		if err != nil || k != nil {
			return after, n, err
		}
		if err := o.notice(ctx, v.ID); errors.Is(err, casework.ErrConflict) {
			return after, n, nil
		} else if err != nil {
			return after, n, err
		}
		after = v.ID
		n++
	}
	return after, n, nil
}

// oldCases gives the sellers of closed cases a pseudonym each, which leads from no case to another.
func (o *Office) oldCases(ctx context.Context, after, before string) (string, int, error) {
	list, err := o.Store.CasesAfter(ctx, after, before, retentionPage)
	if err != nil {
		return after, 0, err
	}
	n := 0
	for _, c := range list {
		if hold(c, o.moment()) != nil {
			return after, n, nil
		}
		if c.Seller != "" && !isPseudonym(c.Seller) {
			e := Erasure{Person: Person{Kind: KindSeller, Marketplace: c.Marketplace, Seller: c.Seller}, Pseudonym: newPseudonym()}
			if err := o.sellerCase(ctx, &e, c.ID); err != nil {
				return after, n, err
			}
			n++
		}
		after = c.ID
	}
	return after, n, nil
}

func (o *Office) oldInquiries(ctx context.Context, after, before string) (string, int, error) {
	list, err := o.Store.InquiriesAfter(ctx, after, before, retentionPage)
	if err != nil {
		return after, 0, err
	}
	n := 0
	for _, v := range list {
		if v.Open() {
			return after, n, nil
		}
		if err := o.inquiry(ctx, v.ID); err != nil {
			return after, n, err
		}
		after = v.ID
		n++
	}
	return after, n, nil
}
