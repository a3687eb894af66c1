package wordmark

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Respace puts back the spaces that readers of pictures lose between everyday words: "strapfor" becomes "strap for", "casefor普拉达"
// becomes "case for 普拉达". A run of Latin letters is split only where all of it is words that this package knows from the language
// of offers (terms of use, names of goods), the fewest of them; every other run stays as it is, so that no name is torn.
func Respace(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		n := latinRun(text)
		if n == 0 {
			_, size := utf8.DecodeRuneInString(text)
			b.WriteString(text[:size])
			text = text[size:]
			continue
		}
		words := split(text[:n])
		b.WriteString(strings.Join(words, " "))
		text = text[n:]
		if next, _ := utf8.DecodeRuneInString(text); len(words) > 1 && text != "" && unicode.IsLetter(next) {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// latinRun is the length of the Latin letters that text begins with.
func latinRun(text string) int {
	for i, r := range text {
		if !unicode.Is(unicode.Latin, r) {
			return i
		}
	}
	return len(text)
}

// Lengths in letters: shorter runs are words of their own, and longer ones are none that anybody writes.
const (
	shortestGlued = 6
	longestGlued  = 64
)

// split gives the fewest known words that make up a run, or the run.
func split(run string) []string {
	letters := []rune(strings.ToLower(run))
	if len(letters) < shortestGlued || len(letters) > longestGlued {
		return []string{run}
	}
	known := offerWords()
	if known[string(letters)] {
		return []string{run}
	}
	const none = longestGlued + 1
	least, from := make([]int, len(letters)+1), make([]int, len(letters)+1) // words up to here, and where the last one begins
	for end := 1; end <= len(letters); end++ {
		least[end] = none
		for begin := range end {
			if least[begin] < none && known[string(letters[begin:end])] && least[begin]+1 < least[end] {
				least[end], from[end] = least[begin]+1, begin
			}
		}
	}
	if least[len(letters)] == none {
		return []string{run}
	}
	original := []rune(run)
	words := make([]string, least[len(letters)])
	for end, i := len(letters), len(words)-1; i >= 0; end, i = from[end], i-1 {
		words[i] = string(original[from[end]:end])
	}
	return words
}

// offerWords are the Latin words of the terms of use and of the names of goods.
var offerWords = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	add := func(phrase string) {
		for word := range strings.FieldsSeq(strings.ToLower(phrase)) {
			if len(word) >= 2 && latinRun(word) == len(word) {
				words[word] = true
			}
		}
	}
	for line := range strings.Lines(termsText) {
		if f := strings.Split(strings.TrimRight(line, "\n"), "\t"); len(f) == 4 && !strings.HasPrefix(line, "#") {
			add(f[3])
		}
	}
	for line := range strings.Lines(goodsText) {
		if _, list, ok := strings.Cut(strings.TrimRight(line, "\n"), "\t"); ok && !strings.HasPrefix(line, "#") {
			add(strings.ReplaceAll(list, ",", " "))
		}
	}
	return words
})
