package privacy

import (
	"context"
	"errors"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/enforce"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/survey"
)

// page is how many cases and notices are read at a time.
const page = 200

// again is when something that is kept without a known end is looked at again.
const again = 24 * time.Hour

// hold says why a case keeps its personal data, and until when it is looked at again; nil for one that does not.
func hold(c docket.Case, now time.Time) *Withheld {
	switch {
	case c.State == docket.StateClosed:
		return nil
	case c.Undecided():
		return &Withheld{"case", c.ID, "The case is open: who decides and who answers need to know whom it is about.", now.Add(again)}
	case c.State == docket.StateContest:
		return &Withheld{"case", c.ID, "The decision is being complained of.", now.Add(again)}
	case c.AppealBy != nil && c.AppealBy.After(now):
		return &Withheld{"case", c.ID, "The decision can still be complained of.", *c.AppealBy}
	}
	return &Withheld{"case", c.ID, "The case closes within the day.", now.Add(again)}
}

// seller erases a seller: their cases, what followed from them, links, inquiries and profile.
func (o *Office) seller(ctx context.Context, e *Erasure) error {
	p := e.Person
	for before := ""; ; {
		cases, err := o.Store.Cases(ctx, docket.CaseQuery{Marketplace: p.Marketplace, Seller: p.Seller, Before: before, Limit: page})
		if err != nil {
			return err
		}
		for _, c := range cases {
			if k := hold(c, o.moment()); k != nil {
				e.keep(*k)
				continue
			}
			if err := o.sellerCase(ctx, e, c.ID); err != nil {
				return err
			}
			e.count("cases", 1)
		}
		if len(cases) < page {
			break
		}
		before = cases[len(cases)-1].ID
	}
	if err := o.inquiries(ctx, e, inquiry.Query{Subject: p.Marketplace + "/" + p.Seller}); err != nil {
		return err
	}
	if err := o.surveys(ctx, e, survey.Query{Subject: p.Marketplace + "/" + p.Seller}); err != nil {
		return err
	}
	if err := o.penalties(ctx, e); err != nil {
		return err
	}
	if err := o.Forget(ctx, p.Marketplace, p.Seller); err != nil && !errors.Is(err, casework.ErrNotFound) {
		return err
	}
	e.keep(Withheld{What: "listings and reports", Why: "What was scored is kept as long as the marketplace's policy says, and leaves by itself."})
	e.keep(Withheld{What: "audit log", Why: "The log names who acted by the marketplace's ID of the seller; it cannot be changed, and tells nothing else of them."})
	return nil
}

// sellerCase takes the seller out of one closed case, in one transaction.
func (o *Office) sellerCase(ctx context.Context, e *Erasure, id string) error {
	return o.update(ctx, func(tx Tx) error {
		c, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		if c.State != docket.StateClosed { // opened again meanwhile
			return nil
		}
		c.Seller, c.Title = e.Pseudonym, ""
		if c.Contest != nil && c.Contest.Side == docket.SideSeller {
			k := *c.Contest
			k.Statement, k.By, k.Evidence = Erased, e.Pseudonym, nil
			c.Contest = &k
		}
		if err := tx.PutCase(ctx, &c, 0); err != nil {
			return err
		}
		if err := o.storefront(ctx, tx, e, c); err != nil {
			return err
		}
		if err := o.sellerPapers(ctx, tx, e, c.ID); err != nil {
			return err
		}
		if err := tx.ErasePast(ctx, c.ID, e.Pseudonym); err != nil {
			return err
		}
		if err := tx.EraseEvents(ctx, c.ID, e.Person.Marketplace, e.Person.Seller, e.Pseudonym); err != nil {
			return err
		}
		if err := tx.EraseSalts(ctx, c.ID); err != nil {
			return err
		}
		tx.AddAudit(audit.Event{At: o.moment(), Actor: byOffice, Action: "privacy.erase_case", Subject: c.ID})
		return nil
	})
}

// storefront takes the seller out of what names a store as its target: the case's subject, and its notice.
func (o *Office) storefront(ctx context.Context, tx Tx, e *Erasure, c docket.Case) error {
	if c.Target != docket.TargetStorefront {
		return nil
	}
	if err := tx.EraseSubject(ctx, c.ID, e.Person.Seller, e.Pseudonym); err != nil || c.Notice == "" {
		return err
	}
	n, err := tx.Notice(ctx, c.Notice)
	if err != nil {
		return err
	}
	if n.Storefront != e.Person.Seller {
		return nil
	}
	n.Storefront = e.Pseudonym
	return tx.PutNotice(ctx, &n)
}

