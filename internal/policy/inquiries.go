package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Priorities of inquiries, most urgent first.
const (
	PriorityUrgent = "urgent"
	PriorityHigh   = "high"
	PriorityNormal = "normal"
	PriorityLow    = "low"
)

// Priorities lists them, most urgent first.
func Priorities() []string {
	return []string{PriorityUrgent, PriorityHigh, PriorityNormal, PriorityLow}
}

// Inquiries are the clocks of what people ask the desk.
type Inquiries struct {
	// Response and Resolution are by priority: until when the desk has answered for the first time, and until when the matter is settled.
	// The clock of the second stands still while the desk waits for who asked.
	Response   map[string]Deadline `json:"response"`
	Resolution map[string]Deadline `json:"resolution"`
	// Topics are the priorities that topics begin with; any other begins as normal.
	Topics map[string]string `json:"topics,omitempty"`
	// SilentDays is after how many days without an answer of who asked an inquiry counts as settled.
	SilentDays int `json:"silent_days"`
	// ReopenDays is how long who asked may take a settled inquiry up again.
	ReopenDays int `json:"reopen_days"`
	// MostOpen is how many open inquiries an account may have.
	MostOpen int `json:"most_open"`
}

// Validate reports every fault at once.
func (i Inquiries) Validate() error {
	var errs []error
	for name, clocks := range map[string]map[string]Deadline{"response": i.Response, "resolution": i.Resolution} {
		for _, p := range Priorities() {
			d, ok := clocks[p]
			if !ok {
				errs = append(errs, fmt.Errorf("%s.%s is needed", name, p))
			} else if err := d.Validate(); err != nil {
				errs = append(errs, fmt.Errorf("%s.%s: %w", name, p, err))
			}
		}
		if len(clocks) > len(Priorities()) {
			errs = append(errs, fmt.Errorf("%s: the priorities are %q", name, Priorities()))
		}
	}
	for _, topic := range slices.Sorted(maps.Keys(i.Topics)) {
		if !slices.Contains(Priorities(), i.Topics[topic]) {
			errs = append(errs, fmt.Errorf("topics.%s is %q: use one of %q", topic, i.Topics[topic], Priorities()))
		}
	}
	ranged(&errs, "silent_days", i.SilentDays, 1, 365)
	ranged(&errs, "reopen_days", i.ReopenDays, 0, 365)
	ranged(&errs, "most_open", i.MostOpen, 1, 10_000)
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("inquiries: %w", err)
	}
	return nil
}
