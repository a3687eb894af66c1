package wordmark

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		word string
		want []string
	}{
		{"Velmora", nil}, {"任天堂", nil}, {"New Balance", []string{"common_mark"}}, {"Apple", []string{"common_mark"}}, {"the", []string{"common_mark"}},
		{"苹果", []string{"common_mark"}}, {"美的", []string{"common_mark"}}, {"для", []string{"common_mark"}}, {"X", []string{"short_mark"}},
		{"3M", []string{"short_mark"}}, {"の", []string{"short_mark"}}, {"!?", []string{"no_letters"}}, {"\u200b", []string{"no_letters"}}, {"", []string{"no_letters"}},
		{strings.Repeat("velmora", 12), []string{"long_mark"}},
	} {
		if diff := cmp.Diff(c.want, codes(Warnings(c.word))); diff != "" {
			t.Errorf("%q -want +got:\n%s", c.word, diff)
		}
	}
}

// TestWeakMarksNeedSupport registers what no title could avoid: such marks count with support only.
func TestWeakMarksNeedSupport(t *testing.T) {
	for _, c := range []struct{ word, innocent, misuse string }{
		{"X", "size X large shirt", "X replica watch, authentic X"},
		{"LV", "LV 12V relay module", "LV handbag monogram replica"},
		{"The", "the best lamp for the desk", "The style shoes, The copy 1:1"},
		{"For", "case for phone", "For dupe shoes, For replica"},
		{"美的", "最美的礼物", "美的 同款 风扇"},
		{"の", "夏のワンピース", ""},
		{"для", "чехол для телефона", ""},
	} {
		l := NewLexicon()
		l.Add(Mark{Reference: "r", Right: "r", Word: c.word, Goods: []string{"14"}})
		for _, m := range search(l, c.innocent) {
			if m.Score >= reviewScore {
				t.Errorf("%q alone in %q scores %.2f", c.word, c.innocent, m.Score)
			}
		}
		if c.misuse == "" {
			continue
		}
		if ms := search(l, c.misuse); len(ms) == 0 || ms[0].Score < 0.3 {
			t.Errorf("%q with support in %q: %s", c.word, c.misuse, brief(ms))
		}
	}
}
