package wordmark

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestNormalise(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"capitals", "ADIDAS", "adidas"},
		{"full width", "Ａｄｉｄａｓ", "adidas"},
		{"math letters", "𝐙𝐚𝐫𝐚 𝒵𝓇 𝔷", "zara zr z"},
		{"circled and squared", "Ⓡⓞⓛⓔⓧ 🅁🅾🄻", "rolex rol"},
		{"flag letters", "🇿🇦🇷🇦", "zara"},
		{"zero width and soft hyphen", "Ro\u200bl\u00ade\u2060x", "rolex"},
		{"variation selectors and tags", "Zara\ufe0f\U000e0100", "zara"},
		{"accents", "Hermès Škoda Ökö", "hermes skoda oko"},
		{"stacked accents", "Z\u0336a\u0337\u0301r\u0489a", "zara"},
		{"ligatures and letters of their own", "ﬁla Straße Møller", "fila strasse moller"},
		{"Arabic vowels and tatweel", "رُولـــكس", "رولكس"},
		{"half-width kana with sound marks", "ﾛﾚｯｸｽ ｶﾞ", "ロレックス ガ"},
		{"conjoining jamo", "\u1102\u1161\u110b\u1175\u110f\u1175", "나이키"},
		{"traditional characters", "東風 豐田", "东风 丰田"},
		{"Thai signs stay", "ซาร่า", "ซาร่า"},
		{"Cyrillic stays Cyrillic", "АдидАс", "адидас"},
		{"digits of other scripts", "٣٤ १२", "34 12"},
		{"Latin look-alikes", "ɡuccı ɑ", "gucci a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Normalise(c.in)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestNormaliseIsBounded(t *testing.T) {
	got := Normalise(strings.Repeat("a", 5000))
	if utf8.RuneCountInString(got) != maxRunes {
		t.Errorf("%d runes read; want %d", utf8.RuneCountInString(got), maxRunes)
	}
}

// checkSpans asserts what Spans promises of any text.
func checkSpans(t interface{ Fatalf(string, ...any) }, text string) {
	spans := Spans(text, 0)
	if len(spans) > defaultSpans {
		t.Fatalf("%d spans", len(spans))
	}
	for _, s := range spans {
		switch {
		case s.Start < 0 || s.Start >= s.End || s.End > len(text):
			t.Fatalf("%q: span %d..%d outside of %d bytes", text, s.Start, s.End, len(text))
		case text[s.Start:s.End] != s.Text:
			t.Fatalf("%q: span reads %q, text has %q", text, s.Text, text[s.Start:s.End])
		case utf8.ValidString(text) && (!utf8.RuneStart(text[s.Start]) || s.End < len(text) && !utf8.RuneStart(text[s.End])):
			t.Fatalf("%q: %d..%d cuts a rune", text, s.Start, s.End)
		case s.Read == "":
			t.Fatalf("%q: span %q reads as nothing", text, s.Text)
		}
	}
}

// TestSpansMapBack checks the offsets on text put together from what sellers use.
func TestSpansMapBack(t *testing.T) {
	pieces := []string{"Zara", "Ｚ", "𝗭", "а", "Ѕ", "三", "東", "サ", "ﾛ", "ﾞ", "나", "\u1102\u1161", "ซี", "่", "سا", "ُ", "\u200b", "\u00ad", "❤️", "👩‍🦰",
		" ", ".", "/", "*", "··", "_", "～", "ﬁ", "™", "é", "e\u0301", "1", "$", "\xff", "\n", "क्", "\u202e", "\u202c", "|<",
		"()", "ㄱ", "ㅏ", "ǝ", "ᴀ", "Aa1", "for", "用", ","}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.StringN(0, 3, -1)), 0, 24).Draw(t, "parts")
		checkSpans(t, strings.Join(parts, ""))
	})
}

func FuzzSpans(f *testing.F) {
	for _, title := range longTitles {
		f.Add(title)
	}
	f.Add("S*m\xffs__g ***sung a*b*c*d*e")
	f.Add("\u0e35\u0e49 \u0301 \u200d ﷺ")
	f.Add("\u202eynoS\u202c shoes \u202e")
	f.Add("(S)(o)(n)(y) |<itty I)e11 /\\sus F|e|r ㅋㅓㄴㅂㅓㅅㅡ opuǝʇuıu ᴛɪᴍ")
	f.Add("NewZara2026shoes for Zara, Sony/Dell and 三星 用 รองเท้าพูม่าเกรดเอ")
	lexicon := NewLexicon()
	lexicon.Add(Mark{Reference: "1", Right: "1", Word: "Zara"}, Mark{Reference: "2", Right: "2", Word: "三星"}, Mark{Reference: "3", Right: "3", Word: "S*M"})
	f.Fuzz(func(t *testing.T, text string) {
		checkSpans(t, text)
		if n := Normalise(text); !utf8.ValidString(n) {
			t.Fatalf("%q normalised to invalid %q", text, n)
		}
		spans := Spans(text, 64)
		if len(spans) > 64 {
			t.Fatalf("%d spans; 64 allowed", len(spans))
		}
		for _, m := range Find(text, spans, lexicon.Lookup(spans), nil) {
			if !(m.Score >= 0 && m.Score <= 1 && m.Similarity > 0 && m.Similarity <= 1) {
				t.Fatalf("%q: score %v, similarity %v", text, m.Score, m.Similarity)
			}
		}
	})
}

// FuzzMark registers strangers' words and looks them up.
func FuzzMark(f *testing.F) {
	for _, w := range []string{"Zara", "", "3M", "7-Eleven", "L'Oréal", "東芝", "ซัมซุง", "***", "\xff", "ﷺ", "🇿🇦"} {
		f.Add(w)
	}
	f.Fuzz(func(t *testing.T, word string) {
		l := NewLexicon()
		m := Mark{Reference: "r", Right: "r", Word: word}
		l.Add(m)
		spans := Spans(word, 0)
		Find(word, spans, append(l.Lookup(spans), m), nil)
		l.Remove("r")
		if l.Len() != 0 {
			t.Fatalf("%q stays after removal", word)
		}
	})
}
