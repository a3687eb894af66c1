package dossier

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/internal/casework"
)

func day(s string) *time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return &t
}

var velmora = casework.Holder{ID: "hld_1", LegalName: "Velmora S.r.l."}

func aMark() casework.Right {
	return casework.Right{ID: "rgt_1", HolderID: "hld_1", Name: "VELMORA", Type: casework.TrademarkWord, Office: "EUIPO", Territories: []string{"EU"}, RegistrationNumber: "018123456",
		Registrant: "Velmora Srl", FiledOn: day("2019-05-14"), GrantedOn: day("2019-10-03"), ExpiresOn: day("2029-05-14"), Nice: []string{"9", "25"}}
}

const euipoPaper = `EUROPEAN UNION INTELLECTUAL PROPERTY OFFICE
CERTIFICATE OF REGISTRATION
This Certificate of Registration is hereby issued for the European Union trade mark identified below.
Registration No: 018123456
Filing date: 14/05/2019
Registered 03/10/2019
Mark: Velmora
Owner: Velmora S.r.l., Via Roma 1, Milano, IT
Classes: 9, 25 and 35
Expiry date: 14/05/2029`

// states of the fields that a certificate was compared in.
func states(list []FieldMatch) map[string]string {
	out := map[string]string{}
	for _, m := range list {
		out[m.Field] = m.State
		if m.Found != "" && m.State == Mismatches {
			out[m.Field] += " " + m.Found
		}
	}
	return out
}

func TestCompare(t *testing.T) {
	all := map[string]string{"registration_number": Matches, "name": Matches, "registrant": Matches, "nice": Matches, "filed_on": Matches, "granted_on": Matches, "expires_on": Matches}
	but := func(changes ...string) map[string]string {
		out := map[string]string{}
		for k, v := range all {
			out[k] = v
		}
		for i := 0; i < len(changes); i += 2 {
			out[changes[i]] = changes[i+1]
		}
		return out
	}
	german := strings.NewReplacer("Registration No: 018123456", "Registernummer: 018 123 456", "Filing date: 14/05/2019", "Anmeldetag 14. Mai 2019", "Registered 03/10/2019", "Tag der Eintragung: 3. Oktober 2019",
		"Owner:", "Inhaber:", "Classes: 9, 25 and 35", "Klassen 9; 25; 35", "Expiry date: 14/05/2029", "Schutzendedatum\n14.05.2029").Replace(euipoPaper)
	chinese := "商标注册证\n第018123456号\n注册号：018123456\n申请日期 2019年5月14日\n注册日期 2019年10月03日\n有效期至 2029年05月14日\n注册人 Ｖｅｌｍｏｒａ Srl\n核定使用商品 国际分类：9、25\nVELMORA"
	american := strings.NewReplacer("Filing date: 14/05/2019", "Filed May 14, 2019", "Registered 03/10/2019", "Registered Oct. 3, 2019", "Classes: 9, 25 and 35", "Int. Cl.: 9, 25\nClass 9: Software").Replace(euipoPaper)
	tests := map[string]struct {
		change func(*casework.Right)
		text   string
		want   map[string]string
	}{
		"as filed":                   {nil, euipoPaper, all},
		"German":                     {nil, german, all},
		"Chinese":                    {nil, chinese, all},
		"American":                   {nil, american, but("nice", Matches)},
		"number mistyped":            {func(r *casework.Right) { r.RegistrationNumber = "018123465" }, euipoPaper, but("registration_number", Mismatches+" 018123456")},
		"without zeros":              {func(r *casework.Right) { r.RegistrationNumber = "18123456" }, euipoPaper, all},
		"another mark":               {func(r *casework.Right) { r.Name = "VELMIRA" }, euipoPaper, but("name", NotShown)},
		"another owner":              {func(r *casework.Right) { r.Registrant = "Nordwind GmbH" }, euipoPaper, but("registrant", Mismatches+" velmora s.r.l., via roma 1, milano, it")},
		"class not covered":          {func(r *casework.Right) { r.Nice = []string{"9", "18"} }, euipoPaper, but("nice", Mismatches+" 25, 35, 9")},
		"other dates":                {func(r *casework.Right) { r.FiledOn, r.ExpiresOn = day("2018-05-14"), day("2030-05-14") }, euipoPaper, but("filed_on", Mismatches+" 2019-05-14", "expires_on", Mismatches+" 2029-05-14")},
		"nothing to make out":        {nil, "x", map[string]string{"registration_number": NotShown, "name": NotShown, "registrant": NotShown, "nice": NotShown, "filed_on": NotShown, "granted_on": NotShown, "expires_on": NotShown}},
		"registrant not on the form": {func(r *casework.Right) { r.Registrant = "" }, euipoPaper, all},
		"a figure's name is a label": {func(r *casework.Right) { r.Name, r.Type = "logo on white", casework.TrademarkFigurative }, euipoPaper,
			map[string]string{"registration_number": Matches, "registrant": Matches, "nice": Matches, "filed_on": Matches, "granted_on": Matches, "expires_on": Matches}},
	}
	for name, tc := range tests {
		r := aMark()
		if tc.change != nil {
			tc.change(&r)
		}
		got := Compare(r, velmora, tc.text)
		if diff := cmp.Diff(tc.want, states(got)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		for _, m := range got {
			if len(strings.Fields(m.Sentence)) < 6 || !strings.Contains(m.Sentence, m.Form) {
				t.Errorf("%s: %q says too little", name, m.Sentence)
			}
		}
	}
}

// TestCompareDesign: a design has Locarno classes and an application number beside its own.
func TestCompareDesign(t *testing.T) {
	r := casework.Right{Type: casework.Design, Name: "Lamp", Office: "EUIPO", RegistrationNumber: "008123456-0001", ApplicationNumber: "008999999", Locarno: []string{"26-05"}}
	got := states(Compare(r, velmora, "Design No. 008123456-0001\nApplication number 008123456\nLocarno 26-05, 26-06\nHolder\nVELMORA SRL"))
	want := map[string]string{"registration_number": Matches, "application_number": Mismatches + " 008123456", "locarno": Matches, "registrant": Matches}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestCompareFindsWhatIsThere: whatever a certificate states beside its labels is never a mismatch.
func TestCompareFindsWhatIsThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := aMark()
		r.RegistrationNumber = rapid.StringMatching(`[0-9]{6,9}`).Draw(t, "number")
		filed := time.Date(rapid.IntRange(1950, 2025).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		r.FiledOn, r.GrantedOn, r.ExpiresOn = &filed, nil, nil
		class := fmt.Sprint(rapid.IntRange(1, 45).Draw(t, "class"))
		r.Nice = []string{class}
		layout := rapid.SampledFrom([]string{"2006-01-02", "02/01/2006", "02.01.2006", "2 January 2006", "Jan 2, 2006"}).Draw(t, "layout")
		spaced := rapid.SampledFrom([]string{"%s", "%s ", "No. %s"}).Draw(t, "form")
		text := "Registration No. " + fmt.Sprintf(spaced, r.RegistrationNumber) + "\nFiling date " + filed.Format(layout) + "\nClass " + class + "\nOwner Velmora Srl\nVELMORA"
		for _, m := range Compare(r, velmora, text) {
			if m.State != Matches {
				t.Errorf("%s of %q: %s", m.Field, text, m.Sentence)
			}
		}
	})
}

