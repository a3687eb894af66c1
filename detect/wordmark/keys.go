package wordmark

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// The kinds of reading that are hashed to keys, so that one table holds them all.
const (
	keyPlain     = 'p' // letters as written, of scripts other than Latin
	keySpelt     = 'l' // Latin reading, letters that share a digit folded and repeated ones once
	keyDeleted   = 'x' // one letter left out
	keySound     = 's' // all phones
	keyClasses   = 'k' // consonant classes behind the class of the first phone
	keyFewer     = 'm' // classes of a mark with one left out: the span lacks it
	keyChanged   = 'w' // classes with one replaced by ?
	keyEnds      = 'e' // first and last letter, for masks
	keyStart     = 'b' // first letters, for masks at the end
	keyFinish    = 'f' // last letters, for masks at the beginning
	keySoundEnds = 'E' // first and last phone class, for masks in another script
	keyHalf      = 'h' // the beginning of a long mark
)

// keyring gathers the keys of a mark or of a span, each once.
type keyring struct {
	table *table
	keys  []uint32
	buf   []byte
}

// add adds the key of a reading.
func (k *keyring) add(kind byte, reading string) {
	k.buf = append(append(k.buf[:0], kind), reading...)
	k.put()
}

// letters adds the key of a reading in runes.
func (k *keyring) letters(kind byte, reading ...rune) {
	k.buf = append(k.buf[:0], kind)
	for _, r := range reading {
		k.buf = utf8.AppendRune(k.buf, r)
	}
	k.put()
}

func (k *keyring) put() {
	if key := k.table.key(k.buf); !slices.Contains(k.keys, key) {
		k.keys = append(k.keys, key)
	}
}

// spelt folds what is found by one key: letters that a digit stands for, and repeated ones.
func spelt(word string) string { return collapse(leetKey(word)) }

// mark gathers the keys a mark is found by. Writings that only stand for a mark (its initials, its sound) are found as they are.
func (k *keyring) mark(f *form, way ruleSet) {
	if f.script != scriptLatin {
		k.add(keyPlain, f.plain)
	}
	if word := f.latin(); word != "" {
		k.add(keySpelt, spelt(word))
	}
	if way&ruleInitials != 0 {
		return
	}
	runes := f.runes()
	n := len(runes)
	if n >= 4 && n <= 24 && f.script != scriptHan && way&ruleRomanised == 0 {
		k.deletions(runes)
	}
	if way != 0 {
		k.sound(f, true)
		return
	}
	if n >= 2 {
		k.letters(keyEnds, runes[0], runes[n-1])
		k.letters(keyStart, runes[:min(3, n)]...)
		k.letters(keyFinish, runes[max(0, n-3):]...)
		if f.script.syllabic() {
			k.letters(keyStart, runes[:1]...)
			k.letters(keyStart, runes[:2]...)
		}
	}
	for i := halfFrom(f.script, n); i < n; i++ {
		k.letters(keyHalf, runes[:i]...)
	}
	k.sound(f, true)
}

// span gathers the keys a span is looked up by, the surest first; for a part of a word only those of the whole.
func (k *keyring) span(f *form, part bool) {
	if len(f.letters) == 0 {
		return
	}
	word := f.latin()
	if f.script != scriptLatin {
		k.add(keyPlain, f.plain)
	}
	if f.pattern != nil {
		if word != "" {
			k.add(keySpelt, spelt(word))
		}
		k.masked(f)
		return
	}
	if word != "" {
		k.add(keySpelt, spelt(word))
		if f.paired != "" {
			k.add(keySpelt, spelt(f.paired))
		}
	}
	apart := f.spaces > 0 && !f.single
	switch {
	case part && f.script == scriptLatin:
	case apart && f.script == scriptLatin:
		if f.atoms == 2 {
			k.deletions(f.runes())
		}
	case part || apart:
		if !everyday(f) {
			k.wholeSound(f)
		}
	default:
		k.loose(f, word)
		if calm := f.calm(); calm != nil {
			k.add(keyPlain, calm.plain)
			k.sound(calm, false)
		}
	}
}

// loose gathers the keys of typing errors, of sound and of beginnings.
func (k *keyring) loose(f *form, word string) {
	runes := f.runes()
	if f.mixed && word != "" {
		runes = []rune(word)
	}
	n := len(runes)
	if n >= 3 && n <= 25 && f.script != scriptHan {
		k.deletions(runes)
	}
	if f.script != scriptLatin && !f.mixed && !everyday(f) {
		k.sound(f, false)
	}
	if n >= halfFrom(f.script, 2*n) {
		k.letters(keyHalf, runes...)
	}
}

