package detect

import (
	"slices"
	"strings"

	"touchstone/internal/message"
)

// explain writes one plain sentence on a finding in every language there is, by BCP 47 code; nil for a finding without evidence.
func explain(f Finding) map[string]string {
	if f.Text == nil && f.Picture == nil && f.Price == nil && !(f.Support && message.Has(f.Signal+".found")) {
		return nil
	}
	if what, repeats := toldOf(f); repeats {
		return told.of(what, f)
	}
	return inAll(f)
}

// inAll writes the sentence in all languages.
func inAll(f Finding) map[string]string {
	out := make(map[string]string, len(message.Languages()))
	for _, language := range message.Languages() {
		out[language] = sentence(f, language)
	}
	return out
}

func sentence(f Finding, language string) string {
	switch {
	case f.Text != nil:
		return wordSentence(f, language)
	case f.Picture != nil:
		return pictureSentence(f, language)
	case f.Price != nil:
		return priceSentence(f, language)
	}
	values := map[string]string{}
	if f.Seller != nil {
		values["removed"], values["cleared"] = message.Number(language, f.Seller.Removed), message.Number(language, f.Seller.Cleared)
	}
	return message.Text(language, f.Signal+".found", values)
}

func wordSentence(f Finding, language string) string {
	text := func(key string, values map[string]string) string { return message.Text(language, key, values) }
	rules := make([]string, len(f.Text.Rules))
	for i, rule := range f.Text.Rules {
		rules[i] = text("rule."+rule, nil)
	}
	where, _, _ := strings.Cut(f.Text.Field, ".") // attributes.NAME, pictures[0].text[1]
	where, _, _ = strings.Cut(where, "[")
	values := map[string]string{
		"field": text("field."+where, nil), "matched": f.Text.Matched, "word": f.Text.Word, "rules": message.List(language, rules),
		"how": "", "against": "", "for": "", "closer": closer(f, language, "closer.texts"),
	}
	if f.Support {
		return text("obfuscated.found", values)
	}
	if len(rules) > 0 {
		values["how"] = text("keyword.how", values)
	}
	if w := f.Text.Where; w != "" && w != WhereUnsure {
		values["how"] += text("where."+w, nil)
	}
	sides(f, language, "keyword", values)
	if len(rules) == 0 {
		return text("keyword.found", values)
	}
	return text("keyword.read", values)
}

// reasons are the notes' codes in words, each once; what has no words is left to the notes.
func reasons(language, side string, notes []Note) []string {
	var out []string
	for _, n := range notes {
		if !message.Has(side + "." + n.Code) {
			continue
		}
		if r := message.Text(language, side+"."+n.Code, nil); !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}
