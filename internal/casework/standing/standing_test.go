package standing

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/internal/policy"
)

var first = DayOf(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))

func rules() policy.Standing { return *policy.DefaultRules().Standing }

// on gives a tally that was filed and decided on the n-th day.
func on(n int, r Result, count int) Tally {
	return Tally{Reason: "counterfeit", Filed: first + Day(n), Decided: first + Day(n), Result: r, Count: count}
}

func TestReasons(t *testing.T) {
	for _, tt := range []struct {
		name       string
		tallies    []Tally
		day        int
		good, fast bool
		locked     string
	}{
		{"nothing filed", nil, 1, false, false, ""},
		{"too few", []Tally{on(0, Upheld, 19)}, 1, false, false, ""},
		{"good", []Tally{on(0, Upheld, 18), on(0, Declined, 2)}, 1, true, true, ""},
		{"just not", []Tally{on(0, Upheld, 17), on(0, Declined, 3)}, 1, false, false, ""},
		{"countered too often", []Tally{on(0, Upheld, 94), on(0, Countered, 6)}, 1, false, false, ""},
		{"countered seldom", []Tally{on(0, Upheld, 95), on(0, Countered, 5)}, 1, true, true, ""},
		{"withdrawn counts less", []Tally{on(0, Upheld, 18), on(0, Withdrawn, 8)}, 1, true, true, ""},
		{"lost", []Tally{on(0, Upheld, 20), on(10, Declined, 5)}, 11, false, false, "2026-04-11"},
		{"good again, but locked out", []Tally{on(0, Upheld, 20), on(10, Declined, 5), on(20, Upheld, 80)}, 21, true, false, "2026-04-11"},
		{"and after the lock-out", []Tally{on(0, Upheld, 20), on(10, Declined, 5), on(20, Upheld, 80), on(80, Upheld, 30)}, 101, true, true, ""},
		{"out of the window", []Tally{on(0, Upheld, 20)}, 90, false, false, ""},
		{"resting loses nothing", []Tally{on(0, Upheld, 20), on(200, Upheld, 20)}, 200, true, true, ""},
		{"a decision of tomorrow", []Tally{on(0, Upheld, 20), on(2, Declined, 20)}, 1, true, true, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Assess(rules(), tt.tallies, first+Day(tt.day)).Reasons["counterfeit"]
			locked := ""
			if got.LockedUntil != nil {
				locked = got.LockedUntil.String()
			}
			if got.Good != tt.good || got.FastLane != tt.fast || locked != tt.locked {
				t.Errorf("good %v, fast lane %v, locked until %q: %+v", got.Good, got.FastLane, locked, got)
			}
		})
	}
}

func TestStandingIsByReason(t *testing.T) {
	bad := on(0, Declined, 15)
	bad.Reason = "copied_design"
	s := Assess(rules(), []Tally{on(0, Upheld, 30), bad}, first+1)
	at := first.Time().Add(30 * time.Hour)
	if !s.Check(Filing{At: at, Reason: "counterfeit", Listings: 1}).FastLane || s.Check(Filing{At: at, Reason: "copied_design", Listings: 1}).FastLane {
		t.Errorf("%+v", s.Reasons)
	}
}

// days gives the same result on each of n days.
func days(from, n int, r Result, count int) []Tally {
	var out []Tally
	for i := range n {
		out = append(out, on(from+i, r, count))
	}
	return out
}

