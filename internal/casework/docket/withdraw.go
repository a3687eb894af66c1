package docket

import (
	"context"
	"errors"
	"fmt"

	"touchstone/internal/casework"
	"touchstone/internal/policy"
)

// Withdrawal is what became of a notice that its notifier withdrew.
type Withdrawal struct {
	Notice    Notice `json:"notice"`
	Withdrawn int    `json:"withdrawn" doc:"cases that were not decided yet, and end with it"`
	Decided   int    `json:"decided" doc:"cases that were decided before, and stay as they are"`
}

// Withdraw ends the undecided cases of a notice for its notifier, whoever has claimed them; what was held back goes on sale. It counts
// less against a notifier than a notice that is declined. Withdrawn again, it changes nothing.
func (d *Docket) Withdraw(ctx context.Context, a casework.Actor, id, remark string) (Withdrawal, error) {
	var f faults
	f.text("remark", remark, 0, 2000)
	if err := f.err(); err != nil {
		return Withdrawal{}, err
	}
	n, err := d.Notice(ctx, a, id)
	if err != nil {
		return Withdrawal{}, err
	}
	if err := d.mayWithdraw(ctx, a, n); err != nil {
		return Withdrawal{}, err
	}
	if err := d.OpenCases(ctx, n.ID); err != nil { // those that wait for their opening are opened to be ended
		return Withdrawal{}, err
	}
	var out Withdrawal
	for _, it := range n.Items {
		done, err := d.withdrawCase(ctx, a, it.Case, remark)
		if err != nil {
			return Withdrawal{}, fmt.Errorf("withdraw notice %s: %w", n.ID, err)
		}
		if done {
			out.Withdrawn++
		} else {
			out.Decided++
		}
	}
	out.Notice, err = d.Store.Notice(ctx, n.ID)
	return out, err
}

func (d *Docket) mayWithdraw(ctx context.Context, a casework.Actor, n Notice) error {
	if a.Operates() {
		return nil
	}
	if a.Role != roleHolder && a.Role != roleAgent {
		return fmt.Errorf("%w: a notice is withdrawn by its notifier, with a key of theirs", casework.ErrForbidden)
	}
	market, err := d.Registry.Marketplace(ctx, n.Marketplace)
	if err != nil {
		return err
	}
	return a.Permit(n.Account, n.Holder, casework.ScopeNotices, market.Territories)
}

// withdrawCase ends one case; false when it was decided already.
func (d *Docket) withdrawCase(ctx context.Context, a casework.Actor, id, remark string) (bool, error) {
	done := false
	_, err := d.change(ctx, a.Person(), id, "case.withdraw", anyCase, func(s *step) error {
		done = false
		if !s.c.Undecided() {
			done = s.c.Decision != nil && s.c.Decision.Code == Withdrawn
			return errNothing
		}
		dec := s.decision(OutcomeDeclined, Withdrawn, remark)
		dec.Automatic = AutomationNone
		if err := s.c.settle(dec, s.now, s.deadline(policy.DeadlineComplaint)); err != nil {
			return err
		}
		done = true
		return d.record(s)
	})
	if errors.Is(err, casework.ErrNotFound) {
		return false, nil
	}
	return done, err
}

// sent is a fault unless the account sent all files of some evidence here.
func (d *Docket) sent(ctx context.Context, account, field string, evidence []Evidence) error {
	if d.Files == nil || len(evidence) == 0 {
		return nil
	}
	var hashes []string
	for _, e := range evidence {
		hashes = append(hashes, e.Blob)
	}
	missing, err := d.Files.Sent(ctx, account, hashes)
	if err != nil || missing == "" {
		return err
	}
	var f faults
	for i, h := range hashes {
		f.check(h != missing, fmt.Sprintf("%s[%d].blob", field, i), "there is no file of that hash from this account; send it first (POST /v1/files)")
	}
	return f.err()
}
