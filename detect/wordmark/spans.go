package wordmark

import (
	"slices"
	"strings"
	"unicode"
)

// Span is a window of a text that may be a word mark.
type Span struct {
	Start int `json:"start"` // byte offset in the original text, on a rune boundary
	End   int `json:"end"`   // byte offset behind the last character
	// Text is the original characters, text[Start:End].
	Text string `json:"text"`
	// Read is the normalised reading: letters folded, hidden characters and separators removed, * for masks.
	Read string `json:"read"`
	// Rules names what normalisation undid: "zero-width", "fullwidth", "math", "homoglyph", "spaced", "emoji", "masked", ...;
	// "compound" for a part of a word.
	Rules []string `json:"rules,omitempty"`

	form *form // Text made comparable
	part bool  // a part of a word
	cut  bool  // what is left of a run of letters when everyday words are taken out
	// near are the references of the marks that Lookup found in the span.
	near []string
}

// formed is the comparable form of the span; it is made once.
func (s *Span) formed() *form {
	if s.form == nil {
		s.form = newForm(s.Text)
	}
	return s.form
}

// defaultSpans is how many spans a text gives when the caller sets no limit.
const defaultSpans = 256

// Spans cuts text into the windows worth looking up, the likeliest first: whole words, words written apart or masked, joined
// neighbours, then windows inside runs of scripts that write no spaces. At most max spans are returned (256 when max <= 0).
// Only the first 1,000 runes of text are read. Spans overlap; each lies on rune boundaries of text. They remember what Lookup and
// Find learn of them: one goroutine at a time may use them.
func Spans(text string, max int) []Span {
	if max <= 0 {
		max = defaultSpans
	}
	s := splitter{text: text, cells: cells(text), max: max, seen: map[[2]int]bool{}}
	s.split()
	s.wholes()
	s.apart()
	s.masked()
	s.joined()
	s.scripts()
	s.left()
	s.part = true
	s.glued()
	s.inside()
	return s.spans
}

// atom is a run of word cells of one script group.
type atom struct {
	from, to int // cells
	script   script
}

func (a atom) len() int { return a.to - a.from }

// gap is what stands between two atoms.
type gap uint8

const (
	gapNone gap = iota // the script changes
	gapEmoji
	gapMask
	gapJoiner
	gapSpace
	gapHard
)

type splitter struct {
	text  string
	cells []cell
	atoms []atom
	gaps  []gap // gaps[i] stands behind atoms[i]
	spans []Span
	seen  map[[2]int]bool
	max   int
	part  bool // the spans added now are parts of words
	cut   bool // they stand between everyday words
}

// split finds the atoms and the gaps between them.
func (s *splitter) split() {
	open := false
	for i, c := range s.cells {
		if !c.word() {
			open = false
			continue
		}
		if n := len(s.atoms); open && together(s.atoms[n-1].script, c.script) {
			a := &s.atoms[n-1]
			a.to = i + 1
			if a.script == scriptNone {
				a.script = c.script
			}
			continue
		}
		s.atoms = append(s.atoms, atom{i, i + 1, c.script})
		open = true
	}
	for i := range s.atoms {
		to := len(s.cells)
		if i+1 < len(s.atoms) {
			to = s.atoms[i+1].from
		}
		s.gaps = append(s.gaps, gapOf(s.cells[s.atoms[i].to:to]))
	}
	if n := len(s.gaps); n > 0 && s.gaps[n-1] != gapMask {
		s.gaps[n-1] = gapHard
	}
}

// gapOf classes the cells between two words.
func gapOf(between []cell) gap {
	if len(between) == 0 {
		return gapNone
	}
	if len(between) > 8 {
		return gapHard
	}
	var kinds [kindHard + 1]int
	for _, c := range between {
		kinds[c.kind]++
	}
	switch n := len(between); {
	case kinds[kindHard] > 0 || kinds[kindJoiner] > 1:
		return gapHard
	case kinds[kindEmoji] > 0 && kinds[kindSpace]+kinds[kindJoiner]+kinds[kindMask] == 0:
		return gapEmoji
	case kinds[kindMask] == n:
		return gapMask
	case kinds[kindSpace] > 0 && kinds[kindMask] > 0:
		return gapHard
	case kinds[kindSpace] > 0:
		return gapSpace
	}
	return gapJoiner
}

