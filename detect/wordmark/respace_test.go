package wordmark

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestRespace(t *testing.T) {
	for text, want := range map[string]string{
		"casefor普拉达":             "case for 普拉达",
		"strapfor 阿迪达斯 watch":    "strap for 阿迪达斯 watch",
		"CompatibleWith Velmora": "Compatible With Velmora",
		"Velmora":                "Velmora",
		"headphones":             "headphones", // one word, though head and phones are two
		"forest":                 "forest",
		"-5.0% SHIPPING":         "-5.0% SHIPPING",
		"":                       "",
		"ремень":                 "ремень",
	} {
		if got := Respace(text); got != want {
			t.Errorf("Respace(%q) = %q, want %q", text, got, want)
		}
	}
}

// Nothing but spaces is ever added.
func FuzzRespace(f *testing.F) {
	for _, s := range []string{"casefor普拉达", "strapfor", "é", "\xff", strings.Repeat("for", 40)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := Respace(s); bare(got) != bare(s) {
			t.Errorf("Respace(%q) = %q", s, got)
		}
	})
}

// Spaces between known words, taken out, come back, unless the words make up another known one or fewer.
func TestRespaceFindsTheWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"case", "strap", "for", "compatible", "with", "charger"}), 2, 4).Draw(t, "words")
		glued := strings.Join(words, "")
		if len(glued) < shortestGlued {
			return
		}
		for _, word := range strings.Fields(Respace(glued)) {
			if !offerWords()[word] {
				t.Fatalf("%q is split into %q", glued, Respace(glued))
			}
		}
		if !strings.ContainsFunc(Respace(glued), unicode.IsSpace) {
			t.Fatalf("%q is not split", glued)
		}
	})
}
