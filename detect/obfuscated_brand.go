package detect

import "unicode"

// SignalObfuscatedBrand says how hard a mark was hidden in the listing's texts.
const SignalObfuscatedBrand = "obfuscated_brand"

// ObfuscationConfig sets the obfuscated_brand signal.
type ObfuscationConfig struct {
	SupportConfig
}

// obfuscatedBrand is a supporter: who hides a mark from filters knows that he may not use it. It reads how the best keyword
// finding on the right was written.
type obfuscatedBrand struct{}

// concealment is how much each way of writing tells of hiding, 0 to 1, in steps from a slip that anybody makes to what no keyboard
// writes by accident. What a script, a language or a layout asks for (transliteration, accents, other forms of Han characters,
// words run together, a part of a mark) tells nothing and is not listed.
var concealment = map[string]float64{
	"typo": 0.15, "doubled": 0.25, "spaced": 0.4, "emoji": 0.5, "leet": 0.5, "fullwidth": 0.4, "math": 0.5, "enclosed": 0.5,
	"compatibility": 0.5, "emoji-letter": 0.6, "homoglyph": 0.75, "upside-down": 0.8, "masked": 0.9, "zero-width": 1, "reversed": 1,
}

// customary is what full-width Latin letters tell in a text of Han characters, kana or hangul, where they are ordinary type.
const customary = 0.1

func (obfuscatedBrand) name() string { return SignalObfuscatedBrand }

func (s obfuscatedBrand) support(l Listing, right RightFacts, found []Finding, _ *circumstances) (*Finding, string) {
	var best *Finding
	strength := 0.0
	for i := range found {
		f := &found[i]
		if f.Signal != SignalKeywordMisuse || f.Text == nil {
			continue
		}
		if h := hidden(f.Text, l); h > strength {
			best, strength = f, h
		}
	}
	if best == nil {
		return nil, ""
	}
	evidence := *best.Text
	evidence.Rules = nil
	for _, rule := range best.Text.Rules {
		if concealment[rule] > 0 {
			evidence.Rules = append(evidence.Rules, rule)
		}
	}
	out := &Finding{
		Signal: s.name(), Right: right.Right, Reference: best.Reference, Score: strength, Support: true, Text: &evidence,
		For: []Note{{Code: "obfuscated", Text: "The mark is written so that a filter may miss it."}},
	}
	out.Explanations = explain(*out)
	return out, ""
}

// hidden joins the ways of writing: each tells something of what the others leave open (a noisy-or).
func hidden(e *TextEvidence, l Listing) float64 {
	open := 1.0
	for _, rule := range e.Rules {
		c := concealment[rule]
		if rule == "fullwidth" && eastAsian(fieldText(l, e.Field)) {
			c = customary
		}
		open *= 1 - c
	}
	return 1 - open
}

// eastAsian reports a text with letters of scripts that are set beside full-width Latin.
func eastAsian(text string) bool {
	for _, r := range text {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
			return true
		}
	}
	return false
}
