package wordmark

import "unicode"

// script is the writing system of a letter, as far as reading it differs.
type script uint8

const (
	scriptNone script = iota // digits, punctuation
	scriptLatin
	scriptCyrillic
	scriptGreek
	scriptAlphabet // other alphabets with look-alikes: Armenian, Cherokee, Georgian, ...
	scriptHan
	scriptHiragana
	scriptKatakana
	scriptHangul
	scriptThai
	scriptArabic
	scriptHebrew
	scriptDevanagari
	scriptOther
)

// scriptTables pairs the tables of package unicode with our coarser scripts, commonest first.
var scriptTables = []struct {
	table *unicode.RangeTable
	is    script
}{
	{unicode.Latin, scriptLatin}, {unicode.Han, scriptHan}, {unicode.Cyrillic, scriptCyrillic}, {unicode.Katakana, scriptKatakana},
	{unicode.Hiragana, scriptHiragana}, {unicode.Hangul, scriptHangul}, {unicode.Arabic, scriptArabic}, {unicode.Thai, scriptThai},
	{unicode.Greek, scriptGreek}, {unicode.Hebrew, scriptHebrew}, {unicode.Devanagari, scriptDevanagari},
	{unicode.Armenian, scriptAlphabet}, {unicode.Georgian, scriptAlphabet}, {unicode.Cherokee, scriptAlphabet},
	{unicode.Coptic, scriptAlphabet}, {unicode.Lisu, scriptAlphabet},
}

// scriptOf names the script of r; anything unknown is scriptOther when it is a letter or mark, else scriptNone.
func scriptOf(r rune) script {
	switch {
	case r < 0x80:
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return scriptLatin
		}
		return scriptNone
	case r == 'ー':
		return scriptKatakana
	case r == '々' || r == '〇':
		return scriptHan
	}
	if unicode.Is(unicode.Inherited, r) {
		return scriptNone
	}
	for _, t := range scriptTables {
		if unicode.Is(t.table, r) {
			return t.is
		}
	}
	if unicode.IsLetter(r) || unicode.IsMark(r) {
		return scriptOther
	}
	return scriptNone
}

// alphabetic reports scripts whose words may borrow each other's look-alikes.
func (s script) alphabetic() bool { return s >= scriptLatin && s <= scriptAlphabet }

// unspaced reports scripts that write words without spaces between them.
func (s script) unspaced() bool {
	return s == scriptHan || s == scriptHiragana || s == scriptKatakana || s == scriptThai
}

// syllabic reports scripts where one rune is a syllable, so that one rune beside a mask says something.
func (s script) syllabic() bool { return s >= scriptHan && s <= scriptHangul }

// together reports whether runes of the two scripts may belong to one word.
func together(a, b script) bool {
	return a == b || (a == scriptNone || a.alphabetic()) && (b == scriptNone || b.alphabetic())
}
