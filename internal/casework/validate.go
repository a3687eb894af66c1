package casework

import (
	"fmt"
	"math"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// Lengths, in characters, and counts that the registry accepts.
const (
	MaxName    = 300
	MaxNumber  = 64
	MaxWord    = 200
	MaxText    = 1000
	MaxEmail   = 254
	MaxEntries = 300 // territories, classes, goods
	MaxSide    = 1 << 20
	maxPrice   = 1e12
)

var (
	officePattern   = regexp.MustCompile(`^[A-Z][A-Z0-9-]{1,15}$`)
	locarnoPattern  = regexp.MustCompile(`^(0[1-9]|[12][0-9]|3[0-2])-[0-9]{2}$`)
	viennaPattern   = regexp.MustCompile(`^(0?[1-9]|[12][0-9])(\.[0-9]{1,2}){1,2}$`)
	nicePattern     = regexp.MustCompile(`^([1-9]|[1-3][0-9]|4[0-5])$`)
	currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)
	blobPattern     = regexp.MustCompile(`^[0-9a-f]{64}$`)
	idPattern       = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
)

// faults gathers what is wrong, so that a caller hears everything at once.
type faults []FieldError

func (f *faults) add(path, format string, args ...any) {
	*f = append(*f, FieldError{Path: path, Message: fmt.Sprintf(format, args...)})
}

func (f *faults) check(ok bool, path, format string, args ...any) {
	if !ok {
		f.add(path, format, args...)
	}
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &ValidationError{Fields: f}
}

// text checks one line of text: length in characters, UTF-8, nothing unseen.
func (f *faults) text(path, s string, least, most int) {
	switch n := utf8.RuneCountInString(s); {
	case !utf8.ValidString(s):
		f.add(path, "must be valid UTF-8")
	case n == 0 && least > 0:
		f.add(path, "is required")
	case n < least || n > most:
		f.add(path, "must have %d to %d characters, not %d", least, most, n)
	case strings.TrimSpace(s) != s:
		f.add(path, "must not begin or end with white space")
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || turns(r) }):
		f.add(path, "must not contain control characters")
	}
}

// turns tells whether a character turns the direction of what follows it against what its letters say, which names never need and which makes
// one name look like another (Unicode Technical Report 36, "bidirectional text spoofing"). Marks that only say a direction are let in.
func turns(r rune) bool { return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' }

func (f *faults) match(path, s string, p *regexp.Regexp, form string) {
	f.check(p.MatchString(s), path, "must be %s, not %q", form, clip(s))
}

// clip keeps a stranger's text short in a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func (f *faults) email(path, s string) {
	a, err := mail.ParseAddress(s)
	domain := s[strings.LastIndexByte(s, '@')+1:]
	ok := err == nil && a.Address == s && len(s) <= MaxEmail && strings.Contains(domain, ".") && utf8.ValidString(s)
	f.check(ok, path, `must be one e-mail address such as "rights@example.com"`)
}

func (f *faults) country(path, c string) {
	f.check(ValidCountry(c), path, `must be an ISO 3166 country code in capitals such as "DE", not %q`, clip(c))
}

func (f *faults) territories(path string, ts []string, required bool) {
	f.check(!required || len(ts) > 0, path, `needs at least one ISO 3166 code such as "DE", or "EU", or "WW" for worldwide`)
	f.each(path, ts, func(p, t string) {
		f.check(ValidTerritory(t), p, `must be an ISO 3166 country code in capitals, "EU", "BX" or "WW" (worldwide), not %q`, clip(t))
	})
}

// each checks the entries of a list, its length and that nothing is twice.
func (f *faults) each(path string, list []string, check func(path, s string)) {
	if len(list) > MaxEntries {
		f.add(path, "must have at most %d entries, not %d", MaxEntries, len(list))
		return
	}
	for i, s := range list {
		p := fmt.Sprintf("%s[%d]", path, i)
		check(p, s)
		f.check(slices.Index(list, s) == i, p, "is there twice: %q", clip(s))
	}
}

func (f *faults) money(path string, m *Money) {
	if m == nil {
		return
	}
	ok := m.Amount > 0 && m.Amount <= maxPrice && !math.IsNaN(m.Amount)
	f.check(ok, path+".amount", "must be more than 0 and at most 1e12")
	f.match(path+".currency", m.Currency, currencyPattern, `an ISO 4217 code in capitals such as "EUR"`)
}

func (f *faults) date(path string, t *time.Time) {
	if t == nil {
		return
	}
	y := t.UTC().Year()
	f.check(y >= 1700 && y <= 9999, path, "must lie between the years 1700 and 9999, not %d", y)
}

// order checks that of two dates, where both are given, the first is not later.
func (f *faults) order(earlier, later string, a, b *time.Time) {
	f.check(a == nil || b == nil || !b.Before(*a), later, "must not be before %s", earlier)
}

func (f *faults) language(path, s string) {
	_, err := language.Parse(s)
	f.check(err == nil && len(s) <= 35, path, `must be a BCP 47 language tag such as "en" or "zh-Hans", not %q`, clip(s))
}

func (f *faults) listingURL(path, s string) {
	u, err := url.Parse(s)
	ok := err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && strings.Count(s, "{id}") == 1
	f.check(ok && len(s) <= MaxText, path, `must be a web address with {id} once, in the place of the listing's ID, such as "https://shop.example/item/{id}"`)
}
