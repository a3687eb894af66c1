package wordmark

import "slices"

// ruleSet is a set of the transformations that were undone to read a span.
type ruleSet uint32

const (
	ruleFullwidth ruleSet = 1 << iota
	ruleMath
	ruleEnclosed
	ruleCompat
	ruleDiacritics
	ruleZeroWidth
	ruleEmoji
	ruleEmojiLetter
	ruleSpaced
	ruleJoined
	ruleMasked
	ruleHomoglyph
	ruleLeet
	ruleDoubled
	ruleTypo
	ruleSimplified
	ruleTransliterated
	ruleHomophone
	ruleCompound
	ruleTurned
	ruleRomanised
	ruleAbridged
	ruleInitials
	ruleReversed
)

// ruleNames are the public names in bit order.
var ruleNames = []string{
	"fullwidth", "math", "enclosed", "compatibility", "diacritics", "zero-width", "emoji", "emoji-letter", "spaced", "joined",
	"masked", "homoglyph", "leet", "doubled", "typo", "simplified", "transliterated", "homophone", "compound", "upside-down", "romanised",
	"abridged", "initials", "reversed",
}

// hiding are the rules that no honest spelling needs: whoever wrote so wanted a filter not to read it.
const hiding = ruleFullwidth | ruleMath | ruleEnclosed | ruleZeroWidth | ruleEmoji | ruleEmojiLetter | ruleSpaced |
	ruleMasked | ruleHomoglyph | ruleLeet | ruleDoubled | ruleTypo | ruleTurned | ruleReversed

// names lists the rules of the set, in a fixed order; nil for none.
func (s ruleSet) names() []string {
	var out []string
	for i, n := range ruleNames {
		if s&(1<<i) != 0 {
			out = append(out, n)
		}
	}
	return out
}

// rulesOf is the inverse of names; unknown names are ignored.
func rulesOf(names []string) ruleSet {
	var s ruleSet
	for _, n := range names {
		for i, known := range ruleNames {
			if n == known {
				s |= 1 << i
			}
		}
	}
	return s
}

// Rules lists the names of all rules, in the order that matches give them.
func Rules() []string { return slices.Clone(ruleNames) }
