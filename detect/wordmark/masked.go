package wordmark

import (
	"strings"
	"unicode/utf8"
)

// compareMasked fits the letters that are shown to the mark.
func compareMasked(span *form, mark *target) (float64, ruleSet) {
	if span.digits*2 > len(span.letters) || span.spaces > 1 {
		return 0, 0
	}
	rules := span.rules | ruleMasked
	if span.script == mark.script && !span.mixed {
		if first, _ := utf8.DecodeRuneInString(mark.plain); !shows(span.pattern[0], first) {
			return 0, 0
		}
		return maskedSimilarity(span, span.pattern, []rune(mark.plain)), rules
	}
	if span.look != "" && mark.script == scriptLatin {
		if sim := maskedSimilarity(span, span.lookPattern(), []rune(mark.plain)); sim > 0 {
			return sim, rules | ruleHomoglyph
		}
	}
	if mark.script == scriptHan || span.mixed || span.script == scriptLatin {
		return 0, 0
	}
	if span.script == scriptHan {
		return 0, 0
	}
	sim, known := soundsLike(span.sounds(), mark, 0.74)
	sim *= 0.55 + 0.40*known
	if sim < leastMasked {
		return 0, 0
	}
	return sim, rules | ruleTransliterated
}

// maskedSimilarity grows with the share of letters shown; the right number of masks adds a little.
func maskedSimilarity(span *form, pattern, target []rune) float64 {
	shown, missing := len(span.letters), len(target)-len(span.letters)
	if missing < 1 || stars(pattern) > maxStars || !fits(pattern, target) {
		return 0
	}
	if pattern[0] == '*' && shown < 3 || pattern[len(pattern)-1] == '*' && shown < 2 && !span.script.syllabic() {
		return 0
	}
	sim := 0.58 + 0.36*float64(shown)/float64(len(target))
	if span.masks == missing {
		sim += 0.04
	}
	return sim
}

// maxStars bounds the runs of masks in one word; more would hide nothing but cost time.
const maxStars = 3

func stars(pattern []rune) (n int) {
	for _, r := range pattern {
		if r == '*' {
			n++
		}
	}
	return n
}

// lookPattern is the pattern with look-alikes read as Latin.
func (f *form) lookPattern() []rune {
	out, i := make([]rune, len(f.pattern)), 0
	for j, r := range f.pattern {
		out[j] = r
		if r != '*' && i < len(f.letters) {
			if l := f.letters[i].look; l != 0 {
				out[j] = l
			}
		}
		if r != '*' {
			i++
		}
	}
	return out
}

// fits matches a pattern in which * stands for one letter or more.
func fits(pattern, word []rune) bool {
	if len(pattern) == 0 {
		return len(word) == 0
	}
	if pattern[0] != '*' {
		return len(word) > 0 && shows(pattern[0], word[0]) && fits(pattern[1:], word[1:])
	}
	if len(pattern) == 1 {
		return len(word) > 0
	}
	for i := 1; i <= len(word); i++ {
		if fits(pattern[1:], word[i:]) {
			return true
		}
	}
	return false
}

// shows reports that a sign of a pattern may stand for a letter.
func shows(sign, letter rune) bool {
	return sign == '*' || sign == letter || strings.ContainsRune(leetReadings[sign], letter)
}