// sellerPapers takes the seller out of what hangs on a case: orders, the verdict, statements, links.
func (o *Office) sellerPapers(ctx context.Context, tx Tx, e *Erasure, id string) error {
	orders, err := tx.Enforcements(ctx, docket.EnforcementQuery{Case: id, Limit: page})
	if err != nil {
		return err
	}
	for _, order := range orders {
		order.Seller = e.Pseudonym
		if err := tx.PutEnforcement(ctx, order); err != nil {
			return err
		}
	}
	v, err := tx.Verdict(ctx, id)
	if err == nil {
		v.Seller = e.Pseudonym
		err = tx.PutVerdict(ctx, v)
	}
	if err != nil && !errors.Is(err, casework.ErrNotFound) {
		return err
	}
	statements, err := tx.StatementsOf(ctx, id)
	if err != nil {
		return err
	}
	for _, s := range statements {
		s.Seller, s.Facts.Seller, s.Facts.Title = e.Pseudonym, e.Pseudonym, ""
		if err := tx.PutStatement(ctx, s); err != nil {
			return err
		}
	}
	links, err := tx.SellerLinks(ctx, id, page)
	if err != nil {
		return err
	}
	for _, l := range links {
		now := o.moment()
		l.Seller = e.Person.Marketplace + "/" + e.Pseudonym
		if l.RevokedAt == nil {
			l.RevokedAt, l.RevokedBy = &now, byOffice
		}
		if err := tx.PutSellerLink(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// penalties gives the store's ledger to the pseudonym, once nothing in it counts any more.
func (o *Office) penalties(ctx context.Context, e *Erasure) error {
	p, now := e.Person, o.moment()
	ledger, err := o.Store.Ledger(ctx, p.Marketplace, p.Seller)
	if err != nil {
		return err
	}
	if len(ledger) == 0 { // the feed may name the store all the same, as one that was asked in a survey
		return o.update(ctx, func(tx Tx) error { return tx.EraseEvents(ctx, "", p.Marketplace, p.Seller, e.Pseudonym) })
	}
	state := enforce.Fold(*o.Policies.Rules("").Penalties, ledger, now)
	switch {
	case state.Closed:
		e.keep(Withheld{What: "penalties", Why: "The store was closed for repeated infringement; it stays known, so that it does not simply open again."})
		return nil
	case !state.Next.IsZero():
		e.keep(Withheld{What: "penalties", Why: "Strikes or points of the store still count.", Until: state.Next})
		return nil
	}
	e.count("penalties", len(ledger))
	return o.update(ctx, func(tx Tx) error {
		if err := tx.EraseEvents(ctx, "", p.Marketplace, p.Seller, e.Pseudonym); err != nil {
			return err
		}
		return tx.MoveStore(ctx, p.Marketplace, p.Seller, e.Pseudonym)
	})
}

// inquiries erases what was asked and answered in settled threads.
func (o *Office) inquiries(ctx context.Context, e *Erasure, q inquiry.Query) error {
	for q.Limit = page; ; {
		list, err := o.Store.Inquiries(ctx, q)
		if err != nil {
			return err
		}
		for _, i := range list {
			if i.Open() {
				e.keep(Withheld{"inquiry", i.ID, "The inquiry is not settled.", o.moment().Add(again)})
				continue
			}
			if err := o.inquiry(ctx, i.ID); err != nil {
				return err
			}
			e.count("inquiries", 1)
		}
		if len(list) < page {
			return nil
		}
		q.Before = list[len(list)-1].ID
	}
}

// inquiry erases the words of one settled thread.
func (o *Office) inquiry(ctx context.Context, id string) error {
	return o.update(ctx, func(tx Tx) error {
		i, err := tx.Inquiry(ctx, id)
		if err != nil || i.Open() {
			return err
		}
		i.Title, i.Asked, i.Subject, i.ReopenUntil = Erased, Erased, "", nil
		if err := tx.PutInquiry(ctx, &i); err != nil {
			return err
		}
		if _, err := tx.EraseMessages(ctx, id, Erased); err != nil {
			return err
		}
		tx.AddAudit(audit.Event{At: o.moment(), Actor: byOffice, Action: "privacy.erase_inquiry", Subject: id})
		return tx.EraseSalts(ctx, id)
	})
}

// user erases who signs in. Their ID stays in decisions, which have to be answered for, and leads to nobody.
func (o *Office) user(ctx context.Context, e *Erasure) error {
	p, err := o.Store.Person(ctx, e.Person.User)
	if err != nil {
		return notFound("user", e.Person.User)
	}
	if err := o.Store.DropSessions(ctx, p.ID); err != nil {
		return err
	}
	p.Email, p.Name, p.Password, p.Secret, p.Disabled = p.ID+"@erased.invalid", Erased, "", "", true
	if err := o.Store.PutPerson(ctx, p); err != nil {
		return err
	}
	e.count("users", 1)
	e.keep(Withheld{What: "decisions and audit log", Why: "What was decided has to be answered for: it names an ID that leads to nobody any more."})
	return nil
}
