package wordmark

import (
	"math/bits"
	"strings"
)

// Similarities of the ways to be the same word; below least nothing counts as found.
const (
	simHomoglyph = 0.99
	simLeet      = 0.97
	simDoubled   = 0.93
	simInside    = 0.90 // by sound, of a part of a longer word
	least        = 0.60
	leastMasked  = 0.50
)

// compare says how alike a span is to a mark, in 0..1, and what had to be undone. 0 means: another word.
func compare(span *form, mark *target) (float64, ruleSet) {
	if len(span.letters) == 0 || mark.length == 0 {
		return 0, 0
	}
	if span.pattern != nil {
		if sim, rules := compareLetters(span, mark); sim > 0 {
			return sim, rules | span.gapRules(int(mark.atoms))
		}
		if mark.way != 0 {
			return 0, 0
		}
		return compareMasked(span, mark)
	}
	sim, rules := compareLetters(span, mark)
	switch {
	case sim > 0:
	case mark.way&ruleInitials != 0:
		return 0, 0
	default:
		sim, rules = compareLoosely(span, mark)
		if sim == 0 && span.calm() != nil {
			sim, rules = compareCalm(span, mark)
		}
		if sim == 0 {
			sim, rules = compareHalf(span, mark)
		}
	}
	if mark.way != 0 {
		sim, rules = compareWay(span, mark, sim, rules)
	}
	if sim < least {
		return 0, 0
	}
	return sim, rules | span.gapRules(int(mark.atoms))
}

// Similarities of writings that only stand for the mark.
const (
	simRomanised = 0.93
	simInitials  = 0.80
	simHalf      = 0.70
	leastWay     = 0.86 // least likeness of a span to such a writing
)

// compareWay lowers the likeness to a writing that only stands for the mark: the sound of Han characters, initials.
func compareWay(span *form, mark *target, sim float64, rules ruleSet) (float64, ruleSet) {
	if mark.way&ruleJoined != 0 {
		return sim, rules
	}
	if sim < leastWay || mark.length < 3 && mark.script == scriptLatin || span.script == scriptHan {
		return 0, 0
	}
	if mark.way&ruleInitials != 0 {
		if span.capitalCount() < len(span.letters) {
			return 0, 0
		}
		return sim * simInitials, rules | ruleInitials
	}
	if span.script == scriptLatin && mark.length < 5 && span.spaces == 0 && rules != 0 {
		return 0, 0 // an, ta: any altered short word would do
	}
	if span.script == scriptLatin {
		rules |= ruleRomanised
	}
	return sim * simRomanised, rules
}

// compareCalm reads a word of another script than Latin without its repeated letters.
func compareCalm(span *form, mark *target) (float64, ruleSet) {
	sim, rules := compareLetters(span.calm(), mark)
	if sim == 0 {
		sim, rules = compareLoosely(span.calm(), mark)
	}
	if sim == 0 {
		return 0, 0
	}
	return sim * simDoubled, rules | ruleDoubled
}

// compareHalf takes the beginning of a long mark for the mark.
func compareHalf(span *form, mark *target) (float64, ruleSet) {
	n := len(span.letters)
	if mark.way != 0 || span.script != mark.script || n >= int(mark.length) || n < halfFrom(mark.script, int(mark.length)) || span.digits > 0 {
		return 0, 0
	}
	if !strings.HasPrefix(mark.plain, span.plain) || everyday(span) || ordinary(span.plain) || foreignWord(span.plain) || nameWord(span.plain) || chineseWord(span.plain) {
		return 0, 0
	}
	return simHalf, span.rules | ruleAbridged
}

// compareLetters finds the readings that give the mark letter by letter.
func compareLetters(span *form, mark *target) (float64, ruleSet) {
	rules := span.rules &^ (mark.rules & (ruleDiacritics | ruleSimplified))
	switch {
	case span.plain == mark.plain:
		return 1, rules
	case span.look != "" && span.look == mark.latin && (span.mixed || !everyday(span)):
		return simHomoglyph, rules | ruleHomoglyph
	}
	target := mark.latin
	if span.paired != "" && span.paired == target {
		return simHomoglyph, rules | ruleHomoglyph
	}
	if target == "" || span.digits == 0 || len(target) < 3 || span.digits == len(span.letters) {
		return 0, 0
	}
	if word := span.latin(); word != "" && readsAs(word, target) && len(span.letters)-span.digits >= 2 {
		if span.look != "" {
			rules |= ruleHomoglyph
		}
		return simLeet, rules | ruleLeet
	}
	return 0, 0
}