func TestMisuse(t *testing.T) {
	filed := func(filedOn, decidedOn int, r Result, n int) Tally {
		out := on(decidedOn, r, n)
		out.Filed = first + Day(filedOn)
		return out
	}
	for _, tt := range []struct {
		name              string
		tallies           []Tally
		day               int
		warned, suspended string
		limit             int
	}{
		{"a few declined", []Tally{on(0, Declined, 14)}, 0, "", "", 0},
		{"many, but few of all", []Tally{on(0, Declined, 30), on(0, Upheld, 70)}, 0, "", "", 0},
		{"a warning first", []Tally{on(0, Declined, 3), on(1, Declined, 3)}, 1, "2026-01-02", "", 0},
		{"a mistake in bulk is one mistake", []Tally{on(0, Declined, 300)}, 0, "", "", 50},
		{"in bulk again is not", []Tally{on(0, Declined, 300), on(1, Declined, 200)}, 1, "2026-01-02", "", 50},
		{"fewer of all need more", []Tally{on(0, Declined, 6), on(0, Upheld, 3), on(1, Declined, 6), on(1, Upheld, 3), on(2, Declined, 6), on(2, Upheld, 3)}, 2, "", "", 50},
		{"until there is more", slices.Concat(days(0, 8, Declined, 6), days(0, 8, Upheld, 3)), 8, "2026-01-08", "", 50},
		{"who does better after it is not suspended", []Tally{on(0, Unfounded, 9), on(1, Declined, 3), on(1, Upheld, 2), on(2, Upheld, 3)}, 2, "2026-01-01", "", 0},
		{"manifestly unfounded weighs more", []Tally{on(0, Unfounded, 5)}, 0, "2026-01-01", "", 0},
		{"withdrawn weighs less", []Tally{on(0, Withdrawn, 59)}, 0, "", "", 0},
		{"what was filed before the warning does not suspend", []Tally{on(0, Unfounded, 5), filed(0, 3, Unfounded, 50)}, 3, "2026-01-01", "", 50},
		{"what was filed after it does", []Tally{on(0, Unfounded, 5), filed(1, 3, Unfounded, 2)}, 3, "2026-01-01", "2026-02-03", 0},
		{"for a period", []Tally{on(0, Unfounded, 5), filed(1, 3, Unfounded, 2)}, 33, "2026-01-01", "", 0},
		{"and again", []Tally{on(0, Unfounded, 5), filed(1, 3, Unfounded, 2), filed(40, 41, Unfounded, 2)}, 42, "2026-01-01", "2026-03-13", 0},
		{"a warning does not live for ever", []Tally{on(0, Unfounded, 5), on(185, Unfounded, 5)}, 185, "2026-07-05", "", 0},
		{"a low share limits", []Tally{on(0, Declined, 11), on(0, Upheld, 9)}, 0, "", "", 50},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := Assess(rules(), tt.tallies, first+Day(tt.day))
			text := func(d *Day) string {
				if d == nil {
					return ""
				}
				return d.String()
			}
			if text(s.Warned) != tt.warned || text(s.Suspended) != tt.suspended || s.DailyLimit != tt.limit {
				t.Errorf("warned %q, suspended until %q, limit %d", text(s.Warned), text(s.Suspended), s.DailyLimit)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	noon := (first + 3).Time().Add(12 * time.Hour)
	until := first + 9
	limited := Standing{DailyLimit: 50, All: Shares{UpheldShare: 0.42}}
	for _, tt := range []struct {
		name    string
		s       Standing
		f       Filing
		refused string
		retry   Day
		says    string
	}{
		{"nothing known", Standing{}, Filing{At: noon, Listings: 300}, "", 0, ""},
		{"within the limit", limited, Filing{At: noon, Listings: 10, FiledToday: 40}, "", 0, ""},
		{"above it", limited, Filing{At: noon, Listings: 11, FiledToday: 40}, RefusedLimit, first + 4, "only 42 % were taken down, so that 50 a day may be notified; 10 are left"},
		{"suspended", Standing{Suspended: &until}, Filing{At: noon, Listings: 1}, RefusedSuspended, until, "until 2026-01-10"},
		{"no longer", Standing{Suspended: &until}, Filing{At: until.Time(), Listings: 1}, "", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := tt.s.Check(tt.f)
			if v.Refused != tt.refused || v.Allowed != (tt.refused == "") || !strings.Contains(v.Sentence, tt.says) {
				t.Errorf("%+v", v)
			}
			if tt.refused != "" && !v.RetryAt.Equal(tt.retry.Time()) {
				t.Errorf("again at %v, want %v", v.RetryAt, tt.retry)
			}
		})
	}
}

func drawTallies(t *rapid.T) []Tally {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Tally {
		filed := rapid.IntRange(0, 400).Draw(t, "filed")
		return Tally{Reason: rapid.SampledFrom([]string{"counterfeit", "copied_design"}).Draw(t, "reason"), Filed: first + Day(filed),
			Decided: first + Day(filed+rapid.IntRange(0, 5).Draw(t, "wait")), Result: rapid.SampledFrom(Results()).Draw(t, "result"),
			Count: rapid.IntRange(0, 40).Draw(t, "count")}
	}), 0, 30).Draw(t, "tallies")
}

// TestNoSuspensionWithoutPriorWarning, whatever was decided when, and the order of the tallies changes nothing.
func TestNoSuspensionWithoutPriorWarning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tallies := drawTallies(t)
		today := first + Day(rapid.IntRange(0, 450).Draw(t, "today"))
		s := Assess(rules(), tallies, today)
		if diff := cmp.Diff(s, Assess(rules(), rapid.Permutation(tallies).Draw(t, "order"), today)); diff != "" {
			t.Fatal(diff)
		}
		for reason, r := range s.Reasons {
			if r.FastLane && (r.LockedUntil != nil || !r.Good) {
				t.Fatalf("%s: in the fast lane and locked out: %+v", reason, r)
			}
		}
		if s.Suspended == nil {
			return
		}
		began := *s.Suspended - Day(rules().SuspensionDays)
		if then := Assess(rules(), tallies, began-1); then.Warned == nil && s.Warned == nil {
			t.Fatalf("suspended since %v without a warning", began)
		}
	})
}

// TestGoodNotifiersAreNotHindered: who is right in half of what they file on each day is never so much as warned, however much it is.
func TestGoodNotifiersAreNotHindered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tallies []Tally
		for range rapid.IntRange(1, 20).Draw(t, "days") {
			d := rapid.IntRange(0, 80).Draw(t, "day")
			bad := rapid.IntRange(0, 100).Draw(t, "bad")
			tallies = append(tallies, on(d, Declined, bad), on(d, Upheld, bad+rapid.IntRange(0, 20).Draw(t, "more")))
		}
		for _, decided := range tallies { // a standing changes for the worse on such days alone
			if s := Assess(rules(), tallies, decided.Decided); s.Warned != nil || s.Suspended != nil {
				t.Fatalf("%s: %+v", decided.Decided, s)
			}
		}
	})
}

