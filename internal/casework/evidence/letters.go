package evidence

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-unidecode"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// typeface is the font of the document, parsed to ask which letters it has.
var typeface = sync.OnceValue(func() *sfnt.Font {
	f, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		panic(fmt.Sprintf("evidence: the font that is built in: %v", err)) // a test makes a document
	}
	return f
})

// printable writes a text with the letters that the typeface has: others by their sound, or by their number, in ‹ ›. What is not seen,
// and what turns the direction of a text round, is written by its number too, so that nothing on the page reads as other than it is.
func printable(text string) string {
	var b sfnt.Buffer
	var out, foreign strings.Builder
	flush := func() {
		if foreign.Len() > 0 {
			out.WriteString("‹" + strings.TrimSpace(foreign.String()) + "›")
			foreign.Reset()
		}
	}
	for _, r := range text {
		if r == '\n' || r == '\t' || r == '\r' {
			r = ' '
		}
		if glyph, err := typeface().GlyphIndex(&b, r); r < 0x10000 && err == nil && glyph != 0 && unicode.IsGraphic(r) {
			flush()
			out.WriteRune(r)
			continue
		}
		sound := strings.TrimSpace(unidecode.Unidecode(string(r)))
		if sound == "" || strings.ContainsFunc(sound, func(r rune) bool { return r > unicode.MaxLatin1 || !unicode.IsGraphic(r) }) {
			sound = fmt.Sprintf("U+%04X", r)
		}
		foreign.WriteString(sound + " ")
	}
	flush()
	return out.String()
}
