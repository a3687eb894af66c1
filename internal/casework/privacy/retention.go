package privacy

import (
	"context"
	"errors"
	"fmt"

	"touchstone/internal/casework"
	"touchstone/internal/policy"
)

// retentionPage is how much of a class one Tick looks at.
const retentionPage = 100

// retain ends what was kept for as long as policy says, page by page behind a cursor of each class. The cursor waits
// before what is held, such as a notice with an open case, and the next round looks at it again.
func (o *Office) retain(ctx context.Context) (int, error) {
	days := o.Policies.Rules("").Retention
	if days == nil {
		return 0, nil
	}
	notices, err := o.pass(ctx, policy.RetainNotices, days.Notices, o.oldNotices)
	if err != nil {
		return notices, fmt.Errorf("retention of notices: %w", err)
	}
	inquiries, err := o.pass(ctx, policy.RetainInquiries, days.Inquiries, o.oldInquiries)
	if err != nil {
		return notices, fmt.Errorf("retention of inquiries: %w", err)
	}
	surveys, err := o.pass(ctx, policy.RetainSurveys, days.SurveyDays(), o.oldSurveys)
	if err != nil {
		return notices + inquiries, fmt.Errorf("retention of surveys: %w", err)
	}
	return notices + inquiries + surveys, nil
}

// pass looks at one page of a class, from its cursor up to what is old enough, and moves the cursor on.
func (o *Office) pass(ctx context.Context, class string, days int, look func(ctx context.Context, after, before string) (next string, n int, err error)) (int, error) {
	after, err := o.Store.RetentionCursor(ctx, class)
	if err != nil {
		return 0, err
	}
	prefix := map[string]string{policy.RetainNotices: "ntc", policy.RetainInquiries: "inq", policy.RetainSurveys: "srv"}[class]
	next, n, err := look(ctx, after, casework.IDAt(prefix, o.moment().AddDate(0, 0, -days)))
	if err != nil || next == after {
		return n, err
	}
	return n, o.update(ctx, func(tx Tx) error { return tx.PutRetentionCursor(ctx, class, next) })
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
