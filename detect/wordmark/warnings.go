package wordmark

import (
	"fmt"
	"unicode/utf8"
)

// Warnings tells a rights holder what to expect of a word: the codes are no_letters (it cannot be found in texts), short_mark and
// common_mark (it counts only where something else speaks of the brand: the goods, a claim, a copy) and long_mark (its end is
// not looked at). Most words have none.
func Warnings(word string) []Note {
	var out []Note
	if n := utf8.RuneCountInString(word); n > maxMarkRunes {
		out = append(out, Note{"long_mark", fmt.Sprintf("The word has %d characters; only the first %d are looked for.", n, maxMarkRunes)})
	}
	f := markForm(word)
	switch {
	case len(f.letters) == 0:
		out = append(out, Note{"no_letters", "The word has no letter or digit and cannot be found in texts; register a picture of it as well."})
	case short(f):
		out = append(out, Note{"short_mark", "The word is so short that it counts only where the goods, a claim or a likeness speak of the brand: give the right its classes of goods."})
	case commonWord(f) || f.script == scriptHan && (chineseWord(f.plain) || functional(f.letters)):
		out = append(out, Note{"common_mark", "The word is also an everyday word; written as one it counts only where the goods, a claim or a likeness speak of the brand: give the right its classes of goods."})
	}
	return out
}
