package partner

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"touchstone/internal/casework"
)

// A Field names something that a partner may be told. Beside what agreements allow, an answer has the ID, kind and state of the thing and when it was:
// without these nobody could speak of it.
type Field string

// The fields of alerts, of joint actions, and of bundles about cases and rings.
const (
	AlertRight        Field = "alert.right"        // which right: ID and name
	AlertHolder       Field = "alert.holder"       // whose right: legal name
	AlertCounts       Field = "alert.counts"       // listings, sellers, and how many listings were to be expected
	AlertMarketplaces Field = "alert.marketplaces" // the counts by marketplace
	AlertForms        Field = "alert.forms"        // how sellers write a registered word
	AlertText         Field = "alert.text"         // title and words of who raised it

	ActionTitle     Field = "action.title"     // title and summary
	ActionAuthority Field = "action.authority" // court or authority, and its number of the file
	ActionPartners  Field = "action.partners"  // who takes part
	ActionRights    Field = "action.rights"
	ActionCases     Field = "action.cases"
	ActionRings     Field = "action.rings"
	ActionDocuments Field = "action.documents"
	ActionEntries   Field = "action.entries" // what happened when, and who did it
	ActionOutcome   Field = "action.outcome"

	CaseRight     Field = "case.right" // registration of the right, its registered pictures
	CaseHolder    Field = "case.holder"
	CaseListing   Field = "case.listing" // address, title, number at the marketplace
	CaseSeller    Field = "case.seller"
	CaseFindings  Field = "case.findings"
	CaseDecisions Field = "case.decisions"
	CasePictures  Field = "case.pictures" // of the listing
	CaseFiles     Field = "case.files"    // what parties sent as evidence

	RingStores    Field = "ring.stores" // names of stores; else they are numbered
	RingCountries Field = "ring.countries"
	RingOpened    Field = "ring.opened"
	RingPenalties Field = "ring.penalties"
	RingLinks     Field = "ring.links"  // which stores are linked, and how surely
	RingShared    Field = "ring.shared" // pictures, phrases and prices that stores have in common
	RingSources   Field = "ring.sources"

	RingPhone     Field = "ring.contact.phone"
	RingEmail     Field = "ring.contact.email"
	RingChat      Field = "ring.contact.chat"
	RingAddress   Field = "ring.contact.address"
	RingPayee     Field = "ring.contact.payee"
	RingWarehouse Field = "ring.contact.warehouse"
	RingDevice    Field = "ring.contact.device"
	RingSession   Field = "ring.contact.session"
)

// contactPrefix begins the fields that tell a kind of contact value in full; what follows is the kind as internal/network names it.
const contactPrefix = "ring.contact."

// Catalogue lists every field, in the order in which people are shown them.
func Catalogue() []Field {
	return []Field{
		AlertRight, AlertHolder, AlertCounts, AlertMarketplaces, AlertForms, AlertText,
		ActionTitle, ActionAuthority, ActionPartners, ActionRights, ActionCases, ActionRings, ActionDocuments, ActionEntries, ActionOutcome,
		CaseRight, CaseHolder, CaseListing, CaseSeller, CaseFindings, CaseDecisions, CasePictures, CaseFiles,
		RingStores, RingCountries, RingOpened, RingPenalties, RingLinks, RingShared, RingSources,
		RingPhone, RingEmail, RingChat, RingAddress, RingPayee, RingWarehouse, RingDevice, RingSession,
	}
}

// Personal tells whether a field is about a person: a form marks it, since an agreement needs a legal ground for each.
func (f Field) Personal() bool {
	return f == CaseSeller || f == CaseFiles || f == RingStores || f == RingSources || strings.HasPrefix(string(f), contactPrefix)
}

// Kind is what the field is of: alert, action, case or ring.
func (f Field) Kind() string {
	kind, _, _ := strings.Cut(string(f), ".")
	return kind
}

// usual.json holds, by kind of partner, the fields that a new agreement begins with.
//
//go:embed usual.json
var usualFile []byte

var usual = sync.OnceValue(func() map[string][]Field {
	out := map[string][]Field{}
	if err := json.Unmarshal(usualFile, &out); err != nil {
		panic(fmt.Sprintf("partner: usual.json: %v", err)) // a test reads it
	}
	return out
})

// Usual is what an agreement with a kind of partner begins with; people change it to what was agreed.
func Usual(kind string) []Field { return slices.Clone(usual()[kind]) }

// told is a set of fields.
type told map[Field]bool

func setOf(list []Field) told {
	out := told{}
	for _, f := range list {
		out[f] = true
	}
	return out
}

// and is what both allow.
func (t told) and(other told) told {
	out := told{}
	for f := range t {
		if other[f] {
			out[f] = true
		}
	}
	return out
}

// list is the set in the order of the catalogue.
func (t told) list() []Field {
	out := []Field{}
	for _, f := range Catalogue() {
		if t[f] {
			out = append(out, f)
		}
	}
	return out
}

// checkFields notes faults of a list of fields: one that there is not, one that is there twice.
func checkFields(f *casework.Faults, path string, list []Field) {
	seen := told{}
	for i, name := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		f.Check(slices.Contains(Catalogue(), name), at, "is no field that can be told; GET /v1/partner-fields lists them")
		f.Check(!seen[name], at, "is there twice")
		seen[name] = true
	}
}
