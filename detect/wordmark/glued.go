package wordmark

import (
	"strings"
	"unicode"
)

// maxGlued is the longest word that is taken apart.
const maxGlued = 40

// glued adds the parts of words that sellers run together: at capitals and digits ("NewSony2026"), and where what is left over is
// made of everyday words ("sonyheadphones").
func (s *splitter) glued() {
	for _, a := range s.atoms {
		if !a.script.alphabetic() || a.len() < 6 || a.len() > maxGlued {
			continue
		}
		s.humps(a)
		if a.script == scriptLatin {
			s.compound(a)
		}
	}
}

// humps adds the runs of up to three pieces between changes of case or of letters and digits.
func (s *splitter) humps(a atom) {
	starts := []int{a.from}
	for i := a.from + 1; i < a.to; i++ {
		was, is := s.cells[i-1], s.cells[i]
		if !was.upper && is.upper && was.kind == kindLetter || (was.kind == kindDigit) != (is.kind == kindDigit) {
			starts = append(starts, i)
		}
	}
	if len(starts) == 1 || len(starts) > 8 {
		return
	}
	starts = append(starts, a.to)
	for n := 1; n <= 3; n++ {
		for i := 0; i+n < len(starts); i++ {
			from, to := starts[i], starts[i+n]
			number := from > a.from && s.cells[from-1].kind == kindDigit && n > 1 // 60x60x40
			if to-from >= 3 && to-from < a.len() && s.cells[from].kind == kindLetter && !number {
				s.add(from, to)
			}
		}
	}
}

// compound adds the windows of a Latin word whose rests are everyday words of four letters and more, or goods.
func (s *splitter) compound(a atom) {
	word := s.read(a.from, a.to)
	if len(word) != a.len() || ordinary(word) {
		return
	}
	head, tail := fillers(word)
	for i := 0; i+3 <= len(word); i++ {
		if !head[i] {
			continue
		}
		for j := len(word); j >= i+3; j-- {
			if tail[j] && j-i < len(word) {
				s.add(a.from+i, a.from+j)
			}
		}
	}
}

// fillers tells up to where the head, and from where the tail of a word is made of everyday words.
func fillers(word string) (head, tail []bool) {
	n := len(word)
	head, tail = make([]bool, n+1), make([]bool, n+1)
	head[0], tail[n] = true, true
	for end := 2; end <= n; end++ {
		for start := max(0, end-12); start < end-1; start++ {
			if head[start] && filler(word[start:end]) {
				head[end] = true
				break
			}
		}
	}
	for start := n - 2; start >= 0; start-- {
		for end := start + 2; end <= min(n, start+12); end++ {
			if tail[end] && filler(word[start:end]) {
				tail[start] = true
				break
			}
		}
	}
	return head, tail
}

// suffixes are everyday words that as often only end another one.
var suffixes = map[string]bool{
	"less": true, "like": true, "able": true, "ship": true, "hood": true, "ness": true, "wise": true, "ward": true, "full": true, "land": true,
	"ling": true, "ette": true, "ville": true, "verse": true, "scope": true, "graph": true, "ring": true, "sting": true, "rings": true, "ally": true,
}

// filler reports a word that may stand beside a mark in one run of letters.
func filler(word string) bool {
	if suffixes[word] {
		return false
	}
	if _, ok := listingWords()[word]; ok {
		return len(word) > 2
	}
	return len(word) >= 4 && ordinary(word) || word == "new" || word == "top" || word == "hot" || word == "pro" || word == "my"
}

// scripts adds the runs of one alphabet in a word that has letters of two: "лореальsale".
func (s *splitter) scripts() {
	for _, a := range s.atoms {
		if !a.script.alphabetic() {
			continue
		}
		from := a.from
		for i := a.from + 1; i <= a.to; i++ {
			if i == a.to && from == a.from {
				break
			}
			if i == a.to || s.cells[i].kind == kindLetter && s.cells[i-1].kind == kindLetter && s.cells[i].script != s.cells[i-1].script {
				if i-from >= 4 {
					s.add(from, i)
				}
				from = i
			}
		}
	}
}

// left adds what stands between everyday words in runs of scripts without spaces: "รองเท้า|พูม่า|เกรดเอ".
func (s *splitter) left() {
	s.cut = true
	for _, a := range s.atoms {
		if sc := a.script; sc != scriptThai && sc != scriptHangul && sc != scriptKatakana && sc != scriptHan || a.len() < 4 {
			continue
		}
		from := a.from
		for i := a.from; i < a.to; {
			n := s.everydayAt(i, a.to)
			if n == 0 {
				i++
				continue
			}
			s.leftover(a, from, i)
			i += n
			from = i
		}
		s.leftover(a, from, a.to)
	}
	s.cut = false
}

// leftover adds the cells from..to of an atom when they are less than all of it.
func (s *splitter) leftover(a atom, from, to int) {
	if to-from >= 2 && to-from < a.len() && !unicode.Is(unicode.Mn, s.cells[from].r) {
		s.add(from, to)
	}
}

// everydayAt is the length in cells of the longest everyday word that begins at cell i, 0 for none.
func (s *splitter) everydayAt(i, end int) int {
	var word strings.Builder
	best := 0
	for j := i; j < min(end, i+14); j++ {
		word.WriteRune(s.cells[j].r)
		if _, ok := listingWords()[word.String()]; ok && j > i && !s.cuts(j+1) {
			best = j + 1 - i
		}
	}
	return best
}
