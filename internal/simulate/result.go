package simulate

import (
	"maps"
	"slices"
)

// Result is what a run came to: counts, from which all figures follow.
type Result struct {
	Name string `json:"name"`
	Seed uint64 `json:"seed"`

	Listings int `json:"listings"` // scored
	Notices  int `json:"notices"`
	Cases    int `json:"cases"`
	Refused  int `json:"refused"`

	InTime    Share `json:"in_time"`    // notices closed within 24 hours
	Automated Share `json:"automated"`  // notices decided without a person
	AutoCases Share `json:"auto_cases"` // cases decided without a person

	AutoRight     Share `json:"auto_right"`      // automatic decisions that are right
	AutoTakeDowns Share `json:"auto_take_downs"` // the take-downs among them
	AutoDeclines  Share `json:"auto_declines"`   // the declines among them
	PersonRight   Share `json:"person_right"`
	TakenDown     Share `json:"taken_down"` // of decided cases of notices
	Reasons       Share `json:"reasons"`    // declines with the right reason

	ByKind map[string]*Group `json:"by_kind"` // founded complaints, by kind of infringement
	ByWay  map[string]*Group `json:"by_way"`  // unfounded ones, by way

	ReviewMinutes float64 `json:"review_minutes"`
	MedianHours   float64 `json:"median_hours"`
	NinetyHours   float64 `json:"p98_hours"`
	Misses        []Miss  `json:"misses"`
}

// Group is what became of one kind of complaint.
type Group struct {
	Automatic Share `json:"automatic"`
	Right     Share `json:"right"`      // of the automatic ones
	TakenDown Share `json:"taken_down"` // of all
	Reasons   Share `json:"reasons"`    // of declines
}

// Miss is a decision that was wrong.
type Miss struct {
	Kind      string  `json:"kind"`
	Way       string  `json:"way,omitempty"`
	Outcome   string  `json:"outcome"`
	Code      string  `json:"code"`
	Automatic bool    `json:"automatic"`
	Signal    string  `json:"signal,omitempty"`
	Chance    float64 `json:"chance"`
	Evasion   string  `json:"evasion,omitempty"`
	Title     string  `json:"title,omitempty"`
}

// maxMisses bounds the list of wrong decisions.
const maxMisses = 60

// result counts what happened.
func (m *month) result(seed uint64) Result {
	r := Result{Name: m.w.P.Name, Seed: seed, Listings: m.tally.Scored, Notices: len(m.notices), Cases: len(m.cases), Refused: m.tally.Refused,
		InTime: m.tally.InTime, Automated: m.tally.Automated, ByKind: map[string]*Group{}, ByWay: map[string]*Group{}, ReviewMinutes: m.tally.ReviewMinutes}
	r.InTime.Of, r.Automated.Of = r.Notices, r.Notices
	for _, id := range slices.Sorted(maps.Keys(m.cases)) {
		r.count(m.cases[id])
	}
	slices.Sort(m.tally.hours)
	r.MedianHours, r.NinetyHours = quantile(m.tally.hours, 0.5), quantile(m.tally.hours, 0.98)
	return r
}

func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// count adds one case.
func (r *Result) count(c *Record) {
	r.AutoCases.add(c.Automatic)
	g := r.group(c)
	g.Automatic.add(c.Automatic)
	if c.Decided.IsZero() {
		return
	}
	right, reason := c.Truth.right(c.Outcome, c.Code)
	switch {
	case !c.Automatic:
		r.PersonRight.add(right)
	case c.Outcome == outcomeTakenDown:
		r.AutoTakeDowns.add(right)
	default:
		r.AutoDeclines.add(right)
	}
	if c.Automatic {
		r.AutoRight.add(right)
		g.Right.add(right)
	}
	r.TakenDown.add(c.Outcome == outcomeTakenDown)
	g.TakenDown.add(c.Outcome == outcomeTakenDown)
	if c.Outcome == outcomeDeclined {
		r.Reasons.add(reason)
		g.Reasons.add(reason)
	}
	if c.Automatic && (!right || !reason) && len(r.Misses) < maxMisses {
		miss := Miss{Kind: c.Kind, Way: c.Way, Outcome: c.Outcome, Code: c.Code, Automatic: c.Automatic, Signal: c.Signal, Chance: c.Chance}
		if c.listing != nil {
			miss.Evasion, miss.Title = c.listing.Evasion, c.listing.Title
		}
		r.Misses = append(r.Misses, miss)
	}
}

func (r *Result) group(c *Record) *Group {
	of, name := r.ByKind, c.Kind
	if c.Way != "" {
		of, name = r.ByWay, c.Way
	}
	if of[name] == nil {
		of[name] = &Group{}
	}
	return of[name]
}
