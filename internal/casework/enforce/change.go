package enforce

import (
	"slices"
	"time"

	"touchstone/internal/policy"
)

// Orders to a marketplace about a store.
const (
	OrderWarn     = "warn"
	OrderUnwarn   = "withdraw_warning"
	OrderFreeze   = "freeze"
	OrderUnfreeze = "unfreeze"
	OrderClose    = "close"
	OrderReopen   = "reopen"
)

// Order is what a marketplace is asked to do with a store.
type Order struct {
	Order string    `json:"order"`
	Until time.Time `json:"until,omitzero"` // of a freeze
	Rule  string    `json:"rule,omitempty"` // of a warning
	Count int       `json:"count,omitempty"`
}

// Orders are what must be told to the marketplace when a store has come from one state to another. Between a state and itself there are
// none; carrying out the orders of every change in turn leaves the store as the last state says.
func Orders(before, after State) []Order {
	var out []Order
	for _, m := range missing(after.Measures, before.Measures) {
		out = append(out, Order{Order: OrderWarn, Rule: m.Rule, Count: m.Count})
	}
	for _, m := range missing(before.Measures, after.Measures) {
		out = append(out, Order{Order: OrderUnwarn, Rule: m.Rule, Count: m.Count})
	}
	switch {
	case after.Frozen.IsZero() && !before.Frozen.IsZero():
		out = append(out, Order{Order: OrderUnfreeze})
	case !after.Frozen.Equal(before.Frozen):
		out = append(out, Order{Order: OrderFreeze, Until: after.Frozen})
	}
	switch {
	case after.Closed && !before.Closed:
		out = append(out, Order{Order: OrderClose})
	case !after.Closed && before.Closed:
		out = append(out, Order{Order: OrderReopen})
	}
	return out
}

// missing gives the warnings of a that are not in b.
func missing(a, b []Measure) []Measure {
	var out []Measure
	for _, m := range a {
		same := func(o Measure) bool { return o.Kind == m.Kind && o.Event == m.Event && o.Rule == m.Rule }
		if m.Kind == policy.MeasureWarning && !slices.ContainsFunc(b, same) {
			out = append(out, m)
		}
	}
	return out
}
