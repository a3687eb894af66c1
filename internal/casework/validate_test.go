package casework

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func day(s string) *time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return &t
}

func goodHolder() Holder {
	return Holder{Account: "acme", LegalName: "Münze GmbH", Country: "DE", Email: "rights@muenze.example"}
}

func goodRight() Right {
	return Right{HolderID: "hld_1", Name: "Wave", Type: TrademarkFigurative, Office: "EUIPO", Territories: []string{"EU", "CH"},
		RegistrationNumber: "018 123 456", FiledOn: day("2019-01-01"), GrantedOn: day("2019-06-01"), ExpiresOn: day("2029-01-01"),
		Nice: []string{"9", "25"}, Vienna: []string{"27.5", "26.1.10"}, RetailPrice: &Money{Amount: 19.9, Currency: "EUR"}}
}

func goodReference() Reference {
	return Reference{RightID: "rgt_1", Kind: ReferenceImage, Blob: strings.Repeat("0f", 32), Width: 10, Height: 20, View: "front"}
}

func goodSeller() AuthorizedSeller {
	return AuthorizedSeller{RightID: "rgt_1", Seller: "shop", Territories: []string{"DE"}, ValidFrom: day("2025-01-01"), ValidTo: day("2026-01-01")}
}

func goodMarketplace() Marketplace {
	return Marketplace{ID: "bazaar-1", Name: "Bazaar", Territories: []string{"DE", "AT"}, Languages: []string{"de", "zh-Hans"}, ListingURL: "https://bazaar.example/item/{id}?x=1"}
}

// paths are the fields that an error names, in order.
func paths(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var v *ValidationError
	if !errors.As(err, &v) {
		t.Fatalf("%v is no ValidationError", err)
	}
	var out []string
	for _, f := range v.Fields {
		if f.Message == "" || !utf8.ValidString(f.Message) {
			t.Errorf("%s has the message %q", f.Path, f.Message)
		}
		out = append(out, f.Path)
	}
	return strings.Join(out, " ")
}

func TestValidateHolder(t *testing.T) {
	tests := map[string]struct {
		change func(*Holder)
		want   string
	}{
		"good":             {func(*Holder) {}, ""},
		"everything empty": {func(h *Holder) { *h = Holder{} }, "account legal_name country email"},
		"country":          {func(h *Holder) { h.Country = "XX" }, "country"},
		"union as country": {func(h *Holder) { h.Country = "EU" }, "country"},
		"small letters":    {func(h *Holder) { h.Country = "de" }, "country"},
		"UTF-8":            {func(h *Holder) { h.LegalName = "a\xff" }, "legal_name"},
		"control":          {func(h *Holder) { h.LegalName = "a\nb" }, "legal_name"},
		"white space":      {func(h *Holder) { h.LegalName = " a" }, "legal_name"},
		"longest":          {func(h *Holder) { h.LegalName = strings.Repeat("ü", MaxName) }, ""},
		"too long":         {func(h *Holder) { h.LegalName = strings.Repeat("ü", MaxName+1) }, "legal_name"},
		"business ID":      {func(h *Holder) { h.BusinessID = strings.Repeat("1", MaxNumber+1) }, "business_id"},
		"e-mail name":      {func(h *Holder) { h.Email = "A <a@b.example>" }, "email"},
		"e-mail no dot":    {func(h *Holder) { h.Email = "a@localhost" }, "email"},
		"e-mail two":       {func(h *Holder) { h.Email = "a@b.example,c@d.example" }, "email"},
		"e-mail long":      {func(h *Holder) { h.Email = strings.Repeat("a", 250) + "@b.example" }, "email"},
	}
	for name, tc := range tests {
		h := goodHolder()
		tc.change(&h)
		if got := paths(t, validateHolder(h)); got != tc.want {
			t.Errorf("%s: faults in %q, want %q", name, got, tc.want)
		}
	}
}

