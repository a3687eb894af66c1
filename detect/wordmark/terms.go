package wordmark

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed data/terms.tsv
var termsText string

//go:embed data/goods.tsv
var goodsText string

// Codes of the terms in data/terms.tsv and data/goods.tsv.
const (
	codeCompatible  = "compatible"
	codeFit         = "fit" // a bare preposition: compatible when an accessory is offered
	codeIndependent = "independent"
	codeNegation    = "negation"
	codeReplica     = "replica"
	codeClaim       = "claim"
	codeDescriptive = "descriptive"
	codeAudience    = "audience" // for whom: no maker is meant
	codeGoods       = "goods"
	codeAccessory   = "accessory"
)

// Places of a term: it stands there, at most a word or two from the mark; wide allows a phrase between; near is either side.
const (
	placeBefore = "before"
	placeAfter  = "after"
	placeNear   = "near"
	placeWide   = "wide"
	placeAny    = "any"
)

// term is one phrase of a listing's language that says how a mark beside it is used, or what is offered.
type term struct {
	code, language string // of goods, the Nice class stands for the language
	place          string
	text           string // normalised as titles are
	bounded        bool   // must be whole words
	lone           bool   // one character that other words are made of: must not stand inside a word
}

// termTable finds terms by their first two letters.
type termTable struct {
	list  []term
	start map[[2]rune][]int32
	ones  map[rune][]int32 // terms of one letter
}

var terms = sync.OnceValue(func() *termTable {
	t := newTermTable(termsText)
	for line := range strings.Lines(goodsText) {
		class, words, ok := strings.Cut(strings.TrimRight(line, "\n"), "\t")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		code := codeGoods
		if class == codeAccessory {
			code = codeAccessory
		}
		for word := range strings.SplitSeq(words, ",") {
			t.add(code, class, placeAny, word)
		}
	}
	return t
})

// newTermTable reads lines of code, language, place and term.
func newTermTable(lines string) *termTable {
	t := &termTable{start: map[[2]rune][]int32{}, ones: map[rune][]int32{}}
	for line := range strings.Lines(lines) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) == 4 && !strings.HasPrefix(line, "#") {
			t.add(f[0], f[1], f[2], f[3])
		}
	}
	return t
}

func (t *termTable) add(code, language, place, phrase string) {
	text := strings.TrimSpace(newScene(phrase).text)
	if text == "" {
		return
	}
	runes := []rune(text)
	sc := scriptOf(runes[0])
	id := int32(len(t.list))
	t.list = append(t.list, term{
		code: code, language: language, place: place, text: text,
		bounded: !sc.unspaced() && sc != scriptHangul, lone: len(runes) == 1 && sc == scriptHan,
	})
	if len(runes) == 1 {
		t.ones[runes[0]] = append(t.ones[runes[0]], id)
		return
	}
	key := [2]rune{runes[0], runes[1]}
	t.start[key] = append(t.start[key], id)
}

// hit is a term found in a scene, by bytes of the normalised text.
type hit struct {
	term       *term
	start, end int
}

// maxHits bounds the terms found in one text.
const maxHits = 200

// hits finds the terms of use in the scene, from left to right.
func (s *scene) hits() []hit { return s.hitsOf(terms()) }

// hitsOf finds the terms of a table.
func (s *scene) hitsOf(t *termTable) []hit {
	var out []hit
	try := func(ids []int32, at int) {
		for _, id := range ids {
			term := &t.list[id]
			end := at + len(term.text)
			switch {
			case len(out) == maxHits || !strings.HasPrefix(s.text[at:], term.text):
			case term.bounded && (!s.boundary(at) || !s.boundary(end)):
			case term.lone && s.insideHan(at, end):
			default:
				out = append(out, hit{term, at, end})
			}
		}
	}
	for at, r := range s.text {
		next, _ := utf8.DecodeRuneInString(s.text[at+utf8.RuneLen(r):])
		try(t.start[[2]rune{r, next}], at)
		try(t.ones[r], at)
	}
	return out
}

// insideHan reports that the character of bytes at..end makes an everyday word with the one before or behind it.
func (s *scene) insideHan(at, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(s.text[:at])
	after, _ := utf8.DecodeRuneInString(s.text[end:])
	return scriptOf(after) == scriptHan && chineseWord(s.text[at:end]+string(after)) ||
		scriptOf(before) == scriptHan && chineseWord(string(before)+s.text[at:end])
}

// boundary reports that no word runs across byte i.
func (s *scene) boundary(i int) bool {
	if i == 0 || i == len(s.text) {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(s.text[:i])
	after, _ := utf8.DecodeRuneInString(s.text[i:])
	return !wordRune(before) || !wordRune(after)
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }
