package partner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"touchstone/internal/casework"
)

// clerk reads the registry in the service's own name.
var clerk = casework.Actor{Role: "operator", Account: "service", Key: "alerts"}

// byMachine is who shares what nobody raised.
const byMachine = "machine:alerts"

// oncePer is how long an attack on a right is told once.
const oncePer = 24 * time.Hour

// Share tells every partner whose agreement covers it of an attack on a right: a copy of its own for each, with an event for its feed, in one
// transaction. An attack on a right is told to a partner once in 24 hours, so that a call may be repeated. It says how many were told.
func (s *Alliance) Share(ctx context.Context, x Attack) (n int, err error) {
	r, h, err := s.right(ctx, clerk, x.Right)
	if errors.Is(err, casework.ErrNotFound) {
		return 0, nil // gone since
	}
	if err != nil {
		return 0, fmt.Errorf("share an alert: %w", err)
	}
	for i := range x.Markets {
		m, err := s.Registry.Marketplace(ctx, x.Markets[i].Marketplace)
		if err != nil && !errors.Is(err, casework.ErrNotFound) {
			return 0, fmt.Errorf("share an alert: %w", err)
		}
		x.Markets[i].Territories = m.Territories
	}
	now := s.moment()
	all := Alert{Kind: AlertAttack, Right: r.ID, RightName: r.Name, Holder: h.ID, HolderName: h.LegalName, Territories: r.Territories, At: x.At, From: x.From,
		Markets: x.Markets, Forms: x.Forms[:min(len(x.Forms), maxForms)]}
	err = s.update(ctx, "share an alert", func(t Tx) error {
		n = 0
		if err := t.LockPartners(ctx); err != nil {
			return err
		}
		return standing(ctx, t, func(p Partner) error {
			al, ok := all.visible(p.Agreement)
			if p.StateAt(now) != StateActive || !ok || len(al.Markets) == 0 {
				return nil
			}
			if told, err := t.AttackTold(ctx, p.ID, r.ID, now.Add(-oncePer)); err != nil || told {
				return err
			}
			n++
			return s.deliver(ctx, t, p, al, byMachine)
		})
	})
	return n, err
}

// deliver keeps a partner's copy.
func (s *Alliance) deliver(ctx context.Context, t Tx, p Partner, al Alert, by string) error {
	now := s.moment()
	al.ID, al.Partner, al.Told = casework.NewID("alr"), p.ID, now
	event(t, p.ID, EventAlert, "alert_id", al.ID, now)
	t.AddAudit(entry(now, by, "alert.share", al.ID, al))
	return t.PutPartnerAlert(ctx, &al)
}

// right looks a right up with its holder.
func (s *Alliance) right(ctx context.Context, a casework.Actor, id string) (casework.Right, casework.Holder, error) {
	r, err := s.Registry.Right(ctx, a, id)
	if err != nil {
		return r, casework.Holder{}, err
	}
	h, err := s.Registry.Holder(ctx, a, r.HolderID)
	return r, h, err
}

// visible is an alert without the marketplaces that lie outside of an agreement; ok is false where the whole of it does.
func (al Alert) visible(g Agreement) (out Alert, ok bool) {
	if !g.Covers(Subject{Right: al.Right, Holder: al.Holder, Territories: al.Territories}) {
		return Alert{}, false
	}
	inside := within(al.Markets, func(m MarketCount) bool {
		return g.onMarket(m.Marketplace) && casework.TerritoriesMeet(g.Territories, m.Territories)
	})
	al.Elsewhere = al.Elsewhere || len(inside) < len(al.Markets)
	al.Markets = inside
	return al, al.Kind != AlertAttack || len(inside) > 0
}

// Raise is an alert that somebody writes.
type Raise struct {
	Right        string
	Marketplaces []string // on which it was seen; none: on none in particular
	Title, Text  string
	Allow        []Field // what others may be told; nil is every field of alerts
	Request      string  // key that makes a repeated request the same alert
}

func (r Raise) validate() error {
	var f casework.Faults
	f.Text("title", tidy(r.Title), 3, maxTitle)
	f.Text("text", tidy(r.Text), 10, maxText)
	f.Check(len(r.Marketplaces) <= maxMarket, "marketplaces", "at most %d", maxMarket)
	checkFields(&f, "allow", r.Allow)
	for i, name := range r.Allow {
		f.Check(name.Kind() == "alert", fmt.Sprintf("allow[%d]", i), "is no field of alerts")
	}
	return f.Err()
}

