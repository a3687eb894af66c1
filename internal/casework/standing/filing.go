package standing

import (
	"fmt"
	"time"
)

// Why a notice is not accepted.
const (
	RefusedSuspended = "suspended"
	RefusedLimit     = "daily_limit"
)

// Filing is a notice that is about to be filed.
type Filing struct {
	At         time.Time
	Reason     string
	Listings   int // in this notice
	FiledToday int // listings that the notifier has notified on this day (UTC) before
}

// Verdict says whether a notice is accepted, and in which lane.
type Verdict struct {
	Allowed  bool
	FastLane bool
	Refused  string    // RefusedSuspended or RefusedLimit
	Sentence string    // for the notifier, when refused
	RetryAt  time.Time // when it may be tried again
}

// Check tells whether a notice is accepted from a notifier of this standing.
func (s Standing) Check(f Filing) Verdict {
	today := DayOf(f.At)
	if s.Suspended != nil && today < *s.Suspended {
		return Verdict{Refused: RefusedSuspended, RetryAt: s.Suspended.Time(), Sentence: fmt.Sprintf(
			"Notices of this notifier are not processed until %s: after a prior warning too many of them were unfounded. To contest this, open an inquiry.", *s.Suspended)}
	}
	if s.DailyLimit > 0 && f.FiledToday+f.Listings > s.DailyLimit {
		return Verdict{Refused: RefusedLimit, RetryAt: (today + 1).Time(), Sentence: fmt.Sprintf(
			"Of the listings that this notifier notified lately only %.0f %% were taken down, so that %d a day may be notified; %d are left today. Check each one with the pre-check, and go on tomorrow.",
			100*s.All.UpheldShare, s.DailyLimit, max(0, s.DailyLimit-f.FiledToday))}
	}
	return Verdict{Allowed: true, FastLane: s.Reasons[f.Reason].FastLane}
}
