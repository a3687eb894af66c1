package wordmark

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// drawnMarks registers marks of two to four syllables, as fanciful names are made.
func drawnMarks(count int) *Lexicon {
	l, r := NewLexicon(), rand.New(rand.NewPCG(1, 17))
	for i := range count {
		var b strings.Builder
		for range 2 + r.IntN(3) {
			b.WriteByte("bdfgklmnprstvz"[r.IntN(14)])
			b.WriteByte("aeiou"[r.IntN(5)])
		}
		l.Add(Mark{Reference: fmt.Sprint(i), Right: fmt.Sprint(i), Word: strings.ToUpper(b.String())})
	}
	return l
}

// TestEverydayWordsSoundLikeNoMark: among many fanciful names some sound like words of every title ("ручная работа", handmade). What is left are
// words that no list has, and no more of them than now.
func TestEverydayWordsSoundLikeNoMark(t *testing.T) {
	l := drawnMarks(20_000)
	held := 0
	for _, r := range rows(t, corpusInnocents, 2) {
		if r[0] != "common-script" {
			continue
		}
		for _, m := range rightsOf(l, r[1], "") {
			if m.Score >= blockScore {
				held++
				t.Logf("%q is read as %s: %.2f %v", r[1], m.Mark.Word, m.Score, m.Rules)
			}
		}
	}
	if held > 12 {
		t.Errorf("%d readings of everyday words would hold a title back; at most 12", held)
	}
}
