package partner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/casework/evidence"
	"touchstone/internal/jobs"
)

// Bundle makes a signed bundle for a partner: about a case or a ring, with what the agreement allows and nothing else; the partner, its agreement and the day
// at which the bundle expires stand in its signed manifest. What lies outside of the agreement is casework.ErrConflict. The same request key again
// returns the bundle that was made the first time.
func (s *Alliance) Bundle(ctx context.Context, a casework.Actor, o Order) (Bundle, error) {
	if err := mayManage(a); err != nil {
		return Bundle{}, err
	}
	if o.Days == 0 {
		o.Days = DefaultDays
	}
	if err := o.validate(); err != nil {
		return Bundle{}, err
	}
	if was, found, err := again(o.Request, func() (Bundle, error) { return s.Store.PartnerBundleByRequest(ctx, a.Account, o.Request) }); err != nil || found {
		return s.shown(was), err
	}
	p, err := s.Store.Partner(ctx, o.Partner)
	if err != nil {
		return Bundle{}, fmt.Errorf("partner: %w", err)
	}
	now := s.moment()
	if state := p.StateAt(now); state != StateActive {
		return Bundle{}, conflict("the agreement with %s is %s: no bundle can be made for it", p.Name, state)
	}
	b := Bundle{Partner: p.ID, Case: o.Case, Ring: o.Ring, Action: o.Action, Purpose: tidy(o.Purpose), Agreement: p.Agreement.Reference, MadeAt: now, MadeBy: a.Person(),
		ExpiresAt: now.AddDate(0, 0, o.Days).Truncate(time.Second), Account: a.Account, Request: o.Request, Key: s.Key.Public().Fingerprint()}
	if b.ExpiresAt.After(p.Agreement.Until) {
		b.ExpiresAt = p.Agreement.Until // what is told ends with the agreement
	}
	if err := s.forAction(ctx, p, o.Action); err != nil {
		return Bundle{}, err
	}
	data, err := s.write(ctx, a, p, &b)
	if err != nil {
		return Bundle{}, err
	}
	if b.Hash, err = s.Files.Put(ctx, blob.Evidence, data); err != nil {
		return Bundle{}, fmt.Errorf("keep the bundle: %w", err)
	}
	b.Size = len(data)
	err = s.update(ctx, "make a bundle", func(t Tx) error {
		n := b
		event(t, p.ID, EventBundle, "bundle_id", n.ID, now)
		t.AddAudit(entry(now, a.Person(), "bundle.make", n.ID, n))
		if err := t.PutPartnerBundle(ctx, &n); err != nil {
			return err
		}
		b.Version = n.Version
		return nil
	})
	return s.shown(b), err
}

func (o Order) validate() error {
	var f casework.Faults
	f.Check((o.Case == "") != (o.Ring == ""), "case_id", "name a case or a ring, not both")
	f.Text("purpose", tidy(o.Purpose), 3, maxPurpose)
	f.Check(o.Days >= 1 && o.Days <= MaxDays, "days", "must be 1 to %d", MaxDays)
	return f.Err()
}

// forAction checks that a partner takes part in the action that a bundle is made for.
func (s *Alliance) forAction(ctx context.Context, p Partner, id string) error {
	if id == "" {
		return nil
	}
	x, err := s.Store.JointAction(ctx, id)
	if err != nil {
		return fault("action_id", err)
	}
	if _, there := x.part(p.ID); !there {
		return conflict("%s takes no part in action %s", p.Name, id)
	}
	return nil
}

