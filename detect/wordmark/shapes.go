package wordmark

import (
	"strings"
	"unicode/utf8"
)

// smallCapitals are letters of phonetic alphabets that pass for small capitals; Unicode gives them no decomposition.
var smallCapitals = pairs("ᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpꞯqǫqʀrꜱsᴛtᴜuᴠvᴡwʏyᴢzᴌlᴃbᴎnᴙr")

// turnedOnly are letters that hardly any language writes and that pass for a letter turned upside down; everyday
// letters do so as well (upsideDown).
var (
	turnedOnly = pairs("ɐaɔcǝeɟfƃgɥhᴉiɾjʞkɯmɹrʇtʌvʍwʎy")
)

// turned reads a word from its end, each letter turned upside down; "" when too few letters ask for it.
func turned(text string) string {
	out := make([]rune, 0, len(text))
	sure := 0
	for len(text) > 0 {
		r, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
		l, ok := turnedOnly[r]
		if ok {
			sure++
		} else if l, ok = upsideDown(r); !ok {
			return ""
		}
		out = append(out, l)
	}
	if sure < 2 || len(out) < 3 {
		return ""
	}
	return string(out)
}

// upsideDown is what an everyday letter passes for when it is turned.
func upsideDown(r rune) (rune, bool) {
	switch r {
	case 'u':
		return 'n', true
	case 'n':
		return 'u', true
	case 'p':
		return 'd', true
	case 'd':
		return 'p', true
	case 'b':
		return 'q', true
	case 'q':
		return 'b', true
	case 'ı', 'i':
		return 'i', true
	case 'o', 's', 'x', 'z', 'l':
		return r, true
	}
	return 0, false
}

// drawn are letters put together out of signs, longest first.
var drawn = []struct {
	signs  string
	letter rune
}{
	{`/V\`, 'm'}, {"|V|", 'm'}, {`|\|`, 'n'}, {"|-|", 'h'}, {"|_|", 'u'}, {"(_)", 'u'}, {"|<", 'k'}, {"I<", 'k'}, {"|2", 'r'},
	{"|)", 'd'}, {"I)", 'd'}, {"|>", 'p'}, {`/\`, 'a'}, {`\/`, 'v'}, {"()", 'o'}, {"[]", 'o'},
}

// drawnAt reads signs at the start of rest that draw a letter inside a word: a letter must follow. size is 0 without one.
func drawnAt(before, rest string) (letter rune, size int) {
	if rest[0] != '|' && rest[0] != '/' && rest[0] != '\\' && rest[0] != 'I' && rest[0] != '(' && rest[0] != '[' {
		return 0, 0
	}
	for _, d := range drawn {
		if !strings.HasPrefix(rest, d.signs) {
			continue
		}
		next, _ := utf8.DecodeRuneInString(rest[len(d.signs):])
		previous, _ := utf8.DecodeLastRuneInString(before)
		switch {
		case scriptOf(next) != scriptLatin:
			return 0, 0
		case d.signs[0] == 'I' && (previous == '(' || scriptOf(previous) == scriptLatin && d.signs == "I)"):
			return 0, 0 // a numeral: "part (I)"
		case d.signs == "|2" && scriptOf(previous) != scriptLatin:
			return 0, 0
		}
		return d.letter, len(d.signs)
	}
	return 0, 0
}

// pairedShapes are letters that pass for another when they stand side by side.
var pairedShapes = strings.NewReplacer("vv", "w", "rn", "m", "cl", "d", "nn", "m")

// Jamo of the compatibility block in the order that syllables count them.
var (
	leadJamo  = []rune("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ")
	vowelJamo = []rune("ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ")
	tailJamo  = []rune("\x00ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
)

// jamoAt composes the syllable written in separate jamo at the start of rest (Unicode chapter 3.12); size is 0 without one.
func jamoAt(rest string) (syllable rune, size int) {
	lead, n := jamo(leadJamo, rest)
	if lead < 0 {
		return 0, 0
	}
	vowel, m := jamo(vowelJamo, rest[n:])
	if vowel < 0 {
		return 0, 0
	}
	size, tail := n+m, 0
	if t, k := jamo(tailJamo, rest[size:]); t > 0 {
		if v, _ := jamo(vowelJamo, rest[size+k:]); v < 0 { // else it leads the next syllable
			tail, size = t, size+k
		}
	}
	return rune(0xAC00 + (lead*21+vowel)*28 + tail), size
}

func jamo(table []rune, rest string) (index, size int) {
	r, size := utf8.DecodeRuneInString(rest)
	for i, j := range table {
		if r == j && r != 0 {
			return i, size
		}
	}
	return -1, size
}
