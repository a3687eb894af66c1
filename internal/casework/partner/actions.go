package partner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"touchstone/internal/casework"
)

// Invitation is a partner that is to take part in an action.
type Invitation struct {
	Partner, As string
}

// Plan is a new action.
type Plan struct {
	Kind, Title, Summary, Authority, Reference string
	Partners                                   []Invitation
	Request                                    string
}

// Open keeps a new action. The same request key again returns the one that was made the first time.
func (s *Alliance) Open(ctx context.Context, a casework.Actor, in Plan) (Action, error) {
	if err := mayManage(a); err != nil {
		return Action{}, err
	}
	now := s.moment()
	x := Action{ID: casework.NewID("act"), Kind: in.Kind, State: ActionPlanned, Title: tidy(in.Title), Summary: tidy(in.Summary), Authority: tidy(in.Authority),
		Reference: tidy(in.Reference), OpenedAt: now, UpdatedAt: now, Account: a.Account, Request: in.Request}
	if err := x.validate(); err != nil {
		return Action{}, err
	}
	for i, p := range in.Partners {
		part, err := s.invite(ctx, x, fmt.Sprintf("partners[%d]", i), p, now)
		if err != nil {
			return Action{}, err
		}
		x.Partners = append(x.Partners, part)
	}
	var out Action
	err := s.update(ctx, "open an action", func(t Tx) error {
		was, found, err := again(x.Request, func() (Action, error) { return t.JointActionByRequest(ctx, a.Account, x.Request) })
		if err != nil || found {
			out = was
			return err
		}
		out = x
		st := &step{ctx, t, a, &out, now}
		if err := st.record(ActionEntry{At: now, What: "opened", State: x.State}); err != nil {
			return err
		}
		st.announce()
		t.AddAudit(entry(now, a.Person(), "action.open", out.ID, out))
		return t.PutJointAction(ctx, &out)
	})
	return out, err
}

// invite makes a part of an invitation.
func (s *Alliance) invite(ctx context.Context, x Action, path string, in Invitation, now time.Time) (ActionPart, error) {
	var f casework.Faults
	f.One(path+".as", in.As, []string{PartLead, PartMember, PartObserver})
	if _, there := x.part(in.Partner); there {
		f.Check(false, path+".partner_id", "takes part already")
	}
	if err := f.Err(); err != nil {
		return ActionPart{}, err
	}
	name, err := s.name(ctx, path+".partner_id", in.Partner)
	return ActionPart{Partner: in.Partner, Name: name, As: in.As, Since: now}, err
}

// step is one change of an action within a transaction.
type step struct {
	ctx context.Context
	t   Tx
	a   casework.Actor
	x   *Action
	now time.Time
}

// by is who acts, as partners are told.
func (st *step) by(p Partner) string {
	if p.ID != "" {
		return p.ID
	}
	return desk
}

// record adds an entry of the desk's, or of a partner's where By is set.
func (st *step) record(e ActionEntry) error {
	if st.x.Entries >= maxEntries {
		return conflict("action %s has %d entries, which is the most; open another one and name it", st.x.ID, maxEntries)
	}
	if e.By == "" {
		e.By = desk
	}
	e.ID, e.Action, e.Person, e.RecordedAt = casework.NewID("ent"), st.x.ID, st.a.Person(), st.now
	st.x.Entries++
	return st.t.AddJointActionEntry(st.ctx, e)
}

// announce tells those who take part that there is news.
func (st *step) announce() {
	for _, p := range st.x.Partners {
		if p.Until == nil {
			event(st.t, p.Partner, EventAction, "action_id", st.x.ID, st.now)
		}
	}
}

// alter loads an action that the actor may change, lets fn change it, and commits it with its audit row. A partner may where it takes part as lead or member;
// what is the desk's alone is refused to it.
func (s *Alliance) alter(ctx context.Context, a casework.Actor, id, what string, partners bool, fn func(*step, Partner) error) (Action, error) {
	var p Partner
	var err error
	if a.Role == RolePartner {
		p, err = s.acting(ctx, a, "action."+what)
	} else {
		err = mayManage(a)
	}
	if err != nil {
		return Action{}, err
	}
	var out Action
	err = s.update(ctx, "action", func(t Tx) error {
		x, err := t.JointAction(ctx, id)
		if err != nil {
			return err
		}
		if err := s.mayAlter(a, x, p, what, partners); err != nil {
			return err
		}
		st := &step{ctx, t, a, &x, s.moment()}
		if err := fn(st, p); err != nil {
			return err
		}
		x.UpdatedAt = st.now
		st.announce()
		t.AddAudit(entry(st.now, a.Person(), "action."+what, id, x))
		if err := t.PutJointAction(ctx, &x); err != nil {
			return err
		}
		out = x
		return nil
	})
	if err != nil {
		return Action{}, err
	}
	return out.as(p), nil
}

