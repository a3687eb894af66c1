package casework

import (
	"fmt"
	"slices"
)

// Scopes of a power of attorney: what an agent may do for a holder.
const (
	ScopeRegistry = "registry" // register and change rights, references, certificates and authorised sellers
	ScopeNotices  = "notices"  // file and withdraw notices, answer questions and counter-notices, complain of decisions
)

// Scopes lists them.
func Scopes() []string { return []string{ScopeRegistry, ScopeNotices} }

// ErrNoPower: an agent has no power of attorney that covers this. It is an ErrForbidden.
var ErrNoPower = fmt.Errorf("%w: no power of attorney", ErrForbidden)

// Mandate is what a power of attorney in force lets an agent do for a holder.
type Mandate struct {
	Power       string // ID
	Account     string // of the holder
	Holder      string
	Scopes      []string
	Territories []string // empty: everywhere
}

// covers tells whether the mandate lets its agent do something of a scope in one of the territories; none are any.
func (m Mandate) covers(scope string, territories []string) bool {
	here := len(m.Territories) == 0 || len(territories) == 0 || TerritoriesMeet(m.Territories, territories)
	return slices.Contains(m.Scopes, scope) && here
}

// Lapse is a power of attorney that the agent had, or asked for, and that is not in force.
type Lapse struct {
	Power, Holder string
	Why           string // behind "the power of attorney ID": "expired on 2026-05-01"
}

// Powers are what an agent's powers of attorney let it do now, and those that do not any more.
type Powers struct {
	Mandates []Mandate
	Lapsed   []Lapse
}

func (p *Powers) mandates() []Mandate {
	if p == nil {
		return nil
	}
	return p.Mandates
}

// Permit tells whether what an agent wants to do for a holder is covered by a power of attorney; everybody else needs none. Of a holder
// whom the agent keeps in an account of its own, and for whom no power was ever filed, it says nothing against it: what is registered
// there is pending, and a notice on it finds no power in its facts.
func (a Actor) Permit(account, holderID, scope string, territories []string) error {
	if a.Role != roleAgent {
		return nil
	}
	narrow := ""
	for _, m := range a.Powers.mandates() {
		if m.Holder != holderID {
			continue
		}
		if m.covers(scope, territories) {
			return nil
		}
		narrow = m.Power
	}
	if narrow != "" {
		return fmt.Errorf("%w: the power of attorney %s does not cover %q there; ask the holder for a wider one", ErrNoPower, narrow, scope)
	}
	if err := a.lapsed(holderID); err != nil {
		return err
	}
	if a.owns(account, holderID) {
		return nil
	}
	return fmt.Errorf("%w: there is none for holder %q; file one", ErrNoPower, holderID)
}

// Mandated tells whether a power of attorney in force lets the agent do something of a scope for the holder.
func (a Actor) Mandated(holderID, scope string) bool {
	return slices.ContainsFunc(a.Powers.mandates(), func(m Mandate) bool { return m.Holder == holderID && m.covers(scope, nil) })
}

// Reach is what a list may show to an actor who does not see all: of one account and, where holder is not empty, of one holder; none when
// nothing of the holder who is asked for.
func (a Actor) Reach(holder string) (account, holderID string, some bool) {
	if m, ok := a.mandate(holder); ok {
		return m.Account, holder, true
	}
	if a.Subject == "" || a.Role != roleHolder && a.Role != roleAgent {
		return a.Account, holder, true
	}
	return a.Account, a.Subject, holder == "" || holder == a.Subject
}

func (a Actor) mandate(holderID string) (Mandate, bool) {
	list := a.Powers.mandates()
	i := slices.IndexFunc(list, func(m Mandate) bool { return m.Holder == holderID && holderID != "" })
	if i < 0 {
		return Mandate{}, false
	}
	return list[i], true
}

// lapsed is ErrNoPower with what became of the agent's power for a holder; nil if there never was one.
func (a Actor) lapsed(holderID string) error {
	if a.Powers == nil {
		return nil
	}
	for _, l := range a.Powers.Lapsed {
		if l.Holder == holderID {
			return fmt.Errorf("%w: the power of attorney %s %s; file a new one", ErrNoPower, l.Power, l.Why)
		}
	}
	return nil
}

// Hides is the error for something of a holder's that the actor does not see: not found, or, to an agent whose power for that holder has
// lapsed, that.
func (a Actor) Hides(what, id, holderID string) error {
	if err := a.lapsed(holderID); err != nil && a.Role == roleAgent {
		return err
	}
	return fmt.Errorf("%w: there is no %s %q in this account", ErrNotFound, what, id)
}
