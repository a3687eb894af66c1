package inquiry

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"touchstone/internal/casework/deadline"
	"touchstone/internal/policy"
)

// TestNoPathLosesAnInquiry takes any steps in any order: an inquiry that is not settled always has a moment at which it comes up again, the clock to its end
// never runs while who asked is to answer, and marks of lateness are true.
func TestNoPathLosesAnInquiry(t *testing.T) {
	rules := *policy.DefaultRules().Inquiries
	hours := map[string]policy.Deadline{}
	for n, p := range policy.Priorities() {
		hours[p] = policy.Deadline{Hours: 10 * (n + 1), Then: policy.ThenEscalate, Source: "test"}
	}
	rules.Resolution = hours // in hours the time that is left can be reckoned here too
	terms := terms{rules, deadline.Builtin()}
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
		i := Inquiry{ID: "inq_1", Topic: rapid.SampledFrom(Topics()).Draw(t, "topic")}
		i.open(terms, now)
		ran := time.Duration(0) // while it was the desk's turn
		answered, sorted := false, false
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			before := i.State
			passed := time.Duration(rapid.IntRange(1, 20*60).Draw(t, "minutes")) * time.Minute
			now = now.Add(passed)
			if before == StateOpen {
				ran += passed
			}
			switch rapid.SampledFrom([]string{"ask", "answer", "wait", "settle", "sort", "ring"}).Draw(t, "step") {
			case "ask":
				_ = i.asked(terms, now) // an error is a refusal, which changes nothing: see below
			case "answer":
				answered = i.answered(terms, now, false) == nil || answered
			case "wait":
				answered = i.answered(terms, now, true) == nil || answered
			case "settle":
				_ = i.settle(terms, OutcomeAnswered, now)
			case "sort":
				sorted = true
				_ = i.sort(terms, "", rapid.SampledFrom(policy.Priorities()).Draw(t, "priority"), now)
			case "ring":
				if _, err := i.ring(terms, now); err != nil {
					t.Fatal(err)
				}
				if at := i.Alarm(); !at.IsZero() && !now.Before(at) {
					t.Fatalf("rang at %s and still due since %s", now, at)
				}
			}
			left := time.Duration(terms.Resolution[i.Priority].Hours)*time.Hour - ran
			switch {
			case i.State == StateOpen && !i.ResolveBy.Equal(now.Add(left)):
				t.Fatalf("%s left by the clock, %s in truth", i.ResolveBy.Sub(now), left)
			case i.State == StateOpen && i.Due().IsZero():
				t.Fatalf("an open inquiry is in nobody's list: %+v", i)
			case i.State == StateOpen && i.Alarm().IsZero() && !(i.LateEnd && (i.LateResponse || i.RespondedAt != nil)):
				t.Fatalf("an open inquiry comes up never again: %+v", i)
			case i.State == StateWaiting && (i.Alarm().IsZero() || !i.ResolveBy.IsZero() || !i.Due().IsZero()):
				t.Fatalf("a waiting inquiry comes up never again, or its clock runs: %+v", i)
			case i.State == StateResolved && (i.ResolvedAt == nil || !i.Alarm().IsZero()):
				t.Fatalf("settled: %+v", i)
			case (i.RespondedAt != nil) != answered:
				t.Fatalf("answered %t, marked %v", answered, i.RespondedAt)
			case i.RespondedAt != nil && i.LateResponse && i.RespondedAt.Before(i.RespondBy) && !sorted:
				t.Fatalf("answered in time, and marked as late: %+v", i)
			}
		}
	})
}

// TestOperatorsCalendar: deadlines go by the calendar that the operator's file gives a territory, not by the built-in one.
func TestOperatorsCalendar(t *testing.T) {
	closed, err := deadline.Parse(strings.NewReader(`[{"territory": "DE", "zone": "Europe/Berlin", "weekend": ["sunday", "monday", "tuesday", "wednesday", "thursday", "saturday"]}, {"territory": "*", "zone": "UTC", "weekend": ["sunday"]}]`))
	if err != nil {
		t.Fatal(err)
	}
	rules := *policy.DefaultRules().Inquiries
	rules.Resolution = map[string]policy.Deadline{}
	for _, p := range policy.Priorities() {
		rules.Resolution[p] = policy.Deadline{WorkingDays: 2, Then: policy.ThenEscalate, Source: "test"}
	}
	at := time.Date(2026, 6, 8, 9, 0, 0, 0, time.UTC) // a Monday
	due := func(c deadline.Calendars) time.Time {
		i := Inquiry{Topic: "notice", Territories: []string{"DE"}}
		i.open(terms{rules, c}, at)
		return i.ResolveBy
	}
	if builtin, own := due(deadline.Builtin()), due(closed); own.Sub(builtin) < 7*24*time.Hour {
		t.Errorf("with one working day a week it is due at %v, without at %v", own, builtin)
	}
	if d := New(Parts{Calendars: closed}); d.Calendars["DE"] != closed["DE"] {
		t.Error("the desk reckons by other calendars")
	}
}
