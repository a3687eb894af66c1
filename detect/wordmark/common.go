package wordmark

import (
	"fmt"
	"slices"
	"strings"
)

// common weighs that a mark is an everyday word, a name, or too short to mean anything by itself: such a mark counts when
// something else speaks of a brand. met says how the listing's goods lie to the mark's (see classes).
func (j *judge) common(text string, m Match, rules ruleSet, span, mark *form, u usage, met int) (weight float64, code, why string) {
	support := u.support(met)
	if rules&ruleTransliterated != 0 && span.script != scriptHan {
		if !commonWord(mark) {
			return 0, "", ""
		}
		weight, code = j.weights.CommonLoan, "common_word"
		why = fmt.Sprintf("%q may be the everyday word %q.", m.Span.Text, m.Mark.Word)
	} else if span.script == scriptHan {
		weight, code, why = j.commonHan(text, m, span, support)
	} else {
		weight, code, why = j.commonLatin(m, rules, span, mark, u, support)
	}
	if code != "" && span.script == scriptHan && !support && classes(u.goods, m.Mark.Goods) < 0 {
		weight += 2 * j.weights.GoodsApart // what is offered is of another class
	}
	switch {
	case code == "" || code == "part_of_word" || code == "short_word":
		return weight, code, why
	case !support && span.script == scriptHan && len(span.letters) < 3:
		weight += j.weights.LoneScript
	case !support:
		weight += j.weights.Lone
	case met > 0:
		weight /= 2
	}
	return weight, code, why
}

// commonHan weighs words of Han characters.
func (j *judge) commonHan(text string, m Match, span *form, support bool) (weight float64, code, why string) {
	if longer := longerWord(text, m.Span); longer != "" {
		return j.weights.PartOfWord, "part_of_word", fmt.Sprintf("%q is cut out of the everyday word %q.", m.Span.Text, longer)
	}
	switch {
	case chineseWord(span.plain) || functional(span.letters):
		return j.weights.CommonScript, "common_word", fmt.Sprintf("%q is also an everyday word.", m.Span.Text)
	case len(span.letters) <= 2 && !support:
		return j.weights.ShortScript, "short_word", fmt.Sprintf("%q is short, and nothing else speaks of a brand.", m.Span.Text)
	}
	return 0, "", ""
}

// commonLatin weighs words of alphabets by how they are written.
func (j *judge) commonLatin(m Match, rules ruleSet, span, mark *form, u usage, support bool) (weight float64, code, why string) {
	w := j.weights
	switch {
	case short(mark) && !support:
		return w.ShortLatin, "short_word", fmt.Sprintf("%q is short, and nothing else speaks of a brand.", m.Span.Text)
	case !commonWord(mark) && nameWord(mark.plain) && u.descriptive != "" && !support:
		return 0, "name", fmt.Sprintf("%q is also a name of people or places.", m.Span.Text)
	case !commonWord(mark) || mark.atoms > 1 && span.capitalCount() > 1:
		return 0, "", ""
	}
	weight = w.CommonSmall
	if capital, leads := j.title.brandLike(span, m.Span.Start); capital && rules&ruleCompound == 0 {
		weight = w.CommonCapital
	} else if capital || leads {
		weight = w.CommonFirst
	}
	return weight, "common_word", fmt.Sprintf("%q is also an everyday word.", m.Span.Text)
}

// short reports a mark that says too little by itself: one sign of a syllabary or of Han, two letters of an alphabet.
func short(mark *form) bool {
	return len(mark.letters) < 2 || len(mark.letters) == 2 && !mark.script.syllabic()
}

// commonWord reports a mark all of whose words are everyday words of some language in Latin letters.
func commonWord(mark *form) bool {
	if mark.latin() == "" {
		return everyday(mark)
	}
	if ordinary(mark.plain) || foreignWord(mark.plain) {
		return true
	}
	if mark.atoms < 2 || mark.single {
		return false
	}
	for word := range mark.pieces() {
		if len(word) > 1 && !ordinary(word) && !foreignWord(word) {
			return false
		}
	}
	return true
}

// functionSigns are Chinese characters of grammar: a mark that ends with one is met in every sentence.
const functionSigns = "的了是不在有和就都而及与着或"

// functional reports a word of Han characters that ends with a character of grammar.
func functional(letters []cell) bool {
	return len(letters) > 1 && strings.ContainsRune(functionSigns, letters[len(letters)-1].r)
}

// longerWord is the everyday Chinese word of two to four characters that holds the span, or shares a part of it with its
// neighbours, if there is one: 苹果 in 苹果汁, 夏普 in 夏|普通.
func longerWord(text string, s Span) string {
	before := cells(text[max(0, s.Start-12):s.Start])
	inside, after := cells(s.Text), cells(text[s.End:min(len(text), s.End+12)])
	run := slices.Concat(before, inside, after)
	from, to := len(before), len(before)+len(inside)
	for n := 4; n >= 2; n-- {
		for at := max(0, from-n+1); at < to && at+n <= len(run); at++ {
			if at >= from && at+n <= to {
				continue // inside the span
			}
			var b strings.Builder
			for _, c := range run[at : at+n] {
				b.WriteRune(c.r)
			}
			if word := b.String(); chineseWord(word) || n == 2 && seamWord(word) {
				return word
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

// brandLike reports a word with a capital that the text does not give to every word; leads, one whose capital may only open
// the text.
func (t titleCase) brandLike(span *form, start int) (capital, leads bool) {
	if !span.letters[0].upper {
		return false, false
	}
	if start <= t.start {
		return false, t.small >= t.capitals
	}
	return t.small > 0, false
}
