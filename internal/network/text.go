package network

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// phraseWords is how many words make a phrase, and phraseWindow the window out of which the least of their hashes is taken.
const (
	phraseWords   = 6
	phraseWindow  = 8
	phrasesAtMost = 64
)

// Phrases of a text: hashes of runs of six words, thinned by winnowing (Schleimer, Wilkerson and Aiken, "Winnowing: local
// algorithms for document fingerprinting", 2003), so that two texts which share a run of thirteen words share a phrase. Han, kana
// and Thai are cut by character. At most 64, as values of kind Phrase.
func Phrases(text string) []string {
	words := wordsOf(text)
	if len(words) < phraseWords {
		return nil
	}
	hashes := make([]uint64, len(words)-phraseWords+1)
	for i := range hashes {
		h := fnv.New64a()
		for _, w := range words[i : i+phraseWords] {
			h.Write([]byte(w))
			h.Write([]byte{0})
		}
		hashes[i] = h.Sum64()
	}
	var out []string
	last := -1
	for i := 0; i+phraseWindow <= max(len(hashes), phraseWindow) && len(out) < phrasesAtMost; i++ {
		end := min(i+phraseWindow, len(hashes))
		least := i
		for j := i; j < end; j++ {
			if hashes[j] <= hashes[least] {
				least = j
			}
		}
		if least != last {
			out = append(out, strconv.FormatUint(hashes[least], 36))
			last = least
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// wordsOf a folded text; scripts without spaces by character.
func wordsOf(text string) []string {
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	for _, r := range fold(text) {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
			flush()
			words = append(words, string(r))
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			word.WriteRune(r)
		default:
			flush()
		}
	}
	flush()
	return words
}

// PriceLists of a seller: each run of four goods' prices in the order of amount that are not all round, in minor units of one
// currency, as values of kind PriceList. Sellers that copy a whole catalogue share them, whatever the goods are called.
func PriceLists(currency string, amounts []int64) []string {
	const run = 4
	odd := slices.Clone(amounts)
	slices.Sort(odd)
	odd = slices.Compact(odd)
	var out []string
	for i := 0; i+run <= len(odd) && len(out) < phrasesAtMost; i++ {
		part := odd[i : i+run]
		if !slices.ContainsFunc(part, func(a int64) bool { return a%100 != 0 && a%100 != 99 && a%100 != 95 && a%100 != 90 && a%100 != 50 }) {
			continue
		}
		key := strings.ToUpper(currency)
		for _, a := range part {
			key += " " + strconv.FormatInt(a, 10)
		}
		out = append(out, key)
	}
	return out
}

// Spelling finds rare mistakes: words that a market hardly ever writes, one edit from one that it writes often. Counts are of
// listings by distinct sellers. The zero value is ready; it is not safe for concurrent use.
type Spelling struct {
	counts map[string]int
}

// A word is rare up to rareWord uses, and frequent from frequentWord on; shorter words than mistakeLetters are left alone.
const (
	rareWord       = 8
	frequentWord   = 200
	mistakeLetters = 6
	spellingAtMost = 2_000_000
)

// Add counts the words of one seller's text.
func (s *Spelling) Add(text string) {
	if s.counts == nil {
		s.counts = map[string]int{}
	}
	words := wordsOf(text)
	slices.Sort(words)
	for _, w := range slices.Compact(words) {
		if _, known := s.counts[w]; known || len(s.counts) < spellingAtMost {
			s.counts[w]++
		}
	}
}

// Mistakes of a text, as values of kind Mistake: "the word<the word meant".
func (s *Spelling) Mistakes(text string) []string {
	var out []string
	words := wordsOf(text)
	slices.Sort(words)
	for _, w := range slices.Compact(words) {
		runes := []rune(w)
		if len(runes) < mistakeLetters || s.counts[w] > rareWord || strings.ContainsFunc(w, unicode.IsDigit) {
			continue
		}
		if meant := s.meant(runes); meant != "" {
			out = append(out, w+"<"+meant)
		}
	}
	return out
}

// meant is the most frequent word one edit away: a letter dropped, doubled or two swapped, and any letter put in or changed among
// those that the market's words use.
func (s *Spelling) meant(w []rune) string {
	best, count := "", frequentWord-1
	try := func(v []rune) {
		if c := s.counts[string(v)]; c > count {
			best, count = string(v), c
		}
	}
	for i := range w {
		try(slices.Concat(w[:i], w[i+1:]))
		if i+1 < len(w) {
			try(slices.Concat(w[:i], []rune{w[i+1], w[i]}, w[i+2:]))
		}
	}
	for r := 'a'; r <= 'z'; r++ {
		for i := 0; i <= len(w); i++ {
			try(slices.Concat(w[:i], []rune{r}, w[i:]))
			if i < len(w) && w[i] != r {
				try(slices.Concat(w[:i], []rune{r}, w[i+1:]))
			}
		}
	}
	return best
}
