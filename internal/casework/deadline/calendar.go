package deadline

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // zones of calendars, where the system has none
)

//go:embed data/calendars.json
var builtin []byte

// Day is a day of a calendar, without a time or a zone.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// DayOf is the day of a moment in a zone.
func DayOf(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return Day{y, m, d}
}

// Add gives the day n days later; the numbers are made to fit, as time.Date does.
func (d Day) Add(n int) Day {
	return DayOf(time.Date(d.Year, d.Month, d.Day+n, 12, 0, 0, 0, time.UTC), time.UTC)
}

// start is the first moment of the day in a zone.
func (d Day) start(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

func (d Day) weekday() time.Weekday { return d.start(time.UTC).Weekday() }

func (d Day) before(o Day) bool { return d.start(time.UTC).Before(o.start(time.UTC)) }

// Holiday is a rule for the days of a holiday, in exactly one form: a date of every year, a distance from Easter Sunday, a weekday
// of a month, or a list of days.
type Holiday struct {
	Name    string   `json:"name"`
	Date    string   `json:"date,omitempty"`    // "12-25"
	Easter  *int     `json:"easter,omitempty"`  // days after Easter Sunday (Gregorian); may be negative
	Month   int      `json:"month,omitempty"`   // with Weekday and Nth
	Weekday string   `json:"weekday,omitempty"` // "monday"
	Nth     int      `json:"nth,omitempty"`     // 1 to 5, or -1 for the last
	On      []string `json:"on,omitempty"`      // "2026-02-15" or "2026-02-15..2026-02-23"
	// Observed says which day is free instead of a Date that falls on a weekend: "" none, "nearest" (Friday or Monday), "next"
	// (the next working day).
	Observed string `json:"observed,omitempty"`
}

// Source is the data of a calendar.
type Source struct {
	Territory string    `json:"territory"` // as the registry writes it; "*" stands for all that have none of their own
	Also      []string  `json:"also,omitempty"`
	Zone      string    `json:"zone"`    // IANA
	Weekend   []string  `json:"weekend"` // "saturday"
	Holidays  []Holiday `json:"holidays,omitempty"`
	Working   []string  `json:"working,omitempty"` // days of a weekend that are worked
	// KnownFrom and KnownTo are the years that listed days cover, where they are announced year by year; 0 for all.
	KnownFrom int `json:"known_from,omitempty"`
	KnownTo   int `json:"known_to,omitempty"`
	// Unverified days were not held against the announcement itself: every deadline that counts them is provisional until a file with days that
	// were takes their place (Load).
	Unverified bool `json:"unverified,omitempty"`
}

// Calendar tells working days from others. It is safe for concurrent use.
type Calendar struct {
	source  Source
	zone    *time.Location
	weekend [7]bool
	rules   []rule
	working map[Day]bool

	mu    sync.Mutex
	years map[int]map[Day]string // holidays of years asked for
}

// Calendars is all calendars by territory.
type Calendars map[string]*Calendar

// Builtin is the calendars that are built in: CN, DE, EU, FR, GB, US, and Monday to Friday for others.
var Builtin = sync.OnceValue(func() Calendars {
	all, err := Parse(bytes.NewReader(builtin))
	if err != nil {
		panic(fmt.Sprintf("deadline: built-in calendars: %v", err)) // a test loads them
	}
	return all
})

// Load is the built-in calendars with those of a file in the place of theirs, territory by territory; "" is Builtin.
func Load(path string) (Calendars, error) {
	if path == "" {
		return Builtin(), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("calendars: %w", err)
	}
	defer f.Close()
	own, err := parse(f)
	if err != nil {
		return nil, fmt.Errorf("calendars in %s: %w", path, err)
	}
	all := maps.Clone(Builtin())
	maps.Copy(all, own)
	return all, nil
}

// Parse reads calendars in JSON, a list of Source, and reports every fault at once. One for "*" is needed.
func Parse(r io.Reader) (Calendars, error) {
	all, err := parse(r)
	if all["*"] == nil {
		err = errors.Join(err, errors.New(`a calendar for "*" is needed: it stands for territories without one`))
	}
	return all, err
}

func parse(r io.Reader) (Calendars, error) {
	var list []Source
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("not a list of calendars: %w", err)
	}
	all := Calendars{}
	var errs []error
	for i, s := range list {
		c, err := s.calendar()
		if err != nil {
			errs = append(errs, fmt.Errorf("calendar %d (%q): %w", i, s.Territory, err))
			continue
		}
		for _, name := range append([]string{s.Territory}, s.Also...) {
			if _, twice := all[name]; twice {
				errs = append(errs, fmt.Errorf("calendar %d: territory %q has one already", i, name))
			}
			all[name] = c
		}
	}
	return all, errors.Join(errs...)
}

// For is the calendar of the first of the territories that has one, or the one for all others.
func (c Calendars) For(territories ...string) *Calendar {
	for _, t := range territories {
		if found, ok := c[t]; ok && t != "*" {
			return found
		}
	}
	return c["*"]
}

func (s Source) calendar() (*Calendar, error) {
	c := &Calendar{source: s, working: map[Day]bool{}, years: map[int]map[Day]string{}}
	var errs []error
	if s.Territory == "" {
		errs = append(errs, errors.New("territory is needed"))
	}
	var err error
	if c.zone, err = time.LoadLocation(s.Zone); err != nil || s.Zone == "" || s.Zone == "Local" {
		errs = append(errs, fmt.Errorf("zone %q is no IANA time zone such as Europe/Berlin", s.Zone))
	}
	for _, name := range s.Weekend {
		d, ok := weekdayOf(name)
		if !ok {
			errs = append(errs, fmt.Errorf("weekend: %q is no day of the week", name))
		}
		c.weekend[d] = true
	}
	if !slices.Contains(c.weekend[:], false) {
		errs = append(errs, errors.New("weekend: a week without a working day has no deadlines"))
	}
	for i, h := range s.Holidays {
		r, err := h.rule()
		if err != nil {
			errs = append(errs, fmt.Errorf("holidays[%d] (%q): %w", i, h.Name, err))
		}
		c.rules = append(c.rules, r)
	}
	for _, text := range s.Working {
		d, err := parseDay(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("working: %w", err))
		}
		c.working[d] = true
	}
	return c, errors.Join(errs...)
}

// Zone of the calendar's days.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Working tells whether the day is worked.
func (c *Calendar) Working(d Day) bool {
	if c.working[d] {
		return true
	}
	return !c.weekend[d.weekday()] && c.Holiday(d) == ""
}

// Holiday is the name of the holiday on that day, "" when there is none.
func (c *Calendar) Holiday(d Day) string { return c.holidays(d.Year)[d] }

// Known tells whether the holidays of that year are known in full. A year before its days were announced has weekends and such
// holidays as have rules; a deadline in it is provisional.
func (c *Calendar) Known(year int) bool {
	if c.source.Unverified {
		return false
	}
	return c.source.KnownTo == 0 || year >= c.source.KnownFrom && year <= c.source.KnownTo
}

func weekdayOf(name string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.ToLower(d.String()) == name {
			return d, true
		}
	}
	return 0, false
}

func parseDay(text string) (Day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Day{}, fmt.Errorf("%q is no day such as 2026-12-24", text)
	}
	return DayOf(t, time.UTC), nil
}
