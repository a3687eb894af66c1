package wordmark

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxRunes bounds how much of a text is looked at: titles are shorter, and no text may make a request slow.
const maxRunes = 1000

// kind says what part a cell plays in a word.
type kind uint8

const (
	kindLetter kind = iota
	kindDigit
	kindSymbol // $, @, ... standing where a letter could
	kindMask   // *, ·, _, ~: hides letters, or separates them
	kindJoiner // . - / ': may stand inside a written-apart word
	kindSpace
	kindEmoji // pictographs: may be set inside a word to break it
	kindHard  // ends a word
)

// cell is one comparable rune and where in the original text it came from. A rune that decomposes gives several cells with
// the same offsets.
type cell struct {
	r, look    rune // folded rune; Latin look-alike or 0
	shape      rune // the rune as it is drawn, where it may be a letter upside down; else 0
	start, end int  // byte offsets of the original characters
	rules      ruleSet
	kind       kind
	script     script
	upper      bool
}

// word reports whether the cell belongs to a word.
func (c cell) word() bool { return c.kind <= kindSymbol }

var lookAlikes = sync.OnceValue(func() map[rune]rune { return pairs(confusablePairs) })
var simplified = sync.OnceValue(func() map[rune]rune { return pairs(simplifiedPairs) })

// pairs reads a generated table: key and value alternate.
func pairs(s string) map[rune]rune {
	rs := []rune(s)
	m := make(map[rune]rune, len(rs)/2)
	for i := 0; i+1 < len(rs); i += 2 {
		m[rs[i]] = rs[i+1]
	}
	return m
}

// Normalise returns the comparable form of text: compatibility forms folded (Unicode NFKC), case and accents removed, hidden
// characters dropped, traditional Han characters simplified. Letters of other scripts stay in their script. At most the first
// 1,000 runes are read.
func Normalise(text string) string {
	var b strings.Builder
	for _, c := range cells(text) {
		b.WriteRune(c.r)
	}
	return b.String()
}

// cells normalises text rune by rune.
func cells(text string) []cell {
	if cut := runeLimit(text); cut < len(text) {
		text = text[:cut]
	}
	out := make([]cell, 0, len(text))
	hidden := false
	override := -1 // first cell behind a right-to-left override
	for start := 0; start < len(text); {
		if n, on := direction(text[start:]); n > 0 {
			reverse(out, override)
			if override = -1; on {
				override = len(out)
			}
			start += n
			continue
		}
		if r, size := assembled(text, start); size > 0 {
			out = append(out, r.at(start, start+size))
			start += size
			continue
		}
		end := start + segment(text[start:])
		if end == start+1 && text[start] < utf8.RuneSelf {
			out, hidden = appendSegment(out, text, text[start:end], start, end, hidden)
		} else {
			out, hidden = appendSegment(out, text, norm.NFKC.String(text[start:end]), start, end, hidden)
		}
		start = end
	}
	reverse(out, override)
	settleSymbols(out)
	return out
}

// direction reads a sign that overrides the direction of writing, or ends that: a right-to-left override shows Latin letters
// from the last to the first. n is 0 without one.
func direction(text string) (n int, on bool) {
	switch {
	case strings.HasPrefix(text, "\u202e"):
		return 3, true
	case strings.HasPrefix(text, "\u202c"), strings.HasPrefix(text, "\u202d"), strings.HasPrefix(text, "\u2069"):
		return 3, false
	}
	return 0, false
}

// reverse puts the cells from one on into the order in which they are seen; -1 is none. Scripts that are written from right to
// left anyhow stay.
func reverse(cs []cell, from int) {
	if from < 0 {
		return
	}
	run := cs[from:]
	if slices.ContainsFunc(run, func(c cell) bool { return c.script == scriptArabic || c.script == scriptHebrew }) {
		return
	}
	slices.Reverse(run)
	for i := range run {
		run[i].rules |= ruleReversed
	}
}

// glyph is a letter that sellers put together out of several characters.
type glyph struct {
	r      rune
	script script
	rules  ruleSet
}

func (g glyph) at(start, end int) cell {
	return cell{r: g.r, start: start, end: end, rules: g.rules, kind: kindLetter, script: g.script, upper: g.script == scriptLatin}
}

