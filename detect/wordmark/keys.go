package wordmark

import (
	"hash/maphash"
	"slices"
	"strings"
)

// Keys are hashes of a reading with the letter of its table, so that one map holds all tables.
const (
	tablePlain     = 'p' // letters as written
	tableLatin     = 'l' // look-alikes read as Latin
	tableLeet      = 'd' // letters that share a digit folded
	tableCollapsed = 'c' // repeated letters once
	tableDeleted   = 'x' // one letter left out
	tableSound     = 's' // all phones
	tableClasses   = 'k' // consonant classes behind the class of the first phone
	tableFewer     = 'm' // classes of a mark with one left out: the span lacks it
	tableChanged   = 'w' // classes with one replaced by ?
	tableEnds      = 'e' // first and last letter, for masks
	tableStart     = 'b' // first letters, for masks at the end
	tableFinish    = 'f' // last letters, for masks at the beginning
	tableSoundEnds = 'E' // first and last phone class, for masks in another script
)

func (l *Lexicon) key(table byte, reading string) uint64 {
	var h maphash.Hash
	h.SetSeed(l.seed)
	_ = h.WriteByte(table)
	_, _ = h.WriteString(reading)
	return h.Sum64()
}

// markKeys lists the keys a mark is found by.
func (l *Lexicon) markKeys(f *form) []uint64 {
	keys := []uint64{l.key(tablePlain, f.plain)}
	if f.look != "" {
		keys = append(keys, l.key(tableLatin, f.look))
	}
	runes := f.runes()
	if word := f.latin(); word != "" {
		keys = append(keys, l.key(tableLatin, word), l.key(tableLeet, leetKey(word)), l.key(tableCollapsed, collapse(word)))
	}
	if n := len(runes); n >= 4 && n <= 24 && f.script != scriptHan {
		keys = append(keys, l.deletions(runes)...)
	}
	if n := len(runes); n >= 2 {
		keys = append(keys, l.key(tableEnds, string([]rune{runes[0], runes[n-1]})), l.key(tableStart, string(runes[:min(3, n)])))
		keys = append(keys, l.key(tableFinish, string(runes[max(0, n-3):])))
		if f.script.syllabic() {
			keys = append(keys, l.key(tableStart, string(runes[:1])), l.key(tableStart, string(runes[:2])))
		}
	}
	return unique(append(keys, l.soundKeys(f, true)...))
}

// spanKeys lists the keys a span is looked up by, the surest first; for a part of a word only those of the whole.
func (l *Lexicon) spanKeys(f *form, part bool) []uint64 {
	if len(f.letters) == 0 {
		return nil
	}
	keys := []uint64{l.key(tablePlain, f.plain)}
	if f.pattern != nil {
		return unique(append(keys, l.maskKeys(f)...))
	}
	word := f.latin()
	if word != "" {
		keys = append(keys, l.key(tableLatin, word), l.key(tableCollapsed, collapse(word)))
		if f.digits > 0 && f.digits < len(f.letters) {
			keys = append(keys, l.key(tableLeet, leetKey(word)))
		}
	}
	if f.spaces > 0 && !f.single && f.script == scriptLatin {
		return unique(keys)
	}
	if part || f.spaces > 0 && !f.single {
		if everyday(f) {
			return unique(keys)
		}
		return unique(append(keys, l.wholeSound(f)...))
	}
	runes := f.runes()
	if f.mixed && word != "" {
		runes = []rune(word)
	}
	if n := len(runes); n >= 3 && n <= 25 && f.script != scriptHan {
		keys = append(keys, l.deletions(runes)...)
	}
	if f.script != scriptLatin && !f.mixed && !everyday(f) {
		keys = append(keys, l.soundKeys(f, false)...)
	}
	return unique(keys)
}

// deletions are the keys of a word and the word with one letter left out: two words one slip apart share one.
func (l *Lexicon) deletions(word []rune) []uint64 {
	keys := []uint64{l.key(tableDeleted, string(word))}
	buf := make([]rune, 0, len(word))
	for i := range word {
		if i > 0 && word[i] == word[i-1] {
			continue
		}
		buf = append(append(buf[:0], word[:i]...), word[i+1:]...)
		keys = append(keys, l.key(tableDeleted, string(buf)))
	}
	return keys
}

// soundKeys are the phones and the consonant classes behind the class of the first phone. Classes may differ in one place: one
// that the span lacks, one that it has more, one changed. Han is looked up by its whole sound alone, because its syllables
// carry few consonants.
func (l *Lexicon) soundKeys(f *form, mark bool) []uint64 {
	phones := f.phones()
	if phones == "" {
		return nil
	}
	keys := []uint64{l.key(tableSound, phones)}
	if f.script == scriptHan {
		return keys
	}
	if mark {
		keys = append(keys, l.soundEnds(phones)...)
	}
	readings := classReadings(phones, mark)
	for _, classes := range readings {
		keys = append(keys, l.key(tableClasses, classes))
	}
	for _, classes := range readings {
		if !mark {
			keys = append(keys, l.key(tableFewer, classes))
		}
		for j := 1; j < len(classes); j++ {
			keys = l.nearClasses(keys, classes, j, mark)
		}
	}
	return keys
}

