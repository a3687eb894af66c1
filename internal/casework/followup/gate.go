package followup

import (
	"context"
	"fmt"
	"slices"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/standing"
)

// maxPatternFilings is how many of a notifier's latest notices are looked through for patterns.
const maxPatternFilings = 2000

// Admit implements docket.Gate: whoever is suspended or has reached their daily limit is refused; whoever stands well for the reason gets
// the fast lane. Those who run the service may always file.
func (f *Followup) Admit(ctx context.Context, tx docket.Tx, n docket.Notice) (bool, error) {
	t, err := own(tx)
	if err != nil {
		return false, err
	}
	now := n.CreatedAt
	today := standing.DayOf(now)
	s, err := f.current(ctx, t, n.Account, today)
	if err != nil {
		return false, fmt.Errorf("standing of the notifier: %w", err)
	}
	filed, err := t.FiledListings(ctx, n.Account, today.Time())
	if err != nil {
		return false, fmt.Errorf("notices of today: %w", err)
	}
	v := s.Check(standing.Filing{At: now, Reason: n.Reason, Listings: len(n.Items), FiledToday: filed})
	if !v.Allowed && !slices.Contains([]string{"operator", "admin"}, n.FiledAs) {
		if v.Refused == standing.RefusedLimit {
			return false, &docket.LimitError{Sentence: v.Sentence, Until: v.RetryAt}
		}
		return false, fmt.Errorf("%w: %s", casework.ErrForbidden, v.Sentence)
	}
	return v.FastLane, t.AddFiling(ctx, n.Account, filing(n))
}

// mostTrespasses is how many of a day count, so that a program that repeats one refused request is not taken for a campaign.
const mostTrespasses = 10

// Trespassed implements docket.Watchman: a notice on a right of another counts against whoever sent it as one that is manifestly unfounded.
func (f *Followup) Trespassed(ctx context.Context, tx docket.Tx, a casework.Actor, n docket.Notice) error {
	t, err := own(tx)
	if err != nil {
		return err
	}
	today, counted := standing.DayOf(n.CreatedAt), 0
	tallies, err := t.Tallies(ctx, a.Account, today)
	if err != nil {
		return fmt.Errorf("notices on another's right: %w", err)
	}
	for _, v := range tallies {
		if v.Filed == today && v.Decided == today && v.Result == standing.Unfounded {
			counted += v.Count
		}
	}
	if counted >= mostTrespasses {
		return nil
	}
	if err := t.CountTally(ctx, a.Account, standing.Tally{Reason: n.Reason, Filed: today, Decided: today, Result: standing.Unfounded, Count: 1}); err != nil {
		return fmt.Errorf("notices on another's right: %w", err)
	}
	return stale(ctx, t, a.Account)
}

func filing(n docket.Notice) standing.Filed {
	out := standing.Filed{ID: n.ID, At: n.CreatedAt, Reason: n.Reason, RightID: n.Right, Entitled: true, Text: standing.TextKey(n.Explanation)}
	for _, it := range n.Items {
		key := it.Listing
		if key == "" {
			key = it.URL
		}
		out.Listings = append(out.Listings, n.Marketplace+"/"+key)
	}
	return out
}

// current is the standing of a day, reckoned now unless it was reckoned for this day since the last decision that counts against it.
func (f *Followup) current(ctx context.Context, t Tx, id string, today standing.Day) (standing.Standing, error) {
	n, err := notifier(ctx, t, id)
	if err != nil || !n.Stale && n.Standing.Day == today {
		return n.Standing, err
	}
	return f.assess(ctx, t, id, today)
}

// assess reckons a standing anew and keeps it; a warning or suspension that is new is told.
func (f *Followup) assess(ctx context.Context, t Tx, id string, today standing.Day) (standing.Standing, error) {
	rules := *f.Policies.Rules("default").Standing
	before, err := notifier(ctx, t, id)
	if err != nil {
		return standing.Standing{}, err
	}
	tallies, err := t.Tallies(ctx, id, today-standing.Day(standing.Lookback(rules)))
	if err != nil {
		return standing.Standing{}, err
	}
	after := standing.Assess(rules, tallies, today)
	tell := func(kind string, day, was *standing.Day) {
		if day != nil && (was == nil || *was != *day) {
			t.AddEvent(docket.Event{Kind: kind, Account: id, At: f.moment(), Data: encode(after)})
			t.AddAudit(row(f.moment(), byStanding, kind, id, after))
		}
	}
	tell(EventWarned, after.Warned, before.Standing.Warned)
	tell(EventSuspended, after.Suspended, before.Standing.Suspended)
	return after, t.PutNotifier(ctx, Notifier{ID: id, Standing: after})
}

// NotifierView is a notifier's standing with the patterns in what they filed lately.
type NotifierView struct {
	Notifier string             `json:"notifier"`
	Standing standing.Standing  `json:"standing"`
	Patterns []standing.Pattern `json:"patterns"`
}

// Notifier shows a standing: their own to holders and agents, everybody's to those who judge or run the service. Patterns are for the
// latter alone, so that nobody learns how not to be seen.
func (f *Followup) Notifier(ctx context.Context, a casework.Actor, id string) (NotifierView, error) {
	if id == "" {
		id = a.Account
	}
	if !a.SeesAll() && (id != a.Account || id == "") {
		return NotifierView{}, fmt.Errorf("%w: there is no notifier %q here", casework.ErrNotFound, id)
	}
	rules := *f.Policies.Rules("default").Standing
	today := standing.DayOf(f.moment())
	tallies, err := f.Store.Tallies(ctx, id, today-standing.Day(standing.Lookback(rules)))
	if err != nil {
		return NotifierView{}, fmt.Errorf("standing of %s: %w", id, err)
	}
	out := NotifierView{Notifier: id, Standing: standing.Assess(rules, tallies, today), Patterns: []standing.Pattern{}}
	if !a.SeesAll() {
		return out, nil
	}
	filed, err := f.Store.Filings(ctx, id, (today - 92).Time(), maxPatternFilings)
	if err != nil {
		return NotifierView{}, fmt.Errorf("notices of %s: %w", id, err)
	}
	out.Patterns = append(out.Patterns, standing.Patterns(rules, filed)...)
	return out, nil
}
