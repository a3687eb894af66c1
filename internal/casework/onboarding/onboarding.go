// Package onboarding is what a new holder has still to do before their rights protect them: a list that is reckoned from what is
// registered, so that it is never out of date and nobody ticks anything off.
package onboarding

import (
	"context"
	"fmt"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/message"
)

// Steps, in the order in which they are done.
const (
	StepHolder     = "holder"
	StepRight      = "right"
	StepVerified   = "verified"
	StepValid      = "valid"
	StepReferences = "references"
	StepSearchable = "searchable"
	StepSellers    = "sellers"
	StepPrice      = "price"
	StepNotice     = "notice"
)

// States of a step.
const (
	StateDone     = "done"
	StateTodo     = "todo"
	StateOptional = "optional" // not done, and not needed
)

// Step is one thing to do. Rights are those that it is still to be done for.
type Step struct {
	Key    string   `json:"key" enum:"holder,right,verified,valid,references,searchable,sellers,price,notice"`
	State  string   `json:"state" enum:"done,todo,optional"`
	Title  string   `json:"title"`
	Text   string   `json:"text,omitempty" doc:"what is missing; none where the step is done"`
	Rights []string `json:"rights,omitempty" doc:"rights that it is still to be done for"`
}

// Checklist is what a holder has done and has to do.
type Checklist struct {
	Holder string `json:"holder_id"`
	Ready  bool   `json:"ready" doc:"nothing that is needed is left"`
	Done   int    `json:"done"`
	Steps  []Step `json:"steps"`
	More   bool   `json:"more,omitempty" doc:"the holder has more rights than were looked at"`
}

// Facts are what the list is reckoned from.
type Facts struct {
	Holder  casework.Holder
	Rights  []RightFacts
	Notices bool // at least one was filed
	At      time.Time
}

// RightFacts are a right with what belongs to it.
type RightFacts struct {
	casework.Right
	References []casework.Reference
	Sellers    int
}

// renewal is how long before its end a right counts as one to be renewed.
const renewal = 183 * 24 * time.Hour

// Reckon makes the list in a language.
func Reckon(f Facts, language string) Checklist {
	out := Checklist{Holder: f.Holder.ID, Ready: true}
	add := func(key string, done, needed bool, rights []string) {
		s := Step{Key: key, State: StateDone, Title: message.Text(language, "onboarding."+key, nil)}
		if !done {
			s.State, s.Text, s.Rights = StateTodo, message.Text(language, "onboarding."+key+".todo", nil), rights
			if !needed {
				s.State = StateOptional
			}
			out.Ready = out.Ready && !needed
		} else {
			out.Done++
		}
		out.Steps = append(out.Steps, s)
	}
	// each is a step that every right needs for itself; without a right it is still to do.
	each := func(key string, needed bool, done func(RightFacts) bool) {
		var left []string
		for _, r := range f.Rights {
			if !done(r) {
				left = append(left, r.ID)
			}
		}
		add(key, len(left) == 0 && len(f.Rights) > 0, needed, left)
	}
	add(StepHolder, f.Holder.BusinessID != "", true, nil)
	add(StepRight, len(f.Rights) > 0, true, nil)
	each(StepVerified, true, func(r RightFacts) bool {
		return r.EffectiveState(f.At) != casework.StatePending && r.State != casework.StateRejected
	})
	each(StepValid, true, func(r RightFacts) bool { until := r.Until(); return until.IsZero() || until.Sub(f.At) > renewal })
	each(StepReferences, true, func(r RightFacts) bool { return len(r.References) > 0 })
	each(StepSearchable, true, func(r RightFacts) bool {
		for _, ref := range r.References {
			if ref.IndexState() != casework.IndexDone {
				return false
			}
		}
		return len(r.References) > 0
	})
	sellers, prices := 0, 0
	for _, r := range f.Rights {
		sellers += r.Sellers
		if r.RetailPrice != nil {
			prices++
		}
	}
	add(StepSellers, sellers > 0, false, nil)
	add(StepPrice, prices > 0, false, nil)
	add(StepNotice, f.Notices, false, nil)
	return out
}

// Registry is what a list asks of the registry; *casework.Registry is one.
type Registry interface {
	Holder(ctx context.Context, a casework.Actor, id string) (casework.Holder, error)
	Rights(ctx context.Context, a casework.Actor, q casework.RightQuery) (casework.RightPage, error)
	References(ctx context.Context, a casework.Actor, rightID string) ([]casework.Reference, error)
	AuthorizedSellers(ctx context.Context, a casework.Actor, rightID string) ([]casework.AuthorizedSeller, error)
}

// Notices lists notices; *docket.Docket does.
type Notices interface {
	Notices(ctx context.Context, a casework.Actor, q docket.NoticeQuery) ([]docket.Notice, error)
}

// Guide makes lists.
type Guide struct {
	Registry Registry
	Notices  Notices
	Now      func() time.Time // nil: time.Now
}

// MostRights is how many rights of a holder a list looks at.
const MostRights = 100

// Checklist of a holder that the actor may see.
func (g Guide) Checklist(ctx context.Context, a casework.Actor, holderID, language string) (Checklist, error) {
	now := time.Now
	if g.Now != nil {
		now = g.Now
	}
	f := Facts{At: now().UTC()}
	var err error
	if f.Holder, err = g.Registry.Holder(ctx, a, holderID); err != nil {
		return Checklist{}, err
	}
	page, err := g.Registry.Rights(ctx, a, casework.RightQuery{HolderID: holderID, Limit: MostRights})
	if err != nil {
		return Checklist{}, fmt.Errorf("onboarding of %s: %w", holderID, err)
	}
	for _, r := range page.Rights {
		rf := RightFacts{Right: r}
		if rf.References, err = g.Registry.References(ctx, a, r.ID); err != nil {
			return Checklist{}, fmt.Errorf("onboarding of %s: %w", holderID, err)
		}
		sellers, err := g.Registry.AuthorizedSellers(ctx, a, r.ID)
		if err != nil {
			return Checklist{}, fmt.Errorf("onboarding of %s: %w", holderID, err)
		}
		rf.Sellers = len(sellers)
		f.Rights = append(f.Rights, rf)
	}
	filed, err := g.Notices.Notices(ctx, a, docket.NoticeQuery{Holder: holderID, Limit: 1})
	if err != nil {
		return Checklist{}, fmt.Errorf("onboarding of %s: %w", holderID, err)
	}
	f.Notices = len(filed) > 0
	out := Reckon(f, language)
	out.More = page.Next != ""
	return out, nil
}
