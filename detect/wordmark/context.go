package wordmark

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// scene is a normalised text that knows the original offset of each byte.
type scene struct {
	text    string
	offsets []int  // original offset of the character each byte came from
	upper   []bool // of each byte: it came from a capital
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
			s.upper = append(s.upper, c.upper)
		}
	}
	s.text = b.String()
	return s
}

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
	compatible, independent, replica, claim, descriptive string   // the term found, "" for none
	goods                                                []string // Nice classes of what the text offers
}

// support says whether anything speaks of a brand: a likeness, a claim, or goods of the mark's class (met above 0).
func (u usage) support(met int) bool { return u.replica != "" || u.claim != "" || met > 0 }

// usageOf reads the terms that bear on the span of bytes from..to of the scene. A negation takes back what it contains, and a
// preposition that is part of a longer term ("dupe for") says nothing by itself.
func (s *scene) usageOf(hits []hit, from, to int) usage {
	var u usage
	accessory := slices.ContainsFunc(hits, func(h hit) bool { return h.term.code == codeAccessory && !h.meets(from, to) })
	for _, h := range hits {
		if h.meets(from, to) || !s.bears(h, hits, from, to) || contained(hits, h) || h.term.code == codeFit && !accessory {
			continue
		}
		u.note(h.term)
	}
	return u
}

// meets reports a term that shares characters with the bytes from..to.
func (h hit) meets(from, to int) bool { return h.start < to && h.end > from }

// contained reports a term inside a negation, or a preposition inside a term of likeness.
func contained(hits []hit, h hit) bool {
	for _, n := range hits {
		if h.start < n.start || h.end > n.end || h.term == n.term {
			continue
		}
		preposition := h.term.code == codeCompatible || h.term.code == codeFit
		if n.term.code == codeNegation || preposition && n.term.code == codeReplica && n.end-n.start > h.end-h.start {
			return true
		}
	}
	return false
}

// note keeps the longest term of each code.
func (u *usage) note(t *term) {
	var slot *string
	switch t.code {
	case codeCompatible, codeFit:
		slot = &u.compatible
	case codeIndependent:
		slot = &u.independent
	case codeReplica:
		slot = &u.replica
	case codeClaim:
		slot = &u.claim
	case codeDescriptive:
		slot = &u.descriptive
	case codeGoods:
		if !slices.Contains(u.goods, t.language) {
			u.goods = append(u.goods, t.language)
		}
		return
	default:
		return
	}
	if len(t.text) > len(*slot) {
		*slot = t.text
	}
}

// bears reports whether the term stands where its kind must stand to speak of the span.
func (s *scene) bears(h hit, hits []hit, from, to int) bool {
	before := h.end <= from && (s.close(h.end, from, h.term, hits) || h.term.list() && s.listed(h.end, from))
	after := h.start >= to && (s.close(to, h.start, h.term, hits) || h.term.list() && s.listed(to, h.start))
	switch h.term.place {
	case placeBefore:
		return before
	case placeAfter, placeWide:
		return after
	case placeNear:
		return before || after
	}
	return true
}

// list reports terms that speak of every name in a list: "for Seiko, Citizen and Omega".
func (t *term) list() bool { return t.code == codeCompatible || t.code == codeFit }

// How far a term may stand from its mark.
const (
	closeWords = 2  // words between, of scripts with spaces
	closeRunes = 3  // characters between, of scripts without
	wideWords  = 3  // of terms placed wide
	wideRunes  = 14 // of terms placed wide
)

// close reports that little stands between two places: no full stop or comma, nobody for whom the product is.
func (s *scene) close(end, start int, t *term, hits []hit) bool {
	between := s.text[end:start]
	if strings.ContainsAny(between, ",;!?，。；！？|") {
		return false
	}
	if t.list() && slices.ContainsFunc(hits, func(h hit) bool { return h.term.code == codeAudience && h.start >= end && h.end <= start }) {
		return false
	}
	words, runes := len(strings.Fields(between)), utf8.RuneCountInString(strings.TrimSpace(between))
	switch {
	case t.place == placeWide:
		return words <= wideWords && runes <= wideRunes
	case !t.bounded:
		return runes <= closeRunes && (!t.lone || runes == 0)
	}
	return words <= closeWords
}

// conjunctions join the last two names of a list.
var conjunctions = map[string]bool{
	"and": true, "or": true, "und": true, "oder": true, "et": true, "ou": true, "y": true, "o": true, "e": true, "i": true, "en": true, "of": true, "и": true,
	"или": true, "та": true, "і": true, "lub": true, "och": true, "og": true, "ve": true, "dan": true, "và": true, "และ": true, "او": true, "یا": true, "ו": true, "και": true,
}

// maxListed bounds the names of a list.
const maxListed = 10

// listed reports that what stands between two places is a list of names, set apart by commas, strokes or "and".
func (s *scene) listed(end, start int) bool {
	items, words, names := 0, 0, true
	flush := func() {
		if words > 0 {
			items++
		}
		words = 0
	}
	for at := end; at < start; {
		r, size := utf8.DecodeRuneInString(s.text[at:start])
		switch {
		case strings.ContainsRune(",/&、+・·，", r):
			flush()
		case r == ' ' || r == '.' || r == '-' || r == ':' || r == '(':
		case wordRune(r):
			word := s.word(at, start)
			if conjunctions[word] {
				flush()
			} else {
				words++
				names = names && words <= 3 && s.nameLike(at, r)
			}
			size = len(word)
		default:
			return false
		}
		at += size
	}
	return items > 0 && items <= maxListed && words == 0 && names
}

// word is the run of letters and digits that begins at byte at.
func (s *scene) word(at, end int) string {
	for i, r := range s.text[at:end] {
		if !wordRune(r) {
			return s.text[at : at+i]
		}
	}
	return s.text[at:end]
}

// nameLike reports a word that begins with a capital or a digit, or is of a script without capitals.
func (s *scene) nameLike(at int, first rune) bool {
	return s.upper[at] || unicode.IsDigit(first) || !scriptOf(first).alphabetic()
}