// mayAlter tells whether a partner may change an action, where partners may; the desk, which is the zero Partner, may.
func (s *Alliance) mayAlter(a casework.Actor, x Action, p Partner, what string, partners bool) error {
	if p.ID == "" {
		return nil
	}
	part, there := x.part(p.ID)
	switch {
	case !there:
		return s.refuse(a, "action."+what+" of others", x.ID, fmt.Errorf("%w: there is no action %q in which you take part", casework.ErrNotFound, x.ID))
	case !partners || part.As == PartObserver:
		return s.refuse(a, "action."+what+" as "+part.As, x.ID, fmt.Errorf("%w: a partner that takes part as %s may not do that with an action", casework.ErrForbidden, part.As))
	}
	return nil
}

// as is the action as a partner is told, or whole for the desk.
func (x Action) as(p Partner) Action {
	if p.ID == "" {
		return x
	}
	return x.tell(setOf(p.Agreement.Fields), p.Agreement, p.ID)
}

// Describe replaces title, summary, authority and reference.
func (s *Alliance) Describe(ctx context.Context, a casework.Actor, id string, in Plan) (Action, error) {
	return s.alter(ctx, a, id, "describe", false, func(st *step, _ Partner) error {
		st.x.Title, st.x.Summary, st.x.Authority, st.x.Reference = tidy(in.Title), tidy(in.Summary), tidy(in.Authority), tidy(in.Reference)
		return st.x.validate()
	})
}

// Move brings an action into another state. What is concluded or decided has an outcome.
func (s *Alliance) Move(ctx context.Context, a casework.Actor, id, to, outcome, note string) (Action, error) {
	var f casework.Faults
	f.One("state", to, ActionStates())
	f.Text("outcome", tidy(outcome), 0, maxText)
	f.Text("note", tidy(note), 0, maxText)
	f.Check(to != ActionConcluded && to != ActionDecided || tidy(outcome) != "", "outcome", "say what came of it")
	if err := f.Err(); err != nil {
		return Action{}, err
	}
	return s.alter(ctx, a, id, "move", false, func(st *step, _ Partner) error {
		if err := st.x.move(to); err != nil {
			return err
		}
		if outcome = tidy(outcome); outcome != "" {
			st.x.Outcome = outcome
		}
		what := tidy(note)
		if what == "" {
			what = to
		}
		return st.record(ActionEntry{At: st.now, What: what, State: to, Outcome: outcome})
	})
}

// Record adds an entry: what happened, when, who did it, with what outcome. Partners that lead or are members may.
func (s *Alliance) Record(ctx context.Context, a casework.Actor, id string, e ActionEntry) (Action, error) {
	now := s.moment()
	if e.At.IsZero() {
		e.At = now
	}
	e.At, e.What, e.Who, e.Outcome, e.State = e.At.UTC(), tidy(e.What), tidy(e.Who), tidy(e.Outcome), ""
	if err := e.validate(now); err != nil {
		return Action{}, err
	}
	return s.alter(ctx, a, id, "record", true, func(st *step, p Partner) error {
		if p.ID != "" && e.Internal {
			return &casework.ValidationError{Fields: []casework.FieldError{{Path: "internal", Message: "is for the desk; leave it out"}}}
		}
		if !st.x.open() {
			return conflict("action %s is %s; the desk can take it up again", id, st.x.State)
		}
		e.By = st.by(p)
		return st.record(e)
	})
}

