package network_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"touchstone/internal/network"
)

// TestNormalise: values that reach the same person are one, and what says nothing is refused.
func TestNormalise(t *testing.T) {
	same := []struct {
		kind    network.Kind
		country string
		values  []string
	}{
		{network.Phone, "DE", []string{"0151 23456789", "+49 151 23456789", "0049-151-23456789", "０１５１ ２３４５６７８９"}},
		{network.Phone, "CN", []string{"139 1234 5670", "+86 13912345670"}},
		{network.Email, "", []string{"Lucky.Shop+eu@gmail.com", "luckyshop@googlemail.com", " LUCKYSHOP@GMAIL.COM "}},
		{network.Email, "", []string{"kontakt@müller.example", "KONTAKT@xn--mller-kva.example"}},
		{network.Chat, "", []string{"WeChat: @Lucky_88", "wx：lucky_88", "微信lucky_88", "lucky_88"}},
		{network.Address, "CN", []string{"Room 5, 12 Bao'an Road, Shenzhen", "12 Bao'an Rd Shenzhen rm 5"}},
		{network.Payee, "", []string{"DE89 3704 0044 0532 0130 00", "de89370400440532013000"}},
	}
	for _, c := range same {
		want := ""
		for _, v := range c.values {
			got, err := network.Normalise(c.kind, v, c.country)
			if err != nil {
				t.Errorf("%s %q: %v", c.kind, v, err)
			} else if want == "" {
				want = got
			} else if got != want {
				t.Errorf("%s %q is %q; the same as %q, which is %q, was wanted", c.kind, v, got, c.values[0], want)
			}
		}
	}
	apart := []struct {
		kind network.Kind
		a, b string
	}{
		{network.Email, "lucky.shop@firm.example", "luckyshop@firm.example"},
		{network.Phone, "+4915123456789", "+4915123456780"},
		{network.Address, "12 Bao'an Road Shenzhen", "13 Bao'an Road Shenzhen"},
	}
	for _, c := range apart {
		a, errA := network.Normalise(c.kind, c.a, "")
		b, errB := network.Normalise(c.kind, c.b, "")
		if a == b || errA != nil || errB != nil {
			t.Errorf("%q and %q are %q (%v) and %q (%v); they are different", c.a, c.b, a, errA, b, errB)
		}
	}
	for kind, values := range map[network.Kind][]string{
		network.Phone:   {"", "n/a", "00000000", "12345678", "call me", "+49 1", strings.Repeat("9", 400)},
		network.Email:   {"nobody", "a@b", "a b@c.example", "@c.example", "test"},
		network.Chat:    {"wechat", "@@@", "微信"},
		network.Address: {"China", "xxx", "."},
		network.Payee:   {"-", "unknown", "\u200b\u200b\u200b"},
		"shoe size":     {"44"},
	} {
		for _, v := range values {
			if got, err := network.Normalise(kind, v, "DE"); !errors.Is(err, network.ErrTrait) {
				t.Errorf("%s %q became %q (%v); it says nothing", kind, v, got, err)
			}
		}
	}
}

func FuzzNormalise(f *testing.F) {
	for _, s := range []string{"+49 151 23456789", "a.b+c@gmail.com", "微信：abc", "\u202e12 Road", "\xff\xfe", strings.Repeat("a@", 300)} {
		f.Add(s, "DE")
	}
	f.Fuzz(func(t *testing.T, raw, country string) {
		for _, k := range network.Kinds() {
			v, err := network.Normalise(k, raw, country)
			if err != nil {
				if !errors.Is(err, network.ErrTrait) {
					t.Fatalf("%s %q: %v does not wrap ErrTrait", k, raw, err)
				}
				continue
			}
			if v == "" || len(v) > network.MaxValue || !utf8.ValidString(v) {
				t.Fatalf("%s %q became %q", k, raw, v)
			}
			if again, err := network.Normalise(k, v, country); k != network.Chat && (err != nil || again != v) {
				t.Fatalf("%s %q became %q, and that %q (%v)", k, raw, v, again, err)
			}
		}
	})
}
