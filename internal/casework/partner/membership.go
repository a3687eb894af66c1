package partner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/casework"
)

// Make keeps a new partner with its agreement. The same request key again returns the one that was made the first time.
func (s *Alliance) Make(ctx context.Context, a casework.Actor, in Partner) (Partner, error) {
	if err := mayManage(a); err != nil {
		return Partner{}, err
	}
	now := s.moment()
	p := Partner{ID: casework.NewID("ptn"), Name: tidy(in.Name), Kind: in.Kind, Country: in.Country, Email: in.Email, Holders: in.Holders, Agreement: in.Agreement,
		CreatedAt: now, Account: a.Account, Request: in.Request}
	if err := s.check(ctx, a, &p); err != nil {
		return Partner{}, err
	}
	var out Partner
	err := s.update(ctx, "make partner", func(t Tx) error {
		was, found, err := again(p.Request, func() (Partner, error) { return t.PartnerByRequest(ctx, a.Account, p.Request) })
		if err != nil || found {
			out = was
			return err
		}
		n := p
		n.note(HistoryStep{now, a.Person(), ChangeMade, n.Agreement.Reference})
		t.AddAudit(entry(now, a.Person(), "partner.make", n.ID, n))
		if err := t.PutPartner(ctx, &n); err != nil {
			return err
		}
		out = n
		return nil
	})
	return out.at(now), err
}

// check tidies and validates a partner, and looks up what its agreement names.
func (s *Alliance) check(ctx context.Context, a casework.Actor, p *Partner) error {
	g := &p.Agreement
	g.Reference, g.From, g.Until = tidy(g.Reference), g.From.UTC(), g.Until.UTC()
	for _, list := range []*[]string{&g.Territories, &g.Marketplaces, &g.Rights, &g.Holders} {
		*list = append([]string{}, *list...) // [] and not null
	}
	g.Fields, g.Shares = append([]Field{}, g.Fields...), append([]Field{}, g.Shares...)
	if err := p.validate(); err != nil {
		return err
	}
	look := func(path string, list []string, find func(id string) error) error {
		for i, id := range list {
			if id == All {
				continue
			}
			if err := find(id); err != nil {
				return fault(fmt.Sprintf("%s[%d]", path, i), err)
			}
		}
		return nil
	}
	holder := func(id string) error { _, err := s.Registry.Holder(ctx, a, id); return err }
	err := look("own_holders", p.Holders, holder)
	if err == nil {
		err = look("agreement.holders", g.Holders, holder)
	}
	if err == nil {
		err = look("agreement.rights", g.Rights, func(id string) error { _, err := s.Registry.Right(ctx, a, id); return err })
	}
	if err == nil {
		err = look("agreement.marketplaces", g.Marketplaces, func(id string) error { _, err := s.Registry.Marketplace(ctx, id); return err })
	}
	if err == nil && g.Document != "" {
		_, err = s.Papers.Paper(ctx, a, g.Document)
		err = fault("agreement.document", err)
	}
	return err
}

// change loads a partner, lets fn change it, and commits it with its history and audit row.
func (s *Alliance) change(ctx context.Context, a casework.Actor, id, what, note string, fn func(p *Partner) error) (Partner, error) {
	if err := mayManage(a); err != nil {
		return Partner{}, err
	}
	if what == ChangeSuspended || what == ChangeEnded {
		var f casework.Faults
		if f.Text("reason", tidy(note), 3, maxNote); f.Err() != nil {
			return Partner{}, f.Err()
		}
	}
	now := s.moment()
	var out Partner
	err := s.update(ctx, "partner", func(t Tx) error {
		p, err := t.Partner(ctx, id)
		if err != nil {
			return err
		}
		if p.EndedAt != nil {
			return conflict("the agreement with %s has ended; make a new partner", p.Name)
		}
		if err := fn(&p); err != nil {
			return err
		}
		p.note(HistoryStep{now, a.Person(), what, tidy(note)})
		t.AddAudit(entry(now, a.Person(), "partner."+what, id, p))
		if err := t.PutPartner(ctx, &p); err != nil {
			return err
		}
		out = p
		return nil
	})
	return out.at(now), err
}

// Edit is what of a partner can be changed.
type Edit struct {
	Name, Country, Email string
	Holders              []string
	Agreement            Agreement
}

// Agree replaces name, address and agreement of a partner.
func (s *Alliance) Agree(ctx context.Context, a casework.Actor, id string, in Edit) (Partner, error) {
	if err := mayManage(a); err != nil {
		return Partner{}, err
	}
	was, err := s.Store.Partner(ctx, id)
	if err != nil {
		return Partner{}, fmt.Errorf("partner: %w", err)
	}
	next := was
	next.Name, next.Country, next.Email, next.Holders, next.Agreement = tidy(in.Name), in.Country, in.Email, in.Holders, in.Agreement
	if err := s.check(ctx, a, &next); err != nil {
		return Partner{}, err
	}
	return s.change(ctx, a, id, ChangeAgreement, next.Agreement.Reference, func(p *Partner) error {
		p.Name, p.Country, p.Email, p.Holders, p.Agreement = next.Name, next.Country, next.Email, next.Holders, next.Agreement
		return nil
	})
}

