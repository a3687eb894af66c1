package wordmark

import (
	"os"
	"strings"
	"testing"
)

// TestMaskedSounds: a mask in a transliteration hides a mark no more where another alphabet ends it in other letters than its own does:
// with a soft sign, with n and g for one sound, without an r that is not spoken, with g for h.
func TestMaskedSounds(t *testing.T) {
	for _, c := range []struct{ mark, title string }{
		{"Kipling", "рюкзак Кип*инг новый 1:1"},
		{"Breitling", "часы Брайт*инг копия"},
		{"Vileda", "швабра Вил*да копия"},
		{"Perrier", "вода П*рье копия"},
		{"Chanel", "духи Шане*ь копия"},
		{"Stihl", "пила Шти*ь реплика"},
		{"Hermes", "сумка Г*рмес копия"},
		{"Cartier", "ساعة كار*ييه تقليد"},
	} {
		l := NewLexicon()
		l.Add(Mark{Reference: "r", Right: "r", Word: c.mark})
		ms := search(l, c.title)
		if len(ms) == 0 || ms[0].Score < 0.3 || !strings.Contains(ms[0].Span.Text, "*") {
			t.Errorf("%s in %q: %s", c.mark, c.title, brief(ms))
		}
	}
}

// TestMaskedTransliterations masks each inner letter of each transliteration in turn, and counts by script how many of their marks are still
// found, among all the others.
func TestMaskedTransliterations(t *testing.T) {
	raw, err := os.ReadFile("testdata/transliterations.tsv")
	if err != nil {
		t.Fatal(err)
	}
	l, words := NewLexicon(), map[string]string{} // mark by transliteration
	for line := range strings.Lines(string(raw)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || len(f) < 2 {
			continue
		}
		l.Add(Mark{Reference: f[0], Right: f[0], Word: f[0]})
		for _, w := range f[1:] {
			words[w] = f[0]
		}
	}
	found, all := map[script]int{}, map[script]int{}
	for word, mark := range words {
		letters := []rune(word)
		for i := 1; i < len(letters)-1; i++ {
			all[scriptOf(letters[0])]++
			for _, m := range search(l, string(letters[:i])+"*"+string(letters[i+1:])+" 1:1") {
				if m.Mark.Right == mark && m.Score > 0.2 {
					found[scriptOf(letters[0])]++
					break
				}
			}
		}
	}
	for sc, least := range map[script]float64{scriptCyrillic: 0.99, scriptKatakana: 0.94, scriptHangul: 0.95, scriptArabic: 0.98, scriptThai: 0.88} {
		if share := float64(found[sc]) / float64(max(all[sc], 1)); all[sc] < 50 || share < least {
			t.Errorf("script %d: %d of %d masked words are found, want a share of %.2f", sc, found[sc], all[sc], least)
		}
	}
}