// assembled reads such a letter at byte at; size is 0 without one.
func assembled(text string, at int) (g glyph, size int) {
	switch c := text[at]; {
	case c < utf8.RuneSelf:
		if r, n := drawnAt(text[:at], text[at:]); n > 0 {
			return glyph{r, scriptLatin, ruleLeet}, n
		}
	case c == 0xE3: // the compatibility jamo begin with this byte
		if r, n := jamoAt(text[at:]); n > 0 {
			return glyph{r, scriptHangul, ruleCompat}, n
		}
	}
	return glyph{}, 0
}

// segment is the length of the first piece of text that normalises by itself.
func segment(text string) int {
	if text[0] < utf8.RuneSelf && (len(text) == 1 || text[1] < utf8.RuneSelf) {
		return 1
	}
	return max(1, norm.NFKC.NextBoundaryInString(text, true))
}

// runeLimit is the byte length of the first maxRunes runes.
func runeLimit(text string) int {
	n := 0
	for i := range text {
		if n == maxRunes {
			return i
		}
		n++
	}
	return len(text)
}

// appendSegment adds the cells of one normalisation segment and says whether hidden characters wait for a next cell.
func appendSegment(out []cell, text, folded string, start, end int, hidden bool) ([]cell, bool) {
	first, _ := utf8.DecodeRuneInString(text[start:end])
	switch first {
	case '™', '®', '©', '℠':
		return append(out, cell{r: ' ', start: start, end: end, kind: kindEmoji}), false
	case '…':
		return append(out, cell{r: first, start: start, end: end, kind: kindHard}), false
	}
	origin := originRule(first, folded)
	for len(folded) > 0 {
		r, size := utf8.DecodeRuneInString(folded)
		folded = folded[size:]
		if invisible(r) {
			hidden = hidden || unseen(r) && !ownSign(r, out)
			continue
		}
		before := len(out)
		out = appendRune(out, r, start, end, origin)
		if hidden && len(out) > before {
			out[before].rules |= ruleZeroWidth
			hidden = false
		}
	}
	return out, hidden
}

// originRule names the compatibility form an original rune was written in; 0 for ordinary ones.
func originRule(first rune, folded string) ruleSet {
	switch {
	case first < 0x80:
		return 0
	case first >= 0xFF01 && first <= 0xFF5E:
		return ruleFullwidth
	case first >= 0x1D400 && first <= 0x1D7FF || first >= 0x2100 && first <= 0x214F && len(folded) == 1:
		return ruleMath
	case first >= 0x2460 && first <= 0x24FF || first >= 0x1F100 && first <= 0x1F1E5 || first >= 0x1F200 && first <= 0x1F2FF:
		return ruleEnclosed
	case first >= 0x2070 && first <= 0x209F || first >= 0x1D2C && first <= 0x1D6A || first >= 0x02B0 && first <= 0x02B8:
		return ruleCompat
	}
	return 0
}

// invisible reports runes that are dropped: formatting, variation selectors, fillers, Arabic lengthening, control codes.
func invisible(r rune) bool {
	return r == 0x0640 || unseen(r)
}

// ownSign reports an invisible sign that the script of the letters before it writes by its own rules: joiners in Arabic and
// Indic scripts, the break between words in Thai.
func ownSign(r rune, before []cell) bool {
	if len(before) == 0 {
		return false
	}
	switch sc := before[len(before)-1].script; r {
	case 0x200C, 0x200D:
		return sc == scriptArabic || sc == scriptDevanagari || sc == scriptOther
	case 0x200B:
		return sc == scriptThai || sc == scriptOther
	}
	return false
}

// unseen reports the invisible runes that only hide a word; the Arabic tatweel is good calligraphy.
func unseen(r rune) bool {
	switch {
	case r < 0x20:
		return r != '\t' && r != '\n' && r != '\r'
	case r < 0xAD:
		return r >= 0x7F && r <= 0x9F
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF, r == 0x034F, r == 0x115F, r == 0x1160, r == 0x3164,
		r >= 0x180B && r <= 0x180F, r == 0x20E3:
		return true
	}
	return unicode.Is(unicode.Cf, r)
}

// spelled maps letters that have no decomposition to the letters they are read as.
var spelled = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ı': "i", 'ħ': "h", 'ŋ': "ng", 'ſ': "s",
	'ς': "σ", 'أ': "ا", 'إ': "ا", 'آ': "ا", 'ٱ': "ا", 'ى': "ي", 'ک': "ك", 'ی': "ي", 'گ': "غ", 'پ': "ب", 'چ': "ش", 'ژ': "ج",
}

