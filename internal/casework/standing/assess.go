package standing

import (
	"slices"

	"touchstone/internal/policy"
)

// Shares are what counts say, over those that were decided. A withdrawn notice counts as a part of one. No field is named like one of the
// counts: the document of the API would lose that.
type Shares struct {
	Counts
	Decided        float64 `json:"decided"`
	UpheldShare    float64 `json:"upheld_share"`    // 0 to 1; 1 when nothing was decided
	CounteredShare float64 `json:"countered_share"` // 0 to 1
}

// OfReason is the standing for one reason.
type OfReason struct {
	Shares
	Good bool `json:"good"` // the shares of this window are good
	// FastLane: good now, and not locked out.
	FastLane    bool `json:"fast_lane"`
	LockedUntil *Day `json:"locked_until,omitempty"` // first day on which good standing can be had again
}

// Standing is how a notifier stands on a day.
type Standing struct {
	Day     Day                 `json:"day"`
	Reasons map[string]OfReason `json:"reasons"`
	All     Shares              `json:"all"`    // over all reasons
	Weight  float64             `json:"weight"` // of what came to nothing, for misuse; of each day's filings few count
	// DailyLimit is how many listings may be notified a day; 0 is no limit.
	DailyLimit int `json:"daily_limit,omitempty"`
	// Warned since that day, while the warning lives.
	Warned *Day `json:"warned,omitempty"`
	// Suspended until that day, on which notices are accepted again.
	Suspended *Day `json:"suspended,omitempty"`
}

// Lookback is how many days of tallies Assess needs before a day: older ones change nothing any more.
func Lookback(p policy.Standing) int {
	return 31*(2*p.WindowMonths+2*p.LockoutMonths) + 2*p.WarningDays + p.SuspensionDays
}

// Assess reckons the standing on a day from the tallies, in any order. Those decided after that day do not count.
func Assess(p policy.Standing, tallies []Tally, today Day) Standing {
	s := Standing{Day: today, Reasons: map[string]OfReason{}}
	byReason := map[string][]Tally{}
	var all []Tally
	for _, t := range tallies {
		if t.Decided <= today && t.Count > 0 {
			byReason[t.Reason] = append(byReason[t.Reason], t)
			all = append(all, t)
		}
	}
	for reason, list := range byReason {
		s.Reasons[reason] = ofReason(p, list, today)
	}
	m := misuse{p: p, window: byDay{}}
	s.All = sharesOf(p, walk(p, all, today, m.day))
	s.Weight, _ = m.window.heard(p)
	if s.All.Decided >= float64(p.MinDecided) && s.All.UpheldShare < p.LowUpheld {
		s.DailyLimit = p.LowDaily
	}
	if m.warned != nil && today < *m.warned+Day(p.WarningDays) {
		s.Warned = m.warned
	}
	if m.suspended != nil && today < *m.suspended {
		s.Suspended = m.suspended
	}
	return s
}

// sharesOf turns counts into shares.
func sharesOf(p policy.Standing, c Counts) Shares {
	s := Shares{Counts: c, UpheldShare: 1}
	s.Decided = float64(c.Upheld+c.Countered+c.Declined+c.Unfounded) + p.WeightWithdrawn*float64(c.Withdrawn)
	if s.Decided > 0 {
		s.UpheldShare, s.CounteredShare = float64(c.Upheld)/s.Decided, float64(c.Countered)/s.Decided
	}
	return s
}

// weight of the notices that came to nothing: how many, and how grave.
func weight(p policy.Standing, c Counts) float64 {
	return p.WeightWithdrawn*float64(c.Withdrawn) + p.WeightDeclined*float64(c.Declined+c.Countered) + p.WeightUnfounded*float64(c.Unfounded)
}

// walk goes from the first day on which something was decided to today and shows each day's window, what was decided on it, and what
// left the window. It gives the window of today.
func walk(p policy.Standing, list []Tally, today Day, look func(d Day, window Counts, decided, gone []Tally)) Counts {
	slices.SortFunc(list, func(a, b Tally) int { return int(a.Decided - b.Decided) })
	var window Counts
	if len(list) == 0 {
		return window
	}
	in, out := 0, 0 // list[out:in] is the window
	for d := list[0].Decided; d <= today; d++ {
		first := in
		for ; in < len(list) && list[in].Decided == d; in++ {
			window.add(list[in].Result, list[in].Count)
		}
		left := out
		for oldest := d.plus(-p.WindowMonths); out < in && list[out].Decided <= oldest; out++ {
			window.add(list[out].Result, -list[out].Count)
		}
		look(d, window, list[first:in], list[left:out])
	}
	return window
}

// ofReason goes through the days: good standing is had, lost, locked out, and had again.
func ofReason(p policy.Standing, list []Tally, today Day) OfReason {
	var r OfReason
	var locked Day
	had, lost := false, false
	last := walk(p, list, today, func(d Day, window Counts, _, _ []Tally) {
		s := sharesOf(p, window)
		enough := s.Decided >= float64(p.MinDecided)
		r.Good = enough && s.UpheldShare >= p.GoodUpheld && s.CounteredShare <= p.GoodCountered
		switch {
		case r.Good && (!lost || d >= locked):
			had = true
		case had && enough && !r.Good: // few notices lose nothing
			had, lost, locked = false, true, d.plus(p.LockoutMonths)
		}
	})
	r.Shares, r.FastLane = sharesOf(p, last), had && r.Good
	if lost && today < locked {
		r.LockedUntil = &locked
	}
	return r
}
