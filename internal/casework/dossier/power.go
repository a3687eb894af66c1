package dossier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
)

// States of a power of attorney. One that is verified and past its last day is expired, whether or not anyone has said so.
const (
	PowerPending  = "pending"
	PowerVerified = "verified"
	PowerRejected = "rejected"
	PowerRevoked  = "revoked"
	PowerExpired  = "expired"
)

// Power is a power of attorney: the account of an agent may act for a holder.
type Power struct {
	ID          string     `json:"id"`
	Holder      string     `json:"holder_id"`
	Account     string     `json:"account"` // of the holder
	Agent       string     `json:"agent"`   // account of the agent
	Scopes      []string   `json:"scopes"`
	Territories []string   `json:"territories,omitempty"` // empty: everywhere
	ValidFrom   *time.Time `json:"valid_from,omitempty"`
	ValidTo     *time.Time `json:"valid_to,omitempty"` // the last day
	File        string     `json:"file,omitempty"`     // hash of the signed paper
	State       string     `json:"state"`
	Reason      string     `json:"reason,omitempty"` // of its rejection or revocation
	FiledBy     string     `json:"filed_by"`
	CreatedAt   time.Time  `json:"created_at"`
	DecidedBy   string     `json:"decided_by,omitempty"`
	DecidedAt   *time.Time `json:"decided_at,omitempty"`
	Version     int64      `json:"version"`
}

// StateAt is the state at a moment.
func (p Power) StateAt(at time.Time) string {
	if p.State == PowerVerified && p.ValidTo != nil && !at.Before(p.ValidTo.AddDate(0, 0, 1)) {
		return PowerExpired
	}
	return p.State
}

// InForce tells whether the power holds at a moment.
func (p Power) InForce(at time.Time) bool {
	return p.StateAt(at) == PowerVerified && (p.ValidFrom == nil || !at.Before(*p.ValidFrom))
}

// why tells in words why a power does not hold at a moment.
func (p Power) why(at time.Time) string {
	switch state := p.StateAt(at); {
	case state == PowerExpired:
		return "expired on " + p.ValidTo.Format(time.DateOnly)
	case state == PowerRevoked:
		return "was revoked on " + p.DecidedAt.Format(time.DateOnly)
	case state == PowerRejected:
		return "was rejected on " + p.DecidedAt.Format(time.DateOnly)
	default:
		return "begins on " + p.ValidFrom.Format(time.DateOnly)
	}
}

// PowerInput is a power of attorney as it is filed.
type PowerInput struct {
	Holder      string
	Agent       string // account; of an agent who files it, its own
	Scopes      []string
	Territories []string
	ValidFrom   *time.Time
	ValidTo     *time.Time
	Name        string // of the file
	Data        []byte // the signed paper; nil: none
}

func (in PowerInput) validate(agent bool) error {
	var f faults
	f.text("agent", in.Agent, 1, 100)
	f.check(len(in.Scopes) > 0, "scopes", "needs at least one of registry, notices")
	for i, s := range in.Scopes {
		f.check(slices.Contains(casework.Scopes(), s) && slices.Index(in.Scopes, s) == i, fmt.Sprintf("scopes[%d]", i), "must be registry or notices, each once")
	}
	f.check(len(in.Territories) <= casework.MaxEntries, "territories", "must have at most %d entries", casework.MaxEntries)
	for i, t := range in.Territories[:min(len(in.Territories), casework.MaxEntries)] {
		f.check(casework.ValidTerritory(t), fmt.Sprintf("territories[%d]", i), `must be an ISO 3166 country code in capitals, "EU", "BX" or "WW"`)
	}
	f.check(in.ValidFrom == nil || in.ValidTo == nil || !in.ValidTo.Before(*in.ValidFrom), "valid_to", "must not be before valid_from")
	f.check(!agent || len(in.Data) > 0, "file", "an agent sends the signed power of attorney with it")
	return f.err()
}