// Raise tells every partner whose agreement covers it of something about a right; for a partner it must be within its own agreement. Other brands and
// alliances are told no more than who raises it allows. It says how many were told; who raises it has a copy too.
func (s *Alliance) Raise(ctx context.Context, a casework.Actor, in Raise) (n int, err error) {
	if err := in.validate(); err != nil {
		return 0, err
	}
	by, from := desk, Partner{}
	if a.Role == RolePartner {
		if from, err = s.acting(ctx, a, "alert.raise"); err != nil {
			return 0, err
		}
		by = from.ID
	} else if err := mayManage(a); err != nil {
		return 0, err
	}
	r, h, err := s.right(ctx, clerk, in.Right)
	now := s.moment()
	al := Alert{Kind: AlertRaised, Right: r.ID, RightName: r.Name, Holder: h.ID, HolderName: h.LegalName, Territories: r.Territories, At: now, From: now,
		Title: tidy(in.Title), Text: tidy(in.Text), By: by, Allow: in.Allow}
	if in.Request != "" {
		al.Request = a.Account + "\n" + in.Request
	}
	if err == nil && from.ID != "" {
		if _, ok := al.visible(from.Agreement); !ok {
			return 0, s.refuse(a, "alert.raise outside of the agreement", in.Right, fmt.Errorf("%w: there is no right %q within your agreement", casework.ErrNotFound, in.Right))
		}
	}
	if err != nil {
		return 0, fault("right_id", err)
	}
	if al.Allow == nil {
		al.Allow = slices.DeleteFunc(Catalogue(), func(f Field) bool { return f.Kind() != "alert" })
	}
	for i, id := range in.Marketplaces {
		m, err := s.Registry.Marketplace(ctx, id)
		if err == nil && from.ID != "" && !from.Agreement.onMarket(id) {
			err = fmt.Errorf("%w: marketplace", casework.ErrNotFound)
		}
		if err != nil {
			return 0, fault(fmt.Sprintf("marketplaces[%d]", i), err)
		}
		al.Markets = append(al.Markets, MarketCount{Marketplace: id, Territories: m.Territories})
	}
	err = s.update(ctx, "raise an alert", func(t Tx) error {
		n = 0
		if err := t.LockPartners(ctx); err != nil {
			return err
		}
		if n, err = t.AlertsRaised(ctx, al.Request); err != nil || n > 0 {
			return err
		}
		return standing(ctx, t, func(p Partner) error {
			copied, ok := al.visible(p.Agreement)
			if p.StateAt(now) != StateActive || !ok || len(al.Markets) > 0 && len(copied.Markets) == 0 {
				return nil
			}
			n++
			return s.deliver(ctx, t, p, copied, a.Person())
		})
	})
	return n, err
}

// warning is an alert as its partner is told now; ok is false where the agreement covers it no longer.
func (s *Alliance) warning(ctx context.Context, p Partner, al Alert) (n Warning, ok bool, err error) {
	seen, ok := al.visible(p.Agreement)
	if !ok {
		return Warning{}, false, nil
	}
	t, err := s.told(ctx, p, al.Holder)
	if err != nil {
		return Warning{}, false, err
	}
	if al.Kind == AlertRaised && al.By != p.ID && p.peer() {
		t = t.and(setOf(al.Allow))
	}
	return seen.tell(t), true, nil
}

// Alerts lists what a partner was told, newest first; operators see the alerts of any partner, as it sees them. A page may be shorter than its limit, where
// an agreement has changed since; next is where the next one begins, "" on the last.
func (s *Alliance) Alerts(ctx context.Context, a casework.Actor, q AlertQuery) (out []Warning, next string, err error) {
	p, err := s.reader(ctx, a, q.Partner, "alert.list")
	if err != nil {
		return nil, "", err
	}
	limit := q.Limit
	q.Partner, q.Limit = p.ID, limit+1
	list, err := s.Store.PartnerAlerts(ctx, q)
	if err != nil {
		return nil, "", fmt.Errorf("list alerts: %w", err)
	}
	if len(list) > limit {
		list, next = list[:limit], list[limit-1].ID
	}
	for _, al := range list {
		n, ok, err := s.warning(ctx, p, al)
		if err != nil {
			return nil, "", fmt.Errorf("list alerts: %w", err)
		}
		if ok {
			if a.Operates() {
				n.SeenPerson = al.SeenBy
			}
			out = append(out, n)
		}
	}
	return out, next, nil
}

