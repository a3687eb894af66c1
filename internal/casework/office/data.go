package office

import "regexp"

// otherNames of offices.
var otherNames = map[string]string{
	"OHIM": "EUIPO", "WO": "WIPO", "SIPO": "CNIPA", "CTMO": "CNIPA", "IPO": "UKIPO", "UK-IPO": "UKIPO", "USCO": "US-COPYRIGHT", "MOIP": "KIPO", "BBM": "BOIP",
	"US": "USPTO", "EU": "EUIPO", "EM": "EUIPO", "DE": "DPMA", "GB": "UKIPO", "UK": "UKIPO", "JP": "JPO", "KR": "KIPO", "CN": "CNIPA", "EP": "EPO", "BX": "BOIP",
}

var (
	always10   = Term{Years: 10, Renewable: true}
	granted10  = Term{Years: 10, Renewable: true, FromGrant: true}
	patent20   = Term{Years: 25} // 20, and up to 5 of a supplementary certificate
	utility10  = Term{Years: 10}
	anywhere   []string
	ccpcNumber = f(`^国作登字-?\d{4}-?[A-L]-?\d{8}$`, "国作登字-2019-F-00812345")
)

func f(pattern, example string) form {
	return form{pattern: regexp.MustCompile(pattern), example: example}
}

func checked(pattern, example string) form {
	return form{regexp.MustCompile(pattern), example, checkDigit}
}

