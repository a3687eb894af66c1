package policy

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"touchstone/internal/threshold"
)

// Queues of cases.
const (
	QueueExpress  = "express"  // clear at a glance: likely, from notifiers in good standing
	QueueStandard = "standard" // the rest
	QueueHard     = "hard"     // contested, storefronts, second opinions, what needs knowledge of law or goods
)

// Queues lists them in the order in which they are shown.
func Queues() []string { return []string{QueueExpress, QueueStandard, QueueHard} }

// What four eyes can be asked for.
const (
	FourEyesTakeDown  = "taken_down" // every take-down by a person
	FourEyesDecline   = "declined"
	FourEyesReinstate = "reinstated" // a decision reversed on a complaint or counter-notice
	FourEyesStore     = "storefront" // everything that is about a whole storefront
)

// Triage is what a policy says of cases: what is decided without a person, which queue the rest goes to and how long it may take.
// Automatic decisions are off where nothing is set. A take-down besides needs the precision that the policy's Automation demands. How long
// parties have to answer is in Rules.
type Triage struct {
	// TakeDown is, by signal ("infringement" is the fused verdict), the lowest probability at which a notice is upheld without
	// a person. A signal that is not named never is enough.
	TakeDown map[string]float64 `json:"take_down,omitempty"`
	// DeclineBelow is the probability under which a notice is declined for LISTING_RIGHT_MISMATCH without a person, when everything
	// could be checked; 0 never is.
	DeclineBelow float64 `json:"decline_below,omitempty"`
	// DeclineOn are the reason codes that facts alone may decline for. What else the facts say goes to a person with a note.
	DeclineOn []string `json:"decline_on,omitempty"`
	// ExpressFrom is the lowest probability of the express queue.
	ExpressFrom float64 `json:"express_from"`
	// HardReasons are reasons for complaint that always go to the hard queue unless facts decline them.
	HardReasons []string `json:"hard_reasons,omitempty"`
	// FourEyes are decisions that a second person has to agree with.
	FourEyes []string `json:"four_eyes,omitempty"`
	// Hours from opening to decision, by queue.
	Hours map[string]int `json:"hours"`
	// MinutesPerPoint is how much one point of priority (0 to 100) counts against time: a case is taken as if it was due this
	// much earlier. So the likely go first, and nothing waits for ever.
	MinutesPerPoint int `json:"minutes_per_point"`
	LeaseMinutes    int `json:"lease_minutes"`    // how long a claim holds
	UndoHours       int `json:"undo_hours"`       // how long a decision can be taken back
	ConfirmMinutes  int `json:"confirm_minutes"`  // how long a marketplace has to confirm before it is told again
	EscalateTold    int `json:"escalate_told"`    // how often it is told before people are asked to look into it
	ContestHours    int `json:"contest_hours"`    // from a complaint, or from the holder's answer, to the decision on it
	ProactivePoints int `json:"proactive_points"` // points of priority added to what was found without a notice, -100 to 100
}

// DefaultTriage is what applies where a policy says nothing: no automatic take-down, facts may decline.
func DefaultTriage() Triage {
	return Triage{
		DeclineOn: []string{"RIGHT_NOT_VERIFIED", "RIGHT_EXPIRED", "WRONG_TERRITORY", "GOODS_CLASS_MISMATCH", "NOT_AUTHORISED_AGENT", "WRONG_REASON_CODE",
			"AUTHORISED_SELLER", "DUPLICATE", "ALREADY_ACTIONED"},
		ExpressFrom: 0.9, HardReasons: []string{"parallel_import", "patent"}, FourEyes: []string{FourEyesReinstate, FourEyesStore},
		Hours: map[string]int{QueueExpress: 12, QueueStandard: 24, QueueHard: 24}, MinutesPerPoint: 15, LeaseMinutes: 15,
		UndoHours: 24, ConfirmMinutes: 15, EscalateTold: 4, ContestHours: 48,
	}
}

// due are the numbers (hours, minutes, times) that must be above 0.
func (t Triage) due() map[string]int {
	m := map[string]int{"lease_minutes": t.LeaseMinutes, "undo_hours": t.UndoHours, "confirm_minutes": t.ConfirmMinutes, "escalate_told": t.EscalateTold, "contest_hours": t.ContestHours}
	for _, q := range Queues() {
		m["hours."+q] = t.Hours[q]
	}
	return m
}

// Validate reports every fault at once.
func (t Triage) Validate() error {
	var errs []error
	for name, n := range t.due() {
		if n <= 0 || n > 24*3660 {
			errs = append(errs, fmt.Errorf("triage.%s is %d: use 1 to %d", name, n, 24*3660))
		}
	}
	for q := range t.Hours {
		if !slices.Contains(Queues(), q) {
			errs = append(errs, fmt.Errorf("triage.hours.%s: the queues are express, standard and hard", q))
		}
	}
	for signal, p := range t.TakeDown {
		if !(p > 0 && p <= 1) {
			errs = append(errs, fmt.Errorf("triage.take_down.%s is %g: it must be above 0 and at most 1", signal, p))
		}
	}
	for _, p := range []float64{t.DeclineBelow, t.ExpressFrom} {
		if !(p >= 0 && p <= 1) || math.IsNaN(p) {
			errs = append(errs, fmt.Errorf("triage.decline_below and express_from must be 0 to 1, got %g", p))
		}
	}
	for _, f := range t.FourEyes {
		if !slices.Contains([]string{FourEyesTakeDown, FourEyesDecline, FourEyesReinstate, FourEyesStore}, f) {
			errs = append(errs, fmt.Errorf("triage.four_eyes: %q is not one of taken_down, declined, reinstated, storefront", f))
		}
	}
	if t.MinutesPerPoint < 0 || t.MinutesPerPoint > 24*60 {
		errs = append(errs, fmt.Errorf("triage.minutes_per_point is %d: use 0 to %d", t.MinutesPerPoint, 24*60))
	}
	if t.ProactivePoints < -100 || t.ProactivePoints > 100 {
		errs = append(errs, fmt.Errorf("triage.proactive_points is %d: use -100 to 100", t.ProactivePoints))
	}
	return errors.Join(errs...)
}

// Due is when a case of a queue has to be decided that is opened at a moment.
func (t Triage) Due(queue string, opened time.Time) time.Time {
	return opened.Add(time.Duration(t.Hours[queue]) * time.Hour)
}

// Automatic tells which signal is likely enough for a take-down without a person, and what has been measured of its threshold: of the
// first by name that is proven, else of the first that reaches its threshold. It is nil when none does. A take-down may follow only where
// the proof is Shown. Measured finds the curve of a signal.
func (t Triage) Automatic(probabilities map[string]float64, demands Automation, population string, measured func(signal string) *threshold.Curve) (string, *threshold.Proof) {
	first := ""
	var unproven *threshold.Proof
	for _, signal := range slices.Sorted(maps.Keys(t.TakeDown)) {
		at := t.TakeDown[signal]
		if p, ok := probabilities[signal]; !ok || p < at {
			continue
		}
		proof := demands.Prove(measured(signal), at, population)
		if proof.Shown {
			return signal, &proof
		}
		if unproven == nil {
			first, unproven = signal, &proof
		}
	}
	return first, unproven
}

// Cases is the policy's triage: the default where the policy has none.
func (p Policy) Cases() Triage {
	if p.Triage == nil {
		return DefaultTriage()
	}
	return *p.Triage
}
