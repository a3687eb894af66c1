package docket

import (
	"context"
	"fmt"
	"strings"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
)

// sees hides cases of others: reviewers and operators see all; holders and agents what is about their rights; a seller what was
// decided about their own listings; a pipeline, by its bound key, what was decided on its marketplace.
func sees(a casework.Actor, c Case) error {
	switch {
	case a.SeesAll():
		return nil
	case (a.Role == roleHolder || a.Role == roleAgent) && a.Owns(c.Account, c.Holder):
		return nil
	case a.Role == roleSeller && sellerOf(a, c):
		return nil
	case a.Role == rolePipeline && a.Subject == c.Marketplace:
		return nil
	}
	return a.Hides("case", c.ID, c.Holder)
}

// Case shows a case to those who may see it. Each viewing is a row of the audit log: the first look of somebody at a version of a case, with what
// they look at of it within ViewingMinutes.
func (d *Docket) Case(ctx context.Context, a casework.Actor, id string) (Case, []Decision, error) {
	c, list, err := d.look(ctx, a, id)
	if err != nil {
		return Case{}, nil, fmt.Errorf("case: %w", err)
	}
	seen := viewing{a.Person(), id, c.Version}
	if !d.viewed.since(seen, d.moment()) {
		err := d.Store.Update(ctx, func(tx Tx) error {
			tx.AddAudit(entry(d.moment(), a.Person(), "case.view", id, map[string]int64{"version": c.Version}))
			return nil
		})
		if err != nil {
			return Case{}, nil, fmt.Errorf("case: %w", err)
		}
		d.viewed.note(seen, d.moment())
	}
	return c, list, nil
}

func (d *Docket) look(ctx context.Context, a casework.Actor, id string) (Case, []Decision, error) {
	c, err := d.Store.Case(ctx, id)
	if err != nil {
		return Case{}, nil, err
	}
	if err := sees(a, c); err != nil {
		return Case{}, nil, err
	}
	list, err := d.Store.Decisions(ctx, id)
	return c, list, err
}

// Cases lists the cases that the actor may see, newest first.
func (d *Docket) Cases(ctx context.Context, a casework.Actor, q CaseQuery) ([]Case, error) {
	switch {
	case a.SeesAll():
	case a.Role == roleHolder || a.Role == roleAgent:
		var some bool
		if q.Account, q.Holder, some = a.Reach(q.Holder); !some {
			return nil, nil
		}
	case a.Role == roleSeller || a.Role == rolePipeline:
		market, seller, _ := strings.Cut(a.Subject, "/")
		if a.Role == roleSeller && (market == "" || seller == "") || market == "" {
			return nil, unbound(a)
		}
		if q.Marketplace != "" && q.Marketplace != market || q.Seller != "" && a.Role == roleSeller && q.Seller != seller {
			return nil, nil
		}
		if q.Marketplace = market; a.Role == roleSeller {
			q.Seller, q.Decided = seller, true
		}
	default:
		return nil, fmt.Errorf("%w: role %q sees no cases", casework.ErrForbidden, a.Role)
	}
	list, err := d.Store.Cases(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	return list, nil
}

func unbound(a casework.Actor) error {
	if a.Role == roleSeller {
		return fmt.Errorf("%w: a seller's key has to be bound to MARKETPLACE/SELLER (subject) for this; issue one", casework.ErrForbidden)
	}
	return fmt.Errorf("%w: a pipeline's key has to be bound to its marketplace (subject) for this; issue one", casework.ErrForbidden)
}

// Notice shows a notice to its notifier, reviewers and operators.
func (d *Docket) Notice(ctx context.Context, a casework.Actor, id string) (Notice, error) {
	n, err := d.Store.Notice(ctx, id)
	if err == nil && !a.SeesAll() && ((a.Role != roleHolder && a.Role != roleAgent) || !a.Owns(n.Account, n.Holder)) {
		err = a.Hides("notice", id, n.Holder)
	}
	if err != nil {
		return Notice{}, fmt.Errorf("notice: %w", err)
	}
	return n, nil
}

// Notices lists notices, newest first.
func (d *Docket) Notices(ctx context.Context, a casework.Actor, q NoticeQuery) ([]Notice, error) {
	if !a.SeesAll() {
		if a.Account == "" {
			return nil, fmt.Errorf("%w: this key belongs to no account", casework.ErrForbidden)
		}
		var some bool
		if q.Account, q.Holder, some = a.Reach(q.Holder); !some {
			return nil, nil
		}
	}
	list, err := d.Store.Notices(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	return list, nil
}

// Queue lists what waits in a queue, by rank, for those who judge.
func (d *Docket) Queue(ctx context.Context, a casework.Actor, q QueueQuery) ([]QueueEntry, error) {
	if err := mayReview(a); err != nil {
		return nil, err
	}
	list, err := d.Store.Queue(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list queue: %w", err)
	}
	return list, nil
}

// QueueCounts tells how many cases wait, by queue, marketplace and band.
func (d *Docket) QueueCounts(ctx context.Context, a casework.Actor) ([]QueueCount, error) {
	if err := mayReview(a); err != nil {
		return nil, err
	}
	list, err := d.Store.QueueCounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("count queues: %w", err)
	}
	return list, nil
}

// Events is the feed, in the order of commits, as far as the actor may see it: a pipeline its marketplace's, a holder or agent
// those about their rights, a partner what it was told, reviewers and operators all.
func (d *Docket) Events(ctx context.Context, a casework.Actor, q EventQuery) ([]Event, error) {
	switch {
	case a.SeesAll():
	case a.Role == roleHolder || a.Role == roleAgent:
		q.Account, q.Holder = a.Account, a.Subject
	case a.Role == rolePipeline && a.Subject != "":
		q.Marketplace = a.Subject
	case a.Role == rolePipeline:
		return nil, unbound(a)
	case a.Role == rolePartner && a.Partner != "":
		q.Account = a.Partner
	case a.Role == rolePartner:
		return nil, fmt.Errorf("%w: this key acts for no partner whose agreement holds", casework.ErrForbidden)
	default:
		return nil, fmt.Errorf("%w: role %q reads no events", casework.ErrForbidden, a.Role)
	}
	list, err := d.Store.Events(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return list, nil
}

// Audits are rows of the audit log from behind a number, for those who run the service.
func (d *Docket) Audits(ctx context.Context, a casework.Actor, subject string, after int64, limit int) ([]audit.Entry, error) {
	if !a.Operates() {
		return nil, fmt.Errorf("%w: role %q may not read the audit log", casework.ErrForbidden, a.Role)
	}
	list, err := d.Store.Audits(ctx, subject, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	return list, nil
}