// AddMember lets an account act for a partner, with keys and people of the role partner. An account acts for one partner at most.
func (s *Alliance) AddMember(ctx context.Context, a casework.Actor, id, account string) (Partner, error) {
	account = tidy(account)
	var f casework.Faults
	if f.Text("account", account, 1, maxAccount); f.Err() != nil && a.Operates() {
		return Partner{}, f.Err()
	}
	return s.change(ctx, a, id, ChangeMember, account, func(p *Partner) error {
		if p.has(account) {
			return conflict("account %q is a member already", account)
		}
		if len(p.Members) >= maxMembers {
			return conflict("partner %s has %d members, which is the most", id, maxMembers)
		}
		p.Members = append(p.Members, Membership{account, a.Person(), s.moment()})
		return nil
	})
}

// RemoveMember ends that at once.
func (s *Alliance) RemoveMember(ctx context.Context, a casework.Actor, id, account string) (Partner, error) {
	return s.change(ctx, a, id, ChangeLeft, account, func(p *Partner) error {
		if !p.has(account) {
			return fmt.Errorf("%w: account %q is no member of partner %s", casework.ErrNotFound, account, id)
		}
		p.Members = slices.DeleteFunc(p.Members, func(m Membership) bool { return m.Account == account })
		return nil
	})
}

// Suspend keeps everything from a partner until somebody lifts it.
func (s *Alliance) Suspend(ctx context.Context, a casework.Actor, id, reason string) (Partner, error) {
	return s.change(ctx, a, id, ChangeSuspended, reason, func(p *Partner) error {
		if p.SuspendedAt != nil {
			return conflict("partner %s is suspended already", id)
		}
		now := s.moment()
		p.SuspendedAt, p.Reason = &now, tidy(reason)
		return nil
	})
}

// Resume lifts a suspension.
func (s *Alliance) Resume(ctx context.Context, a casework.Actor, id string) (Partner, error) {
	return s.change(ctx, a, id, ChangeResumed, "", func(p *Partner) error {
		if p.SuspendedAt == nil {
			return conflict("partner %s is not suspended", id)
		}
		p.SuspendedAt, p.Reason = nil, ""
		return nil
	})
}

// End ends an agreement for good; the partner's accounts and holders are free for another one.
func (s *Alliance) End(ctx context.Context, a casework.Actor, id, reason string) (Partner, error) {
	return s.change(ctx, a, id, ChangeEnded, reason, func(p *Partner) error {
		now := s.moment()
		p.EndedAt, p.Reason = &now, tidy(reason)
		return nil
	})
}

// Get shows a partner to operators, and to its own members while its agreement holds.
func (s *Alliance) Get(ctx context.Context, a casework.Actor, id string) (Partner, error) {
	if a.Role == RolePartner {
		p, err := s.acting(ctx, a, "partner.read")
		if err == nil && p.ID != id {
			err = s.refuse(a, "partner.read of another", id, fmt.Errorf("%w: there is no partner %q of this account", casework.ErrNotFound, id))
		}
		if err != nil {
			return Partner{}, err
		}
		return p.For(a), nil
	}
	if err := mayManage(a); err != nil {
		return Partner{}, err
	}
	p, err := s.Store.Partner(ctx, id)
	if err != nil {
		return Partner{}, fmt.Errorf("partner: %w", err)
	}
	return p.at(s.moment()), nil
}

// List shows operators all, and a partner itself.
func (s *Alliance) List(ctx context.Context, a casework.Actor, q Query) ([]Partner, error) {
	if a.Role == RolePartner {
		p, err := s.acting(ctx, a, "partner.read")
		if err != nil {
			return nil, err
		}
		if q.Before != "" && p.ID >= q.Before || q.Kind != "" && q.Kind != p.Kind {
			return nil, nil
		}
		return []Partner{p.For(a)}, nil
	}
	if err := mayManage(a); err != nil {
		return nil, err
	}
	list, err := s.Store.Partners(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list partners: %w", err)
	}
	for i := range list {
		list[i] = list[i].at(s.moment())
	}
	return list, nil
}

// standing is every partner that has not ended, by pages.
func standing(ctx context.Context, r Reader, fn func(Partner) error) error {
	for before := ""; ; {
		page, err := r.Partners(ctx, Query{Standing: true, Before: before, Limit: 500})
		if err != nil {
			return err
		}
		for _, p := range page {
			before = p.ID
			if err := fn(p); err != nil {
				return err
			}
		}
		if len(page) < 500 {
			return nil
		}
	}
}

// name is the name of a partner that has not ended, for what names it.
func (s *Alliance) name(ctx context.Context, path, id string) (string, error) {
	p, err := s.Store.Partner(ctx, strings.TrimSpace(id))
	if err == nil && p.EndedAt != nil {
		return "", &casework.ValidationError{Fields: []casework.FieldError{{Path: path, Message: "names a partner whose agreement has ended"}}}
	}
	if errors.Is(err, casework.ErrNotFound) {
		return "", fault(path, err)
	}
	return p.Name, err
}