// reader is the partner whose things an actor asks for: a partner's own, or, for operators, the one that they name.
func (s *Alliance) reader(ctx context.Context, a casework.Actor, id, what string) (Partner, error) {
	if a.Role == RolePartner {
		p, err := s.acting(ctx, a, what)
		if err == nil && id != "" && id != p.ID {
			err = s.refuse(a, what+" of another", id, fmt.Errorf("%w: there is no partner %q of this account", casework.ErrNotFound, id))
		}
		return p, err
	}
	if err := mayManage(a); err != nil {
		return Partner{}, err
	}
	if id == "" {
		return Partner{}, &casework.ValidationError{Fields: []casework.FieldError{{Path: "partner", Message: "name the partner whose view you want"}}}
	}
	p, err := s.Store.Partner(ctx, id)
	if err != nil {
		return Partner{}, fmt.Errorf("partner: %w", err)
	}
	return p.at(s.moment()), nil
}

// Alert shows one alert.
func (s *Alliance) Alert(ctx context.Context, a casework.Actor, id string) (Warning, error) {
	al, p, err := s.alert(ctx, s.Store, a, id, "alert.read")
	if err != nil {
		return Warning{}, err
	}
	return s.one(ctx, a, p, al)
}

// one is the only answer about an alert.
func (s *Alliance) one(ctx context.Context, a casework.Actor, p Partner, al Alert) (Warning, error) {
	n, ok, err := s.warning(ctx, p, al)
	if err == nil && !ok {
		err = s.refuse(a, "alert.read outside of the agreement", al.ID, fmt.Errorf("%w: there is no alert %q for this account", casework.ErrNotFound, al.ID))
	}
	if err == nil && a.Operates() {
		n.SeenPerson = al.SeenBy
	}
	return n, err
}

// alert finds an alert that the actor may see, and whose it is.
func (s *Alliance) alert(ctx context.Context, r Reader, a casework.Actor, id, what string) (al Alert, p Partner, err error) {
	if a.Role == RolePartner {
		if p, err = s.acting(ctx, a, what); err != nil {
			return Alert{}, Partner{}, err
		}
	} else if err = mayManage(a); err != nil {
		return Alert{}, Partner{}, err
	}
	if al, err = r.PartnerAlert(ctx, id); err != nil {
		return Alert{}, Partner{}, fmt.Errorf("alert: %w", err)
	}
	if p.ID == "" {
		p, err = r.Partner(ctx, al.Partner)
		return al, p, err
	}
	if al.Partner != p.ID {
		return Alert{}, Partner{}, s.refuse(a, what+" of another", id, fmt.Errorf("%w: there is no alert %q for this account", casework.ErrNotFound, id))
	}
	return al, p, nil
}

// Acknowledge notes that a partner has taken an alert up, with a word if there is one to say. The first who does so is kept; again is no error.
func (s *Alliance) Acknowledge(ctx context.Context, a casework.Actor, id, note string) (Warning, error) {
	var f casework.Faults
	if f.Text("note", note, 0, maxNote); f.Err() != nil {
		return Warning{}, f.Err()
	}
	if a.Role != RolePartner {
		return Warning{}, fmt.Errorf("%w: an alert is acknowledged by the partner that it was sent to", casework.ErrForbidden)
	}
	if _, err := s.Alert(ctx, a, id); err != nil {
		return Warning{}, err
	}
	var al Alert
	var p Partner
	err := s.update(ctx, "acknowledge an alert", func(t Tx) (err error) {
		if al, p, err = s.alert(ctx, t, a, id, "alert.acknowledge"); err != nil || al.SeenAt != nil {
			return err
		}
		now := s.moment()
		al.SeenAt, al.SeenBy, al.Note = &now, a.Person(), tidy(note)
		t.AddAudit(entry(now, a.Person(), "alert.acknowledge", id, al))
		return t.PutPartnerAlert(ctx, &al)
	})
	if err != nil {
		return Warning{}, err
	}
	return s.one(ctx, a, p, al)
}