// add keeps the span of cells from..to, once.
func (s *splitter) add(from, to int) {
	start, end := s.cells[from].start, s.cells[to-1].end
	if start >= end { // the letters are shown in reverse
		start, end = s.cells[to-1].start, s.cells[from].end
	}
	if len(s.spans) >= s.max || to-from > 64 || s.seen[[2]int{start, end}] {
		return
	}
	s.seen[[2]int{start, end}] = true
	f := formOf(s.cells[from:to])
	read := f.plain
	switch {
	case f.pattern != nil:
		read = string(f.pattern)
	case f.mixed && f.look != "":
		read = f.look
	}
	rules := f.rules | f.gapRules(1)
	if f.mixed {
		rules |= ruleHomoglyph
	}
	if f.pattern != nil {
		rules |= ruleMasked
	}
	if s.part {
		rules |= ruleCompound
	}
	s.spans = append(s.spans, Span{Start: start, End: end, Text: s.text[start:end], Read: read, Rules: rules.names(), form: f, part: s.part, cut: s.cut})
}

// wholes adds every atom that could be a mark by itself.
func (s *splitter) wholes() {
	for _, a := range s.atoms {
		if a.script != scriptNone && (a.len() >= 2 || !a.script.alphabetic() || s.cells[a.from].upper) {
			s.add(a.from, a.to)
		}
	}
}

// apart adds words written letter by letter: "S o n y", "飞.利.浦", "(S)(o)(n)(y)". The gaps must be alike. Where syllables are
// written, two are enough.
func (s *splitter) apart() {
	for i := 0; i < len(s.atoms); {
		j := i
		for s.atoms[j].len() == 1 && j+1 < len(s.atoms) && s.atoms[j+1].len() == 1 && together(s.atoms[i].script, s.atoms[j+1].script) && s.sameGap(i, j) {
			j++
		}
		n := j - i + 1
		if least := 3; n >= least && (s.gaps[i] < gapHard || n > least) || n == 2 && s.atoms[i].script.syllabic() && s.gaps[i] < gapHard {
			s.add(s.atoms[i].from, s.atoms[j].to)
			if n > least { // a neighbour of one letter may stand beside the word
				s.add(s.atoms[i+1].from, s.atoms[j].to)
				s.add(s.atoms[i].from, s.atoms[j-1].to)
			}
		}
		i = max(j, i+1) // another run may begin with the last letter of this one
	}
}

// sameGap reports that the gap behind atom j is of the kind of the one behind atom i; gaps that end words otherwise must be
// the same characters, three at most.
func (s *splitter) sameGap(i, j int) bool {
	if s.gaps[j] == gapNone || s.gaps[j] != s.gaps[i] {
		return false
	}
	if s.gaps[j] != gapHard {
		return true
	}
	a, b := s.between(i), s.between(j)
	return len(a) <= 3 && slices.EqualFunc(a, b, func(x, y cell) bool { return x.r == y.r })
}

// between are the cells of the gap behind an atom that is not the last.
func (s *splitter) between(i int) []cell { return s.cells[s.atoms[i].to:s.atoms[i+1].from] }

// masked adds words with letters hidden behind signs: "S*msung", "松·", "***sung".
func (s *splitter) masked() {
	for i := 0; i < len(s.atoms); i++ {
		from, j := s.atoms[i].from, i
		for from > 0 && s.cells[from-1].kind == kindMask && s.atoms[i].from-from < 8 {
			from--
		}
		for s.gaps[j] == gapMask && j+1 < len(s.atoms) && j-i < maxStars {
			j++
		}
		to := s.atoms[j].to
		if j+1 == len(s.atoms) || s.gaps[j] != gapMask {
			for to < len(s.cells) && s.cells[to].kind == kindMask && to-s.atoms[j].to < 8 {
				to++
			}
		}
		if from < s.atoms[i].from || to > s.atoms[i].to {
			s.add(s.atoms[i].from, to)
			s.add(from, s.atoms[j].to)
			s.twoWords(i, j, to)
			if s.gaps[i] == gapMask && i+1 < len(s.atoms) && s.atoms[i].script.syllabic() { // letters behind the mask may belong to the next word
				s.add(s.atoms[i].from, s.atoms[i+1].from)
			}
		}
		i = j
	}
}

