package enforce

import (
	"time"

	"touchstone/internal/policy"
)

// Strike is a group of serious infringements close together.
type Strike struct {
	At     time.Time `json:"at"`     // of the first of them
	Until  time.Time `json:"until"`  // when it expires
	Number int       `json:"number"` // how many lived then, with itself
	Events []string  `json:"events"` // IDs
}

// Measure is something that befell the store.
type Measure struct {
	Kind  string    `json:"kind"` // policy.MeasureWarning, ...Freeze or ...Closure
	At    time.Time `json:"at"`
	Until time.Time `json:"until,omitzero"` // of a freeze
	// Rule that it comes from: "strike" or "points", with how many there were.
	Rule  string `json:"rule"`
	Count int    `json:"count"`
	Event string `json:"event"` // the infringement that brought it
}

// State is how a store stands at a moment.
type State struct {
	At       time.Time `json:"at"`
	Strikes  []Strike  `json:"strikes"` // those that live
	Points   int       `json:"points"`  // those that live
	Measures []Measure `json:"measures"`
	Frozen   time.Time `json:"frozen_until,omitzero"` // zero when the store is not frozen
	Closed   bool      `json:"closed"`
	// Next is when the state changes by itself: a freeze ends, a strike or points expire. Zero when nothing is left to change.
	Next time.Time `json:"next,omitzero"`
}

// Fold reckons the state at a moment from the whole ledger, in any order. Every entry counts, even one that a clock which jumped dated
// later than now: what was decided is never lost.
func Fold(p policy.Penalties, ledger []LedgerEntry, now time.Time) State {
	f := fold{p: p}
	for _, e := range effective(ledger) {
		switch e.Kind {
		case Serious:
			f.serious(e)
		case Minor:
			f.minor(e)
		case Reopening:
			f.strikes, f.points, f.closed = nil, nil, false
			f.measures = append(f.measures, Measure{Kind: measureReopened, At: e.At, Rule: string(Reopening), Event: e.ID})
		}
	}
	return f.state(now)
}

// measureReopened stands in the list so that the story of the store is whole.
const measureReopened = "reopening"

// fold is the state while the ledger is read.
type fold struct {
	p        policy.Penalties
	strikes  []Strike
	points   []pointsOf
	measures []Measure
	closed   bool
}

// pointsOf is what one lesser matter counted for.
type pointsOf struct {
	at, until time.Time
	day       string
	n         int
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

func (f *fold) serious(e LedgerEntry) {
	if n := len(f.strikes); n > 0 {
		last := &f.strikes[n-1]
		if e.At.Sub(last.At) <= time.Duration(f.p.StrikeGroupHours)*time.Hour {
			last.Events = append(last.Events, e.ID)
			return
		}
	}
	s := Strike{At: e.At, Until: e.At.Add(days(f.p.StrikeDays)), Number: 1, Events: []string{e.ID}}
	for _, old := range f.strikes {
		if e.At.Before(old.Until) {
			s.Number++
		}
	}
	f.strikes = append(f.strikes, s)
	m := Measure{At: e.At, Rule: "strike", Count: s.Number, Event: e.ID}
	if s.Number >= f.p.CloseAtStrikes && f.warned(e.At) {
		f.take(m, policy.MeasureClosure, 0)
		return
	}
	if !f.p.WarnBeforeFreeze || f.warned(e.At) {
		f.take(m, policy.MeasureFreeze, f.p.FreezeDays[min(s.Number, len(f.p.FreezeDays))-1])
	}
	f.take(m, policy.MeasureWarning, 0) // each strike tells what the next one brings
}

func (f *fold) minor(e LedgerEntry) {
	day := e.At.UTC().Format(time.DateOnly)
	before, today := 0, 0
	for _, p := range f.points {
		if e.At.Before(p.until) {
			before += p.n
		}
		if p.day == day {
			today += p.n
		}
	}
	n := max(0, min(e.Points, f.p.PointsADay-today))
	f.points = append(f.points, pointsOf{e.At, e.At.Add(days(f.p.PointsDays)), day, n})
	for _, s := range f.p.Steps {
		if before >= s.Points || before+n < s.Points {
			continue
		}
		m := Measure{At: e.At, Rule: "points", Count: before + n, Event: e.ID}
		needs := s.Measure == policy.MeasureClosure || s.Measure == policy.MeasureFreeze && f.p.WarnBeforeFreeze
		if needs && !f.warned(e.At) {
			f.take(m, policy.MeasureWarning, 0)
			continue
		}
		f.take(m, s.Measure, s.Days)
	}
}

// warned tells whether a warning was given long enough before a moment.
func (f *fold) warned(at time.Time) bool {
	for _, m := range f.measures {
		if m.Kind == policy.MeasureWarning && at.Sub(m.At) >= time.Duration(f.p.WarningHours)*time.Hour && m.At.Before(at) {
			return true
		}
	}
	return false
}

func (f *fold) take(m Measure, kind string, forDays int) {
	m.Kind = kind
	switch kind {
	case policy.MeasureFreeze:
		if forDays == 0 {
			return
		}
		m.Until = m.At.Add(days(forDays))
	case policy.MeasureClosure:
		f.closed = true
	}
	f.measures = append(f.measures, m)
}

// state leaves out what has expired and finds the next moment of change.
func (f *fold) state(now time.Time) State {
	s := State{At: now, Strikes: []Strike{}, Measures: append([]Measure{}, f.measures...), Closed: f.closed}
	next := func(t time.Time) {
		if now.Before(t) && (s.Next.IsZero() || t.Before(s.Next)) {
			s.Next = t
		}
	}
	for _, k := range f.strikes {
		if now.Before(k.Until) {
			s.Strikes = append(s.Strikes, k)
			next(k.Until)
		}
	}
	for _, p := range f.points {
		if now.Before(p.until) && p.n > 0 {
			s.Points += p.n
			next(p.until)
		}
	}
	reopened := 0
	for i, m := range f.measures {
		if m.Kind == measureReopened {
			reopened = i // a fresh start ends the freezes before it
		}
	}
	for _, m := range f.measures[reopened:] {
		if now.Before(m.Until) {
			next(m.Until)
			if m.Until.After(s.Frozen) {
				s.Frozen = m.Until
			}
		}
	}
	return s
}
