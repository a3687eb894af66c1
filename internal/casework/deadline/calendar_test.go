package deadline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func mustDay(t testing.TB, text string) Day {
	t.Helper()
	d, err := parseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestHolidays holds days that official calendars name.
func TestHolidays(t *testing.T) {
	for _, tt := range []struct {
		territory, day string
		free           bool
		why            string
	}{
		{"DE", "2026-04-03", true, "Good Friday"},
		{"DE", "2026-04-06", true, "Easter Monday"},
		{"DE", "2026-05-14", true, "Ascension"},
		{"DE", "2026-05-25", true, "Whit Monday"},
		{"DE", "2026-05-26", false, "the day after"},
		{"EU", "2025-04-18", true, "Good Friday 2025"},
		{"PL", "2025-04-21", true, "a member goes by the calendar of the union"},
		{"FR", "2026-07-14", true, "Fête nationale"},
		{"US", "2026-07-03", true, "Independence Day is a Saturday"},
		{"US", "2026-11-26", true, "fourth Thursday"},
		{"US", "2026-05-25", true, "last Monday of May"},
		{"US", "2027-12-31", true, "New Year's Day 2028 is a Saturday"},
		{"US", "2026-01-19", true, "third Monday"},
		{"GB", "2021-12-27", true, "Christmas was a Saturday"},
		{"GB", "2021-12-28", true, "Boxing Day was a Sunday"},
		{"GB", "2021-12-29", false, "and that was all"},
		{"GB", "2026-08-31", true, "last Monday of August"},
		{"CN", "2026-02-17", true, "Spring Festival"},
		{"CN", "2026-02-14", false, "a Saturday that is worked"},
		{"CN", "2025-10-08", true, "National Day 2025 with Mid-Autumn"},
		{"BR", "2026-04-03", false, "no calendar of its own: Monday to Friday"},
		{"BR", "2026-04-04", true, "a Saturday"},
	} {
		if got := !Builtin().For(tt.territory).Working(mustDay(t, tt.day)); got != tt.free {
			t.Errorf("%s %s (%s): free is %v", tt.territory, tt.day, tt.why, got)
		}
	}
}

// TestEaster: days of the tables of the US Naval Observatory, with the earliest and the latest.
func TestEaster(t *testing.T) {
	for _, want := range []string{"1818-03-22", "1943-04-25", "2000-04-23", "2008-03-23", "2024-03-31", "2026-04-05", "2038-04-25"} {
		d := mustDay(t, want)
		if got := easter(d.Year); got != d {
			t.Errorf("%v, want %s", got, want)
		}
	}
}

func TestKnown(t *testing.T) {
	verified, err := parse(strings.NewReader(`[{"territory": "CN", "zone": "Asia/Shanghai", "weekend": ["sunday"], "known_from": 2025, "known_to": 2026}]`))
	if err != nil {
		t.Fatal(err)
	}
	if Builtin().For("CN").Known(2026) {
		t.Error("days that nobody held against their announcement are known")
	}
	cn := verified["CN"]
	if !cn.Known(2026) || cn.Known(2027) || !Builtin().For("US").Known(2099) {
		t.Error("wrong years are known")
	}
}

// TestLoad: a file takes the place of the territories that it names, and of no others.
func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calendars.json")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`[{"territory": "CN", "zone": "Asia/Shanghai", "weekend": ["sunday"], "holidays": [{"name": "own", "on": ["2027-01-01"]}]}]`)
	all, err := Load(path)
	if err != nil || !all.For("CN").Known(2027) || all.For("CN").Holiday(Day{2027, 1, 1}) != "own" || all.For("US") != Builtin().For("US") || all.For("BR") != Builtin()["*"] {
		t.Errorf("%v", err)
	}
	if Builtin().For("CN").Holiday(Day{2027, 1, 1}) == "own" {
		t.Error("the built-in calendar was changed")
	}
	write(`[{"territory": "CN", "zone": "Mars"}]`)
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a broken file: %v", err)
	}
	if _, err := Load(path + "x"); err == nil {
		t.Error("a file that is not there is loaded")
	}
}

func TestForTakesTheFirstThatHasOne(t *testing.T) {
	if got := Builtin().For("BR", "AT", "US"); got != Builtin()["EU"] {
		t.Errorf("%s", got.source.Territory)
	}
	if got := Builtin().For(); got != Builtin()["*"] {
		t.Errorf("%s", got.source.Territory)
	}
}

func TestParseReportsEveryFault(t *testing.T) {
	_, err := Parse(strings.NewReader(`[
		{"territory": "AA", "zone": "Mars/Base", "weekend": ["funday"]},
		{"territory": "BB", "zone": "UTC", "weekend": ["monday","tuesday","wednesday","thursday","friday","saturday","sunday"]},
		{"territory": "CC", "zone": "UTC", "weekend": [], "working": ["soon"], "holidays": [
			{"name": "both", "date": "01-01", "easter": 1}, {"name": "odd", "date": "13-01"}, {"name": "never", "month": 2, "weekday": "monday", "nth": 9},
			{"name": "back", "on": ["2026-02-02..2026-01-01"]}, {"name": "seen", "easter": 1, "observed": "next"}, {"name": "kept", "date": "01-01", "observed": "maybe"}]},
		{"territory": "DD", "zone": "UTC", "weekend": []}, {"territory": "DD", "zone": "UTC", "weekend": []}]`))
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{`zone "Mars/Base"`, `"funday"`, "without a working day", `"soon"`, "exactly one of", `"13-01"`, "nth 9", "forwards", "observed goes with", `"maybe"`, `"DD" has one already`, `"*" is needed`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not reported: %s\n%v", want, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(string(builtin), 2026)
	f.Add(`[{"territory":"*","zone":"UTC","weekend":["sunday"],"holidays":[{"name":"x","month":2,"weekday":"monday","nth":5}]}]`, 2024)
	f.Fuzz(func(t *testing.T, text string, year int) {
		all, err := Parse(strings.NewReader(text))
		if err != nil {
			return
		}
		c, d := all["*"], Day{1900 + (year%400+400)%400, time.January, 1}
		if c.Working(d) && c.weekend[d.weekday()] && !c.working[d] {
			t.Errorf("%v is worked", d)
		}
	})
}
