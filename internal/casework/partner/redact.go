package partner

import (
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/casework/evidence"
)

// contacts are the kinds of contact value that a set tells in full.
func (t told) contacts() []string {
	out := []string{}
	for _, f := range t.list() {
		if kind, ok := strings.CutPrefix(string(f), contactPrefix); ok {
			out = append(out, kind)
		}
	}
	return out
}

// caseFor copies what a partner is told of a case. What it is not told is not in the copy, and its pictures are not among those that are given.
func caseFor(c evidence.Content, pictures []evidence.Picture, t told) (evidence.Content, []evidence.Picture) {
	out := evidence.Content{ID: c.ID, Case: c.Case, MadeAt: c.MadeAt, MadeFor: c.MadeFor, Audit: c.Audit, Versions: c.Versions,
		Right: evidence.Right{ID: c.Right.ID}, Listing: evidence.Listing{Marketplace: c.Listing.Marketplace}}
	if t[CaseRight] {
		out.Right = c.Right
		out.Right.Holder, out.Right.Registrant = "", ""
	}
	if t[CaseHolder] {
		out.Right.Holder, out.Right.Registrant = c.Right.Holder, c.Right.Registrant
	}
	if t[CaseListing] {
		out.Listing = c.Listing
		out.Listing.Seller = ""
	}
	if t[CaseSeller] {
		out.Listing.Seller = c.Listing.Seller
	}
	if t[CaseDecisions] {
		out.Decisions = c.Decisions
	}
	names := map[string]bool{}
	for _, f := range c.Findings {
		if !t[CasePictures] {
			f.Listing, f.SideBySide = "", ""
		}
		if !t[CaseRight] {
			f.Registered, f.SideBySide = "", ""
		}
		if !t[CaseFindings] {
			f = evidence.Finding{Listing: f.Listing, Registered: f.Registered, SideBySide: f.SideBySide}
		}
		for _, name := range []string{f.Listing, f.Registered, f.SideBySide} {
			names[name] = true
		}
		if f != (evidence.Finding{}) {
			out.Findings = append(out.Findings, f)
		}
	}
	kept := slices.DeleteFunc(slices.Clone(pictures), func(p evidence.Picture) bool { return !names[p.Name] && (!p.Filed || !t[CaseFiles]) })
	return withheld(out, t, "case"), kept
}

// ringFor copies what a partner is told of a ring, out of which what lies on other marketplaces, and contact values that it is not told, were left
// already.
func ringFor(c evidence.Content, t told) evidence.Content {
	out := evidence.Content{ID: c.ID, MadeAt: c.MadeAt, MadeFor: c.MadeFor, Audit: c.Audit, Versions: c.Versions}
	r := evidence.Ring{ID: c.Ring.ID, Probability: c.Ring.Probability, Told: c.Ring.Told, Links: []evidence.Link{}}
	alias := map[string]string{}
	for i, st := range c.Ring.Stores {
		name := st.Marketplace + "/" + st.Seller
		told := evidence.Store{Marketplace: st.Marketplace, Seller: st.Seller, Probability: st.Probability}
		if !t[RingStores] {
			told.Seller = fmt.Sprintf("withheld-%d", i+1)
		}
		alias[name] = told.Marketplace + "/" + told.Seller
		if t[RingCountries] {
			told.Country = st.Country
		}
		if t[RingOpened] {
			told.OpenedAt = st.OpenedAt
		}
		if t[RingPenalties] {
			told.Strikes, told.Closed = st.Strikes, st.Closed
		}
		r.Stores = append(r.Stores, told)
	}
	contacts := t.contacts()
	for _, l := range c.Ring.Links {
		if !t[RingLinks] {
			break
		}
		e := evidence.Link{A: alias[l.A], B: alias[l.B], Probability: l.Probability, Decided: l.Decided, Shared: []evidence.Shared{}}
		for _, v := range l.Shared {
			if v.Withheld || slices.Contains(contacts, v.Kind) || t[RingShared] && !v.Personal {
				e.Shared = append(e.Shared, v)
			}
		}
		r.Links = append(r.Links, e)
	}
	if t[RingSources] && t[RingStores] { // their paths name stores
		r.Sources = c.Ring.Sources
	}
	out.Ring = &r
	return withheld(out, t, "ring")
}

// withheld says which fields of a kind were left out, so that nobody takes silence for absence.
func withheld(c evidence.Content, t told, kind string) evidence.Content {
	for _, f := range Catalogue() {
		if f.Kind() == kind && !t[f] {
			c.Withheld = append(c.Withheld, string(f))
		}
	}
	return c
}
