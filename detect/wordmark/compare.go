package wordmark

import (
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
func compare(span, mark *form) (float64, ruleSet) {
	if len(span.letters) == 0 || len(mark.letters) == 0 {
		return 0, 0
	}
	if span.pattern != nil {
		if sim, rules := compareLetters(span, mark); sim > 0 {
			return sim, rules | span.gapRules(mark.atoms)
		}
		return compareMasked(span, mark)
	}
	sim, rules := compareLetters(span, mark)
	if sim == 0 {
		sim, rules = compareLoosely(span, mark)
	}
	if sim < least {
		return 0, 0
	}
	return sim, rules | span.gapRules(mark.atoms)
}

// compareLetters finds the readings that give the mark letter by letter.
func compareLetters(span, mark *form) (float64, ruleSet) {
	rules := span.rules &^ (mark.rules & (ruleDiacritics | ruleSimplified))
	switch {
	case span.plain == mark.plain:
		return 1, rules
	case span.look != "" && span.look == mark.latin():
		return simHomoglyph, rules | ruleHomoglyph
	}
	target := mark.latin()
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
func compareLoosely(span, mark *form) (float64, ruleSet) {
	broken := span.spaces > 0 && !span.single && span.spaces != mark.spaces
	word, target := span.latin(), mark.latin()
	if span.script == scriptLatin || span.mixed || span.script == scriptNone {
		if word == "" || target == "" || broken {
			return 0, 0
		}
		rules := span.rules
		if span.look != "" {
			rules |= ruleHomoglyph
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

// compareSpelling compares two words of Latin letters.
func compareSpelling(span *form, word, target string) (float64, ruleSet) {
	if len(word) > 2*len(target)+8 || len(word)+3 < len(target) {
		return 0, 0
	}
	if span.digits == 0 && len(target) >= 3 && len(word) > len(target) && collapse(word) == collapse(target) {
		return simDoubled, ruleDoubled
	}
	if span.digits > 0 {
		return leetTyping(span, word, target)
	}
	sim := typing(word, target)
	if sim > 0 && ordinary(word) {
		sim *= 0.65 // "cannon" is a word of its own
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
func compareHan(span, mark *form) (float64, ruleSet) {
	n := len(mark.letters)
	if n < 2 || n != len(span.letters) || span.spaces > 0 && !span.single || span.phones() != mark.phones() {
		return 0, 0
	}
	same := 0
	for i, r := range mark.runes() {
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
func compareSound(span, mark *form, broken bool) (float64, ruleSet) {
	if span.digits > 0 || mark.script != scriptLatin && span.script == scriptHan {
		return 0, 0
	}
	heavy := mark.sounds().heavy
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
	sim, _ := soundsLike(span.sounds(), mark.sounds(), floor)
	if sim == 0 {
		return 0, 0
	}
	return sim, span.rules | ruleTransliterated
}

// compareMasked fits the letters that are shown to the mark.
func compareMasked(span, mark *form) (float64, ruleSet) {
	if span.digits > 0 || span.spaces > 1 {
		return 0, 0
	}
	rules := span.rules | ruleMasked
	if span.script == mark.script && !span.mixed {
		return maskedSimilarity(span, span.pattern, mark.runes()), rules
	}
	if span.look != "" && mark.script == scriptLatin {
		if sim := maskedSimilarity(span, span.lookPattern(), mark.runes()); sim > 0 {
			return sim, rules | ruleHomoglyph
		}
	}
	if mark.script == scriptHan || span.mixed || span.script == scriptLatin {
		return 0, 0
	}
	if span.script == scriptHan {
		return 0, 0
	}
	sim, known := soundsLike(span.sounds(), mark.sounds(), 0.74)
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
	if pattern[0] == '*' && shown < 3 || pattern[len(pattern)-1] == '*' && shown < 3 && !span.script.syllabic() {
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
		return len(word) > 0 && word[0] == pattern[0] && fits(pattern[1:], word[1:])
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

// keyRows is the keyboard that slips are made on.
var keyRows = []string{"qwertyuiop", "asdfghjkl", "zxcvbnm"}

// neighbours reports keys that touch.
func neighbours(a, b rune) bool {
	ra, ca := keyAt(a)
	rb, cb := keyAt(b)
	return ra >= 0 && rb >= 0 && abs(ra-rb) <= 1 && abs(ca-cb) <= 1
}

func keyAt(r rune) (row, column int) {
	for i, keys := range keyRows {
		if c := strings.IndexRune(keys, r); c >= 0 {
			return i, c
		}
	}
	return -1, -1
}

func abs(n int) int { return max(n, -n) }

// typing is the likeness of two words that may differ by slips of typing; 0 when they differ by more than their length allows.
func typing(word, target string) float64 {
	a, b := []rune(word), []rune(target)
	longer := max(len(a), len(b))
	if min(len(a), len(b)) < 3 || longer < 4 || longer > 40 || abs(len(a)-len(b)) > 2 {
		return 0
	}
	allowed := 1.05
	switch {
	case longer >= 8:
		allowed = 2.2
	case longer >= 6:
		allowed = 1.25
	}
	cost := slips(a, b)
	if a[0] != b[0] {
		cost += 0.3
	}
	if cost > allowed {
		return 0
	}
	if min(len(a), len(b)) == 3 {
		cost += 0.5
	}
	return 1 - cost/float64(longer)
}

// slips is the restricted Damerau-Levenshtein distance with cheaper doubled letters, neighbouring keys and swaps.
func slips(a, b []rune) float64 {
	const width = 42
	var rows [3][width]float64
	two, one, now := &rows[0], &rows[1], &rows[2]
	for j := range b {
		one[j+1] = float64(j + 1)
	}
	for i, x := range a {
		now[0] = float64(i + 1)
		insert := 1.1
		if i > 0 && a[i-1] == x {
			insert = 0.5
		} else if x == 's' && i == len(a)-1 { // plural
			insert = 0.4
		}
		for j, y := range b {
			change := 1.2
			if x == y {
				change = 0
			} else if neighbours(x, y) {
				change = 0.8
			}
			remove := 1.0
			if j > 0 && b[j-1] == y {
				remove = 0.5
			}
			best := min(one[j]+change, one[j+1]+insert, now[j]+remove)
			if i > 0 && j > 0 && x == b[j-1] && a[i-1] == y && x != y {
				best = min(best, two[j-1]+0.7)
			}
			now[j+1] = best
		}
		two, one, now = one, now, two
	}
	return one[len(b)]
}