// TestOldTalliesChangeNothing: what Lookback leaves out is not missed.
func TestOldTalliesChangeNothing(t *testing.T) {
	p := rules()
	rapid.Check(t, func(t *rapid.T) {
		tallies := drawTallies(t)
		today := first + 405 + Day(rapid.IntRange(0, 800).Draw(t, "today"))
		var kept []Tally
		for _, l := range tallies {
			if int(today-l.Decided) <= Lookback(p) {
				kept = append(kept, l)
			}
		}
		all, few := Assess(p, tallies, today), Assess(p, kept, today)
		if (all.Suspended == nil) != (few.Suspended == nil) || all.DailyLimit != few.DailyLimit || all.All != few.All {
			t.Fatalf("%+v\n%+v", all, few)
		}
		for reason, r := range few.Reasons {
			if r.FastLane != all.Reasons[reason].FastLane {
				t.Fatalf("%s: %+v, %+v", reason, r, all.Reasons[reason])
			}
		}
	})
}

func TestTextKey(t *testing.T) {
	same := []string{"This is a FAKE of our lamp, see https://shop.example/item/123 !", "this is a fake of our lamp see www.other.example/9", "Ｔhis is a fake\nof our lamp: see 77"}
	for _, text := range same {
		if TextKey(text) != TextKey(same[0]) {
			t.Errorf("%q has another key", text)
		}
	}
	for _, text := range []string{"This is a fake of our chair", "这是我们灯具的仿冒品"} {
		if TextKey(text) == TextKey(same[0]) || TextKey(text) == "" {
			t.Errorf("%q", text)
		}
	}
	if TextKey(" 12 https://x.example -- ") != "" {
		t.Error("a text that says nothing has a key")
	}
}

func TestPatterns(t *testing.T) {
	p := rules()
	p.SameTextListings, p.SameTextHours = 5, 24
	at := func(hours int) time.Time { return first.Time().Add(time.Duration(hours) * time.Hour) }
	for _, tt := range []struct {
		name  string
		filed []Filed
		want  []Pattern
	}{
		{"nothing", nil, nil},
		{"same text, spread out", []Filed{{ID: "a", At: at(0), Text: "t", Entitled: true, Listings: []string{"1", "2", "3"}}, {ID: "b", At: at(24), Text: "t", Entitled: true, Listings: []string{"4", "5"}}}, nil},
		{"same text at once", []Filed{{ID: "b", At: at(23), Text: "t", Entitled: true, Listings: []string{"4", "5"}}, {ID: "a", At: at(0), Text: "t", Entitled: true, Listings: []string{"1", "2", "3"}}},
			[]Pattern{{Kind: PatternSameText, Count: 5, Notices: []string{"a", "b"}}}},
		{"no text is no pattern", []Filed{{ID: "a", Entitled: true, Listings: []string{"1", "2", "3", "4", "5"}}}, nil},
		{"rights of others", []Filed{{ID: "a", RightID: "x"}, {ID: "b", RightID: "y"}, {ID: "c", RightID: "x"}, {ID: "d", RightID: "z"}, {ID: "e", RightID: "mine", Entitled: true}},
			[]Pattern{{Kind: PatternForeignRights, Count: 3, Notices: []string{"a", "b", "c", "d"}}}},
		{"again", []Filed{{ID: "a", At: at(0), RightID: "x", Reason: "r", Entitled: true, Listings: []string{"1", "2"}}, {ID: "b", At: at(90), RightID: "x", Reason: "r", Entitled: true, Listings: []string{"2"}},
			{ID: "c", At: at(91), RightID: "x", Reason: "other", Entitled: true, Listings: []string{"1"}}}, []Pattern{{Kind: PatternDuplicate, Count: 1, Notices: []string{"a", "b"}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Patterns(p, tt.filed)
			for i := range got {
				if got[i].Sentence == "" {
					t.Error("no sentence")
				}
				got[i].Sentence = ""
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDayAndTally(t *testing.T) {
	for text, want := range map[string]Day{"1970-01-01": 0, "1969-12-31": -1, "2026-01-01": 20454} {
		var d Day
		if err := d.UnmarshalText([]byte(text)); err != nil || d != want || d.String() != text {
			t.Errorf("%s: %d, %v", text, d, err)
		}
	}
	var d Day
	if d.UnmarshalText([]byte("soon")) == nil {
		t.Error("soon is a day")
	}
	if DayOf(time.Date(1969, 12, 31, 23, 0, 0, 0, time.UTC)) != -1 {
		t.Error("days before the epoch are off by one")
	}
	if err := (Tally{Result: "odd", Count: -1}).Validate(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("%v", err)
	}
	if err := on(0, Upheld, 1).Validate(); err != nil {
		t.Error(err)
	}
}
