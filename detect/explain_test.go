package detect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/detect/wordmark"
	"touchstone/internal/message"
)

// TestEveryReasonHasAMessage holds the message files to the rules and notes that findings can have.
func TestEveryReasonHasAMessage(t *testing.T) {
	var keys []string
	for _, rule := range wordmark.Rules() {
		keys = append(keys, "rule."+rule)
	}
	against, misuse := wordmark.Codes()
	for _, code := range append(against, "authorised_seller", "right_pending") {
		keys = append(keys, "against."+code)
	}
	for _, code := range append(misuse, "obfuscated") {
		keys = append(keys, "for."+code)
	}
	for _, key := range keys {
		if !message.Has(key) {
			t.Errorf("no message %s", key)
		}
	}
}

func TestExplain(t *testing.T) {
	found := Finding{
		Signal: SignalKeywordMisuse, Right: "r", Text: &TextEvidence{Field: "title", Matched: "V*lmora", Word: "Velmora", Rules: []string{"masked"}},
		For: []Note{{Code: "hidden"}}, Against: []Note{{Code: "compatible_use"}, {Code: "compatible_use"}},
	}
	want := map[string]string{
		"en": "In the title, “V*lmora” can be read as the registered word “Velmora” (letters masked by signs); against misuse speaks that the text names it as what the product fits; for misuse speaks that it is written so that a filter may miss it.",
		"zh": "标题中的“V*lmora”可读作注册词“Velmora”（部分字符被符号遮盖）；不构成滥用的理由：文中表明商品是与其适配的；构成滥用的理由：写法意在避开过滤。",
		"de": "„V*lmora“ im Titel lässt sich als das eingetragene Wort „Velmora“ lesen (durch Zeichen verdeckte Buchstaben); gegen einen Missbrauch spricht: der Text nennt es als das, wozu die Ware passt; für einen Missbrauch spricht: es ist so geschrieben, dass ein Filter es übersehen soll.",
	}
	if diff := cmp.Diff(want, explain(found)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	found.Text.Field, found.Text.Rules, found.For, found.Against = "attributes.brand", nil, nil, nil
	if got, want := explain(found)["en"], "In the attributes, “V*lmora” is the registered word “Velmora”."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	found.Text.Field = "pictures[1].text[2]"
	if got, want := explain(found)["en"], "In the picture, “V*lmora” is the registered word “Velmora”."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if explain(Finding{Signal: SignalNearCopy}) != nil {
		t.Error("a picture has a sentence of words")
	}
}

// TestExplainLeavesNoNames looks for names that nothing replaced, with braces of the seller's own in the title.
func TestExplainLeavesNoNames(t *testing.T) {
	found := Finding{Text: &TextEvidence{Field: "description", Matched: "{word} {how}", Word: "W", Rules: wordmark.Rules()}, Support: true}
	for language, text := range explain(found) {
		if strings.Contains(strings.ReplaceAll(text, "{word} {how}", ""), "{") {
			t.Errorf("%s: %s", language, text)
		}
	}
}
