package partner

import (
	"context"
	"fmt"

	"touchstone/internal/casework"
)

// Action shows an action to the desk, and to a partner that takes part in it, as far as it is told. Each look of a partner's is a row of the audit log.
func (s *Alliance) Action(ctx context.Context, a casework.Actor, id string) (Action, error) {
	x, p, err := s.action(ctx, a, id, "action.read")
	if err != nil {
		return Action{}, err
	}
	if err := s.looked(ctx, a, p, "action.view", id, nil); err != nil {
		return Action{}, err
	}
	return x.as(p), nil
}

// action finds an action that the actor may see, and the partner for which it asks; the zero Partner is the desk.
func (s *Alliance) action(ctx context.Context, a casework.Actor, id, what string) (x Action, p Partner, err error) {
	if a.Role == RolePartner {
		p, err = s.acting(ctx, a, what)
	} else {
		err = mayManage(a)
	}
	if err != nil {
		return Action{}, Partner{}, err
	}
	if x, err = s.Store.JointAction(ctx, id); err != nil {
		return Action{}, Partner{}, fmt.Errorf("action: %w", err)
	}
	if _, there := x.part(p.ID); p.ID != "" && !there {
		return Action{}, Partner{}, s.refuse(a, what+" of others", id, fmt.Errorf("%w: there is no action %q in which you take part", casework.ErrNotFound, id))
	}
	return x, p, nil
}

// looked writes a partner's look into the audit log; the desk's own looks at actions are none.
func (s *Alliance) looked(ctx context.Context, a casework.Actor, p Partner, what, id string, payload any) error {
	if p.ID == "" {
		return nil
	}
	return s.update(ctx, "audit", func(t Tx) error {
		t.AddAudit(entry(s.moment(), a.Person(), what, id, payload))
		return nil
	})
}

// Actions lists actions, newest first: all for the desk, those in which it takes part for a partner.
func (s *Alliance) Actions(ctx context.Context, a casework.Actor, q ActionQuery) ([]Action, error) {
	var p Partner
	var err error
	if a.Role == RolePartner {
		if p, err = s.reader(ctx, a, q.Partner, "action.list"); err == nil {
			q.Partner = p.ID
		}
	} else {
		err = mayManage(a)
	}
	if err != nil {
		return nil, err
	}
	list, err := s.Store.JointActions(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list actions: %w", err)
	}
	for i := range list {
		list[i] = list[i].as(p)
	}
	return list, nil
}

// Entries are what happened in an action, in the order in which it was recorded. A page may be shorter than its limit; next is where the next one begins, "" on
// the last.
func (s *Alliance) Entries(ctx context.Context, a casework.Actor, id, after string, limit int) (out []ActionEntry, next string, err error) {
	_, p, err := s.action(ctx, a, id, "action.read")
	if err != nil {
		return nil, "", err
	}
	list, err := s.Store.JointActionEntries(ctx, id, after, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("entries of action %s: %w", id, err)
	}
	if len(list) > limit {
		list, next = list[:limit], list[limit-1].ID
	}
	if p.ID == "" {
		return list, next, nil
	}
	t := setOf(p.Agreement.Fields)
	for _, e := range list {
		if seen, ok := e.tell(t, p.ID); ok {
			out = append(out, seen)
		}
	}
	return out, next, nil
}