// write gathers the evidence, leaves out what the partner is not told, and signs.
func (s *Alliance) write(ctx context.Context, a casework.Actor, p Partner, b *Bundle) ([]byte, error) {
	var content evidence.Content
	var pictures []evidence.Picture
	var err error
	kind, told := "case", setOf(p.Agreement.Fields)
	if b.Case != "" {
		c, _, err := s.Cases.Case(ctx, a, b.Case)
		if err != nil {
			return nil, fault("case_id", err)
		}
		b.Subject = &Subject{Right: c.Right, Holder: c.Holder, Marketplace: c.Marketplace, Territories: c.Territories}
		if !p.Agreement.Covers(*b.Subject) {
			return nil, conflict("case %s lies outside of the agreement with %s: its right, marketplace or territory is not in it", b.Case, p.Name)
		}
		if told, err = s.told(ctx, p, c.Holder); err != nil {
			return nil, err
		}
		if content, pictures, err = s.Evidence.Case(ctx, a, b.Case); err != nil {
			return nil, err
		}
		content, pictures = caseFor(content, pictures, told)
	} else {
		kind = "ring"
		if content, err = s.Evidence.Ring(ctx, a, b.Ring, told.contacts(), p.Agreement.onMarket); err != nil {
			return nil, fault("ring_id", err)
		}
		if len(content.Ring.Stores) == 0 {
			return nil, conflict("no store of ring %s is on a marketplace of the agreement with %s", b.Ring, p.Name)
		}
		content = ringFor(content, told)
	}
	for _, f := range told.list() {
		if f.Kind() == kind {
			b.Fields = append(b.Fields, f)
		}
	}
	b.ID = content.ID
	content.MadeFor = b.Purpose
	content.Receiver = &evidence.Receiver{ID: p.ID, Name: p.Name, Agreement: p.Agreement.Reference, ExpiresAt: b.ExpiresAt}
	var out bytes.Buffer
	if err := evidence.Write(&out, content, pictures, s.Key); err != nil {
		return nil, err
	}
	if out.Len() > maxBundle {
		return nil, conflict("the bundle would have %d MiB; at most %d can be handed out", out.Len()>>20, maxBundle>>20)
	}
	return out.Bytes(), nil
}

// shown is a bundle with its state and, while it is open, its link.
func (s *Alliance) shown(b Bundle) Bundle {
	if b.ID == "" {
		return b
	}
	b.State, b.Link = b.StateAt(s.moment()), ""
	if b.State == BundleOpen {
		b.Link = PathPrefix + s.token(b)
	}
	return b
}

// mayLook tells whether a partner may have what is in a bundle as its agreement stands now; the error says why not.
func (s *Alliance) mayLook(ctx context.Context, p Partner, b Bundle) error {
	now := s.moment()
	if state := p.StateAt(now); state != StateActive {
		return fmt.Errorf("%w: the agreement with %s is %s", casework.ErrForbidden, p.Name, state)
	}
	if state := b.StateAt(now); state != BundleOpen {
		return fmt.Errorf("%w: bundle %s is %s; ask the desk for a new one", casework.ErrConflict, b.ID, state)
	}
	holder := ""
	if b.Subject != nil {
		holder = b.Subject.Holder
		if !p.Agreement.Covers(*b.Subject) {
			return conflict("bundle %s tells of what the agreement covers no longer; ask the desk for a new one", b.ID)
		}
	}
	t, err := s.told(ctx, p, holder)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(b.Fields, func(f Field) bool { return !t[f] }) {
		return conflict("bundle %s tells more than the agreement allows by now; ask the desk for a new one", b.ID)
	}
	return nil
}

// find finds a bundle that the actor may know of; the zero Partner is the desk.
func (s *Alliance) find(ctx context.Context, a casework.Actor, id, what string) (b Bundle, p Partner, err error) {
	if a.Role == RolePartner {
		p, err = s.acting(ctx, a, what)
	} else {
		err = mayManage(a)
	}
	if err == nil {
		b, err = s.Store.PartnerBundle(ctx, id)
	}
	if err != nil {
		return Bundle{}, Partner{}, err
	}
	if p.ID != "" && b.Partner != p.ID {
		return Bundle{}, Partner{}, s.refuse(a, what+" of another", id, fmt.Errorf("%w: there is no bundle %q for this account", casework.ErrNotFound, id))
	}
	return b, p, nil
}

// Bundled shows a bundle without its bytes.
func (s *Alliance) Bundled(ctx context.Context, a casework.Actor, id string) (Bundle, error) {
	b, p, err := s.find(ctx, a, id, "bundle.read")
	if err != nil {
		return Bundle{}, err
	}
	return s.as(b, p), nil
}

func (s *Alliance) as(b Bundle, p Partner) Bundle {
	if b = s.shown(b); p.ID != "" {
		b = b.tell()
	}
	return b
}

// Bundles lists bundles, newest first: of all partners or one for the desk, its own for a partner.
func (s *Alliance) Bundles(ctx context.Context, a casework.Actor, q BundleQuery) ([]Bundle, error) {
	var p Partner
	var err error
	if a.Role == RolePartner {
		if p, err = s.reader(ctx, a, q.Partner, "bundle.list"); err == nil {
			q.Partner = p.ID
		}
	} else {
		err = mayManage(a)
	}
	if err != nil {
		return nil, err
	}
	list, err := s.Store.PartnerBundles(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list bundles: %w", err)
	}
	for i := range list {
		list[i] = s.as(list[i], p)
	}
	return list, nil
}

