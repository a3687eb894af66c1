package wordmark

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWording(t *testing.T) {
	for text, want := range map[string]map[string]string{
		"Pre-owned Velmora bag":         {Resale: "pre-owned"},
		"Velmora Tasche, gebraucht":     {Resale: "gebraucht"},
		"二手 Velmora 包":                  {Resale: "二手"},
		"Velmora 中古 バッグ":                {Resale: "中古"},
		"Velmorra parody shirt":         {Parody: "parody"},
		"恶搞 T恤":                         {Parody: "恶搞"},
		"second hand parody mug":        {Resale: "second hand", Parody: "parody"},
		"New bag, not second hand":      {},
		"全新 非二手 包":                      {},
		"Unused secondhanded parodying": {},
		"":                              {},
		"ＰＲＥ－ＯＷＮＥＤ bag":                 {Resale: "pre-owned"},
	} {
		if diff := cmp.Diff(want, Wording(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
	if got := Wording("Bag", "It is gently used"); got[Resale] == "" {
		t.Errorf("the second text is not read: %v", got)
	}
}
