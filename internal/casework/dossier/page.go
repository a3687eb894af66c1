package dossier

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"touchstone/internal/casework/office"
)

// mostTokens is how many words of a certificate are looked at; a certificate has hundreds.
const mostTokens = 20_000

// page is the text of a certificate, prepared for comparison.
type page struct {
	text    string
	lines   []string // folded, as they stand
	raw     []string // the same lines as they were read
	folded  string
	letters string // folded, letters and digits alone
	numbers map[string]bool
	dates   []string
}

func newPage(text string) page {
	text = norm.NFKC.String(text)
	p := page{text: text, folded: fold(text), letters: letters(text), numbers: map[string]bool{}, dates: datesIn(text)}
	tokens := 0
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		p.raw, p.lines = append(p.raw, line), append(p.lines, fold(line))
		words := strings.Fields(line)
		if tokens += len(words); tokens > mostTokens {
			break
		}
		p.join(words)
	}
	return p
}

// join keeps every number of a line, also those that are written in up to six groups.
func (p page) join(words []string) {
	for i := range words {
		joined := ""
		for j := i; j < min(i+6, len(words)); j++ {
			part := office.Normalise(strings.Trim(words[j], "()[]:;,."))
			if digits(part) == 0 && j > i {
				break
			}
			joined += part
			if digits(joined) >= 4 {
				p.numbers[joined] = true
				p.numbers[strings.TrimLeft(joined, "0")] = true
				p.numbers[bare(joined)] = true
			}
		}
	}
}

// bare is a number without the letters and zeros before its digits and the signs of its language around them.
func bare(number string) string {
	number = strings.TrimSuffix(strings.TrimPrefix(number, "第"), "号")
	return strings.TrimLeft(strings.TrimLeftFunc(number, unicode.IsLetter), "0")
}

// beside are the values that stand behind one of the labels, on its line or, where nothing does, on the next. A longer label is looked for
// before a shorter that is its begin.
func (p page) beside(labels []string) []string {
	var out []string
	for i, line := range p.lines {
		best, end := -1, 0
		for _, label := range labels {
			at := strings.Index(line, label)
			if at < 0 || at > 0 && wordBefore(line, at) {
				continue
			}
			if best < 0 || at < best || at == best && at+len(label) > end {
				best, end = at, at+len(label)
			}
		}
		if best < 0 {
			continue
		}
		value := strings.TrimLeftFunc(line[end:], func(r rune) bool { return r != '(' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		for _, rest := range []string{"number", "no.", "no", "nr.", "nr", "name", "es", "s"} { // what is left of a label
			if after, ok := strings.CutPrefix(value, rest); ok && (after == "" || !unicode.IsLetter(rune(after[0]))) {
				value = strings.TrimLeft(after, " .:：#°")
			}
		}
		if value == "" && i+1 < len(p.lines) {
			value = p.lines[i+1]
		}
		if value != "" {
			out = append(out, value)
		}
	}
	return out
}

// wordBefore tells whether a Latin letter stands right before a place: the label is then part of another word.
func wordBefore(line string, at int) bool {
	b := line[at-1]
	return b >= 'a' && b <= 'z'
}

// fold writes a text for comparison: compatibility forms, small letters without marks, single spaces.
func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
	return norm.NFKC.String(strings.Join(strings.Fields(s), " "))
}

// letters are the letters and digits of a text, folded.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold(s))
}