func TestValidateRight(t *testing.T) {
	tests := map[string]struct {
		change func(*Right)
		want   string
	}{
		"good":             {func(*Right) {}, ""},
		"everything empty": {func(r *Right) { *r = Right{} }, "holder_id name type territories"},
		"many":             {func(r *Right) { r.Name, r.Office, r.Nice = "", "euipo", []string{"46"} }, "name office nice[0]"},
		"type":             {func(r *Right) { r.Type = "trademark" }, "type nice vienna"},
		"territories":      {func(r *Right) { r.Territories = []string{"DE", "ZZ", "DE", "WW", "BX"} }, "territories[1] territories[2]"},
		"no territory":     {func(r *Right) { r.Territories = nil }, "territories"},
		"many territories": {func(r *Right) { r.Territories = make([]string, MaxEntries+1) }, "territories"},
		"nice bounds":      {func(r *Right) { r.Nice = []string{"1", "45", "0", "46", "9a", "٣"} }, "nice[2] nice[3] nice[4] nice[5]"},
		"vienna form":      {func(r *Right) { r.Vienna = []string{"27", "30.1", "1.2.3.4", "01.01.02"} }, "vienna[0] vienna[1] vienna[2]"},
		"design": {func(r *Right) {
			r.Type, r.Nice, r.Vienna, r.Locarno = Design, nil, nil, []string{"02-04", "32-01", "33-01", "00-01", "2-4"}
		}, "locarno[2] locarno[3] locarno[4]"},
		"design with others": {func(r *Right) { r.Type = Design }, "nice vienna"},
		"word mark":          {func(r *Right) { r.Type = TrademarkWord }, "vienna"},
		"mark with locarno":  {func(r *Right) { r.Locarno = []string{"02-04"} }, "locarno"},
		"granted too early":  {func(r *Right) { r.GrantedOn = day("2018-12-31") }, "granted_on"},
		"expires too early":  {func(r *Right) { r.ExpiresOn = day("2018-01-01") }, "expires_on expires_on"},
		"all on one day":     {func(r *Right) { r.GrantedOn, r.ExpiresOn = r.FiledOn, r.FiledOn }, ""},
		"dates out of range": {func(r *Right) { r.FiledOn = day("1699-12-31") }, "filed_on"},
		"price":              {func(r *Right) { r.RetailPrice = &Money{Amount: 0, Currency: "euro"} }, "retail_price.amount retail_price.currency"},
		"price not a number": {func(r *Right) { r.RetailPrice = &Money{Amount: math.NaN(), Currency: "EUR"} }, "retail_price.amount"},
		"price without end":  {func(r *Right) { r.RetailPrice = &Money{Amount: math.Inf(1), Currency: "EUR"} }, "retail_price.amount"},
		"no optional fields": {func(r *Right) {
			*r = Right{HolderID: "h", Name: "n", Type: CopyrightUnregistered, Territories: []string{"WW"}}
		}, ""},
		"registration number": {func(r *Right) { r.RegistrationNumber = "1\x00" }, "registration_number"},
	}
	for name, tc := range tests {
		r := goodRight()
		tc.change(&r)
		if got := paths(t, validateRight(r)); got != tc.want {
			t.Errorf("%s: faults in %q, want %q", name, got, tc.want)
		}
	}
}

func TestValidateReference(t *testing.T) {
	word := func(w, l string) func(*Reference) {
		return func(r *Reference) { *r = Reference{RightID: "r", Kind: ReferenceWord, Word: w, Language: l} }
	}
	tests := map[string]struct {
		change func(*Reference)
		want   string
	}{
		"image":           {func(*Reference) {}, ""},
		"empty":           {func(r *Reference) { *r = Reference{} }, "right_id kind"},
		"blob":            {func(r *Reference) { r.Blob = "../etc/passwd" }, "blob"},
		"no size":         {func(r *Reference) { r.Width, r.Height = 0, -1 }, "width height"},
		"image with word": {func(r *Reference) { r.Word = "w" }, "word"},
		"word":            {word("阿迪达斯", "zh-Hans"), ""},
		"word, any":       {word("x", ""), ""},
		"language":        {word("x", "klingon!"), "language"},
		"no word":         {word("", "en"), "word"},
		"long word":       {word(strings.Repeat("x", MaxWord+1), ""), "word"},
		"word with blob":  {func(r *Reference) { r.Kind, r.Word = ReferenceWord, "w" }, "blob"},
	}
	for name, tc := range tests {
		r := goodReference()
		tc.change(&r)
		if got := paths(t, validateReference(r)); got != tc.want {
			t.Errorf("%s: faults in %q, want %q", name, got, tc.want)
		}
	}
}

func TestValidateSellerAndMarketplace(t *testing.T) {
	sellers := map[string]struct {
		change func(*AuthorizedSeller)
		want   string
	}{
		"good":        {func(*AuthorizedSeller) {}, ""},
		"empty":       {func(a *AuthorizedSeller) { *a = AuthorizedSeller{} }, "right_id seller"},
		"territories": {func(a *AuthorizedSeller) { a.Territories = []string{"Germany"} }, "territories[0]"},
		"goods":       {func(a *AuthorizedSeller) { a.Goods = []string{"bags", ""} }, "goods[1]"},
		"dates":       {func(a *AuthorizedSeller) { a.ValidTo = day("2024-12-31") }, "valid_to"},
		"proof":       {func(a *AuthorizedSeller) { a.Proof = strings.Repeat("x", MaxText+1) }, "proof"},
	}
	for name, tc := range sellers {
		a := goodSeller()
		tc.change(&a)
		if got := paths(t, validateSeller(a)); got != tc.want {
			t.Errorf("seller %s: faults in %q, want %q", name, got, tc.want)
		}
	}
	markets := map[string]struct {
		change func(*Marketplace)
		want   string
	}{
		"good":      {func(*Marketplace) {}, ""},
		"empty":     {func(m *Marketplace) { *m = Marketplace{} }, "id name territories listing_url"},
		"ID":        {func(m *Marketplace) { m.ID = "Bazaar 1" }, "id"},
		"languages": {func(m *Marketplace) { m.Languages = []string{"de", "?"} }, "languages[1]"},
		"no place":  {func(m *Marketplace) { m.ListingURL = "https://b.example/" }, "listing_url"},
		"two":       {func(m *Marketplace) { m.ListingURL = "https://b.example/{id}/{id}" }, "listing_url"},
		"scheme":    {func(m *Marketplace) { m.ListingURL = "javascript:{id}" }, "listing_url"},
	}
	for name, tc := range markets {
		m := goodMarketplace()
		tc.change(&m)
		if got := paths(t, validateMarketplace(m)); got != tc.want {
			t.Errorf("marketplace %s: faults in %q, want %q", name, got, tc.want)
		}
	}
}

