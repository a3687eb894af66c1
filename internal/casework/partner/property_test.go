package partner_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"touchstone/internal/casework/evidence"
	"touchstone/internal/casework/partner"
)

// marks are texts that stand in what each field tells, and nowhere else.
var marks = map[partner.Field][]string{
	partner.ActionTitle:     {"MARK-title", "MARK-summary"},
	partner.ActionAuthority: {"MARK-authority", "MARK-reference"},
	partner.ActionOutcome:   {"MARK-outcome"},
	partner.ActionEntries:   {"MARK-entry"},
	partner.ActionDocuments: {"MARK-document"},
	partner.ActionRings:     {"ring_1"},
	partner.AlertText:       {"MARK-alert"},
	partner.AlertForms:      {"v3lmora"},

	partner.CaseRight:     {"MARK-number", "picture registered-1"},
	partner.CaseHolder:    {"MARK-holder", "MARK-registrant"},
	partner.CaseListing:   {"MARK-listing", "MARK-url"},
	partner.CaseSeller:    {"MARK-seller"},
	partner.CaseFindings:  {"MARK-finding"},
	partner.CaseDecisions: {"MARK-decision"},
	partner.CasePictures:  {"picture listing-1"},
	partner.CaseFiles:     {"picture filed-1"},

	partner.RingStores:    {"MARK-store"},
	partner.RingCountries: {`"XC"`},
	partner.RingOpened:    {"1999-"},
	partner.RingPenalties: {`"strikes"`},
	partner.RingLinks:     {`"decided"`},
	partner.RingShared:    {"MARK-phrase"},
	partner.RingSources:   {"MARK-source"},
	partner.RingPhone:     {"MARK-phone"},
	partner.RingEmail:     {"MARK-email"},
}

// needs are fields without which another one tells nothing.
var needs = map[partner.Field]partner.Field{partner.RingShared: partner.RingLinks, partner.RingPhone: partner.RingLinks, partner.RingEmail: partner.RingLinks, partner.RingSources: partner.RingStores}

func (w *world) fill() {
	w.content = evidence.Content{
		Right:     evidence.Right{ID: w.right.ID, Number: "MARK-number", Holder: "MARK-holder", Registrant: "MARK-registrant"},
		Listing:   evidence.Listing{Marketplace: "alpha", Title: "MARK-listing", URL: "https://alpha.example/MARK-url", Seller: "MARK-seller"},
		Findings:  []evidence.Finding{{Signal: "near_copy", Text: "MARK-finding", Listing: "listing-1", Registered: "registered-1", SideBySide: "side-by-side-1"}},
		Decisions: []evidence.Decision{{ID: "dec_1", Sentence: "MARK-decision", At: w.Now}},
		Ring: &evidence.Ring{
			Stores: []evidence.Store{{Marketplace: "alpha", Seller: "MARK-store-1", Country: "XC", OpenedAt: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), Strikes: 2}, {Marketplace: "alpha", Seller: "MARK-store-2"}},
			Links: []evidence.Link{{A: "alpha/MARK-store-1", B: "alpha/MARK-store-2", Decided: "same", Shared: []evidence.Shared{
				{Kind: "phone", Value: "MARK-phone", Personal: true}, {Kind: "email", Value: "MARK-email", Personal: true}, {Kind: "phrase", Value: "MARK-phrase"}}}},
			Sources: []evidence.Source{{Place: "supplier", Name: "MARK-source"}},
		},
	}
}

// held checks that a text has the marks of the fields that are told, and none of the others.
func held(t *rapid.T, what, text string, fields []partner.Field, kind string) {
	for f, list := range marks {
		if f.Kind() != kind {
			continue
		}
		told := slices.Contains(fields, f) && (needs[f] == "" || slices.Contains(fields, needs[f]))
		for _, mark := range list {
			if got := strings.Contains(text, mark); got != told {
				t.Fatalf("%s with %v: %q of %s told %v, want %v:\n%s", what, fields, mark, f, got, told, text)
			}
		}
	}
}

// unpacked is all the text of a bundle but its PDF, which is made of the same content.
func unpacked(t *rapid.T, data []byte) string {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, f := range z.File {
		if f.Name == "evidence.pdf" || f.Name == "README.txt" {
			continue
		}
		r := must(f.Open())
		fmt.Fprintf(&out, "%s: %s\n", f.Name, must(io.ReadAll(r)))
		_ = r.Close()
	}
	return out.String()
}

func encoded(v any) string { return string(must(json.Marshal(v))) }

