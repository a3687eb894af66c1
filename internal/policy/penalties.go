package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Measures against a store, from mild to final.
const (
	MeasureWarning = "warning"
	MeasureFreeze  = "freeze"
	MeasureClosure = "closure"
)

// Step is what follows when a store's live points reach a number.
type Step struct {
	Points  int    `json:"points"`
	Measure string `json:"measure"`
	Days    int    `json:"days,omitempty"` // of a freeze
}

// Penalties say what repeated infringement does to a store.
type Penalties struct {
	// Serious are the reasons for complaint that count towards a strike; Points what each of the others counts. A reason that is in
	// neither has no penalty.
	Serious []string       `json:"serious"`
	Points  map[string]int `json:"points"`
	// StrikeGroupHours: serious infringements within this time of the first are one strike.
	StrikeGroupHours int `json:"strike_group_hours"`
	StrikeDays       int `json:"strike_days"` // how long a strike lives
	// FreezeDays of the first, second, ... live strike; strikes behind the last freeze as long as that one.
	FreezeDays     []int `json:"freeze_days"`
	CloseAtStrikes int   `json:"close_at_strikes"` // live at once
	// PointsADay: more points than this of one day (UTC) do not count.
	PointsADay int    `json:"points_a_day"`
	PointsDays int    `json:"points_days"` // how long points live
	Steps      []Step `json:"steps"`       // by ascending points
	// WarningHours: a closure, and with WarnBeforeFreeze a freeze as well, needs a warning at least this old (DSA art. 23: prior
	// warning). Where there is none, the warning is given instead.
	WarningHours     int  `json:"warning_hours"`
	WarnBeforeFreeze bool `json:"warn_before_freeze"`
	// Families: strikes of stores that a person has approved to be one hand count for each of them.
	Families bool `json:"families"`
}

// Validate reports every fault at once.
func (p Penalties) Validate() error {
	var errs []error
	ranged(&errs, "penalties.strike_group_hours", p.StrikeGroupHours, 0, 24*365)
	ranged(&errs, "penalties.strike_days", p.StrikeDays, 1, 3650)
	ranged(&errs, "penalties.close_at_strikes", p.CloseAtStrikes, 1, 100)
	ranged(&errs, "penalties.points_a_day", p.PointsADay, 1, 1000)
	ranged(&errs, "penalties.points_days", p.PointsDays, 1, 3650)
	ranged(&errs, "penalties.warning_hours", p.WarningHours, 0, 24*365)
	if len(p.FreezeDays) == 0 {
		errs = append(errs, errors.New("penalties.freeze_days is empty: say how long the first strike freezes, 0 for not at all"))
	}
	for i, d := range p.FreezeDays {
		ranged(&errs, fmt.Sprintf("penalties.freeze_days[%d]", i), d, 0, 3650)
	}
	for _, reason := range slices.Sorted(maps.Keys(p.Points)) {
		ranged(&errs, "penalties.points."+reason, p.Points[reason], 1, 1000)
		if slices.Contains(p.Serious, reason) {
			errs = append(errs, fmt.Errorf("penalties.points.%s: the reason is serious already", reason))
		}
	}
	for i, s := range p.Steps {
		errs = append(errs, s.validate(i, p.Steps[:i]))
	}
	return errors.Join(errs...)
}

func (s Step) validate(i int, before []Step) error {
	var errs []error
	field := fmt.Sprintf("penalties.steps[%d]", i)
	ranged(&errs, field+".points", s.Points, 1, 10000)
	if i > 0 && s.Points <= before[i-1].Points {
		errs = append(errs, fmt.Errorf("%s.points is %d: steps stand in ascending order", field, s.Points))
	}
	switch s.Measure {
	case MeasureFreeze:
		ranged(&errs, field+".days", s.Days, 1, 3650)
	case MeasureWarning, MeasureClosure:
		ranged(&errs, field+".days", s.Days, 0, 0)
	default:
		errs = append(errs, fmt.Errorf("%s.measure is %q: use warning, freeze or closure", field, s.Measure))
	}
	return errors.Join(errs...)
}