// FuzzValidateRight: whatever strangers send, validation ends, and what passes
// is within what stores and pages take.
func FuzzValidateRight(f *testing.F) {
	f.Add("Wave", "design", "EUIPO", "DE", "1", "02-04", "27.5.1", "EUR", 1.5)
	f.Add("", "\xff", "é", "EU", "99", "-", ".", "", math.Inf(-1))
	f.Fuzz(func(t *testing.T, name, kind, office, territory, nice, locarno, vienna, currency string, amount float64) {
		r := Right{HolderID: "h", Name: name, Type: RightType(kind), Office: office, Territories: []string{territory},
			Nice: []string{nice}, Locarno: []string{locarno}, Vienna: []string{vienna}, RetailPrice: &Money{Amount: amount, Currency: currency}}
		err := validateRight(r)
		paths(t, err)
		if err == nil && (!utf8.ValidString(name+office) || name == "" || !ValidTerritory(territory) || !(amount > 0)) {
			t.Errorf("accepted %+v", r)
		}
	})
}

func TestTerritories(t *testing.T) {
	if n := len(countrySet); n != 249 {
		t.Errorf("%d countries, ISO 3166-1 has 249", n)
	}
	tests := []struct {
		in   []string
		want []string
	}{
		{nil, nil},
		{[]string{"US"}, []string{"US"}},
		{[]string{"US", "WW"}, nil},
		{[]string{"BX", "DE", "NL"}, []string{"BE", "BX", "DE", "LU", "NL"}},
	}
	for _, tc := range tests {
		if d := cmp.Diff(tc.want, IndexTerritories(tc.in)); d != "" {
			t.Errorf("%v (-want +got):\n%s", tc.in, d)
		}
	}
	if eu := IndexTerritories([]string{"EU"}); len(eu) != 28 {
		t.Errorf("the union has %d entries, want itself and 27 members", len(eu))
	}
	meet := []struct {
		a, b string
		want bool
	}{{"DE", "DE", true}, {"DE", "FR", false}, {"EU", "FR", true}, {"FR", "EU", true}, {"EU", "GB", false}, {"WW", "GB", true}, {"BX", "EU", true}, {"GB", "", false}}
	for _, tc := range meet {
		if got := TerritoriesMeet(strings.Fields(tc.a), strings.Fields(tc.b)); got != tc.want {
			t.Errorf("%s and %s meet: %v", tc.a, tc.b, got)
		}
	}
}

func TestKindAndState(t *testing.T) {
	want := "word logo logo design design design design design word"
	var got []string
	for _, k := range RightTypes() {
		got = append(got, Kind(k))
	}
	if strings.Join(got, " ") != want {
		t.Errorf("kinds %v, want %s", got, want)
	}
	last := time.Date(2026, 5, 31, 23, 59, 59, 0, time.UTC)
	r := Right{State: StateVerified, ExpiresOn: day("2026-05-31")}
	for at, want := range map[time.Time]State{last: StateVerified, last.Add(time.Second): StateExpired} {
		if got := r.EffectiveState(at); got != want {
			t.Errorf("at %v: %s, want %s", at, got, want)
		}
	}
	for _, s := range []State{StatePending, StateRejected} {
		if got := (Right{State: s, ExpiresOn: day("2000-01-01")}).EffectiveState(last); got != s {
			t.Errorf("a %s right became %s", s, got)
		}
	}
	if got := (Right{State: StateVerified}).EffectiveState(last); got != StateVerified {
		t.Errorf("without a date: %s", got)
	}
}

func TestNewID(t *testing.T) {
	before := ""
	for range 1000 {
		id := NewID("rgt")
		if len(id) != 30 || !strings.HasPrefix(id, "rgt_") || id <= before {
			t.Fatalf("%s after %s", id, before)
		}
		before = id
	}
}