// Invite lets a partner take part.
func (s *Alliance) Invite(ctx context.Context, a casework.Actor, id string, in Invitation) (Action, error) {
	return s.alter(ctx, a, id, "invite", false, func(st *step, _ Partner) error {
		if len(st.x.Partners) >= maxParts {
			return conflict("action %s has had %d partners, which is the most", id, maxParts)
		}
		part, err := s.invite(ctx, *st.x, "body", in, st.now)
		if err != nil {
			return err
		}
		st.x.Partners = append(st.x.Partners, part)
		return st.record(ActionEntry{At: st.now, What: "joined: " + part.Name, Who: part.Name, About: ActionPartners})
	})
}

// Dismiss ends a partner's part: it sees nothing of the action any more.
func (s *Alliance) Dismiss(ctx context.Context, a casework.Actor, id, partner string) (Action, error) {
	return s.alter(ctx, a, id, "dismiss", false, func(st *step, _ Partner) error {
		for i := range st.x.Partners {
			if p := &st.x.Partners[i]; p.Partner == partner && p.Until == nil {
				now := st.now
				p.Until = &now
				return st.record(ActionEntry{At: now, What: "left: " + p.Name, Who: p.Name, About: ActionPartners})
			}
		}
		return fmt.Errorf("%w: partner %q does not take part in action %s", casework.ErrNotFound, partner, id)
	})
}

// Links are what an action is about.
type Links struct {
	Rights, Cases, Rings []string
}

// Link adds rights, cases and rings to an action; what is linked already stays.
func (s *Alliance) Link(ctx context.Context, a casework.Actor, id string, in Links) (Action, error) {
	if err := mayManage(a); err != nil {
		return Action{}, err
	}
	rights, cases, err := s.links(ctx, a, in)
	if err != nil {
		return Action{}, err
	}
	return s.alter(ctx, a, id, "link", false, func(st *step, _ Partner) error {
		x := st.x
		for _, l := range rights {
			if !slices.ContainsFunc(x.Rights, func(o RightLink) bool { return o.ID == l.ID }) {
				x.Rights = append(x.Rights, l)
			}
		}
		for _, l := range cases {
			if !slices.ContainsFunc(x.Cases, func(o CaseLink) bool { return o.ID == l.ID }) {
				x.Cases = append(x.Cases, l)
			}
		}
		for _, ring := range in.Rings {
			if !slices.Contains(x.Rings, ring) {
				x.Rings = append(x.Rings, ring)
			}
		}
		if len(x.Rights) > maxRights || len(x.Cases) > maxCases || len(x.Rings) > maxRings {
			return conflict("an action has at most %d rights, %d cases and %d rings", maxRights, maxCases, maxRings)
		}
		return nil
	})
}

// links looks up what is to be linked, with what agreements are held against.
func (s *Alliance) links(ctx context.Context, a casework.Actor, in Links) (rights []RightLink, cases []CaseLink, err error) {
	for i, id := range in.Rights {
		r, err := s.Registry.Right(ctx, a, id)
		if err != nil {
			return nil, nil, fault(fmt.Sprintf("rights[%d]", i), err)
		}
		rights = append(rights, RightLink{r.ID, r.Name, r.HolderID, r.Territories})
	}
	for i, id := range in.Cases {
		c, _, err := s.Cases.Case(ctx, a, id)
		if err != nil {
			return nil, nil, fault(fmt.Sprintf("cases[%d]", i), err)
		}
		cases = append(cases, CaseLink{c.ID, c.Right, c.Holder, c.Marketplace, c.Territories})
	}
	for i, id := range in.Rings {
		if s.Rings == nil || !s.Rings.Stands(id) {
			return nil, nil, fault(fmt.Sprintf("rings[%d]", i), casework.ErrNotFound)
		}
	}
	return rights, cases, nil
}

// Unlink takes rights, cases and rings out of an action.
func (s *Alliance) Unlink(ctx context.Context, a casework.Actor, id string, in Links) (Action, error) {
	return s.alter(ctx, a, id, "unlink", false, func(st *step, _ Partner) error {
		x := st.x
		x.Rights = slices.DeleteFunc(x.Rights, func(l RightLink) bool { return slices.Contains(in.Rights, l.ID) })
		x.Cases = slices.DeleteFunc(x.Cases, func(l CaseLink) bool { return slices.Contains(in.Cases, l.ID) })
		x.Rings = slices.DeleteFunc(x.Rings, func(id string) bool { return slices.Contains(in.Rings, id) })
		return nil
	})
}
