package policy

import "errors"

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
	// Misuse begins where the weights of the window reach MisuseWeight and MisuseShare of the notices decided: a warning. Another
	// MisuseAfterWarning of weight behind the warning suspends (DSA art. 23).
	MisuseWeight       float64 `json:"misuse_weight"`
	MisuseShare        float64 `json:"misuse_share"`
	MisuseAfterWarning float64 `json:"misuse_after_warning"`
	SuspensionDays     int     `json:"suspension_days"`
	WarningDays        int     `json:"warning_days"` // how long a warning lives
	// SameTextListings with the same explanation within SameTextHours are a mass filing.
	SameTextListings int `json:"same_text_listings"`
	SameTextHours    int `json:"same_text_hours"`
	ForeignRights    int `json:"foreign_rights"` // claims on this many rights of others are a pattern
}

// Validate reports every fault at once.
func (s Standing) Validate() error {
	var errs []error
	for field, v := range map[string]int{"window_months": s.WindowMonths, "lockout_months": s.LockoutMonths} {
		ranged(&errs, "standing."+field, v, 1, 36)
	}
	for field, v := range map[string]int{"min_decided": s.MinDecided, "low_daily": s.LowDaily, "same_text_listings": s.SameTextListings, "foreign_rights": s.ForeignRights} {
		ranged(&errs, "standing."+field, v, 1, 1_000_000)
	}
	for field, v := range map[string]int{"suspension_days": s.SuspensionDays, "warning_days": s.WarningDays} {
		ranged(&errs, "standing."+field, v, 1, 3650)
	}
	ranged(&errs, "standing.same_text_hours", s.SameTextHours, 1, 24*31)
	for field, v := range map[string]float64{"good_upheld": s.GoodUpheld, "good_countered": s.GoodCountered, "low_upheld": s.LowUpheld, "misuse_share": s.MisuseShare} {
		ranged(&errs, "standing."+field, v, 0, 1)
	}
	for field, v := range map[string]float64{"weight_withdrawn": s.WeightWithdrawn, "weight_declined": s.WeightDeclined, "weight_unfounded": s.WeightUnfounded} {
		ranged(&errs, "standing."+field, v, 0, 1000)
	}
	for field, v := range map[string]float64{"misuse_weight": s.MisuseWeight, "misuse_after_warning": s.MisuseAfterWarning} {
		ranged(&errs, "standing."+field, v, 0.001, 1_000_000)
	}
	if s.LowUpheld > s.GoodUpheld {
		errs = append(errs, errors.New("standing.low_upheld is above good_upheld: a notifier would be in good standing and limited at once"))
	}
	sortErrors(errs)
	return errors.Join(errs...)
}