// TestNoFieldOutsideOfTheAgreement: whatever an agreement names, what leaves for the partner has exactly the marks of the fields that are named.
func TestNoFieldOutsideOfTheAgreement(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.fill()
	p := w.join(police, partner.KindLawEnforcement, nil)
	other := w.join(brand, partner.KindBrand, nil)
	cs := w.aCase("alpha")
	x := must(w.Open(ctx, operator, partner.Plan{Kind: partner.ActionJoint, Title: "MARK-title", Summary: "MARK-summary", Authority: "MARK-authority", Reference: "MARK-reference",
		Partners: []partner.Invitation{{Partner: p.ID, As: partner.PartMember}}}))
	must(w.Link(ctx, operator, x.ID, partner.Links{Rights: []string{w.right.ID}, Cases: []string{cs.ID}, Rings: []string{"ring_1"}}))
	must(w.Invite(ctx, operator, x.ID, partner.Invitation{Partner: other.ID, As: partner.PartLead}))
	must(w.Record(ctx, brand, x.ID, partner.ActionEntry{What: "MARK-entry", Outcome: "MARK-outcome"}))
	must(w.Record(ctx, operator, x.ID, partner.ActionEntry{What: "SECRET of the desk", Internal: true}))
	must(w.Attach(ctx, operator, x.ID, strings.Repeat("d", 64), "MARK-document"))
	must(w.Move(ctx, operator, x.ID, partner.ActionRunning, "MARK-outcome", ""))
	w.surge(t, "alpha")
	must(w.Raise(ctx, operator, partner.Raise{Right: w.right.ID, Title: "MARK-alert", Text: "MARK-alert and more"}))

	rapid.Check(t, func(t *rapid.T) {
		fields := rapid.SliceOfNDistinct(rapid.SampledFrom(partner.Catalogue()), 0, len(partner.Catalogue()), rapid.ID).Draw(t, "fields")
		e := partner.Edit{Name: p.Name, Agreement: w.agreement()}
		e.Agreement.Fields = fields
		must(w.Agree(ctx, operator, p.ID, e))

		entries, _, err := w.Entries(ctx, police, x.ID, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		seen := encoded(must(w.Action(ctx, police, x.ID))) + encoded(must(w.Actions(ctx, police, partner.ActionQuery{Limit: 9})))
		all := seen + encoded(entries)
		if strings.Contains(all, "SECRET") || strings.Contains(all, operator.Person()) {
			t.Fatalf("the desk's own is told: %s", all)
		}
		for f, id := range map[partner.Field]string{partner.ActionCases: cs.ID, partner.ActionPartners: other.ID} {
			if got, told := strings.Contains(all, id), slices.Contains(fields, f); got != told {
				t.Fatalf("%s told %v, want %v: %s", f, got, told, all)
			}
		}
		if !slices.Contains(fields, partner.ActionEntries) && len(entries) > 0 {
			t.Fatalf("entries: %+v", entries)
		}
		// Entries tell of outcomes and documents too, to those who are told these.
		if !slices.Contains(fields, partner.ActionOutcome) && strings.Contains(all, "MARK-outcome") || !slices.Contains(fields, partner.ActionDocuments) && strings.Contains(all, "MARK-document") {
			t.Fatalf("with %v: %s", fields, all)
		}
		held(t, "action", seen+strings.Join(whats(entries), " "), fields, "action")

		alerts, _, err := w.Alerts(ctx, police, partner.AlertQuery{Limit: 9})
		if err != nil || len(alerts) != 2 {
			t.Fatal(alerts, err)
		}
		text := encoded(alerts)
		held(t, "alert", text, fields, "alert")
		for f, key := range map[partner.Field]string{partner.AlertRight: `"right_id"`, partner.AlertHolder: `"holder"`, partner.AlertCounts: `"expected"`, partner.AlertMarketplaces: `"marketplaces"`} {
			if got, told := strings.Contains(text, key), slices.Contains(fields, f); got != told {
				t.Fatalf("%s told %v, want %v: %s", f, got, told, text)
			}
		}

		for kind, o := range map[string]partner.Order{"case": {Case: cs.ID}, "ring": {Ring: "ring_1"}} {
			o.Partner, o.Purpose = p.ID, "for the file"
			b := must(w.Bundle(ctx, operator, o))
			got, data, err := w.Fetch(ctx, police, b.ID)
			if err != nil || got.MadeBy != "desk" {
				t.Fatal(got, err)
			}
			held(t, kind, unpacked(t, data), fields, kind)
		}
	})
}

func whats(entries []partner.ActionEntry) (out []string) {
	for _, e := range entries {
		if e.Outcome == "" || e.What != "MARK-entry" {
			out = append(out, e.What)
			continue
		}
		out = append(out, e.What, e.Outcome)
	}
	return out
}
