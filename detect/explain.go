package detect

import (
	"slices"
	"strings"

	"touchstone/internal/message"
)

// explain writes one plain sentence on a finding of a word in every language there is, by BCP 47 code; nil for other findings.
func explain(f Finding) map[string]string {
	if f.Text == nil {
		return nil
	}
	out := make(map[string]string, len(message.Languages()))
	for _, language := range message.Languages() {
		out[language] = sentence(f, language)
	}
	return out
}

func sentence(f Finding, language string) string {
	text := func(key string, values map[string]string) string { return message.Text(language, key, values) }
	rules := make([]string, len(f.Text.Rules))
	for i, rule := range f.Text.Rules {
		rules[i] = text("rule."+rule, nil)
	}
	where, _, _ := strings.Cut(f.Text.Field, ".") // attributes.NAME, pictures[0].text[1]
	where, _, _ = strings.Cut(where, "[")
	values := map[string]string{
		"field": text("field."+where, nil), "matched": f.Text.Matched, "word": f.Text.Word, "rules": message.List(language, rules),
		"how": "", "against": "", "for": "",
	}
	if f.Support {
		return text("obfuscated.found", values)
	}
	if len(rules) > 0 {
		values["how"] = text("keyword.how", values)
	}
	for side, notes := range map[string][]Note{"against": f.Against, "for": f.For} {
		if reasons := reasons(language, side, notes); len(reasons) > 0 {
			values[side] = text("keyword."+side, map[string]string{"reasons": message.List(language, reasons)})
		}
	}
	if len(rules) == 0 {
		return text("keyword.found", values)
	}
	return text("keyword.read", values)
}

// reasons are the notes' codes in words, each once.
func reasons(language, side string, notes []Note) []string {
	var out []string
	for _, n := range notes {
		if r := message.Text(language, side+"."+n.Code, nil); !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}
