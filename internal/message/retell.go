package message

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// told begins the messages that use cases say in English, in reports, facts and checks that are kept as they were said.
const told = "told."

// wrapping puts messages around a sentence before all others, whose last value would swallow what is around.
const wrapping = 10_000

// form is a message that names were filled into: what it looks like, and the names in their order.
type form struct {
	key     string
	pattern *regexp.Regexp
	names   []string
}

// forms are the messages with names, those with the most text of their own first; plain are those without.
var forms, plain = sync.OnceValue(func() []form { f, _ := toldForms(); return f }), sync.OnceValue(func() map[string]string { _, p := toldForms(); return p })

var nameInBraces = regexp.MustCompile(`\{([a-z]+)\}`)

func toldForms() ([]form, map[string]string) {
	var list []form
	exact, own := map[string]string{}, map[string]int{}
	for key, text := range catalogues()[languages[0]] {
		if !strings.HasPrefix(key, told) {
			continue
		}
		places := nameInBraces.FindAllStringSubmatchIndex(text, -1)
		if len(places) == 0 {
			exact[text] = key
			continue
		}
		f, at := form{key: key}, 0
		var p strings.Builder
		for _, m := range places {
			p.WriteString(regexp.QuoteMeta(text[at:m[0]]) + "(.+?)")
			f.names, at = append(f.names, text[m[2]:m[3]]), m[1]
		}
		f.pattern = regexp.MustCompile("(?s)^" + p.String() + regexp.QuoteMeta(text[at:]) + "$")
		if own[key] = len(text); slices.Contains(f.names, "sentence") || slices.Contains(f.names, "why") {
			own[key] += wrapping
		}
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b form) int { return cmp.Or(cmp.Compare(own[b.key], own[a.key]), cmp.Compare(a.key, b.key)) })
	return list, exact
}

// Retell gives a sentence that a use case said in English in another language, with the values that it was filled with. A sentence that no message has
// the form of is given back as it is: it is somebody's own. Values called sentence and field are retold as well, and why is a cause: one that no message has
// the form of comes from a library, which says it in English alone, and is named as what it is. Other values are data.
func Retell(language, text string) string {
	if language == languages[0] {
		return text
	}
	out, _ := retell(language, text)
	return out
}

// retell also tells whether a message has the form of the text.
func retell(language, text string) (string, bool) {
	if text == "" {
		return text, true
	}
	if key, ok := plain()[text]; ok {
		return Text(language, key, nil), true
	}
	for _, f := range forms() {
		m := f.pattern.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		values := map[string]string{}
		for i, name := range f.names {
			values[name] = retoldValue(language, name, m[i+1])
		}
		return Text(language, f.key, values), true
	}
	return text, false
}

// retoldValue is a value of a sentence in a language.
func retoldValue(language, name, value string) string {
	switch name {
	case "sentence", "field":
		value, _ = retell(language, value)
	case "why":
		out, known := retell(language, value)
		if !known {
			return Text(language, "told.why.other", nil)
		}
		return out
	}
	return value
}