// nearClasses adds the keys of classes changed at place j.
func (l *Lexicon) nearClasses(keys []uint64, classes string, j int, mark bool) []uint64 {
	rest := classes[:j] + classes[j+1:]
	switch {
	case mark && len(classes) >= 3:
		keys = append(keys, l.key(tableFewer, rest))
	case !mark && len(rest) >= 3:
		keys = append(keys, l.key(tableClasses, rest))
	}
	if len(classes) >= 4 {
		keys = append(keys, l.key(tableChanged, classes[:j]+"?"+classes[j+1:]))
	}
	return keys
}

// wholeSound are the phones and classes of a part of a word, without changes.
func (l *Lexicon) wholeSound(f *form) []uint64 {
	phones := f.phones()
	if phones == "" || f.script == scriptLatin || f.mixed {
		return nil
	}
	keys := []uint64{l.key(tableSound, phones)}
	if f.script != scriptHan && f.sounds().heavy > 300 {
		for _, classes := range classReadings(phones, false) {
			keys = append(keys, l.key(tableClasses, classes))
		}
	}
	return keys
}

// classReadings lists the consonant classes of a sound in all readings, each behind a class of the first phone; V before words
// that begin with a vowel.
func classReadings(phones string, mark bool) []string {
	a, b := consonants(phones)
	bodies := []string{a}
	if b != a {
		bodies = append(bodies, b)
	}
	if c, _ := consonants(silentR(phones)); mark && c != a {
		bodies = append(bodies, c)
	}
	x, _ := consonantClass(phones[0])
	out := make([]string, 0, 4)
	for _, first := range firstClasses(phones[0]) {
		for _, body := range bodies {
			if x != 0 && body != "" { // the first consonant is the first class
				body = body[1:]
			} else if phones[0] == 'w' && strings.HasPrefix(body, "P") {
				body = body[1:]
			}
			if r := string(first) + body; !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// silentR leaves out the r that British English does not speak, as most scripts do not write it.
func silentR(phones string) string {
	out := make([]byte, 0, len(phones))
	for i := range len(phones) {
		if phones[i] != 'r' || i == 0 || !isVowel(phones[i-1]) || i+1 < len(phones) && isVowel(phones[i+1]) {
			out = append(out, phones[i])
		}
	}
	return string(out)
}

// anyClass are all classes that endClasses gives.
const anyClass = "PTKSMNLV"

// soundEnds keys a sound by the class of its first and last phone.
func (l *Lexicon) soundEnds(phones string) []uint64 {
	first, last := endClasses(phones)
	var keys []uint64
	for _, x := range first {
		for _, y := range last {
			keys = append(keys, l.key(tableSoundEnds, string([]byte{x, y})))
		}
	}
	return keys
}

// endClasses are the classes of the first and last spoken phone, in both readings; V for vowels and glides.
func endClasses(phones string) (first, last []byte) {
	class := func(p byte) []byte {
		x, y := consonantClass(p)
		switch {
		case p == 'h': // f in scripts without f
			return []byte{'V', 'P'}
		case x == 0:
			return []byte{'V'}
		case x == y:
			return []byte{x}
		}
		return []byte{x, y}
	}
	end := len(phones) - 1
	first, last = class(phones[0]), class(phones[end])
	if phones[end] == '~' && end > 0 {
		last = append(last, class(phones[end-1])...)
	}
	return first, last
}

// maskKeys looks up a masked word by what it shows.
func (l *Lexicon) maskKeys(f *form) []uint64 {
	if stars(f.pattern) > maxStars || f.digits > 0 {
		return nil
	}
	pattern := f.pattern
	if f.mixed || f.look != "" {
		pattern = f.lookPattern()
	}
	keys := l.patternKeys(pattern)
	if f.look != "" {
		keys = append(keys, l.patternKeys(f.pattern)...)
	}
	phones := f.phones()
	if f.script == scriptLatin || len(phones) < 2 {
		return keys
	}
	if phones[0] != '*' && phones[len(phones)-1] != '*' {
		return append(keys, l.soundEnds(phones)...)
	}
	first, last := endClasses(phones)
	switch {
	case phones[0] != '*' && f.script.syllabic():
		last = []byte(anyClass)
	case phones[0] == '*' && phones[len(phones)-1] != '*' && len(f.letters) > 2: // a Thai vowel is written before its consonant
		first = []byte(anyClass)
	default:
		return keys
	}
	for _, x := range first {
		for _, y := range last {
			keys = append(keys, l.key(tableSoundEnds, string([]byte{x, y})))
		}
	}
	return keys
}

func (l *Lexicon) patternKeys(p []rune) []uint64 {
	n := len(p)
	star := func(i int) bool { return p[i] == '*' }
	switch {
	case n < 2:
	case !star(0) && !star(n-1):
		return []uint64{l.key(tableEnds, string([]rune{p[0], p[n-1]}))}
	case !star(0):
		i := 0
		for i < n && i < 3 && !star(i) {
			i++
		}
		return []uint64{l.key(tableStart, string(p[:i]))}
	case !star(n-1) && n > 3 && !star(n-2) && !star(n-3):
		return []uint64{l.key(tableFinish, string(p[n-3:]))}
	}
	return nil
}

// unique drops repeated keys; lists are short.
func unique(keys []uint64) []uint64 {
	out := keys[:0]
	for _, k := range keys {
		known := false
		for _, o := range out {
			known = known || o == k
		}
		if !known {
			out = append(out, k)
		}
	}
	return out
}