var offices = map[string]*Office{
	"EUIPO": {Code: "EUIPO", Name: "European Union Intellectual Property Office", Territories: []string{"EU"},
		numbers: map[Kind][]form{
			Mark:   {f(`^0?\d{6,8}$`, "018123456"), f(`^0\d{8}$`, "018123456"), f(`^W\d{7,8}[A-Z]?$`, "W01234567")},
			Design: {f(`^\d{9}-\d{4}$`, "008123456-0001"), f(`^\d{6,9}-\d{1,4}$`, "008123456-0001")}},
		terms: map[Kind]Term{Mark: always10, Design: {Years: 25}}},
	"USPTO": {Code: "USPTO", Name: "United States Patent and Trademark Office", Territories: []string{"US"},
		numbers: map[Kind][]form{
			Mark:    {f(`^\d{1,3}(,?\d{3}){1,2}$`, "6,123,456"), f(`^\d{2}/\d{3},?\d{3}$`, "88/123,456"), f(`^\d{8}$`, "88123456")},
			Design:  {f(`^(US)?D\d{3},?\d{3}(S\d?)?$`, "D912,345"), f(`^29/\d{3},?\d{3}$`, "29/712,345")},
			Patent:  {f(`^(US)?\d{1,2},?\d{3},?\d{3}([AB]\d)?$`, "10,123,456"), f(`^1[0-9]/\d{3},?\d{3}$`, "16/123,456")},
			Utility: nil},
		terms: map[Kind]Term{Mark: granted10, Design: {Years: 15, FromGrant: true}, Patent: patent20}},
	"WIPO": {Code: "WIPO", Name: "World Intellectual Property Organization", Territories: anywhere,
		numbers: map[Kind][]form{
			Mark:   {f(`^(IR)?\d{6,7}[A-Z]?$`, "1523456")},
			Design: {f(`^(DM/?)?\d{6,7}$`, "DM/212345")}},
		terms: map[Kind]Term{Mark: granted10, Design: {Years: 50, FromGrant: true}}},
	"CNIPA": {Code: "CNIPA", Name: "China National Intellectual Property Administration", Territories: []string{"CN"},
		numbers: map[Kind][]form{
			Mark:    {f(`^\d{5,8}[A-Z]?$`, "38123456"), f(`^G\d{6,7}[A-Z]?$`, "G1523456")},
			Design:  {checked(`^(ZL)?(19|20)\d{2}3\d{7}(\.?[\dX])?$`, "ZL201930123456.0"), checked(`^(ZL)?\d{2}3\d{5}(\.?[\dX])?$`, "ZL02312345.1")},
			Patent:  {checked(`^(ZL)?(19|20)\d{2}[18]\d{7}(\.?[\dX])?$`, "ZL201910123456.X"), f(`^CN\d{7,9}[A-C]\d?$`, "CN109123456B")},
			Utility: {checked(`^(ZL)?(19|20)\d{2}[29]\d{7}(\.?[\dX])?$`, "ZL201920123456.5"), f(`^CN\d{7,9}[UY]$`, "CN209123456U")}},
		terms: map[Kind]Term{Mark: granted10, Design: {Years: 15}, Patent: patent20, Utility: utility10}},
	"DPMA": {Code: "DPMA", Name: "Deutsches Patent- und Markenamt", Territories: []string{"DE"},
		numbers: map[Kind][]form{
			Mark:    {f(`^(DE)?30(19|20)\d{8}$`, "302019123456"), f(`^(DE)?[34]\d{7}$`, "39912345"), f(`^(DE)?\d{5,7}$`, "2901234")},
			Design:  {f(`^(DE)?40(20)\d{8}(-\d{4})?$`, "402019123456-0001"), f(`^(DE)?[4M]\d{7}(-\d{4})?$`, "49912345-0001")},
			Patent:  {f(`^(DE)?10(19|20)\d{8}(\.\d)?([ABC]\d)?$`, "DE102019123456"), f(`^(DE)?\d{7,8}([ABC]\d)?$`, "DE19912345")},
			Utility: {f(`^(DE)?20(19|20)\d{8}(\.\d)?(U\d)?$`, "DE202019123456"), f(`^(DE)?2\d{7}(\.\d)?$`, "29912345")}},
		terms: map[Kind]Term{Mark: always10, Design: {Years: 25}, Patent: patent20, Utility: utility10}},
	"UKIPO": {Code: "UKIPO", Name: "United Kingdom Intellectual Property Office", Territories: []string{"GB"},
		numbers: map[Kind][]form{
			Mark:   {f(`^(UK)?00[0389]\d{8}$`, "UK00003123456"), f(`^[123]\d{6}$`, "3123456")},
			Design: {f(`^\d{7}$`, "6123456"), f(`^[89]\d{9}-?\d{4}$`, "90081234560001")},
			Patent: {f(`^(GB)?\d{7}(\.\d|[AB])?$`, "GB2512345")}},
		terms: map[Kind]Term{Mark: always10, Design: {Years: 25}, Patent: patent20}},
	"JPO": {Code: "JPO", Name: "Japan Patent Office", Territories: []string{"JP"},
		numbers: map[Kind][]form{
			Mark:    {f(`^(第|商標登録第)?\d{5,7}号?$`, "6123456"), f(`^(商願)?(19|20)\d{2}-\d{5,6}$`, "2019-123456")},
			Design:  {f(`^(第|意匠登録第)?\d{5,7}号?$`, "1612345"), f(`^(意願)?(19|20)\d{2}-\d{5,6}$`, "2019-012345")},
			Patent:  {f(`^(第|特許第|JP)?\d{5,7}号?(B\d)?$`, "6512345"), f(`^(特願)?(19|20)\d{2}-\d{5,6}$`, "2019-123456")},
			Utility: {f(`^(第|実用新案登録第)?\d{5,7}号?$`, "3212345")}},
		terms: map[Kind]Term{Mark: granted10, Design: {Years: 25}, Patent: patent20, Utility: utility10}},
	"KIPO": {Code: "KIPO", Name: "Korean Intellectual Property Office", Territories: []string{"KR"},
		numbers: map[Kind][]form{
			Mark:    {f(`^4[0-5]-?\d{7}(-?\d{4})?$`, "40-1512345-0000"), f(`^4[0-5]-?(19|20)\d{2}-?\d{7}$`, "40-2019-0123456")},
			Design:  {f(`^30-?\d{7}(-?\d{4})?$`, "30-1012345-0000"), f(`^30-?(19|20)\d{2}-?\d{7}$`, "30-2019-0012345")},
			Patent:  {f(`^10-?\d{7}(-?\d{4})?$`, "10-2012345-0000"), f(`^10-?(19|20)\d{2}-?\d{7}$`, "10-2019-0123456")},
			Utility: {f(`^20-?\d{7}(-?\d{4})?$`, "20-0491234-0000"), f(`^20-?(19|20)\d{2}-?\d{7}$`, "20-2019-0001234")}},
		terms: map[Kind]Term{Mark: granted10, Design: {Years: 20}, Patent: patent20, Utility: utility10}},
	"EPO": {Code: "EPO", Name: "European Patent Office", Territories: anywhere,
		numbers: map[Kind][]form{Patent: {f(`^(EP)?\d{7}([AB]\d)?$`, "EP3123456"), f(`^(EP)?\d{8}\.\d$`, "19123456.7")}},
		terms:   map[Kind]Term{Patent: patent20}},
	"INPI": {Code: "INPI", Name: "Institut national de la propriété industrielle", Territories: []string{"FR"},
		numbers: map[Kind][]form{
			Mark:   {f(`^(FR)?(\d{2}/?)?\d{7}$`, "4512345")},
			Design: {f(`^(FR)?(19|20)?\d{2}/?\d{4,6}(-\d{1,3})?$`, "20191234")},
			Patent: {f(`^(FR)?\d{7}([AB]\d)?$`, "FR3081234")}},
		terms: map[Kind]Term{Mark: always10, Design: {Years: 25}, Patent: patent20}},
	"BOIP": {Code: "BOIP", Name: "Benelux Office for Intellectual Property", Territories: []string{"BX", "BE", "NL", "LU"},
		numbers: map[Kind][]form{Mark: {f(`^0?\d{6,7}$`, "1012345")}, Design: {f(`^\d{5,6}(-\d{2,4})?$`, "90123-01")}},
		terms:   map[Kind]Term{Mark: always10, Design: {Years: 25}}},
	"US-COPYRIGHT": {Code: "US-COPYRIGHT", Name: "United States Copyright Office", Territories: anywhere,
		numbers: map[Kind][]form{Copyright: {f(`^(VA|VAU|TX|TXU|PA|PAU|SR|SRU|RE)\d{1,2}-?\d{3}-?\d{3}$`, "VA 2-123-456"), f(`^(VA|VAU|TX|TXU|PA|PAU|SR|SRU|RE)\d{7,10}$`, "VA0002123456")}}},
	"CPCC": {Code: "CPCC", Name: "Copyright Protection Centre of China", Territories: anywhere, numbers: map[Kind][]form{Copyright: {ccpcNumber}}},
}
