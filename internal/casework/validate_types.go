package casework

import (
	"slices"
	"strings"

	"touchstone/detect"
)

func validateHolder(h Holder) error {
	var f faults
	f.text("account", h.Account, 1, MaxName)
	f.text("legal_name", h.LegalName, 1, MaxName)
	f.country("country", h.Country)
	f.text("business_id", h.BusinessID, 0, MaxNumber)
	f.email("email", h.Email)
	return f.err()
}

func validateRight(r Right) error {
	var f faults
	f.text("holder_id", r.HolderID, 1, MaxNumber)
	f.text("name", r.Name, 1, MaxName)
	f.check(slices.Contains(RightTypes(), r.Type), "type", "must be one of %s, not %q", typeNames(), clip(string(r.Type)))
	if r.Office != "" {
		f.match("office", r.Office, officePattern, `the short name of an office in capitals such as "EUIPO"`)
	}
	f.territories("territories", r.Territories, true)
	f.text("registration_number", r.RegistrationNumber, 0, MaxNumber)
	f.text("application_number", r.ApplicationNumber, 0, MaxNumber)
	f.text("registrant", r.Registrant, 0, MaxName)
	f.date("filed_on", r.FiledOn)
	f.date("granted_on", r.GrantedOn)
	f.date("expires_on", r.ExpiresOn)
	f.order("filed_on", "granted_on", r.FiledOn, r.GrantedOn)
	f.order("filed_on", "expires_on", r.FiledOn, r.ExpiresOn)
	f.order("granted_on", "expires_on", r.GrantedOn, r.ExpiresOn)
	f.classes(r)
	f.money("retail_price", r.RetailPrice)
	return f.err()
}

// classes checks the form of the three classifications and that each stands
// with a right it classifies.
func (f *faults) classes(r Right) {
	mark := strings.HasPrefix(string(r.Type), "trademark_") || r.Type == GeographicalIndication
	f.check(mark || len(r.Nice) == 0, "nice", "classes belong to trademarks and geographical indications, not to the type %q; leave it out", clip(string(r.Type)))
	f.check(r.Type == Design || len(r.Locarno) == 0, "locarno", "classes belong to designs, not to the type %q; leave it out", clip(string(r.Type)))
	f.check(Kind(r.Type) == KindLogo || len(r.Vienna) == 0, "vienna", "classes belong to figurative and 3D trademarks, not to the type %q; leave it out", clip(string(r.Type)))
	f.each("nice", r.Nice, func(p, s string) { f.match(p, s, nicePattern, `a Nice class from "1" to "45"`) })
	f.each("locarno", r.Locarno, func(p, s string) { f.match(p, s, locarnoPattern, `a Locarno class and subclass such as "02-04"`) })
	f.each("vienna", r.Vienna, func(p, s string) { f.match(p, s, viennaPattern, `a Vienna code such as "27.5" or "27.5.1"`) })
}

func typeNames() string {
	var names []string
	for _, t := range RightTypes() {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}

func validateReference(r Reference) error {
	var f faults
	f.text("right_id", r.RightID, 1, MaxNumber)
	f.text("view", r.View, 0, MaxNumber)
	switch r.Kind {
	case ReferenceImage:
		f.match("blob", r.Blob, blobPattern, "the SHA-256 of the picture in 64 hexadecimal digits")
		f.check(r.Width > 0 && r.Width <= MaxSide, "width", "must be 1 to %d pixels, not %d", MaxSide, r.Width)
		f.check(r.Height > 0 && r.Height <= MaxSide, "height", "must be 1 to %d pixels, not %d", MaxSide, r.Height)
		f.check(r.Word == "", "word", "belongs to a word reference; leave it out of an image")
	case ReferenceWord:
		f.text("word", r.Word, 1, MaxWord)
		if r.Language != "" {
			f.language("language", r.Language)
		}
		f.check(r.Blob == "" && r.Width == 0 && r.Height == 0, "blob", "belongs to an image reference; leave it out of a word")
	default:
		f.add("kind", `must be "image" or "word", not %q`, clip(r.Kind))
	}
	return f.err()
}

func validateSeller(a AuthorizedSeller) error {
	var f faults
	f.text("right_id", a.RightID, 1, MaxNumber)
	f.text("seller", a.Seller, 1, MaxName)
	f.check(a.Standing == "" || a.Standing == detect.StandingLicensee || a.Standing == detect.StandingHolder, "standing",
		`must be "licensee", "holder" (its own account) or left out, not %q`, clip(a.Standing))
	f.text("marketplace", a.Marketplace, 0, MaxNumber)
	f.territories("territories", a.Territories, false)
	f.each("goods", a.Goods, func(p, s string) { f.text(p, s, 1, MaxName) })
	f.date("valid_from", a.ValidFrom)
	f.date("valid_to", a.ValidTo)
	f.order("valid_from", "valid_to", a.ValidFrom, a.ValidTo)
	f.text("proof", a.Proof, 0, MaxText)
	return f.err()
}

func validateMarketplace(m Marketplace) error {
	var f faults
	f.match("id", m.ID, idPattern, `1 to 64 small letters, digits, "-" and "_", beginning with a letter or digit`)
	f.text("name", m.Name, 1, MaxName)
	f.territories("territories", m.Territories, true)
	f.each("languages", m.Languages, f.language)
	f.listingURL("listing_url", m.ListingURL)
	f.text("policy", m.Policy, 0, MaxNumber)
	return f.err()
}