// appendRune folds one rune into cells.
func appendRune(out []cell, r rune, start, end int, origin ruleSet) []cell {
	if letter, ok := pictured(r); ok {
		return append(out, cell{r: letter, start: start, end: end, rules: ruleEmojiLetter, kind: kindLetter, script: scriptLatin, upper: true})
	}
	if letter, ok := smallCapitals[r]; ok {
		return append(out, cell{r: letter, start: start, end: end, rules: ruleCompat, kind: kindLetter, script: scriptLatin})
	}
	if unicode.IsDigit(r) {
		return append(out, cell{r: digit(r), start: start, end: end, rules: origin, kind: kindDigit})
	}
	sc := scriptOf(r)
	if sc == scriptNone {
		if unicode.IsMark(r) {
			return markLast(out)
		}
		return append(out, cell{r: r, start: start, end: end, kind: kindOf(r)})
	}
	if unicode.In(r, unicode.Mn, unicode.Me) && (sc == scriptArabic || sc == scriptHebrew || sc.alphabetic()) {
		return out
	}
	shape := rune(0)
	if _, ok := turnedOnly[r]; ok {
		shape = r
	}
	upper := unicode.IsUpper(r)
	for _, f := range fold(r, sc) {
		if unicode.Is(unicode.Mn, f) && sc != scriptThai && sc < scriptDevanagari {
			continue
		}
		c := cell{r: f, shape: shape, start: start, end: end, rules: origin, kind: kindLetter, script: sc, upper: upper}
		if sc == scriptHan {
			if s, ok := simplified()[f]; ok {
				c.r, c.rules = s, c.rules|ruleSimplified
			}
		} else if f > 0x7F {
			c.look = lookAlike(f, r)
			if sc == scriptLatin && c.look != 0 { // small capitals, ɑ, ...: no language's word is meant
				c.r, c.rules = c.look, c.rules|ruleHomoglyph
			}
		} else if r > 0x7F && sc == scriptLatin && origin == 0 {
			c.rules |= ruleDiacritics
		}
		out = append(out, c)
	}
	return out
}

// markLast notes that an accent was put on the last cell.
func markLast(out []cell) []cell {
	if n := len(out); n > 0 && out[n-1].kind == kindLetter {
		out[n-1].rules |= ruleDiacritics
	}
	return out
}

// lookAlike finds the Latin letter a folded rune, or the capital it came from, passes for.
func lookAlike(folded, original rune) rune {
	t := lookAlikes()
	if l, ok := t[original]; ok && l < 0x80 {
		return l
	}
	return t[folded]
}

// fold lowers case and takes accents off letters of alphabets.
func fold(r rune, sc script) string {
	if r < 0x80 {
		return string(unicode.ToLower(r))
	}
	r = unicode.ToLower(r)
	if s, ok := spelled[r]; ok {
		return s
	}
	if sc.alphabetic() && r != 'й' {
		s := norm.NFD.String(string(r))
		if first, size := utf8.DecodeRuneInString(s); size < len(s) {
			return string(first)
		}
	}
	return string(r)
}

// pictured reads letters in squares, circles and flags that Unicode gives no decomposition.
func pictured(r rune) (rune, bool) {
	for _, base := range []rune{0x1F150, 0x1F170, 0x1F1E6} {
		if r >= base && r < base+26 {
			return 'a' + r - base, true
		}
	}
	return 0, false
}

// digit folds the decimal digits of any script to ASCII.
func digit(r rune) rune {
	if r < 0x80 {
		return r
	}
	zero := r
	for zero > 0 && unicode.IsDigit(zero-1) && r-zero < 9 {
		zero--
	}
	return '0' + (r-zero)%10
}

// kindOf classes runes that are neither letters nor digits.
func kindOf(r rune) kind {
	switch r {
	case '*', '·', '•', '_', '~', '〜', '∙', '⋅', '●', '○', '◯', '・', '█', '▪', '■', '□', '∗', '×', '※', '#', '˙':
		return kindMask
	case '.', '-', '/', '\'', '’', '‘', '`', '´', '&', '\\', '|', ':', '‐', '‑', '–', '—', '+', '!', '<', '^', '=':
		return kindJoiner
	case '$', '@', '€', '£', '¥':
		return kindSymbol
	case 0x2800:
		return kindSpace
	}
	switch {
	case unicode.IsSpace(r):
		return kindSpace
	case unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r) || r >= 0x1F000 && r <= 0x1FAFF:
		return kindEmoji
	}
	return kindHard
}
