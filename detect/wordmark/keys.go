package wordmark

import "hash/maphash"

// Keys are hashes of a reading with the letter of its table, so that one map holds all tables.
const (
	tablePlain     = 'p' // letters as written
	tableLatin     = 'l' // look-alikes read as Latin
	tableLeet      = 'd' // letters that share a digit folded
	tableCollapsed = 'c' // repeated letters once
	tableDeleted   = 'x' // one letter left out
	tableSound     = 's' // consonant classes, also with one left out
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
	runes := []rune(f.plain)
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

// spanKeys lists the keys a span is looked up by.
func (l *Lexicon) spanKeys(f *form) []uint64 {
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
	runes := []rune(f.plain)
	if f.mixed && word != "" {
		runes = []rune(word)
	}
	if n := len(runes); n >= 3 && n <= 25 && f.script != scriptHan {
		keys = append(keys, l.deletions(runes)...)
	}
	if f.script != scriptLatin && !f.mixed {
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

// soundKeys are the consonant classes of the phones, with one left out when there are three or more. Han is looked up by its
// whole sound, because its syllables carry few consonants.
func (l *Lexicon) soundKeys(f *form, mark bool) []uint64 {
	phones := f.phones()
	if phones == "" {
		return nil
	}
	var keys []uint64
	if f.script == scriptHan {
		keys = append(keys, l.key(tableSound, phones))
	}
	if mark {
		keys = append(keys, l.soundEnds(phones)...)
	}
	a, b := consonants(phones)
	for i, classes := range []string{a, b} {
		if i == 1 && b == a {
			break
		}
		keys = append(keys, l.key(tableSound, classes))
		for j := range len(classes) {
			if len(classes) >= 3 || len(classes) == 2 && mark {
				keys = append(keys, l.key(tableSound, classes[:j]+classes[j+1:]))
			}
		}
	}
	return keys
}

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
	if phones[0] != '*' && f.script.syllabic() {
		for _, last := range "PTKSMNLV" {
			first, _ := endClasses(phones)
			keys = append(keys, l.key(tableSoundEnds, string([]byte{first[0], byte(last)})))
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