func digits(s string) int {
	n := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

var (
	locarnoForm = regexp.MustCompile(`\b(?:0[1-9]|[12]\d|3[0-2])-\d{2}\b`)
	classList   = regexp.MustCompile(`^[\s:：(]*((?:0?[1-9]|[1-3]\d|4[0-5])(?:\s*(?:,|;|and|und|et|&|、|\s)\s*(?:0?[1-9]|[1-3]\d|4[0-5]))*)(?:$|[^\d])`)
	classNumber = regexp.MustCompile(`\d+`)
	isoDate     = regexp.MustCompile(`\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b`)
	numericDate = regexp.MustCompile(`\b(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\b`)
	dayMonth    = regexp.MustCompile(`(?i)\b(\d{1,2})(?:st|nd|rd|th)?\.?\s+([a-zà-ÿ]{3,12})\.?,?\s+(\d{4})\b`)
	monthDay    = regexp.MustCompile(`(?i)\b([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b`)
	eastDate    = regexp.MustCompile(`(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]`)
)

// leadingClasses are the Nice classes at the begin of a value.
func leadingClasses(value string) []string {
	m := classList.FindStringSubmatch(value)
	if m == nil {
		return nil
	}
	var out []string
	for _, c := range classNumber.FindAllString(m[1], -1) {
		out = append(out, strings.TrimLeft(c, "0"))
	}
	return out
}

// months by their first letters in English, German and French.
var months = map[string]time.Month{"jan": 1, "feb": 2, "fev": 2, "mar": 3, "apr": 4, "avr": 4, "may": 5, "mai": 5, "jun": 6, "juin": 6, "jul": 7, "juil": 7, "aug": 8, "aou": 8,
	"sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12, "mrz": 3}

func monthOf(word string) time.Month {
	word = fold(word)
	for _, n := range []int{4, 3} {
		if len(word) >= n {
			if m, ok := months[word[:n]]; ok {
				return m
			}
		}
	}
	return 0
}

// datesIn are the days in a text, as 2031-05-14, in their order. One that is written 05/06/2021 is both days that it can be.
func datesIn(text string) []string {
	var out []string
	add := func(y, m, d string, month time.Month) {
		year, _ := strconv.Atoi(y)
		day, _ := strconv.Atoi(d)
		if month == 0 {
			n, _ := strconv.Atoi(m)
			month = time.Month(n)
		}
		if t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC); year >= 1800 && t.Month() == month && t.Day() == day {
			out = append(out, fmt.Sprintf("%04d-%02d-%02d", year, month, day))
		}
	}
	for _, m := range isoDate.FindAllStringSubmatch(text, -1) {
		add(m[1], m[2], m[3], 0)
	}
	for _, m := range eastDate.FindAllStringSubmatch(text, -1) {
		add(m[1], m[2], m[3], 0)
	}
	for _, m := range numericDate.FindAllStringSubmatch(text, -1) {
		add(m[3], m[2], m[1], 0)
		if m[1] != m[2] {
			add(m[3], m[1], m[2], 0)
		}
	}
	for _, m := range dayMonth.FindAllStringSubmatch(text, -1) {
		if month := monthOf(m[2]); month != 0 {
			add(m[3], "", m[1], month)
		}
	}
	for _, m := range monthDay.FindAllStringSubmatch(text, -1) {
		if month := monthOf(m[1]); month != 0 {
			add(m[3], "", m[2], month)
		}
	}
	return out
}

func dated(s string) bool { return len(datesIn(s)) > 0 }

// legalForms tell nothing of who somebody is.
var legalForms = map[string]bool{"gmbh": true, "ag": true, "kg": true, "se": true, "srl": true, "spa": true, "sa": true, "sas": true, "sarl": true, "ltd": true, "limited": true, "inc": true,
	"incorporated": true, "llc": true, "corp": true, "corporation": true, "co": true, "company": true, "plc": true, "bv": true, "nv": true, "oy": true, "ab": true, "as": true, "kk": true, "pte": true, "the": true, "and": true, "und": true}

// nameParts are the words of a name that tell who it is.
func nameParts(name string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.FieldsFunc(fold(strings.ReplaceAll(name, ".", "")), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if !legalForms[w] {
			out[w] = true
		}
	}
	return out
}

// namesAgree tells whether two names can be the same person's: all that tells who the shorter is, is in the longer.
func namesAgree(a, b string) bool {
	x, y := nameParts(a), nameParts(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) == 0 {
		return letters(a) == letters(b)
	}
	for w := range x {
		if !y[w] {
			return strings.Contains(letters(b), letters(a)) || strings.Contains(letters(a), letters(b))
		}
	}
	return true
}