// FuzzCompare: a text of strangers is an answer.
func FuzzCompare(f *testing.F) {
	f.Add(euipoPaper)
	f.Add("第号\n注册号\nclass 99999999999999999999\n0000-00-00")
	f.Fuzz(func(_ *testing.T, text string) { Compare(aMark(), velmora, text) })
}

func TestNamesAgree(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"Velmora Srl", "VELMORA S.R.L.", true}, {"Velmora", "Velmora Holding Ltd", true}, {"Velmora Srl", "Nordwind GmbH", false}, {"Müller & Söhne GmbH", "MULLER UND SOHNE", true},
		{"GmbH", "AG", false}, {"上海云杉有限公司", "上海云杉有限公司", true}, {"Acme Tools", "Acme Toys", false},
	} {
		if got := namesAgree(tc.a, tc.b); got != tc.want {
			t.Errorf("%q and %q agree: %v", tc.a, tc.b, got)
		}
	}
}

func TestFileName(t *testing.T) {
	for in, want := range map[string]string{"a.pdf": "a.pdf", "../../etc/passwd": "passwd", `C:\x\y.pdf`: "y.pdf", "a\x00b\n.pdf": "a_b_.pdf", "": "", "..": "", `<script>alert(1)</script>`: "script_", "a\u202efdp.exe": "a_fdp.exe"} {
		if got := fileName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := fileName(strings.Repeat("ä", 500) + ".pdf"); len([]rune(got)) != 120 || !strings.HasSuffix(got, ".pdf") {
		t.Errorf("a long name: %q", got)
	}
}
