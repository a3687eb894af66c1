package survey

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/policy"
)

// eventPage is how many events one transaction plans from.
const eventPage = 500

// mostPages is how many pages one Tick plans from: an old feed is caught up with little by little.
const mostPages = 100

// settled is the event of an inquiry that was settled (package inquiry).
const settled = "inquiry.resolved"

// party is who may be asked.
type party struct{ side, account, subject string }

func (p party) key() string {
	if p.side == policy.AskSeller {
		return p.side + ":" + p.subject
	}
	return p.side + ":" + p.account + "/" + p.subject
}

// plan reads one page of the feed behind the cursor and keeps what is to be asked. It tells how many events it read.
func (v *Surveys) plan(ctx context.Context) (int, error) {
	n := 0
	err := v.update(ctx, func(tx Tx) error {
		from, err := tx.SurveyCursor(ctx)
		if err != nil {
			return err
		}
		events, err := tx.Events(ctx, docket.EventQuery{After: from, Limit: eventPage})
		n = len(events)
		if err != nil || n == 0 {
			return err
		}
		agents := map[string]string{}
		for _, e := range events {
			if err := v.planFrom(ctx, tx, e, agents); err != nil {
				return fmt.Errorf("event %d: %w", e.Seq, err)
			}
		}
		return tx.PutSurveyCursor(ctx, from, events[n-1].Seq)
	})
	if err = ifOvertaken(err); err != nil {
		return 0, fmt.Errorf("plan surveys: %w", err)
	}
	return n, nil
}

// planFrom plans what one event leads to. agents remembers the agents of notices on this page.
func (v *Surveys) planFrom(ctx context.Context, tx Tx, e docket.Event, agents map[string]string) error {
	if e.Kind != docket.EventDecided && e.Kind != settled {
		return nil
	}
	rules := v.rules()
	if last := nextQuarter(e.At).AddDate(0, 0, rules.Surveys.Quarter.DelayDays+rules.Surveys.OpenDays); v.moment().After(last) {
		return nil // from before this service asked anybody
	}
	var parties []party
	if e.Holder != "" {
		parties = append(parties, party{policy.AskHolder, e.Account, e.Holder})
	}
	if e.Kind == docket.EventDecided {
		more, err := v.concerned(ctx, tx, e, agents)
		if err != nil {
			return err
		}
		parties = append(parties, more...)
	}
	for _, p := range parties {
		if e.Kind == docket.EventDecided {
			one := Survey{Kind: KindCase, Case: e.Case, Notice: e.Notice, Marketplace: e.Marketplace, AskAt: e.At.AddDate(0, 0, rules.Surveys.Case.DelayDays)}
			if err := v.keep(ctx, tx, rules, rules.Surveys.Case, p, one, e.Case); err != nil {
				return err
			}
		}
		whole := Survey{Kind: KindQuarter, Period: quarterOf(e.At), AskAt: nextQuarter(e.At).AddDate(0, 0, rules.Surveys.Quarter.DelayDays)}
		if p.side == policy.AskSeller {
			whole.Marketplace = e.Marketplace
		}
		if err := v.keep(ctx, tx, rules, rules.Surveys.Quarter, p, whole, whole.Period); err != nil {
			return err
		}
	}
	return nil
}

