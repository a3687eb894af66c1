package wordmark

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"
)

//go:embed data/readings.txt
var readingsText string

// hanReading is how one character is read in Japanese (on and kun, in Hepburn letters) and Korean; "" where it is not.
type hanReading struct{ on, kun, hangul string }

var hanReadings = sync.OnceValue(func() map[rune]hanReading {
	m := make(map[rune]hanReading, 6400)
	for line := range strings.Lines(readingsText) {
		f := strings.Fields(line)
		if len(f) != 4 {
			continue
		}
		for i := 1; i < 4; i++ {
			f[i] = strings.TrimPrefix(f[i], "-")
		}
		m[[]rune(f[0])[0]] = hanReading{f[1], f[2], f[3]}
	}
	return m
})

// reading is another way to write a mark that is looked up besides the mark itself.
type reading struct {
	text  string
	rules ruleSet
}

// readingsOf lists the other ways: the sound of Han characters in Pinyin, Japanese and Korean; "and" for "&"; the initials of
// names of three words and more.
func readingsOf(word string, f *form) []reading {
	var out []reading
	add := func(text string, rules ruleSet) {
		for _, r := range out {
			if r.text == text {
				return
			}
		}
		if text != "" {
			out = append(out, reading{text, rules})
		}
	}
	if f.script == scriptHan && len(f.letters) >= 2 && len(f.letters) <= 8 {
		for _, text := range hanWritings(word) {
			add(text, ruleRomanised)
		}
		return out
	}
	if strings.Contains(word, "&") {
		add(strings.ReplaceAll(word, "&", " and "), ruleJoined)
	}
	if f.script == scriptLatin && f.atoms >= 3 && !f.single {
		var b strings.Builder
		for piece := range f.pieces() {
			b.WriteString(piece[:1])
		}
		add(b.String(), ruleInitials)
	}
	return out
}

// hanWritings spells a word of Han characters by its sound in Pinyin, on and kun readings and hangul; a writing that lacks a
// character is left out.
func hanWritings(word string) []string {
	writings := make([]strings.Builder, 4)
	complete := []bool{true, true, true, true}
	first := true
	for _, r := range word {
		if scriptOf(r) != scriptHan {
			return nil
		}
		h := hanReadings()[r]
		parts := []string{"", h.on, h.kun, h.hangul}
		if p := pinyin.SinglePinyin(r, pinyinArgs); len(p) > 0 {
			parts[0] = p[0]
		}
		if !first {
			parts[2] = voiced(parts[2])
		}
		first = false
		for i, part := range parts {
			complete[i] = complete[i] && part != ""
			writings[i].WriteString(part)
		}
	}
	var out []string
	for i := range writings {
		if complete[i] {
			out = append(out, writings[i].String())
		}
	}
	return out
}

// voiced is the form that the second part of a Japanese compound takes (rendaku), for h alone, the commonest in names: hishi,
// mitsubishi.
func voiced(kun string) string {
	if strings.HasPrefix(kun, "h") || strings.HasPrefix(kun, "f") {
		return "b" + kun[1:]
	}
	return kun
}
