package dossier

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
)

// EventRight is told when the state of a right changes: "right." and the state.
const EventRight = "right."

// RightDecision is a decision on a right. It never changes; a later one takes its place.
type RightDecision struct {
	ID      string         `json:"id"`
	Right   string         `json:"right_id"`
	State   casework.State `json:"state"`
	Reasons []string       `json:"reasons,omitempty"` // codes of checks
	Note    string         `json:"note,omitempty"`    // to the holder
	By      string         `json:"by"`
	At      time.Time      `json:"at"`
	Checks  []Check        `json:"checks"` // as they were
}

// For is the decision as the actor may see it: a holder hears that a person decided, not who, and no rights of others.
func (v RightDecision) For(a casework.Actor) RightDecision {
	if a.SeesAll() {
		return v
	}
	if !strings.HasPrefix(v.By, "machine:") {
		v.By = "reviewer"
	}
	v.Checks = slices.Clone(v.Checks)
	for i := range v.Checks {
		if slices.Contains([]string{CheckDuplicate, CheckLookalike, CheckElsewhere}, v.Checks[i].Code) {
			v.Checks[i].See = nil
		}
	}
	return v
}

// Ruling is what a reviewer decides on a right.
type Ruling struct {
	State   casework.State
	Reasons []string
	Note    string
}

func (r Ruling) validate() error {
	var f faults
	f.check(slices.Contains([]casework.State{casework.StateVerified, casework.StateRejected, casework.StateExpired}, r.State), "state", "must be verified, rejected or expired")
	f.check(r.State != casework.StateRejected || len(r.Reasons) > 0, "reasons", "name at least one check that the right fails")
	for i, code := range r.Reasons {
		f.check(slices.Contains(checkCodes, code), fmt.Sprintf("reasons[%d]", i), "must be one of %s", strings.Join(checkCodes, ", "))
	}
	f.check(len(r.Reasons) <= len(checkCodes), "reasons", "must have at most %d entries", len(checkCodes))
	f.text("note", r.Note, 0, 5000)
	return f.err()
}

var checkCodes = []string{CheckNumber, CheckDates, CheckClasses, CheckTerritory, CheckRegistrant, CheckCertificate, CheckDuplicate, CheckLookalike, CheckElsewhere, CheckReferences, CheckPower}

// Verify decides on a right: the decision with the checks as they are is kept, told, and then put into effect in registry and index. The
// same decision again puts it into effect again and is kept once. Failed checks do not bind a person, who names in the note why.
func (d *Dossier) Verify(ctx context.Context, a casework.Actor, rightID string, r Ruling) (casework.Right, error) {
	if !a.SeesAll() {
		return casework.Right{}, fmt.Errorf("%w: role %q may not decide on a right", casework.ErrForbidden, a.Role)
	}
	if err := r.validate(); err != nil {
		return casework.Right{}, err
	}
	list, err := d.Checklist(ctx, a, rightID)
	if err != nil {
		return casework.Right{}, err
	}
	if failed := list.failed(); r.State == casework.StateVerified && len(failed) > 0 && strings.TrimSpace(r.Note) == "" {
		return casework.Right{}, &casework.ValidationError{Fields: []casework.FieldError{{Path: "note", Message: "say why it is verified although these checks failed: " + strings.Join(failed, ", ")}}}
	}
	right, err := d.Registry.Right(ctx, a, rightID)
	if err != nil {
		return casework.Right{}, err
	}
	return d.rule(ctx, a.Person(), right, r, list.Checks)
}

func (l RightChecklist) failed() []string {
	var out []string
	for _, c := range l.Checks {
		if c.State == Failed {
			out = append(out, c.Code)
		}
	}
	return out
}

// rule keeps a decision and puts it into effect.
func (d *Dossier) rule(ctx context.Context, by string, right casework.Right, r Ruling, checks []Check) (casework.Right, error) {
	v := RightDecision{ID: casework.NewID("ver"), Right: right.ID, State: r.State, Reasons: r.Reasons, Note: r.Note, By: by, At: d.moment(), Checks: checks}
	err := d.update(ctx, func(t Tx) error {
		old, err := t.Verifications(ctx, right.ID)
		if err != nil {
			return err
		}
		if n := len(old); n > 0 && old[n-1].State == r.State && slices.Equal(old[n-1].Reasons, r.Reasons) && old[n-1].Note == r.Note && old[n-1].By == by {
			return nil // it may not have come into effect
		}
		if err := t.AddVerification(ctx, v); err != nil {
			return err
		}
		t.AddEvent(docket.Event{Kind: EventRight + string(r.State), Account: right.Account, Holder: right.HolderID, At: v.At,
			Data: encode(map[string]any{"right_id": right.ID, "reasons": v.Reasons, "note": v.Note})})
		t.AddAudit(entry(v.At, by, EventRight+string(r.State), right.ID, v))
		return nil
	})
	if err != nil {
		return casework.Right{}, fmt.Errorf("decide on right: %w", err)
	}
	return d.States.SetRightState(ctx, system, right.ID, r.State)
}

// SetState is Verify without the checklist, for those who run the service: what an import or another register has decided. It is kept as a
// decision all the same.
func (d *Dossier) SetState(ctx context.Context, a casework.Actor, rightID string, state casework.State) (casework.Right, error) {
	if !a.Operates() {
		return casework.Right{}, fmt.Errorf("%w: role %q may not decide on a right; use a key of an operator or admin", casework.ErrForbidden, a.Role)
	}
	r := Ruling{State: state, Note: "Entered by those who run the service."}
	if !slices.Contains([]casework.State{casework.StateVerified, casework.StateRejected, casework.StateExpired}, state) {
		return casework.Right{}, r.validate()
	}
	right, err := d.Registry.Right(ctx, a, rightID)
	if err != nil || right.State == state {
		return right, err
	}
	return d.rule(ctx, a.Person(), right, r, []Check{})
}
