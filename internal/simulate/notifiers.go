package simulate

import (
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"touchstone/internal/casework/standing"
	"touchstone/internal/policy"
)

// Notifiers are how those fare who file notices, good ones and abusive ones.
type Notifiers struct {
	Locked   Share `json:"locked"`   // abusive ones who were locked out
	Hindered Share `json:"hindered"` // good ones of whom a notice was refused
	Limited  Share `json:"limited"`  // notices of abusive ones that were refused
}

// MeasureNotifiers holds what the rules of standing make of a world's notifiers against what they are, without a service: abusive ones file
// as they do in the month, good ones what they find on a market that nobody else guards. Nothing is scored, so that a whole month takes
// no time. Each listing is decided within a day, as people decide with their errors; what is baseless is declined, and never called
// manifestly unfounded, which would weigh more.
func MeasureNotifiers(w *World) Notifiers {
	list := w.Offers()
	found := map[int][]*Plan{}
	for _, l := range list {
		if p := w.found(l); p != nil {
			found[l.Right.Holder] = append(found[l.Right.Holder], p)
		}
	}
	var out Notifiers
	end := w.P.Start.AddDate(0, 0, w.P.Days)
	for _, h := range slices.Sorted(maps.Keys(w.Abusive)) {
		plans := found[h]
		if w.Abusive[h] {
			plans = w.abuses(h, list)
		}
		slices.SortStableFunc(plans, func(a, b *Plan) int { return a.At.Compare(b.At) })
		c := clerk{w: w, rules: *policy.DefaultRules().Standing, rand: w.source("clerk", h)}
		for _, p := range plans {
			if p.At.Before(end) {
				c.take(p)
			}
		}
		switch locked := c.locked || c.standing(end).Suspended != nil; {
		case c.filed == 0:
		case w.Abusive[h]:
			out.Locked.add(locked)
			out.Limited.Count, out.Limited.Of = out.Limited.Count+c.refused, out.Limited.Of+c.filed
		default:
			out.Hindered.add(locked || c.refused > 0)
		}
	}
	return out
}

// clerk takes the notices of one notifier as the service does, by what became of those before.
type clerk struct {
	w              *World
	rules          policy.Standing
	rand           *rand.Rand
	tallies        []standing.Tally
	filed, refused int
	locked         bool
	day            standing.Day // on which
	today          int          // listings were notified
}

func (c *clerk) standing(at time.Time) standing.Standing {
	return standing.Assess(c.rules, c.tallies, standing.DayOf(at))
}

func (c *clerk) take(p *Plan) {
	c.filed++
	if d := standing.DayOf(p.At); d != c.day {
		c.day, c.today = d, 0
	}
	v := c.standing(p.At).Check(standing.Filing{At: p.At, Reason: p.Reason, Listings: len(p.Items), FiledToday: c.today})
	if !v.Allowed {
		c.refused++
		c.locked = c.locked || v.Refused == standing.RefusedSuspended
		return
	}
	c.today += len(p.Items)
	for _, it := range p.Items {
		right := it.Truth.Infringes != (c.rand.Float64() < c.w.P.Reviewers.Error)
		result := standing.Declined
		if right {
			result = standing.Upheld
		}
		decided := standing.DayOf(p.At.Add(time.Duration(24 * c.rand.Float64() * float64(time.Hour))))
		c.tallies = append(c.tallies, standing.Tally{Reason: p.Reason, Filed: c.day, Decided: decided, Result: result, Count: 1})
	}
}