// Fetch gives the bytes of a bundle to the partner that it was made for, and to the desk. Each is a row of the audit log, and so is each that is refused.
func (s *Alliance) Fetch(ctx context.Context, a casework.Actor, id string) (Bundle, []byte, error) {
	b, p, err := s.find(ctx, a, id, "bundle.fetch")
	if err != nil {
		return Bundle{}, nil, err
	}
	if p.ID != "" {
		if err := s.mayLook(ctx, p, b); err != nil {
			return Bundle{}, nil, s.refuse(a, "bundle.fetch outside of the agreement", id, err)
		}
	} else if b.StateAt(s.moment()) != BundleOpen {
		return Bundle{}, nil, conflict("bundle %s is %s", id, b.StateAt(s.moment()))
	}
	data, err := s.hand(ctx, b.ID, a.Person())
	return s.as(b, p), data, err
}

// hand gives the bytes of a bundle, counts it, and writes it into the audit log first.
func (s *Alliance) hand(ctx context.Context, id, who string) ([]byte, error) {
	var b Bundle
	err := s.update(ctx, "hand out a bundle", func(t Tx) (err error) {
		if b, err = t.PartnerBundle(ctx, id); err != nil {
			return err
		}
		now := s.moment()
		if b.StateAt(now) != BundleOpen {
			return conflict("bundle %s is %s", id, b.StateAt(now))
		}
		if b.Looks >= mostLooks {
			return conflict("bundle %s was handed out %d times, which is the most", id, mostLooks)
		}
		b.Looks++
		b.LastAt = &now
		t.AddAudit(entry(now, who, "bundle.fetch", id, map[string]string{"sha256": b.Hash}))
		return t.PutPartnerBundle(ctx, &b)
	})
	if err != nil {
		return nil, err
	}
	data, err := s.Files.Get(ctx, b.Hash)
	if errors.Is(err, blob.ErrNotFound) {
		return nil, fmt.Errorf("%w: bundle %s is not kept any more", casework.ErrNotFound, id)
	}
	return data, err
}

// Revoke ends a bundle at once: it can be fetched no more. Copies that were handed out are not called back by it.
func (s *Alliance) Revoke(ctx context.Context, a casework.Actor, id, reason string) (Bundle, error) {
	if err := mayManage(a); err != nil {
		return Bundle{}, err
	}
	var f casework.Faults
	if f.Text("reason", tidy(reason), 3, maxNote); f.Err() != nil {
		return Bundle{}, f.Err()
	}
	var out Bundle
	err := s.update(ctx, "revoke a bundle", func(t Tx) error {
		b, err := t.PartnerBundle(ctx, id)
		if err != nil {
			return err
		}
		now := s.moment()
		if state := b.StateAt(now); state != BundleOpen {
			return conflict("bundle %s is %s already", id, state)
		}
		b.RevokedAt = &now
		event(t, b.Partner, EventBundle, "bundle_id", id, now)
		t.AddAudit(entry(now, a.Person(), "bundle.revoke", id, map[string]string{"reason": tidy(reason)}))
		out = b
		return t.PutPartnerBundle(ctx, &out)
	})
	return s.shown(out), err
}

// Tidy lets go of the bytes of bundles that have expired or were revoked. It says of how many.
func (s *Alliance) Tidy(ctx context.Context) (n int, err error) {
	for {
		list, err := s.Store.SpentBundles(ctx, s.moment(), 100)
		if err != nil || len(list) == 0 {
			return n, err
		}
		for _, b := range list {
			if err := s.Files.Delete(ctx, blob.Evidence, b.Hash); err != nil {
				return n, fmt.Errorf("let go of bundle %s: %w", b.ID, err)
			}
			err := s.update(ctx, "let go of a bundle", func(t Tx) error {
				b.Gone = true
				t.AddAudit(entry(s.moment(), "machine:clock", "bundle.gone", b.ID, nil))
				return t.PutPartnerBundle(ctx, &b)
			})
			if err != nil && !errors.Is(err, casework.ErrConflict) { // a conflict: it was just looked at; the next round
				return n, err
			}
			n++
		}
	}
}

// Run tidies at an interval until ctx ends.
func (s *Alliance) Run(ctx context.Context, every time.Duration) {
	tidy := func(ctx context.Context) error {
		_, err := s.Tidy(ctx)
		return err
	}
	jobs.Every(ctx, every, tidy, func(err error) { s.Log.Error("bundles of partners are kept too long", "error", err) })
}
