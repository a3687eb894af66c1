package wordmark

import (
	_ "embed"
	"strings"
	"testing"
)

//go:embed testdata/transliterations.tsv
var transliterations string

// TestSoundAcrossScripts counts how many marks are found in five other scripts, and how often one mark is taken for another.
// The marks are not those of the development set.
func TestSoundAcrossScripts(t *testing.T) {
	lexicon := NewLexicon()
	var rows [][]string
	for line := range strings.Lines(transliterations) {
		if !strings.HasPrefix(line, "#") {
			rows = append(rows, strings.Split(strings.TrimSpace(line), "\t"))
		}
	}
	for _, r := range rows {
		lexicon.Add(Mark{Reference: r[0], Right: r[0], Word: r[0]})
	}
	names := []string{"Cyrillic", "kana", "Hangul", "Arabic", "Thai"}
	found, first, wrong := 0, 0, 0
	for _, r := range rows {
		for i, word := range r[1:] {
			spans := Spans(word, 0)
			ms := Find(word, spans, lexicon.Lookup(spans), nil)
			hit := false
			for k, m := range ms {
				if m.Mark.Word != r[0] {
					wrong++
					t.Logf("%s is also taken for %s (%.2f)", word, m.Mark.Word, m.Similarity)
					continue
				}
				hit = true
				found++
				if k == 0 {
					first++
				}
			}
			if !hit {
				direct, _ := soundsLike(newForm(word).sounds(), &writings(Mark{Word: r[0]})[0].target, 0)
				t.Logf("%s: %s %s not found: %s for %s, alike %.2f", names[i], r[0], word, newForm(word).phones(), newForm(r[0]).phones(), direct)
			}
		}
	}
	n := float64(5 * len(rows))
	t.Logf("found %.3f, first %.3f, wrong per word %.3f", float64(found)/n, float64(first)/n, float64(wrong)/n)
	if float64(first)/n < 0.96 || float64(wrong)/n > 0.04 {
		t.Errorf("first %.3f (floor 0.96), wrong per word %.3f (ceiling 0.04)", float64(first)/n, float64(wrong)/n)
	}
}
