package casework

import (
	"slices"
	"strings"
)

// countries are the officially assigned ISO 3166-1 alpha-2 codes.
const countries = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ " +
	"CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR " +
	"GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP " +
	"KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ " +
	"NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW " +
	"SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ " +
	"UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"

// Codes beside the countries.
const (
	Worldwide     = "WW" // everywhere, e.g. an unregistered copyright
	EuropeanUnion = "EU" // unitary rights of the European Union
	Benelux       = "BX" // rights of the Benelux office
)

var countrySet = setOf(strings.Fields(countries))

// unions maps a unitary territory to its member countries.
var unions = map[string][]string{
	EuropeanUnion: strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"),
	Benelux:       {"BE", "LU", "NL"},
}

func setOf(words []string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// ValidCountry tells whether c is an ISO 3166-1 alpha-2 code in capitals.
func ValidCountry(c string) bool { return countrySet[c] }

// ValidTerritory accepts countries, "EU" (European Union), "BX" (Benelux) and
// "WW" (worldwide).
func ValidTerritory(t string) bool {
	return countrySet[t] || unions[t] != nil || t == Worldwide
}

// IndexTerritories turns territories into what the index filters by: unions
// are followed by their members, sorted and without repetition. Worldwide or
// an empty list gives nil, which the index reads as "no restriction".
func IndexTerritories(ts []string) []string {
	var out []string
	for _, t := range ts {
		if t == Worldwide {
			return nil
		}
		out = append(out, t)
		out = append(out, unions[t]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TerritoriesMeet tells whether two lists of territories have a place in common.
func TerritoriesMeet(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	x, y := IndexTerritories(a), IndexTerritories(b)
	if x == nil || y == nil {
		return true
	}
	return slices.ContainsFunc(x, func(t string) bool { return slices.Contains(y, t) })
}
