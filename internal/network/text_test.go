package network_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/network"
)

func TestPhrases(t *testing.T) {
	const copied = "this elegant bag is sewn by hand from soft full grain leather and will stay with you for many happy years of travel"
	a := network.Phrases("Brand new! " + copied + " Order today.")
	b := network.Phrases("Free shipping worldwide. " + strings.ToUpper(copied) + " Ask us anything")
	if !slices.ContainsFunc(a, func(p string) bool { return slices.Contains(b, p) }) {
		t.Errorf("texts that share twenty words share no phrase: %v and %v", a, b)
	}
	c := network.Phrases("A simple cotton tote in six colours, washed at thirty degrees, with two pockets inside and a zip that does not stick")
	if slices.ContainsFunc(a, func(p string) bool { return slices.Contains(c, p) }) {
		t.Error("texts that have nothing in common share a phrase")
	}
	if got := network.Phrases("too short"); got != nil {
		t.Errorf("a text of two words gave %v", got)
	}
	if got := network.Phrases("这款手工缝制的真皮包柔软耐用陪伴你多年旅行"); len(got) == 0 {
		t.Error("Han gave no phrase")
	}
	if got := network.Phrases(strings.Repeat("many different words in a row here ", 20000)); len(got) > 64 {
		t.Errorf("%d phrases of one text", len(got))
	}
}

func TestPriceLists(t *testing.T) {
	got := network.PriceLists("eur", []int64{1237, 4511, 889, 2000, 2000})
	if diff := cmp.Diff([]string{"EUR 889 1237 2000 4511"}, got); diff != "" {
		t.Error(diff)
	}
	if got := network.PriceLists("EUR", []int64{1000, 2000, 3000, 4990}); got != nil {
		t.Errorf("round prices gave %v; everybody has them", got)
	}
}

func TestMistakes(t *testing.T) {
	var s network.Spelling
	for range 300 {
		s.Add("genuine leather handbag")
	}
	s.Add("genuien leather handbag")
	if diff := cmp.Diff([]string{"genuien<genuine"}, s.Mistakes("Genuien LEATHER handbag")); diff != "" {
		t.Error(diff)
	}
	if got := s.Mistakes("genuine leather zyzzyva"); got != nil {
		t.Errorf("right and unknown words gave %v", got)
	}
}
