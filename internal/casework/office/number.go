package office

import (
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Kind is what is registered, as far as numbers tell it apart.
type Kind string

// The kinds.
const (
	Mark      Kind = "trademark"
	Design    Kind = "design"
	Patent    Kind = "patent"
	Utility   Kind = "utility_model"
	Copyright Kind = "copyright"
	Origin    Kind = "geographical_indication"
)

// form is how numbers of one kind look.
type form struct {
	pattern *regexp.Regexp
	example string
	check   func(number string) bool // more than its pattern; nil: no more
}

// Office is what is known of one.
type Office struct {
	Code        string
	Name        string
	Territories []string // where what it registers can hold; empty: in those that the holder designates
	numbers     map[Kind][]form
	terms       map[Kind]Term
}

// Term is how long a right can last.
type Term struct {
	Years     int  // of one period, or in all
	Renewable bool // without end; otherwise Years is all
	FromGrant bool // counted from grant, otherwise from filing
}

// Find gives an office by its code, also by another name that is in use for it.
func Find(code string) (*Office, bool) {
	code = strings.ToUpper(strings.TrimSpace(code))
	if known, ok := otherNames[code]; ok {
		code = known
	}
	o, ok := offices[code]
	return o, ok
}

// Codes lists the offices that are known, in no order.
func Codes() []string {
	var out []string
	for code := range offices {
		out = append(out, code)
	}
	return out
}

// Normalise writes a number for comparison: in capitals, of full-width characters the narrow ones, without spaces and the signs that offices
// and people put between digits. Two numbers of one office that are the same then are the same registration.
func Normalise(number string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		if strings.ContainsRune(".,/-‐‑–_'", r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, number)
}

// tight is a number without spaces and in capitals; patterns are matched against it.
func tight(number string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		return unicode.ToUpper(r)
	}, number)
}

// Knows tells whether the office's numbers of a kind are known here.
func (o *Office) Knows(k Kind) bool { return len(o.numbers[k]) > 0 }

// Fits tells whether a number has a form of the office for the kind; example shows one that does.
func (o *Office) Fits(k Kind, number string) (ok bool, example string) {
	number = tight(number)
	for _, f := range o.numbers[k] {
		if example == "" {
			example = f.example
		}
		if f.pattern.MatchString(number) && (f.check == nil || f.check(number)) {
			return true, f.example
		}
	}
	return false, example
}

// Term gives how long a right of a kind can last; ok is false where that is not known.
func (o *Office) Term(k Kind) (t Term, ok bool) {
	t, ok = o.terms[k]
	return t, ok
}

// checkDigit is the last character of a Chinese patent number (ZC 0006-2003): the digits before it, weighted 2 to 9 and again from 2,
// summed modulo 11, with X for 10.
func checkDigit(number string) bool {
	digits := strings.NewReplacer("ZL", "", ".", "").Replace(number)
	if len(digits) != 13 && len(digits) != 9 {
		return true // without the check digit there is nothing to check
	}
	sum := 0
	for i, d := range digits[:len(digits)-1] {
		sum += int(d-'0') * (2 + i%8)
	}
	return "0123456789X"[sum%11] == digits[len(digits)-1]
}

// Last is the latest day to which a right of this term can last; zero where it is renewed without end or its beginning is not given.
func (t Term) Last(filed, granted time.Time) time.Time {
	from := filed
	if t.FromGrant {
		from = granted
	}
	if t.Renewable || from.IsZero() {
		return time.Time{}
	}
	return from.AddDate(t.Years, 0, 0)
}