// compareLoosely tries doubled letters, typing errors, sound.
func compareLoosely(span *form, mark *target) (float64, ruleSet) {
	broken := span.spaces > 0 && !span.single && span.spaces != int(mark.spaces)
	word, target := span.latin(), mark.latin
	if span.script == scriptLatin || span.mixed || span.script == scriptNone {
		if word == "" || target == "" || broken {
			return 0, 0
		}
		rules := span.rules
		if span.look != "" {
			rules |= ruleHomoglyph
		}
		if span.digits == 0 && bits.OnesCount32(span.set^mark.set) > maxOtherLetters {
			return 0, 0
		}
		sim, how := compareSpelling(span, word, target)
		return sim, rules | how
	}
	if span.script == scriptHan && mark.script == scriptHan {
		return compareHan(span, mark)
	}
	if span.script == mark.script {
		if sim := typing(span.plain, mark.plain); sim > 0 && !broken {
			return sim, span.rules | ruleTypo
		}
		return 0, 0
	}
	return compareSound(span, mark, broken)
}

// maxOtherLetters is more than the slips that typing allows can change in the set of letters of a word.
const maxOtherLetters = 5

// compareSpelling compares two words of Latin letters.
func compareSpelling(span *form, word, target string) (float64, ruleSet) {
	if len(word) > 2*len(target)+8 || len(word)+3 < len(target) {
		return 0, 0
	}
	if span.digits == 0 && len(target) >= 3 && len(word) > len(target) && collapse(word) == collapse(target) && !ordinary(word) {
		return simDoubled, ruleDoubled
	}
	if span.digits > 0 {
		return leetTyping(span, word, target)
	}
	sim := typing(word, target)
	if sim > 0 && (ordinary(word) || nameWord(word)) {
		sim *= 0.65 // "cannon" and "Michele" are words of their own
	}
	if sim < least {
		return 0, 0
	}
	return sim, ruleTypo
}

// leetTyping allows one typing error in a word with digits for letters, when the word is long and mostly letters.
func leetTyping(span *form, word, target string) (float64, ruleSet) {
	if len(target) < 7 || span.digits*2 > len(span.letters) {
		return 0, 0
	}
	sim := typing(leetKey(word), leetKey(target)) - 0.05
	if sim < 0.8 {
		return 0, 0
	}
	return sim, ruleLeet | ruleTypo
}

// compareHan allows other characters of the same sound: 耐刻 for 耐克. Two characters share sounds with too many words, so
// the shorter needs a common character.
func compareHan(span *form, mark *target) (float64, ruleSet) {
	n := int(mark.length)
	if n < 2 || n != len(span.letters) || span.spaces > 0 && !span.single || span.phones() != mark.phones {
		return 0, 0
	}
	same := 0
	for i, r := range []rune(mark.plain) {
		if span.letters[i].r == r {
			same++
		}
	}
	if same == 0 && n < 4 || chineseWord(span.plain) {
		return 0, 0
	}
	return 0.70 + 0.25*float64(same)/float64(n), span.rules | ruleHomophone
}

// compareSound compares words of different scripts. The fewer consonants, the nearer they must be.
func compareSound(span *form, mark *target, broken bool) (float64, ruleSet) {
	if span.digits > 0 || len(span.letters) < 2 || mark.script != scriptLatin && span.script == scriptHan {
		return 0, 0
	}
	heavy := int(mark.heavy)
	floor := 0.72
	switch {
	case span.script == scriptHan || mark.script == scriptHan: // syllables that share their sound with too many others
		floor = 0.92
	case broken:
		floor = 0.84
	case heavy < 250:
		floor = 0.84
	case heavy < 330:
		floor = 0.78
	}
	if everyday(span) || heavy < 130 || (span.script == scriptHan || mark.script == scriptHan) && heavy < 250 {
		return 0, 0
	}
	sim, _ := soundsLike(span.sounds(), mark, floor)
	if sim == 0 {
		return 0, 0
	}
	return sim, span.rules | ruleTransliterated
}
