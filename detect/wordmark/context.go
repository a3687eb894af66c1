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

// Codes of the terms in data/terms.tsv.
const (
	codeCompatible  = "compatible"
	codeIndependent = "independent"
	codeNegation    = "negation"
	codeReplica     = "replica"
	codeClaim       = "claim"
	codeDescriptive = "descriptive"
)

// term is one phrase of a listing's language that says how a mark beside it is used.
type term struct {
	code, language string
	place          string // before, after: the term stands there, at most a word or two from the mark; near: either; any: anywhere
	text           string // normalised as titles are
	bounded        bool   // must be whole words
}

var terms = sync.OnceValue(func() []term {
	var out []term
	for line := range strings.Lines(termsText) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) != 4 || strings.HasPrefix(line, "#") {
			continue
		}
		text := strings.TrimSpace(newScene(f[3]).text)
		first, _ := utf8.DecodeRuneInString(text)
		sc := scriptOf(first)
		out = append(out, term{f[0], f[1], f[2], text, !sc.unspaced() && sc != scriptHangul})
	}
	return out
})

// scene is a normalised text that knows the original offset of each byte.
type scene struct {
	text    string
	offsets []int // original offset of the character each byte came from
}

func newScene(text string) *scene {
	s := &scene{}
	var b strings.Builder
	space := true
	for _, c := range cells(text) {
		r := c.r
		if c.kind == kindSpace || c.kind == kindEmoji {
			r = ' '
		}
		if r == ' ' && space {
			continue
		}
		space = r == ' '
		b.WriteRune(r)
		for range utf8.RuneLen(r) {
			s.offsets = append(s.offsets, c.start)
		}
	}
	s.text = b.String()
	return s
}

// hit is a term found in a scene, by bytes of the normalised text.
type hit struct {
	term       *term
	start, end int
}

// hits finds every term in the scene.
func (s *scene) hits() []hit {
	var out []hit
	all := terms()
	for i := range all {
		t := &all[i]
		for from := 0; from < len(s.text) && len(out) < 200; {
			at := strings.Index(s.text[from:], t.text)
			if at < 0 {
				break
			}
			start := from + at
			end := start + len(t.text)
			if !t.bounded || s.boundary(start) && s.boundary(end) {
				out = append(out, hit{t, start, end})
			}
			from = end
		}
	}
	return out
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

// locate turns original offsets into those of the scene.
func (s *scene) locate(start, end int) (from, to int) {
	from, to = len(s.text), len(s.text)
	for i, o := range s.offsets {
		if o >= start && from == len(s.text) {
			from = i
		}
		if o >= end {
			return from, i
		}
	}
	return from, to
}

// usage is what the words around one span say.
type usage struct {
	compatible, independent, replica, claim, descriptive string // the term found, "" for none
}

// usageOf reads the terms that bear on the span of bytes from..to of the scene. A negation takes back what it contains.
func (s *scene) usageOf(hits []hit, from, to int) usage {
	var u usage
	denied := false
	for _, h := range hits {
		if h.start < to && h.end > from {
			continue
		}
		if h.term.code == codeNegation {
			denied = true
		}
	}
	for _, h := range hits {
		if h.start < to && h.end > from || !s.bears(h, from, to) || denied && within(hits, h) {
			continue
		}
		u.note(h.term)
	}
	return u
}

// within reports a term that lies inside a negation or an independence term that says the opposite.
func within(hits []hit, h hit) bool {
	for _, n := range hits {
		if n.term.code == codeNegation && h.start >= n.start && h.end <= n.end {
			return true
		}
	}
	return false
}

// note keeps the longest term of each code.
func (u *usage) note(t *term) {
	slot := map[string]*string{
		codeCompatible: &u.compatible, codeIndependent: &u.independent, codeReplica: &u.replica, codeClaim: &u.claim,
		codeDescriptive: &u.descriptive,
	}[t.code]
	if slot != nil && len(t.text) > len(*slot) {
		*slot = t.text
	}
}

// bears reports whether the term stands where its kind must stand to speak of the span.
func (s *scene) bears(h hit, from, to int) bool {
	switch h.term.place {
	case "before":
		return h.end <= from && s.close(h.end, from, h.term)
	case "after":
		return h.start >= to && s.close(to, h.start, h.term)
	case "near":
		return h.end <= from && s.close(h.end, from, h.term) || h.start >= to && s.close(to, h.start, h.term)
	}
	return true
}

// close reports that at most two words (one for a bare "for") stand between two places, and no full stop or comma.
func (s *scene) close(end, start int, t *term) bool {
	between := s.text[end:start]
	if strings.ContainsAny(between, ";!?，。；！？|") {
		return false
	}
	if !t.bounded {
		return utf8.RuneCountInString(strings.TrimSpace(between)) <= 1
	}
	return len(strings.Fields(between)) <= 2
}
