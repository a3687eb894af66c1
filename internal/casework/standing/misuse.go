package standing

import (
	"maps"
	"slices"

	"touchstone/internal/policy"
)

// byDay are results by the day on which their notices were filed.
type byDay map[Day]Counts

func (b byDay) add(list []Tally, sign int) {
	for _, t := range list {
		c := b[t.Filed]
		c.add(t.Result, sign*t.Count)
		if b[t.Filed] = c; c == (Counts{}) {
			delete(b, t.Filed)
		}
	}
}

// heard is the weight of what came to nothing, and its share of all that was decided. Of what was filed on one day no more than
// DayListings count, in proportion: one mistake in bulk, such as a wrong right chosen for a whole catalogue, is one mistake.
func (b byDay) heard(p policy.Standing) (grave, share float64) {
	var upheld, decided float64
	for _, d := range slices.Sorted(maps.Keys(b)) { // in order, so that the sum is the same each time
		s := sharesOf(p, b[d])
		if s.Decided == 0 {
			continue
		}
		part := min(1, float64(p.DayListings)/s.Decided)
		grave += part * weight(p, b[d])
		upheld, decided = upheld+part*float64(b[d].Upheld), decided+part*s.Decided
	}
	if decided == 0 {
		return 0, 0
	}
	return grave, 1 - upheld/decided
}

// misuse goes through the days: a warning first, a suspension only for what was filed on later days than it.
type misuse struct {
	p         policy.Standing
	window    byDay
	warned    *Day
	since     byDay // filed after the warning
	suspended *Day
}

func (m *misuse) day(d Day, _ Counts, decided, gone []Tally) {
	m.window.add(decided, 1)
	m.window.add(gone, -1)
	if m.warned != nil && d >= *m.warned+Day(m.p.WarningDays) {
		m.warned = nil
	}
	if m.warned != nil {
		m.since.add(slices.DeleteFunc(slices.Clone(decided), func(t Tally) bool { return t.Filed <= *m.warned }), 1)
	}
	if len(decided) == 0 || !m.reached() {
		return
	}
	if m.warned == nil {
		m.warned, m.since = &d, byDay{}
		return
	}
	grave, share := m.since.heard(m.p)
	if grave >= m.p.MisuseAfterWarning && share >= m.p.LeastShare() && (m.suspended == nil || d >= *m.suspended) {
		until := d + Day(m.p.SuspensionDays)
		m.suspended, m.since = &until, byDay{}
	}
}

// reached tells whether the window reaches a step.
func (m *misuse) reached() bool {
	grave, share := m.window.heard(m.p)
	return slices.ContainsFunc(m.p.Misuse, func(s policy.MisuseStep) bool { return grave >= s.Weight && share >= s.Share })
}