// FilePower files a power of attorney. What a holder grants by a key of its own, or an operator enters, is in force at once; what an
// agent files, for a holder that it keeps in its own account, waits for a reviewer.
func (d *Dossier) FilePower(ctx context.Context, a casework.Actor, in PowerInput) (Power, error) {
	agent := a.Role == roleAgent
	if !agent && a.Role != roleHolder && !a.Operates() {
		return Power{}, fmt.Errorf("%w: role %q may not file a power of attorney; use a key of the holder, the agent or an operator", casework.ErrForbidden, a.Role)
	}
	if agent && in.Agent == "" {
		in.Agent = a.Account
	}
	if err := in.validate(agent); err != nil {
		return Power{}, err
	}
	h, err := d.Registry.Holder(ctx, plain(a), in.Holder)
	if err != nil {
		return Power{}, err
	}
	if agent && in.Agent != a.Account {
		return Power{}, fmt.Errorf("%w: an agent files powers of attorney for itself; the holder grants them to others", casework.ErrForbidden)
	}
	p := Power{ID: casework.NewID("pow"), Holder: h.ID, Account: h.Account, Agent: in.Agent, Scopes: in.Scopes, Territories: in.Territories,
		ValidFrom: in.ValidFrom, ValidTo: in.ValidTo, State: PowerPending, FiledBy: a.Person(), CreatedAt: d.moment()}
	if !agent {
		p.State, p.DecidedBy, p.DecidedAt = PowerVerified, a.Person(), &p.CreatedAt
	}
	var file SentFile
	if len(in.Data) > 0 {
		if file, err = d.keep(ctx, a, h.Account, blob.Certificate, in.Name, in.Data); err != nil {
			return Power{}, err
		}
		p.File = file.Hash
	}
	err = d.update(ctx, func(t Tx) error {
		if file.Hash != "" {
			if err := t.AddFile(ctx, file); err != nil {
				return err
			}
		}
		p.Version = 0
		if err := t.PutPower(ctx, &p); err != nil {
			return err
		}
		t.AddAudit(entry(p.CreatedAt, a.Person(), "power.file", p.ID, p))
		return nil
	})
	if err != nil {
		return Power{}, fmt.Errorf("file power of attorney: %w", err)
	}
	return d.shown(p), nil
}

// plain is the actor without what powers of attorney give it: an agent cannot grant what it was granted.
func plain(a casework.Actor) casework.Actor {
	a.Powers = nil
	return a
}

// shown is a power as it is now.
func (d *Dossier) shown(p Power) Power {
	p.State = p.StateAt(d.moment())
	return p
}

// Power shows a power to the holder, the agent, and those who judge.
func (d *Dossier) Power(ctx context.Context, a casework.Actor, id string) (Power, error) {
	p, err := d.Store.Power(ctx, id)
	if err == nil && !d.seesPower(a, p) {
		err = fmt.Errorf("%w: there is no power of attorney %q in this account", casework.ErrNotFound, id)
	}
	if err != nil {
		return Power{}, fmt.Errorf("power of attorney: %w", err)
	}
	return d.shown(p), nil
}

func (d *Dossier) seesPower(a casework.Actor, p Power) bool {
	own := a.Role == roleHolder && plain(a).Owns(p.Account, p.Holder)
	return a.SeesAll() || own || a.Role == roleAgent && a.Account == p.Agent && (a.Subject == "" || a.Subject == p.Holder)
}

// PowerQuery selects powers by ID from behind After. Empty fields do not restrict.
type PowerQuery struct {
	Account, Holder, Agent, State string
	After                         string
	Limit                         int
}

// Powers lists powers of attorney by ID: a holder's own, an agent's own, or all for those who judge.
func (d *Dossier) Powers(ctx context.Context, a casework.Actor, q PowerQuery) ([]Power, error) {
	switch {
	case a.SeesAll():
	case a.Role == roleAgent:
		q.Agent = a.Account
		if a.Subject != "" {
			q.Holder = a.Subject
		}
	case a.Role == roleHolder && a.Account != "":
		var some bool
		if q.Account, q.Holder, some = plain(a).Reach(q.Holder); !some {
			return nil, nil
		}
	default:
		return nil, fmt.Errorf("%w: role %q sees no powers of attorney", casework.ErrForbidden, a.Role)
	}
	list, err := d.Store.Powers(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list powers of attorney: %w", err)
	}
	for i := range list {
		list[i] = d.shown(list[i])
	}
	return list, nil
}

// DecidePower verifies or rejects a pending power; reviewers and operators do.
func (d *Dossier) DecidePower(ctx context.Context, a casework.Actor, id, state, reason string) (Power, error) {
	if !a.SeesAll() {
		return Power{}, fmt.Errorf("%w: role %q may not decide on a power of attorney", casework.ErrForbidden, a.Role)
	}
	var f faults
	f.check(state == PowerVerified || state == PowerRejected, "state", "must be verified or rejected")
	f.check(state != PowerRejected || reason != "", "reason", "say why it is rejected")
	f.text("reason", reason, 0, 2000)
	if err := f.err(); err != nil {
		return Power{}, err
	}
	return d.changePower(ctx, a, id, "power."+state, func(p *Power) error {
		if p.State == state {
			return errNothing
		}
		if p.State != PowerPending {
			return fmt.Errorf("%w: the power of attorney is %s already; a new one has to be filed", casework.ErrConflict, p.State)
		}
		p.State, p.Reason = state, reason
		return nil
	})
}

