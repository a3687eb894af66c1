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
	for _, code := range append(against, codeAuthorised, codeLicensee, codeOwnAccount, codeTerritory, codeExpired, codeSuppressed, codeQuarantined, "right_pending", "geometry_not_possible", "geometry_not_confirmed", "geometry_middle_differs") {
		keys = append(keys, "against."+code)
	}
	for _, code := range append(misuse, "obfuscated", "price_far_below_retail", "details_fit") {
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
		t.Error("a finding without evidence has a sentence")
	}
}

// TestExplainPictures reads the sentences on every kind of picture, and on prices.
func TestExplainPictures(t *testing.T) {
	verified := &Verification{Verified: true, Inliers: 1234, Changes: []Change{{"mirrored", 0}, {"cropped", 40}}}
	tests := []struct {
		name  string
		found Finding
		want  map[string]string
	}{
		{"a verified copy", Finding{Signal: SignalNearCopy, CloserThan: 9997, Picture: &PictureEvidence{Index: 1, Verification: verified}, For: []Note{{Code: "geometry_verified"}}},
			map[string]string{
				"en": "Picture 2 shows the registered picture (mirrored, cropped to 40 %): 1,234 details lie where they should, closer than 9,997 of 10,000 unrelated pictures.",
				"zh": "第2张图片显示了注册图片（左右翻转、裁剪至40%）：有1,234处细节位置吻合，比10,000张无关图片中的9,997张更接近。",
				"de": "Bild 2 zeigt das eingetragene Bild (gespiegelt, auf 40 % beschnitten): 1.234 Einzelheiten liegen, wo sie sollen, näher als 9.997 von 10.000 Bildern ohne Bezug.",
			}},
		{"a likeness that geometry doubts", Finding{Signal: SignalNearCopy, CloserThan: 9900, Picture: &PictureEvidence{Verification: &Verification{}}, Against: []Note{{Code: "geometry_not_confirmed"}}},
			map[string]string{"en": "Picture 1 resembles the registered picture, closer than 9,900 of 10,000 unrelated pictures; against an infringement speaks that their details do not lie as in a copy."}},
		{"a design of an authorised seller", Finding{Signal: SignalDesignSimilarity, Picture: &PictureEvidence{}, Against: []Note{{Code: "authorised_seller"}, {Code: "no such code"}}},
			map[string]string{"en": "What picture 1 shows resembles the registered design; against an infringement speaks that the seller is authorised."}},
		{"a mark on the page", Finding{Signal: SignalLogoInScene, Picture: &PictureEvidence{Where: WherePage}},
			map[string]string{
				"en": "Picture 1 shows something like the registered mark on the page, laid over the picture.",
				"de": "Bild 1 zeigt etwas, das dem eingetragenen Zeichen gleicht, auf der Seite, über das Bild gelegt.",
			}},
		{"a price", Finding{Signal: SignalPriceAnomaly, Support: true, Price: &PriceEvidence{Money{12, "EUR"}, Money{1080, "EUR"}, 12. / 1080}, For: []Note{{Code: "price_far_below_retail"}}},
			map[string]string{
				"en": "The price, 12.00 EUR, is 1 % of the genuine product’s usual 1,080.00 EUR; for an infringement speaks that so low a price is rare for the genuine product.",
				"de": "Der Preis von 12,00 EUR beträgt 1 % der für das Original üblichen 1.080,00 EUR; für eine Verletzung spricht: ein so niedriger Preis ist für das Original selten.",
			}},
	}
	for _, tt := range tests {
		got := explain(tt.found)
		for language, want := range tt.want {
			if got[language] != want {
				t.Errorf("%s, %s:\n got %s\nwant %s", tt.name, language, got[language], want)
			}
		}
		for language, text := range got {
			if strings.ContainsAny(text, "{}") {
				t.Errorf("%s, %s: %s", tt.name, language, text)
			}
		}
	}
}

// TestSayings holds sentences that are kept to those that are written anew, of findings that differ in one thing each, in turns.
func TestSayings(t *testing.T) {
	picture := func(change func(f *Finding)) Finding {
		f := Finding{Signal: SignalLogoInScene, CloserThan: 9000, Picture: &PictureEvidence{Index: 1, Where: WherePage}}
		change(&f)
		return f
	}
	list := []Finding{
		picture(func(*Finding) {}),
		picture(func(f *Finding) { f.Signal = SignalDesignSimilarity }),
		picture(func(f *Finding) { f.CloserThan = 0 }),
		picture(func(f *Finding) { f.Picture.Index = 2 }),
		picture(func(f *Finding) { f.Picture.Where = WhereGoods }),
		picture(func(f *Finding) { f.Against = []Note{{Code: "right_pending"}} }),
		picture(func(f *Finding) { f.Against = []Note{{Code: "right_pending"}, {Code: "authorised_seller"}} }),
		picture(func(f *Finding) { f.For = []Note{{Code: "hidden"}} }),
		picture(func(f *Finding) { f.Picture.Verification = &Verification{} }),
		picture(func(f *Finding) { f.Picture.Verification = &Verification{Verified: true, Inliers: 20} }),
		picture(func(f *Finding) { f.Picture.Verification = &Verification{Verified: true, Inliers: 30} }),
		picture(func(f *Finding) { f.Text = &TextEvidence{Field: "title", Matched: "a", Word: "b"} }),
	}
	for round := range 2 {
		for i, f := range list {
			if diff := cmp.Diff(inAll(f), explain(f)); diff != "" {
				t.Errorf("round %d, finding %d: -written +kept:\n%s", round, i, diff)
			}
		}
	}
	few := sayings{all: map[saying]map[string]string{}}
	for i := range mostSayings + 10 {
		f := picture(func(f *Finding) { f.CloserThan = i + 1 })
		what, _ := toldOf(f)
		few.of(what, f)
	}
	if n := len(few.all); n > mostSayings {
		t.Errorf("%d sayings are kept, want %d at most", n, mostSayings)
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