// concerned are the notifier of a decided case and its seller, if it restricts anything of theirs.
func (v *Surveys) concerned(ctx context.Context, tx Tx, e docket.Event, agents map[string]string) ([]party, error) {
	c, err := tx.Case(ctx, e.Case)
	if errors.Is(err, casework.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []party
	if c.Notice != "" {
		agent, known := agents[c.Notice]
		if !known {
			n, err := tx.Notice(ctx, c.Notice)
			if err != nil && !errors.Is(err, casework.ErrNotFound) {
				return nil, err
			}
			agent = n.Agent
			agents[c.Notice] = agent
		}
		p := party{policy.AskNotifier, c.Account, c.Holder}
		if agent != "" {
			p.account, p.subject = agent, "" // one agent files for many holders, and is asked once
		}
		out = append(out, p)
	}
	if c.Seller != "" && restricts(c) {
		out = append(out, party{policy.AskSeller, "", c.Marketplace + "/" + c.Seller})
	}
	return out, nil
}

// restricts tells whether a case is something to its seller: sellers hear of nothing else.
func restricts(c docket.Case) bool {
	return c.Effect == docket.EffectRemoved || slices.Contains([]string{docket.OutcomeTakenDown, docket.OutcomeUpheld, docket.OutcomeReinstated}, c.Outcome)
}

// keep plans a survey of a party if policy asks it, the lot falls on it, and it is not too late.
func (v *Surveys) keep(ctx context.Context, tx Tx, rules policy.Rules, how policy.Survey, p party, s Survey, lot string) error {
	late := v.moment().After(s.AskAt.AddDate(0, 0, rules.Surveys.OpenDays))
	if late || !slices.Contains(how.Ask, p.side) || !drawn(how.Share, s.Kind, p.key(), lot) {
		return nil
	}
	s.ID, s.Side, s.Party, s.Account, s.Subject = casework.NewID("srv"), p.side, p.key(), p.account, p.subject
	s.Quarter, s.State, s.Topics, s.Policy = quarterOf(s.AskAt), StatePlanned, Topics(s.Kind, p.side), rules.Version
	_, err := tx.PlanSurvey(ctx, s)
	return err
}

// drawn tells whether the lot falls on something, for a share of 0 to 1; always the same for the same thing.
func drawn(share float64, parts ...string) bool {
	if share >= 1 {
		return true
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return float64(binary.BigEndian.Uint64(sum[:8])>>11)/(1<<53) < share
}

// alarmPage is how many surveys one look asks or closes.
const alarmPage = 200

// Tick plans from what happened, asks whom it is time to ask, and closes what was open for long enough. It goes on until nothing is left, and
// says how much it did.
func (v *Surveys) Tick(ctx context.Context) (int, error) {
	done := 0
	for range mostPages {
		n, err := v.plan(ctx)
		if err != nil {
			return done, err
		}
		if n < eventPage {
			break
		}
	}
	for {
		due, err := v.Store.SurveyAlarms(ctx, v.moment(), alarmPage)
		if err != nil {
			return done, fmt.Errorf("look for surveys: %w", err)
		}
		if len(due) == 0 {
			return done, nil
		}
		for _, id := range due {
			if err := ifOvertaken(v.ring(ctx, id)); err != nil {
				return done, fmt.Errorf("survey %s: %w", id, err)
			}
			done++
		}
	}
}

// ring asks a planned survey or closes an open one.
func (v *Surveys) ring(ctx context.Context, id string) error {
	return v.update(ctx, func(tx Tx) error {
		s, err := tx.Survey(ctx, id)
		if err != nil {
			return err
		}
		now := v.moment()
		if at := s.Alarm(); at.IsZero() || now.Before(at) {
			return nil
		}
		if s.State == StateAsked {
			s.State = StateLapsed
			return tx.PutSurvey(ctx, &s)
		}
		return v.ask(ctx, tx, s, now)
	})
}

// ask asks a planned survey, puts it off, or drops it: what it is about may stand no more, and it is asked in its quarter or never.
func (v *Surveys) ask(ctx context.Context, tx Tx, s Survey, now time.Time) error {
	rules := v.rules().Surveys
	at, stands, err := ready(ctx, tx, s, now)
	if err != nil {
		return err
	}
	last, err := tx.LastSurvey(ctx, s.Party)
	if err != nil {
		return err
	}
	if rested := last.AddDate(0, 0, rules.RestDays); !last.IsZero() && rested.After(at) {
		at = rested
	}
	switch {
	case !stands || quarterOf(at) != s.Quarter:
		return tx.DropSurvey(ctx, s.ID)
	case at.After(now):
		s.AskAt = at
		return tx.PutSurvey(ctx, &s)
	}
	closes := now.AddDate(0, 0, rules.OpenDays)
	s.State, s.AskedAt, s.ClosesAt = StateAsked, &now, &closes
	if err := tx.PutSurvey(ctx, &s); err != nil {
		return err
	}
	e := docket.Event{Kind: EventAsked, Case: s.Case, Account: s.Account, At: now, Data: fmt.Appendf(nil, `{"survey_id":%q}`, s.ID)}
	if s.Side == policy.AskSeller {
		e.Marketplace = s.Marketplace
		_, e.Seller, _ = cutSubject(s.Subject)
	} else {
		e.Holder = s.Subject
	}
	tx.AddEvent(e)
	return nil
}

// ready tells whether what a survey is about still stands, and from when on it may be asked: a case that is being complained of is not at its end.
func ready(ctx context.Context, tx Tx, s Survey, now time.Time) (at time.Time, stands bool, err error) {
	if s.Case == "" {
		return now, true, nil
	}
	c, err := tx.Case(ctx, s.Case)
	switch {
	case errors.Is(err, casework.ErrNotFound):
		return now, false, nil
	case err != nil:
		return now, false, err
	case c.Undecided() || s.Side == policy.AskSeller && !restricts(c):
		return now, false, nil
	case c.State == docket.StateContest:
		return now.AddDate(0, 0, 1), true, nil
	}
	return now, true, nil
}