// RevokePower ends a power: the holder revokes it, the agent gives it up, or an operator ends it. From then on it is refused.
func (d *Dossier) RevokePower(ctx context.Context, a casework.Actor, id, reason string) (Power, error) {
	var f faults
	f.text("reason", reason, 0, 2000)
	if err := f.err(); err != nil {
		return Power{}, err
	}
	if !a.Operates() && a.Role != roleHolder && a.Role != roleAgent {
		return Power{}, fmt.Errorf("%w: role %q may not revoke a power of attorney", casework.ErrForbidden, a.Role)
	}
	return d.changePower(ctx, a, id, "power.revoke", func(p *Power) error {
		if p.State == PowerRevoked {
			return errNothing
		}
		p.State, p.Reason = PowerRevoked, reason
		return nil
	})
}

// errNothing: it is as it should be already.
var errNothing = errors.New("nothing to change")

func (d *Dossier) changePower(ctx context.Context, a casework.Actor, id, action string, change func(*Power) error) (Power, error) {
	var out Power
	err := d.update(ctx, func(t Tx) error {
		p, err := t.Power(ctx, id)
		if err != nil {
			return err
		}
		if !d.seesPower(a, p) {
			return fmt.Errorf("%w: there is no power of attorney %q in this account", casework.ErrNotFound, id)
		}
		out = p
		if err := change(&p); errors.Is(err, errNothing) {
			return nil
		} else if err != nil {
			return err
		}
		now := d.moment()
		p.DecidedBy, p.DecidedAt = a.Person(), &now
		if err := t.PutPower(ctx, &p); err != nil {
			return err
		}
		t.AddAudit(entry(now, a.Person(), action, p.ID, p))
		out = p
		return nil
	})
	if err != nil {
		return Power{}, fmt.Errorf("%s: %w", action, err)
	}
	return d.shown(out), nil
}

var _ docket.Powers = (*Dossier)(nil)

// Agent implements docket.Powers.
func (d *Dossier) Agent(ctx context.Context, a casework.Actor, holderID string, at time.Time) (bool, error) {
	list, err := d.Store.Powers(ctx, PowerQuery{Agent: a.Account, Holder: holderID, Limit: mostPowers})
	if err != nil {
		return false, fmt.Errorf("powers of attorney: %w", err)
	}
	return slices.ContainsFunc(list, func(p Power) bool { return p.InForce(at) && slices.Contains(p.Scopes, casework.ScopeNotices) }), nil
}

// mostPowers is how many powers of one agent are looked at.
const mostPowers = 1000

// Acting is the actor with what its powers of attorney let it do now. Call it once a request, before the actor is handed to a use case;
// without it an agent acts for nobody but those in its own account.
func (d *Dossier) Acting(ctx context.Context, a casework.Actor) (casework.Actor, error) {
	if a.Role != roleAgent || a.Account == "" {
		return a, nil
	}
	list, err := d.Store.Powers(ctx, PowerQuery{Agent: a.Account, Holder: a.Subject, Limit: mostPowers})
	if err != nil {
		return a, fmt.Errorf("powers of attorney: %w", err)
	}
	a.Powers = &casework.Powers{}
	now := d.moment()
	for _, p := range list {
		switch {
		case p.InForce(now):
			a.Powers.Mandates = append(a.Powers.Mandates, casework.Mandate{Power: p.ID, Account: p.Account, Holder: p.Holder, Scopes: p.Scopes, Territories: p.Territories})
		case p.State != PowerPending:
			a.Powers.Lapsed = append(a.Powers.Lapsed, casework.Lapse{Power: p.ID, Holder: p.Holder, Why: p.why(now)})
		}
	}
	slices.Reverse(a.Powers.Lapsed) // the newest speaks
	return a, nil
}

// Refused keeps in the audit log that an agent was refused for want of a power; what is not that leaves no row.
func (d *Dossier) Refused(ctx context.Context, a casework.Actor, what string, err error) error {
	if !errors.Is(err, casework.ErrNoPower) {
		return nil
	}
	return d.update(ctx, func(t Tx) error {
		t.AddAudit(entry(d.moment(), a.Person(), "power.refused", what, map[string]string{"why": err.Error()}))
		return nil
	})
}
