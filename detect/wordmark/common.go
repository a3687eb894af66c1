package wordmark

import (
	"fmt"
	"slices"
	"strings"
)

// common weighs that a mark is an everyday word.
func (j *judge) common(text string, m Match, span, mark *form, u usage, goods int) (weight float64, code, why string) {
	w := j.weights
	if span.script == scriptHan {
		if longer := longerWord(text, m.Span); longer != "" {
			return w.PartOfWord, "part_of_word", fmt.Sprintf("%q stands inside the everyday word %q.", m.Span.Text, longer)
		}
		if !chineseWord(span.plain) {
			if len(span.letters) > 2 || u.replica != "" || u.claim != "" || goods > 0 {
				return 0, "", ""
			}
			return w.ShortScript, "short_word", fmt.Sprintf("%q is short, and nothing else speaks of a brand.", m.Span.Text)
		}
		weight = w.CommonScript
	} else {
		if !ordinary(mark.plain) && !foreignWord(mark.plain) {
			return 0, "", ""
		}
		weight = w.CommonSmall
		if j.title.brandLike(span, m.Span.Start) {
			weight = w.CommonCapital
		}
	}
	if u.replica == "" && u.claim == "" && goods <= 0 {
		weight += w.Lone
	}
	if goods > 0 {
		weight /= 2
	}
	return weight, "common_word", fmt.Sprintf("%q is also an everyday word.", m.Span.Text)
}

// longerWord is the everyday Chinese word of three or four characters around a span, if there is one.
func longerWord(text string, s Span) string {
	before := cells(text[max(0, s.Start-12):s.Start])
	inside, after := cells(s.Text), cells(text[s.End:min(len(text), s.End+12)])
	run := slices.Concat(before, inside, after)
	for n := len(inside) + 1; n <= 4; n++ {
		for from := max(0, len(before)-(n-len(inside))); from <= len(before) && from+n <= len(run); from++ {
			var b strings.Builder
			for _, c := range run[from : from+n] {
				b.WriteRune(c.r)
			}
			if chineseWord(b.String()) {
				return b.String()
			}
		}
	}
	return ""
}

// titleCase tells how a text uses capitals.
type titleCase struct {
	capitals, small int // words behind the first that begin with a capital, a small letter
	start           int // offset of the first letter
}

func caseOf(text string) titleCase {
	t := titleCase{start: -1}
	open := false
	for _, c := range cells(text) {
		if c.kind != kindLetter {
			open = open && c.word()
			continue
		}
		switch {
		case t.start < 0:
			t.start = c.start
		case open:
		case c.upper:
			t.capitals++
		case c.script.alphabetic():
			t.small++
		}
		open = true
	}
	return t
}

// brandLike reports a word with a capital that the text does not give to every word.
func (t titleCase) brandLike(span *form, start int) bool {
	if !span.letters[0].upper {
		return false
	}
	return t.small >= t.capitals || start > t.start && t.small > 0
}
