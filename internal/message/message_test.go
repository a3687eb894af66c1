package message

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var name = regexp.MustCompile(`\{[a-z]+\}`)

// TestEveryLanguageHasEveryMessage also wants the same names in each, and a text that is not empty.
func TestEveryLanguageHasEveryMessage(t *testing.T) {
	first := Languages()[0]
	if len(Keys(first)) < 40 {
		t.Fatalf("only %d messages in %s", len(Keys(first)), first)
	}
	for _, language := range Languages()[1:] {
		if diff := cmp.Diff(Keys(first), Keys(language)); diff != "" {
			t.Errorf("messages of %s (-) and %s (+) differ:\n%s", first, language, diff)
		}
		for _, key := range Keys(language) {
			if Text(language, key, nil) == "" {
				t.Errorf("%s: %s is empty", language, key)
			}
			want, got := name.FindAllString(Text(first, key, nil), -1), name.FindAllString(Text(language, key, nil), -1)
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s has other names:\n%s", language, key, diff)
			}
		}
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		name, language, key, want string
		values                    map[string]string
	}{
		{"plain", "de", "rule.typo", "ein Schreibfehler", nil},
		{"values", "en", "keyword.how", " (a {b} c)", map[string]string{"rules": "a {b} c"}},
		{"other language", "fr", "rule.typo", "a slip of spelling", nil},
		{"braces in values", "en", "keyword.how", " ({rules} c)", map[string]string{"rules": "{rules} c", "rule": "x"}},
		{"no such message", "en", "rule.none", "rule.none", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Text(c.language, c.key, c.values); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	if got, want := List("zh", []string{"一", "二"}), "一、二"; got != want {
		t.Errorf("List: %q, want %q", got, want)
	}
	if Has("rule.none") || !Has("rule.typo") {
		t.Error("Has is wrong")
	}
}
