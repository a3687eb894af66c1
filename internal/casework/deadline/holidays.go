package deadline

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// rule gives the days of one holiday in one year. free tells whether a day is a weekend day or a holiday of an earlier rule.
type rule struct {
	name string
	days func(year int, free func(Day) bool) []Day
}

// holidays of a year, kept once they were asked for.
func (c *Calendar) holidays(year int) map[Day]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if all, ok := c.years[year]; ok {
		return all
	}
	all := map[Day]string{}
	// The neighbours count as well: New Year's Day may be observed on the last day of the year before.
	for y := year - 1; y <= year+1; y++ {
		for _, r := range c.rules {
			for _, d := range r.days(y, func(d Day) bool { return c.weekend[d.weekday()] || all[d] != "" }) {
				all[d] = r.name
			}
		}
	}
	if len(c.years) > 200 { // years of strangers' dates shall not fill the memory
		clear(c.years)
	}
	c.years[year] = all
	return all
}

func (h Holiday) rule() (rule, error) {
	forms := 0
	for _, given := range []bool{h.Date != "", h.Easter != nil, h.Month != 0 || h.Weekday != "" || h.Nth != 0, len(h.On) > 0} {
		if given {
			forms++
		}
	}
	if forms != 1 || h.Name == "" {
		return rule{}, errors.New("a name and exactly one of date, easter, month with weekday and nth, and on are needed")
	}
	r := rule{name: h.Name}
	var err error
	switch {
	case h.Date != "":
		r.days, err = fixed(h.Date, h.Observed)
	case h.Easter != nil:
		offset := *h.Easter
		r.days = func(year int, _ func(Day) bool) []Day { return []Day{easter(year).Add(offset)} }
	case len(h.On) > 0:
		r.days, err = listed(h.On)
	default:
		r.days, err = nth(h.Month, h.Weekday, h.Nth)
	}
	if h.Observed != "" && h.Date == "" {
		err = errors.Join(err, errors.New("observed goes with a date only"))
	}
	return r, err
}

func fixed(date, observed string) (func(int, func(Day) bool) []Day, error) {
	t, err := time.Parse("01-02", date)
	if err != nil {
		return nil, fmt.Errorf("date %q is no day such as 12-25", date)
	}
	switch observed {
	case "":
		return func(year int, _ func(Day) bool) []Day { return []Day{{year, t.Month(), t.Day()}} }, nil
	case "nearest":
		return func(year int, _ func(Day) bool) []Day {
			d := Day{year, t.Month(), t.Day()}
			return []Day{d, d.Add(map[time.Weekday]int{time.Saturday: -1, time.Sunday: 1}[d.weekday()])}
		}, nil
	case "next":
		return func(year int, free func(Day) bool) []Day {
			d := Day{year, t.Month(), t.Day()}
			instead := d
			for free(instead) {
				instead = instead.Add(1)
			}
			return []Day{d, instead}
		}, nil
	}
	return nil, fmt.Errorf("observed %q: use nearest, next or nothing", observed)
}

func listed(on []string) (func(int, func(Day) bool) []Day, error) {
	byYear := map[int][]Day{}
	for _, text := range on {
		first, last, isRange := strings.Cut(text, "..")
		from, err := parseDay(first)
		if err != nil {
			return nil, err
		}
		to := from
		if isRange {
			if to, err = parseDay(last); err != nil {
				return nil, err
			}
		}
		if to.before(from) || from.Add(60).before(to) {
			return nil, fmt.Errorf("on: %q must be a range forwards, of at most 60 days", text)
		}
		for d := from; !to.before(d); d = d.Add(1) {
			byYear[d.Year] = append(byYear[d.Year], d)
		}
	}
	return func(year int, _ func(Day) bool) []Day { return byYear[year] }, nil
}

func nth(month int, weekday string, n int) (func(int, func(Day) bool) []Day, error) {
	w, ok := weekdayOf(weekday)
	if !ok || month < 1 || month > 12 || n == 0 || n < -1 || n > 5 {
		return nil, fmt.Errorf("month %d, weekday %q, nth %d: use 1 to 12, a day of the week, and 1 to 5 or -1 for the last", month, weekday, n)
	}
	m := time.Month(month)
	return func(year int, _ func(Day) bool) []Day {
		if n == -1 {
			last := Day{year, m + 1, 1}.Add(-1)
			return []Day{last.Add(-int((last.weekday() - w + 7) % 7))}
		}
		first := Day{year, m, 1}
		d := first.Add(int((w-first.weekday()+7)%7) + 7*(n-1))
		if d.Month != m {
			return nil // there is no fifth one this year
		}
		return []Day{d}
	}, nil
}

// easter is Easter Sunday of the Gregorian calendar: the "anonymous" algorithm (Meeus, Astronomical Algorithms, chapter 8).
func easter(year int) Day {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	day := (h + l - 7*m + 33*month + 19) % 32
	return Day{year, time.Month(month), day}
}