// twoWords adds a name of two words of which one or both are masked: "Louis V******", "L**** V******". to is the end of the
// masked word of the atoms i..j.
func (s *splitter) twoWords(i, j, to int) {
	if s.gaps[j] == gapSpace && j+1 < len(s.atoms) {
		s.add(s.atoms[i].from, s.atoms[j+1].to)
	}
	if i > 0 && s.gaps[i-1] == gapSpace {
		s.add(s.atoms[i-1].from, to)
	}
	if j+1 < len(s.atoms) && to < len(s.cells) && s.cells[to].kind == kindSpace && s.atoms[j+1].from == to+1 {
		end := s.atoms[j+1].to
		for end < len(s.cells) && s.cells[end].kind == kindMask && end-s.atoms[j+1].to < 12 {
			end++
		}
		s.add(s.atoms[i].from, end)
	}
}

// joined adds neighbours read as one word: broken by pictographs or a change of script first, then pairs, triples and fours.
func (s *splitter) joined() {
	for i := range s.atoms {
		j := i
		for j+1 < len(s.atoms) && s.gaps[j] <= gapEmoji && j-i < 5 {
			j++
			s.add(s.atoms[i].from, s.atoms[j].to)
		}
	}
	for n := 2; n <= 4; n++ {
		for i := 0; i+n <= len(s.atoms); i++ {
			if s.joinable(i, n) {
				s.add(s.atoms[i].from, s.atoms[i+n-1].to)
			}
		}
	}
}

// joinable reports whether n atoms from i on may be one name.
func (s *splitter) joinable(i, n int) bool {
	letters, single := false, true
	for k := i; k < i+n; k++ {
		letters = letters || s.atoms[k].script != scriptNone
		single = single && s.atoms[k].len() == 1
		if k < i+n-1 && (s.gaps[k] == gapHard || s.gaps[k] == gapMask) {
			return false
		}
	}
	if single && (i > 0 && s.gaps[i-1] == s.gaps[i] && s.atoms[i-1].len() == 1 ||
		i+n < len(s.atoms) && s.gaps[i+n-1] == s.gaps[i] && s.atoms[i+n].len() == 1) {
		return false // a piece of a word written letter by letter
	}
	return letters
}

// inside adds windows of long atoms in which a mark may stand beside other words.
func (s *splitter) inside() {
	for _, a := range s.atoms {
		switch {
		case a.script == scriptHan:
			s.windows(a, 2, 4)
		case a.script == scriptThai:
			s.windows(a, 3, 10)
		case a.script == scriptHangul:
			s.prefixes(a, 2, 6)
		case a.script == scriptKatakana && a.len() >= 5:
			s.prefixes(a, 2, 9)
			s.suffixes(a, 3, 9)
		case a.script == scriptArabic:
			s.article(a)
		}
	}
}

// windows adds all windows of shortest to longest cells that do not cut a syllable.
func (s *splitter) windows(a atom, shortest, longest int) {
	for n := shortest; n <= longest && n < a.len(); n++ {
		for from := a.from; from+n <= a.to; from++ {
			if a.script == scriptThai && from > a.from && !consonantThai(s.cells[from].r) && (s.cells[from].r < 'เ' || s.cells[from].r > 'ไ') {
				continue
			}
			if !s.cuts(from) && !s.cuts(from+n) {
				s.add(from, from+n)
			}
		}
	}
}

// cuts reports a position between a letter and the sign that belongs to it.
func (s *splitter) cuts(i int) bool {
	return i < len(s.cells) && unicode.Is(unicode.Mn, s.cells[i].r)
}

func (s *splitter) prefixes(a atom, shortest, longest int) {
	for n := shortest; n <= longest && n < a.len(); n++ {
		s.add(a.from, a.from+n)
	}
}

func (s *splitter) suffixes(a atom, shortest, longest int) {
	for n := shortest; n <= longest && n < a.len(); n++ {
		s.add(a.to-n, a.to)
	}
}

// article adds an Arabic word without the particles written onto it.
func (s *splitter) article(a atom) {
	word := s.read(a.from, a.to)
	for _, prefix := range []string{"وال", "بال", "لل", "ال", "ل", "و", "ب"} {
		if n := len([]rune(prefix)); strings.HasPrefix(word, prefix) && a.len()-n >= 3 {
			s.add(a.from+n, a.to)
			return
		}
	}
}

func (s *splitter) read(from, to int) string {
	var b strings.Builder
	for _, c := range s.cells[from:to] {
		b.WriteRune(c.r)
	}
	return b.String()
}
