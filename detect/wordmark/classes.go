package wordmark

import (
	"slices"
	"strings"
)

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

// endClasses are the classes of the first and last spoken phone, in both readings; V for vowels and glides.
func endClasses(phones string) (first, last []byte) {
	class := func(p byte) []byte {
		x, y := consonantClass(p)
		switch {
		case p == 'h': // f in scripts without f, g in Cyrillic
			return []byte{'V', 'P', 'K'}
		case x == 0:
			return []byte{'V'}
		case x == y:
			return []byte{x}
		}
		return []byte{x, y}
	}
	end := len(phones) - 1
	first, last = class(phones[0]), class(phones[end])
	if end == 0 {
		return first, last
	}
	switch before := phones[end-1]; {
	case phones[end] == '~':
		last = append(last, class(before)...)
	case phones[end] == 'r' && isVowel(before): // not spoken in many languages
		last = append(last, 'V')
	case before == 'n' && (phones[end] == 'g' || phones[end] == 'k'): // one sound where the script has a letter for it, or writes as English does
		last = append(last, 'N')
	}
	return first, last
}
