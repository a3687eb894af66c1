package survey

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/jobs"
	"touchstone/internal/policy"
	"touchstone/internal/signing"
)

// EventAsked tells a party, or the marketplace of a seller, that there is a survey for them. Its data names the survey.
const EventAsked = "survey.asked"

// Parts are what Surveys are made of. Store, Policies and Key are required.
type Parts struct {
	Store    Store
	Policies policy.Set
	Key      signing.Signer // of links
	Log      *slog.Logger
	Now      func() time.Time // nil: time.Now
}

// Surveys is the use cases of surveys. It is safe for concurrent use.
type Surveys struct{ Parts }

// New makes Surveys.
func New(p Parts) *Surveys {
	casework.Surroundings(&p.Log, &p.Now)
	return &Surveys{p}
}

func (v *Surveys) moment() time.Time { return v.Now().UTC().Truncate(time.Microsecond) }

func (v *Surveys) rules() policy.Rules { return v.Policies.Rules("default") }

// update runs fn in a transaction.
func (v *Surveys) update(ctx context.Context, fn func(Tx) error) error {
	return v.Store.Update(ctx, func(tx docket.Tx) error {
		t, ok := tx.(Tx)
		if !ok {
			return fmt.Errorf("survey: the store's transaction %T keeps no surveys", tx)
		}
		return fn(t)
	})
}

// mayRead is for those who look after the service.
func mayRead(a casework.Actor) error {
	if a.SeesAll() {
		return nil
	}
	return fmt.Errorf("%w: role %q may not see what surveys say; use a key of a reviewer or operator", casework.ErrForbidden, a.Role)
}

// List lists the surveys that the actor may see, newest first.
func (v *Surveys) List(ctx context.Context, a casework.Actor, q Query) ([]Survey, error) {
	switch {
	case a.SeesAll():
	case (a.Role == "holder" || a.Role == "agent") && a.Account != "":
		q.Account, q.Subject, q.Shared, q.Seen = a.Account, a.Subject, true, true
	case a.Role == "seller" && a.Subject != "":
		q.Side, q.Subject, q.Seen = policy.AskSeller, a.Subject, true
	case a.Role == "pipeline" && a.Subject != "":
		q.Side, q.Marketplace, q.Seen = policy.AskSeller, a.Subject, true
	default:
		return nil, fmt.Errorf("%w: role %q has no surveys, or its key is bound to nobody (subject)", casework.ErrForbidden, a.Role)
	}
	list, err := v.Store.Surveys(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list surveys: %w", err)
	}
	for i := range list {
		list[i] = list[i].For(a)
	}
	return list, nil
}

// Survey shows one to those who may see it.
func (v *Surveys) Survey(ctx context.Context, a casework.Actor, id string) (Survey, error) {
	s, err := v.Store.Survey(ctx, id)
	if err == nil {
		err = sees(a, s)
	}
	if err != nil {
		return Survey{}, fmt.Errorf("survey: %w", err)
	}
	return s.For(a), nil
}

// Answer takes the party's answer, once. The same answer again changes nothing; another one is casework.ErrConflict.
func (v *Surveys) Answer(ctx context.Context, a casework.Actor, id string, r Reply) (Survey, error) {
	return v.take(ctx, id, a.Person(), r, func(s Survey) error {
		if err := sees(a, s); err != nil {
			return err
		}
		if !answers(a, s) {
			return fmt.Errorf("%w: the party that was asked answers, role %q does not", casework.ErrForbidden, a.Role)
		}
		return nil
	})
}

func (v *Surveys) take(ctx context.Context, id, by string, r Reply, may func(Survey) error) (Survey, error) {
	r.Text = strings.TrimSpace(r.Text)
	var out Survey
	err := v.update(ctx, func(tx Tx) error {
		s, err := tx.Survey(ctx, id)
		if err == nil {
			err = may(s)
		}
		if err == nil {
			err = r.validate(s)
		}
		if err != nil {
			return err
		}
		now := v.moment()
		switch {
		case s.State == StateAnswered && s.Answer.says(r):
			out = s
			return nil
		case s.State == StateAnswered:
			return conflict("survey %s was answered already; one answer counts", id)
		case !s.Open(now):
			return conflict("survey %s is over; thank you all the same", id)
		}
		s.State, s.Answer = StateAnswered, &Answer{Score: r.Score, Topics: r.Topics, Text: r.Text, By: by, At: now}
		if err := tx.PutSurvey(ctx, &s); err != nil {
			return err
		}
		tx.AddAudit(audit.Event{At: now, Actor: by, Action: "survey.answer", Subject: id, Payload: audit.Open([]byte(fmt.Sprintf(`{"version":%d}`, s.Version))).Hash()})
		out = s
		return tx.AddSurveyScores(ctx, s.scores())
	})
	if err != nil {
		return Survey{}, fmt.Errorf("answer a survey: %w", err)
	}
	return out, nil
}

// says tells whether the answer is this reply.
func (n *Answer) says(r Reply) bool {
	return n.Score == r.Score && n.Text == r.Text && maps.Equal(n.Topics, r.Topics)
}

// scores are what an answered survey adds to the figures.
func (s Survey) scores() []Score {
	one := Score{Survey: s.ID, Topic: Overall, Month: monthOf(s.Answer.At), Kind: s.Kind, Side: s.Side, Score: s.Answer.Score}
	list := []Score{one}
	for topic, score := range s.Answer.Topics {
		one.Topic, one.Score = topic, score
		list = append(list, one)
	}
	return list
}

// Run plans, asks and closes until ctx ends.
func (v *Surveys) Run(ctx context.Context, every time.Duration) {
	tick := func(ctx context.Context) error {
		_, err := v.Tick(ctx)
		return err
	}
	jobs.Every(ctx, every, tick, func(err error) { v.Log.Error("surveys are late", "error", err) })
}

// ifOvertaken forgives that another process was faster.
func ifOvertaken(err error) error {
	if errors.Is(err, casework.ErrConflict) || errors.Is(err, casework.ErrNotFound) {
		return nil
	}
	return err
}
