// Package message holds the sentences that the service writes for people, as data: for each language what reports, statements
// and events say, and what pages say.
//
// A message is a text with names in braces, {mark}, which Text replaces. Every language has every message: a test holds the
// files to that, so that Text never lacks one.
package message

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	text "golang.org/x/text/message"
	"golang.org/x/text/number"
)

//go:embed data/*.json
var files embed.FS

// Languages of the messages, as BCP 47 codes; the first stands in for any other.
var languages = []string{"en", "zh", "de"}

// Languages lists the languages that every message is written in, as BCP 47 codes.
func Languages() []string { return slices.Clone(languages) }

var catalogues = sync.OnceValue(func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, language := range languages {
		all[language] = map[string]string{}
		for _, part := range []string{"", "pages.", "portal.", "partners.", "told."} { // what pages say lies in files of its own
			read("data/"+part+language+".json", all[language])
		}
	}
	return all
})

// read adds the messages of a file; one that is there twice is a fault of the build.
func read(name string, into map[string]string) {
	raw, err := files.ReadFile(name)
	if err != nil {
		panic(fmt.Sprintf("message: %v", err)) // embedded: only a broken build lacks it
	}
	var c map[string]string
	if err := json.Unmarshal(raw, &c); err != nil {
		panic(fmt.Sprintf("message: %s: %v", name, err))
	}
	for key, text := range c {
		if _, twice := into[key]; twice {
			panic(fmt.Sprintf("message: %s: %q is in another file already", name, key))
		}
		into[key] = text
	}
}

// Keys lists the messages of a language in ascending order; nil for a language that there is not.
func Keys(language string) []string { return slices.Sorted(maps.Keys(catalogues()[language])) }

// Has reports whether there is a message.
func Has(key string) bool {
	_, ok := catalogues()[languages[0]][key]
	return ok
}

// Text is a message in a language (English when there are none in it) with its names replaced by values. Values are taken as
// they are: braces in them stay. A key that there is not is given back as it is.
func Text(language, key string, values map[string]string) string {
	c, ok := catalogues()[language]
	if !ok {
		c = catalogues()[languages[0]]
	}
	text, ok := c[key]
	if !ok {
		return key
	}
	return fill(text, values)
}

// fill replaces the names of a text in one pass; scoring writes many sentences, and most have a name or two.
func fill(text string, values map[string]string) string {
	at := strings.IndexByte(text, '{')
	if at < 0 || len(values) == 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + 32)
	for ; at >= 0; at = strings.IndexByte(text, '{') {
		name, _, closed := strings.Cut(text[at+1:], "}")
		value, known := values[name]
		if !closed || !known { // a brace that is no name stays
			b.WriteString(text[:at+1])
			text = text[at+1:]
			continue
		}
		b.WriteString(text[:at])
		b.WriteString(value)
		text = text[at+len(name)+2:]
	}
	b.WriteString(text)
	return b.String()
}

// Number writes a whole number as the language groups its digits.
func Number(language string, n int) string { return written(language, number.Decimal(n)) }

// Decimal writes a number with so many digits behind the point, or the comma.
func Decimal(language string, v float64, digits int) string {
	return written(language, number.Decimal(v, number.Scale(digits)))
}

// printers are kept by language: making one costs more than all that it writes.
var printers sync.Map // language to *sync.Pool of *text.Printer

func written(code string, f number.Formatter) string {
	kept, ok := printers.Load(code)
	if !ok {
		if !slices.Contains(languages, code) {
			return text.NewPrinter(language.Make(code)).Sprint(f) // what strangers ask for is not kept
		}
		kept, _ = printers.LoadOrStore(code, &sync.Pool{New: func() any { return text.NewPrinter(language.Make(code)) }})
	}
	pool, _ := kept.(*sync.Pool)
	p, _ := pool.Get().(*text.Printer)
	defer pool.Put(p)
	return p.Sprint(f)
}

// List joins texts as the language does.
func List(language string, texts []string) string {
	return strings.Join(texts, Text(language, "list.separator", nil))
}
