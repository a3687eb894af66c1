package policy

import (
	"errors"
	"fmt"
)

// Standing says how far a notifier is trusted, by what became of their notices.
type Standing struct {
	WindowMonths int `json:"window_months"` // decisions of this long count
	// MinDecided: with fewer decisions in the window nothing is said of a notifier, good or bad.
	MinDecided    int     `json:"min_decided"`
	GoodUpheld    float64 `json:"good_upheld"`    // least share of upheld for good standing
	GoodCountered float64 `json:"good_countered"` // largest share of successful counter-notices for it
	LockoutMonths int     `json:"lockout_months"` // without good standing after it was lost
	LowUpheld     float64 `json:"low_upheld"`     // below this share a notifier may file LowDaily listings a day
	LowDaily      int     `json:"low_daily"`
	// Weights of a notice that came to nothing, for misuse.
	WeightWithdrawn float64 `json:"weight_withdrawn"`
	WeightDeclined  float64 `json:"weight_declined"`
	WeightUnfounded float64 `json:"weight_unfounded"` // declined as manifestly unfounded
	// DayListings: of what was filed on one day no more than so many listings count for misuse, in proportion to what became of them, since
	// one mistake in bulk is one mistake and misuse is what is done again and again.
	DayListings int `json:"day_listings"`
	// Misuse begins where the window reaches any of these steps: a warning (DSA art. 23). The surer it is that nearly all comes to
	// nothing, the less of it there needs to be.
	Misuse []MisuseStep `json:"misuse"`
	// MisuseAfterWarning of weight, of what was filed on later days than the warning, suspends, where the window still reaches a step and
	// the later filings come to nothing in the least share of any step.
	MisuseAfterWarning float64 `json:"misuse_after_warning"`
	SuspensionDays     int     `json:"suspension_days"`
	WarningDays        int     `json:"warning_days"` // how long a warning lives
	// SameTextListings with the same explanation within SameTextHours are a mass filing.
	SameTextListings int `json:"same_text_listings"`
	SameTextHours    int `json:"same_text_hours"`
	ForeignRights    int `json:"foreign_rights"` // claims on this many rights of others are a pattern
}

// MisuseStep is a weight of notices that came to nothing, and their share of all that were decided.
type MisuseStep struct {
	Weight float64 `json:"weight"`
	Share  float64 `json:"share"`
}

// LeastShare is the smallest share of any step.
func (s Standing) LeastShare() float64 {
	least := 1.0
	for _, step := range s.Misuse {
		least = min(least, step.Share)
	}
	return least
}

// Validate reports every fault at once.
func (s Standing) Validate() error {
	var errs []error
	for field, v := range map[string]int{"window_months": s.WindowMonths, "lockout_months": s.LockoutMonths} {
		ranged(&errs, "standing."+field, v, 1, 36)
	}
	for field, v := range map[string]int{"min_decided": s.MinDecided, "low_daily": s.LowDaily, "day_listings": s.DayListings, "same_text_listings": s.SameTextListings, "foreign_rights": s.ForeignRights} {
		ranged(&errs, "standing."+field, v, 1, 1_000_000)
	}
	for field, v := range map[string]int{"suspension_days": s.SuspensionDays, "warning_days": s.WarningDays} {
		ranged(&errs, "standing."+field, v, 1, 3650)
	}
	ranged(&errs, "standing.same_text_hours", s.SameTextHours, 1, 24*31)
	for field, v := range map[string]float64{"good_upheld": s.GoodUpheld, "good_countered": s.GoodCountered, "low_upheld": s.LowUpheld} {
		ranged(&errs, "standing."+field, v, 0, 1)
	}
	for field, v := range map[string]float64{"weight_withdrawn": s.WeightWithdrawn, "weight_declined": s.WeightDeclined, "weight_unfounded": s.WeightUnfounded} {
		ranged(&errs, "standing."+field, v, 0, 1000)
	}
	ranged(&errs, "standing.misuse_after_warning", s.MisuseAfterWarning, 0.001, 1_000_000)
	if len(s.Misuse) == 0 {
		errs = append(errs, errors.New("standing.misuse is empty: say at which weight and share misuse begins"))
	}
	for i, step := range s.Misuse {
		ranged(&errs, fmt.Sprintf("standing.misuse[%d].weight", i), step.Weight, 0.001, 1_000_000)
		ranged(&errs, fmt.Sprintf("standing.misuse[%d].share", i), step.Share, 0.01, 1)
	}
	if s.LowUpheld > s.GoodUpheld {
		errs = append(errs, errors.New("standing.low_upheld is above good_upheld: a notifier would be in good standing and limited at once"))
	}
	sortErrors(errs)
	return errors.Join(errs...)
}