// halfFrom is the least number of letters that may stand for a mark of n; a beginning of fewer says too little.
func halfFrom(sc script, n int) int {
	if sc.syllabic() {
		return max(2, (n+1)/2)
	}
	return max(5, (n+1)/2)
}

// deletions adds the keys of a word and the word with one letter left out: two words one slip apart share one.
func (k *keyring) deletions(word []rune) {
	k.letters(keyDeleted, word...)
	for i := range word {
		if i > 0 && word[i] == word[i-1] {
			continue
		}
		k.buf = append(k.buf[:0], keyDeleted)
		for j, r := range word {
			if j != i {
				k.buf = utf8.AppendRune(k.buf, r)
			}
		}
		k.put()
	}
}

// sound adds the phones and the consonant classes behind the class of the first phone. Classes may differ in one place: one
// that the span lacks, one that it has more, one changed. Han is looked up by its whole sound alone, because its syllables
// carry few consonants.
func (k *keyring) sound(f *form, mark bool) {
	phones := f.phones()
	if phones == "" {
		return
	}
	k.add(keySound, phones)
	if f.script == scriptHan {
		return
	}
	if mark {
		k.soundEnds(endClasses(phones))
	}
	readings := classReadings(phones, mark)
	for _, classes := range readings {
		k.add(keyClasses, classes)
	}
	for _, classes := range readings {
		if !mark {
			k.add(keyFewer, classes)
		}
		for j := 1; j < len(classes); j++ {
			k.nearClasses(classes, j, mark)
		}
	}
}

// nearClasses adds the keys of classes changed at place j.
func (k *keyring) nearClasses(classes string, j int, mark bool) {
	rest := classes[:j] + classes[j+1:]
	switch {
	case mark && len(classes) >= 3:
		k.add(keyFewer, rest)
	case !mark && len(rest) >= 3:
		k.add(keyClasses, rest)
	}
	if len(classes) >= 4 {
		k.add(keyChanged, classes[:j]+"?"+classes[j+1:])
	}
}

// wholeSound adds the phones and classes of a part of a word, without changes.
func (k *keyring) wholeSound(f *form) {
	phones := f.phones()
	if phones == "" || f.script == scriptLatin || f.mixed {
		return
	}
	k.add(keySound, phones)
	if f.script != scriptHan && f.sounds().heavy > 300 {
		for _, classes := range classReadings(phones, false) {
			k.add(keyClasses, classes)
		}
	}
}

// soundEnds adds the keys of the classes of first and last phone.
func (k *keyring) soundEnds(first, last []byte) {
	for _, x := range first {
		for _, y := range last {
			k.buf = append(k.buf[:0], keySoundEnds, x, y)
			k.put()
		}
	}
}

// masked adds the keys of what a masked word shows.
func (k *keyring) masked(f *form) {
	if stars(f.pattern) > maxStars || f.digits*2 > len(f.letters) {
		return
	}
	pattern := f.pattern
	if f.mixed || f.look != "" {
		pattern = f.lookPattern()
	}
	k.pattern(pattern)
	if f.look != "" {
		k.pattern(f.pattern)
	}
	phones := f.phones()
	if f.script == scriptLatin || len(phones) < 2 {
		return
	}
	first, last := endClasses(phones)
	spoken := strings.TrimRight(phones, "~") // a soft sign behind a mask says nothing of what it hides
	switch end := spoken[max(0, len(spoken)-1):]; {
	case end == "":
	case phones[0] != '*' && end != "*":
		k.soundEnds(first, last)
	case phones[0] != '*' && f.script.syllabic():
		k.soundEnds(first, []byte(anyClass))
	case phones[0] != '*' && len(f.letters) > 3:
		k.soundEnds(first, []byte(anyClass))
	case phones[0] == '*' && end != "*" && len(f.letters) > 2: // a Thai vowel is written before its consonant
		k.soundEnds([]byte(anyClass), last)
	}
}

// pattern adds the key of the letters shown at the ends.
func (k *keyring) pattern(p []rune) {
	n := len(p)
	star := func(i int) bool { return p[i] == '*' }
	switch {
	case n < 2:
	case !star(0) && !star(n-1):
		k.letters(keyEnds, p[0], p[n-1])
	case !star(0):
		i := 0
		for i < n && i < 3 && !star(i) {
			i++
		}
		k.letters(keyStart, p[:i]...)
	case !star(n-1) && n > 3 && !star(n-2) && !star(n-3):
		k.letters(keyFinish, p[n-3:]...)
	}
}
