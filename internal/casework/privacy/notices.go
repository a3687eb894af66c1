package privacy

import (
	"context"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
)

// notifier erases who filed notices, by e-mail address, from those of which every case is closed.
func (o *Office) notifier(ctx context.Context, e *Erasure) error {
	for before := ""; ; {
		list, err := o.Store.Notices(ctx, docket.NoticeQuery{Account: e.Person.Account, Before: before, Limit: page})
		if err != nil {
			return err
		}
		for _, n := range list {
			if !e.Person.is(n.Notifier.Email) {
				continue
			}
			k, err := o.holdNotice(ctx, n)
			if err != nil {
				return err
			}
			if k != nil {
				e.keep(*k)
				continue
			}
			if err := o.notice(ctx, n.ID); err != nil {
				return err
			}
			e.count("notices", 1)
		}
		if len(list) < page {
			return nil
		}
		before = list[len(list)-1].ID
	}
}

// holdNotice says why a notice keeps its personal data: a case of it that does.
func (o *Office) holdNotice(ctx context.Context, n docket.Notice) (*Withheld, error) {
	if n.State == docket.NoticeReceived {
		return &Withheld{"notice", n.ID, "The notice is being opened.", o.moment().Add(again)}, nil
	}
	cases, err := o.Store.Cases(ctx, docket.CaseQuery{Notice: n.ID, Limit: docket.MaxListings})
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		if k := hold(c, o.moment()); k != nil {
			return &Withheld{"notice", n.ID, "Case " + c.ID + ": " + k.Why, k.Until}, nil
		}
	}
	return nil, nil
}

// notice takes who filed it out of a notice, with what they wrote, in one transaction with its cases.
func (o *Office) notice(ctx context.Context, id string) error {
	return o.update(ctx, func(tx Tx) error {
		n, err := tx.Notice(ctx, id)
		if err != nil {
			return err
		}
		cases, err := tx.Cases(ctx, docket.CaseQuery{Notice: id, Limit: docket.MaxListings})
		if err != nil {
			return err
		}
		n.Notifier, n.Signature, n.Explanation, n.Reference = docket.Notifier{Name: Erased, Email: Erased}, Erased, Erased, ""
		for i := range n.Items {
			n.Items[i].Note = ""
		}
		if n.TestBuy != nil {
			buy := *n.TestBuy
			buy.Order, buy.Result = Erased, Erased
			n.TestBuy = &buy
		}
		if err := tx.PutNotice(ctx, &n); err != nil {
			return err
		}
		for _, c := range cases {
			if c.State != docket.StateClosed {
				return casework.ErrConflict // opened again meanwhile; the erasure goes on later
			}
			if err := o.answers(ctx, tx, c); err != nil {
				return err
			}
		}
		if err := o.noticeSurveys(ctx, tx, id); err != nil {
			return err
		}
		tx.AddAudit(audit.Event{At: o.moment(), Actor: byOffice, Action: "privacy.erase_notice", Subject: id})
		return tx.EraseSalts(ctx, id)
	})
}

// answers takes what a notifier wrote in a case out of it.
func (o *Office) answers(ctx context.Context, tx Tx, c docket.Case) error {
	changed := false
	if c.Question != nil && c.Question.Answer != "" {
		q := *c.Question
		q.Answer, q.Evidence, changed = Erased, nil, true
		c.Question = &q
	}
	if k := c.Contest; k != nil {
		contest := *k
		if k.Side == docket.SideNotifier {
			contest.Statement, contest.By, contest.Evidence, changed = Erased, Erased, nil, true
		}
		if k.Answer != "" {
			contest.Answer, contest.Proof, changed = Erased, nil, true
		}
		c.Contest = &contest
	}
	if changed {
		if err := tx.PutCase(ctx, &c, 0); err != nil {
			return err
		}
	}
	statements, err := tx.StatementsOf(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, s := range statements {
		s.Facts.Notifier = Erased
		if err := tx.PutStatement(ctx, s); err != nil {
			return err
		}
	}
	if err := tx.EraseEvents(ctx, c.ID, "", "", ""); err != nil {
		return err
	}
	return tx.EraseSalts(ctx, c.ID)
}
