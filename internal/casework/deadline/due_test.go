package deadline

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/internal/policy"
)

func at(t testing.TB, text string) time.Time {
	t.Helper()
	m, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestOf(t *testing.T) {
	rules := policy.DefaultRules().Deadlines
	pause := func(from, to string) []Pause {
		p := Pause{From: at(t, from)}
		if to != "" {
			p.To = at(t, to)
		}
		return []Pause{p}
	}
	for _, tt := range []struct {
		name, rule, territory, start string
		pauses                       []Pause
		notBefore, due               string
		provisional                  bool
	}{
		{"a notice", policy.DeadlineNotice, "DE", "2026-11-20T18:00:00Z", nil, "", "2026-11-21T18:00:00Z", false},
		{"a notice that waited for an answer", policy.DeadlineNotice, "DE", "2026-11-20T18:00:00Z", pause("2026-11-20T20:00:00Z", "2026-11-22T20:30:00Z"), "", "2026-11-23T18:30:00Z", false},
		{"a notice that waits", policy.DeadlineNotice, "DE", "2026-11-20T18:00:00Z", pause("2026-11-20T20:00:00Z", ""), "", "", false},
		// Thanksgiving and the weekends do not count: 10 business days from Monday the 23rd end on 8 December, 14 on the 14th.
		{"DMCA over Thanksgiving", policy.DeadlineDMCA, "DE", "2026-11-23T15:00:00Z", nil, "2026-12-09T05:00:00Z", "2026-12-15T05:00:00Z", false},
		{"China, by the day in Shanghai", policy.DeadlineChina, "DE", "2026-11-22T17:00:00Z", nil, "", "2026-12-08T16:00:00Z", false},
		{"three working days over Easter", policy.DeadlineSeller, "DE", "2026-04-02T10:00:00Z", nil, "", "2026-04-09T22:00:00Z", false},
		{"three working days over the change to winter time", policy.DeadlineHolder, "DE", "2026-10-23T10:00:00Z", nil, "", "2026-10-28T23:00:00Z", false},
		{"a day with a pause does not count", policy.DeadlineSeller, "DE", "2026-11-16T10:00:00Z", pause("2026-11-17T08:00:00Z", "2026-11-18T08:00:00Z"), "", "2026-11-23T23:00:00Z", false},
		{"six months", policy.DeadlineComplaint, "DE", "2026-08-31T12:00:00Z", nil, "", "2027-02-28T23:00:00Z", false},
		{"holidays not announced yet", policy.DeadlineSeller, "CN", "2026-12-30T01:00:00Z", nil, "", "2027-01-04T16:00:00Z", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := Builtin()
			got := Of(rules[tt.rule], all.Calendar(rules[tt.rule], tt.territory), Clock{Started: at(t, tt.start), Pauses: tt.pauses})
			want := Due{Provisional: tt.provisional}
			if tt.due != "" {
				want.At = at(t, tt.due)
			}
			if tt.notBefore != "" {
				want.NotBefore = at(t, tt.notBefore)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if got.Passed(want.At.Add(-time.Microsecond)) || got.Passed(want.At) == want.At.IsZero() {
				t.Error("it passes at another moment than its own")
			}
		})
	}
}

func TestClockThatIsSetBack(t *testing.T) {
	noon := at(t, "2026-11-20T12:00:00Z")
	c := Start(noon).Pause(noon.Add(time.Hour)).Resume(noon.Add(-24 * time.Hour)) // the answer came "before" the question
	if c.stood() != 0 || c.Paused() {
		t.Errorf("%+v", c)
	}
	c = c.Pause(noon.Add(-time.Hour)).Resume(noon.Add(3 * time.Hour))
	if c.stood() != 2*time.Hour {
		t.Errorf("stood still for %v: what had run before must not run twice", c.stood())
	}
	again := c.Resume(noon.Add(9 * time.Hour)) // runs already
	if diff := cmp.Diff(c, again); diff != "" {
		t.Error(diff)
	}
}

func TestClockIsAValue(t *testing.T) {
	noon := at(t, "2026-11-20T12:00:00Z")
	a := Start(noon).Pause(noon)
	b := a.Resume(noon.Add(time.Hour))
	if !a.Paused() || b.Paused() {
		t.Error("one clock moved the other")
	}
}

func drawRule(t *rapid.T) policy.Deadline {
	n := rapid.IntRange(1, 20).Draw(t, "length")
	r := []policy.Deadline{{Hours: n}, {Days: n}, {WorkingDays: n}, {Months: n}}[rapid.IntRange(0, 3).Draw(t, "unit")]
	r.NotBefore = rapid.IntRange(0, n).Draw(t, "not before")
	return r
}

// TestPausesOnlyProlong: by at least as much time as the clock stood still, less the rounding to days that favours who waits.
func TestPausesOnlyProlong(t *testing.T) {
	c := Builtin().For("DE")
	rapid.Check(t, func(t *rapid.T) {
		rule := drawRule(t)
		begin := time.Unix(rapid.Int64Range(1.6e9, 2e9).Draw(t, "start"), 0)
		clock := Start(begin)
		before := Of(rule, c, clock)
		if rule.NotBefore > 0 && before.NotBefore.After(before.At) {
			t.Fatalf("%+v: put back before and after", before)
		}
		now := begin
		for range rapid.IntRange(1, 4).Draw(t, "pauses") {
			now = now.Add(time.Duration(rapid.Int64Range(-50, 200).Draw(t, "hours")) * time.Hour)
			if clock.Paused() {
				clock = clock.Resume(now)
			} else {
				clock = clock.Pause(now)
			}
			if after := Of(rule, c, clock); !clock.Paused() && after.At.Before(before.At) {
				t.Fatalf("%+v made %v earlier: %v", clock, before.At, after.At)
			} else if clock.Paused() && !after.At.IsZero() {
				t.Fatal("a clock that stands still has a due time")
			}
		}
		if !clock.Paused() && rule.Hours > 0 && Of(rule, c, clock).At.Sub(before.At) != clock.stood() {
			t.Fatal("hours are not prolonged by the time that the clock stood still")
		}
	})
}

// TestWorkingDaysByCounting compares with counting every day between.
func TestWorkingDaysByCounting(t *testing.T) {
	all := Builtin()
	rapid.Check(t, func(t *rapid.T) {
		c := all.For(rapid.SampledFrom([]string{"US", "DE", "CN", "GB", "XX"}).Draw(t, "territory"))
		n := rapid.IntRange(1, 40).Draw(t, "n")
		begin := time.Unix(rapid.Int64Range(1.6e9, 2e9).Draw(t, "start"), 0)
		due := Of(policy.Deadline{WorkingDays: n}, c, Start(begin)).At
		if due.In(c.Zone()).Hour() != 0 {
			t.Fatalf("%v is not the end of a day", due.In(c.Zone()))
		}
		worked := 0
		for d := DayOf(begin, c.Zone()).Add(1); d.start(c.Zone()).Before(due); d = d.Add(1) {
			if c.Working(d) {
				worked++
			}
		}
		if worked != n || !c.Working(DayOf(due.Add(-time.Second), c.Zone())) {
			t.Fatalf("%d working days until %v, want %d", worked, due, n)
		}
	})
}

func TestWatch(t *testing.T) {
	begin := at(t, "2026-11-20T12:00:00Z")
	var w Watch
	look := func(wall, elapsed time.Duration) (time.Duration, bool) {
		now, steady := w.Look(begin.Add(wall), elapsed)
		return now.Sub(begin), steady
	}
	for i, s := range []struct {
		wall, elapsed, want time.Duration
		steady              bool
	}{
		{0, 0, 0, true},
		{time.Minute, time.Minute, time.Minute, true},
		{8760 * time.Hour, 2 * time.Minute, 2 * time.Minute, false}, // a year forwards: nothing passes
		{8760*time.Hour + time.Minute, 3 * time.Minute, 3 * time.Minute, false},
		{4 * time.Minute, 4 * time.Minute, 4 * time.Minute, false}, // and back again: another jump
		{13 * time.Minute, 13 * time.Minute, 13 * time.Minute, false},
		{14 * time.Minute, 14 * time.Minute, 14 * time.Minute, true},                           // settled
		{-time.Hour, 15 * time.Minute, 15 * time.Minute, false},                                // an hour back
		{-50 * time.Minute, 25 * time.Minute, -50 * time.Minute, true},                         // kept to: it was put right
		{-50*time.Minute + time.Second, 25 * time.Minute, -50*time.Minute + time.Second, true}, // within the tolerance
	} {
		if got, steady := look(s.wall, s.elapsed); got != s.want || steady != s.steady {
			t.Errorf("look %d: %v, steady %v; want %v, %v", i, got, steady, s.want, s.steady)
		}
	}
}

func TestWatchAfterARestart(t *testing.T) {
	begin := at(t, "2026-11-20T12:00:00Z")
	var w Watch
	w.Resume(begin)
	if now, steady := w.Look(begin.Add(-time.Hour), 0); !now.Equal(begin) || steady {
		t.Errorf("%v, %v: the clock was set back while nothing ran", now, steady)
	}
	if now, steady := w.Look(begin.Add(-49*time.Minute), 11*time.Minute); !now.Equal(begin.Add(-49*time.Minute)) || !steady {
		t.Errorf("%v, %v: settled", now, steady)
	}
	var fresh Watch
	fresh.Resume(begin)
	if now, steady := fresh.Look(begin.Add(time.Hour), 0); !now.Equal(begin.Add(time.Hour)) || !steady {
		t.Errorf("%v, %v: the service was down for an hour", now, steady)
	}
}
