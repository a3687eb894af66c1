package office

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestNumbers holds numbers of registers against the forms of their offices, right ones and wrong ones.
func TestNumbers(t *testing.T) {
	tests := []struct {
		office string
		kind   Kind
		number string
		ok     bool
	}{
		{"EUIPO", Mark, "018123456", true}, {"EUIPO", Mark, "018 123 456", true}, {"EUIPO", Mark, "1234567", true}, {"EUIPO", Mark, "EU018123456", false},
		{"EUIPO", Mark, "118123456", false}, {"EUIPO", Mark, "W01523456", true}, {"EUIPO", Design, "008123456-0001", true}, {"EUIPO", Design, "008123456", false},
		{"USPTO", Mark, "6,123,456", true}, {"USPTO", Mark, "88/123,456", true}, {"USPTO", Mark, "6.123.456", false}, {"USPTO", Design, "D912,345", true},
		{"USPTO", Design, "912345", false}, {"USPTO", Patent, "US 10,123,456 B2", true}, {"USPTO", Utility, "1234567", false},
		{"WIPO", Mark, "1523456", true}, {"WIPO", Mark, "1523456A", true}, {"WIPO", Mark, "15234567", false}, {"WIPO", Design, "DM/212345", true},
		{"CNIPA", Mark, "38123456", true}, {"CNIPA", Mark, "Ｇ1523456", true}, {"CNIPA", Mark, "381234567", false},
		// ZL 2018 3 0123456: 2·2+0·3+1·4+8·5+3·6+0·7+1·8+2·9+3·2+4·3+5·4+6·5 = 160, 160 mod 11 = 6.
		{"CNIPA", Design, "ZL201830123456.6", true}, {"CNIPA", Design, "ZL201830123456.7", false}, {"CNIPA", Design, "201830123456", true},
		{"CNIPA", Patent, "ZL201830123456.6", false}, {"CNIPA", Utility, "CN209123456U", true},
		{"DPMA", Mark, "30 2019 123 456", true}, {"DPMA", Mark, "399 12 345", true}, {"DPMA", Mark, "602019123456", false}, {"DPMA", Design, "40 2019 123 456-0001", true},
		{"DPMA", Utility, "20 2019 123 456.1", true},
		{"UKIPO", Mark, "UK00003123456", true}, {"UKIPO", Mark, "UK00918123456", true}, {"UKIPO", Mark, "GB3123456", false}, {"UKIPO", Design, "90081234560001", true},
		{"JPO", Mark, "第6123456号", true}, {"JPO", Mark, "商願2019-123456", true}, {"JPO", Design, "61234567", false},
		{"KIPO", Mark, "40-1512345-0000", true}, {"KIPO", Mark, "4015123450000", true}, {"KIPO", Design, "40-1512345", false}, {"KIPO", Design, "30-2019-0012345", true},
		{"EPO", Patent, "EP 3123456 B1", true}, {"INPI", Mark, "4512345", true}, {"BOIP", Mark, "1012345", true},
		{"US-COPYRIGHT", Copyright, "VA 2-123-456", true}, {"US-COPYRIGHT", Copyright, "2-123-456", false}, {"CPCC", Copyright, "国作登字-2019-F-00812345", true},
	}
	for _, tc := range tests {
		o, found := Find(tc.office)
		if !found {
			t.Fatalf("no office %s", tc.office)
		}
		if ok, example := o.Fits(tc.kind, tc.number); ok != tc.ok {
			t.Errorf("%s %s %q fits: %v, want %v (such as %q)", tc.office, tc.kind, tc.number, ok, tc.ok, example)
		}
	}
}

// TestData: every example is of its own form, so that a refusal never shows one that would be refused.
func TestData(t *testing.T) {
	for _, code := range Codes() {
		o, _ := Find(code)
		if o.Code != code || o.Name == "" {
			t.Errorf("%s: code %q, name %q", code, o.Code, o.Name)
		}
		for kind, forms := range o.numbers {
			for _, form := range forms {
				if ok, _ := o.Fits(kind, form.example); !ok {
					t.Errorf("%s %s: the example %q does not fit", code, kind, form.example)
				}
			}
		}
	}
	for other, code := range otherNames {
		if o, ok := Find(other); !ok || o.Code != code {
			t.Errorf("%s is not found as %s", other, code)
		}
	}
	if _, ok := Find("NOWHERE"); ok {
		t.Error("an office of nowhere is found")
	}
}

// TestNormaliseKeepsLetters: signs between digits do not tell numbers apart, digits and letters do.
func TestNormaliseKeepsLetters(t *testing.T) {
	for in, want := range map[string]string{"018 123 456": "018123456", "zl２０１８.6": "ZL20186", "DM/212345": "DM212345", "40‑15": "4015"} {
		if got := Normalise(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "number")
		if once := Normalise(s); Normalise(once) != once {
			t.Errorf("%q twice is %q", s, Normalise(once))
		}
	})
}

func TestLatest(t *testing.T) {
	day := func(s string) time.Time { d, _ := time.Parse(time.DateOnly, s); return d }
	euipo, _ := Find("EUIPO")
	cnipa, _ := Find("CNIPA")
	for _, tc := range []struct {
		office               *Office
		kind                 Kind
		filed, granted, want string
	}{
		{euipo, Design, "2010-03-01", "2010-03-05", "2035-03-01"},
		{cnipa, Design, "2010-03-01", "", "2025-03-01"},
		{euipo, Mark, "2010-03-01", "", ""}, // renewed without end
	} {
		var granted time.Time
		if tc.granted != "" {
			granted = day(tc.granted)
		}
		term, ok := tc.office.Term(tc.kind)
		got := ""
		if last := term.Last(day(tc.filed), granted); ok && !last.IsZero() {
			got = last.Format(time.DateOnly)
		}
		if got != tc.want {
			t.Errorf("%s %s: lasts until %q, want %q", tc.office.Code, tc.kind, got, tc.want)
		}
	}
}
