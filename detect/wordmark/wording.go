package wordmark

import (
	_ "embed"
	"slices"
	"sync"
)

//go:embed data/wording.tsv
var wordingText string

// What a text can say of the whole offer.
const (
	Resale = "resale" // a used or genuine article changes hands
	Parody = "parody" // it makes fun of a mark
)

var wordings = sync.OnceValue(func() *termTable { return newTermTable(wordingText) })

// Wording tells what texts of a listing say of the whole offer, as Resale or Parody with the term that says it, normalised; the first
// of each. What the text denies ("not second hand") it does not say.
func Wording(texts ...string) map[string]string {
	out := map[string]string{}
	for _, text := range texts {
		s := newScene(text)
		hits := s.hitsOf(wordings())
		for _, h := range hits {
			denied := slices.ContainsFunc(hits, func(n hit) bool {
				return n.term.code == codeNegation && n.start <= h.start && n.end >= h.end
			})
			if _, there := out[h.term.code]; !there && !denied && h.term.code != codeNegation {
				out[h.term.code] = h.term.text
			}
		}
	}
	return out
}
