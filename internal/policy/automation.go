package policy

import (
	"errors"

	"touchstone/internal/threshold"
)

// Automation is what a policy demands before anything happens to a listing without a person: at the threshold it uses, a precision that
// was measured, at the base rate of its marketplace, with the lower end of its interval. It counts for listings that are held back
// when they are scored and for cases that are decided by triage alike.
type Automation struct {
	// Precision is the share that must be right of what is acted on, above 0 and below 1.
	Precision float64 `json:"precision"`
	// BaseRate is the share of infringing ones among all listings of the marketplace. It turns what was measured on gathered listings
	// into a precision on the market; decided cases of the marketplace bring their own.
	BaseRate float64 `json:"base_rate"`
	// NoticeBaseRate is their share among the listings that somebody complained of.
	NoticeBaseRate float64 `json:"notice_base_rate"`
}

// DefaultAutomation demands that 19 of 20 be right, one listing in a thousand infringing, and of those complained of 83 in 100: what a
// large marketplace takes down of them.
func DefaultAutomation() Automation {
	return Automation{Precision: 0.95, BaseRate: 0.001, NoticeBaseRate: 0.83}
}

func (a Automation) validate() error {
	var errs []error
	for field, v := range map[string]float64{"automation.precision": a.Precision, "automation.base_rate": a.BaseRate, "automation.notice_base_rate": a.NoticeBaseRate} {
		ranged(&errs, field, v, 1e-9, 1-1e-9)
	}
	return errors.Join(errs...)
}

// Prove holds a threshold against what is demanded of it for a population (threshold.Listings or threshold.Notices).
func (a Automation) Prove(measured *threshold.Curve, at float64, population string) threshold.Proof {
	rate := a.BaseRate
	if population == threshold.Notices {
		rate = a.NoticeBaseRate
	}
	return measured.Prove(at, a.Precision, rate)
}

// Demands are the policy's demands on what happens without a person: the default ones where it names none.
func (p Policy) Demands() Automation {
	if p.Automation == nil {
		return DefaultAutomation()
	}
	return *p.Automation
}

// Blocking says whether the policy's blocking threshold is proven precise enough for listings to be held back without a person. Measured
// is what is known of the fused verdict on the marketplace's listings with the pack in use; nil is nothing.
func (p Policy) Blocking(measured *threshold.Curve) threshold.Proof {
	return p.Demands().Prove(measured, p.Infringement.Block, threshold.Listings)
}
