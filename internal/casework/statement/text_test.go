package statement

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/casework"
	"touchstone/internal/message"
)

var decided = time.Date(2026, 11, 20, 10, 30, 0, 0, time.UTC)

func facts() Facts {
	return Facts{
		ID: "dec_06f0", Case: "cas_06f0", Marketplace: "Bazaar", Listing: "L-77", Title: "Lamp\n\nStatement of reasons withdrawn", Seller: "Shop {date} 9", Restriction: RemovedListing,
		Territories: []string{"EU", "CH"}, Reason: "copied_design", RightName: "Fold lamp", RightType: casework.Design, RightNumber: "EUIPO 008123456-0001",
		Notifier: "Anna Example", Source: FromNotice, Detected: true, Automation: AutomationPartial, ListedAt: decided.AddDate(0, -1, 0), DecidedAt: decided, ContestBy: decided.AddDate(0, 6, 0),
	}
}

// TestTextTellsWhatArticle17AsksFor in every language.
func TestTextTellsWhatArticle17AsksFor(t *testing.T) {
	f := facts()
	f.Remark = "Same folds, same joints."
	for _, language := range message.Languages() {
		got, err := Text(language, f)
		if err != nil {
			t.Fatal(err)
		}
		for what, want := range map[string]string{
			"date": "2026-11-20", "seller, whose braces are its own": "Shop {date} 9", "listing": "L-77", "marketplace": "Bazaar", "territories": "EU", "ground": "6/2002",
			"right": "Fold lamp", "number": "EUIPO 008123456-0001", "notifier": "Anna Example", "remark": "Same folds, same joints.", "last day": "2027-05-20", "case": "cas_06f0", "settlement": "21",
			"automation": message.Text(language, "statement.automation.partial", nil), "facts": message.Text(language, "ground.copied_design", nil),
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %s (%q):\n%s", language, what, want, got)
			}
		}
		if strings.Contains(got, "statement.") || strings.Contains(got, "\nStatement of reasons withdrawn") {
			t.Errorf("%s:\n%s", language, got)
		}
	}
}

func TestTextOfEveryRestrictionSourceAndAutomation(t *testing.T) {
	for _, restriction := range []string{RemovedListing, HeldListing, FrozenStore, ClosedStore} {
		for source := range sources {
			for automation := range automated {
				for reason := range reasons {
					f := facts()
					f.Restriction, f.Source, f.Automation, f.Reason, f.Detected = restriction, source, automation, reason, false
					if restriction == FrozenStore {
						f.Until = decided.AddDate(0, 0, 7)
					}
					text, err := Text("en", f)
					if err != nil || strings.Contains(text, "statement.") || strings.Contains(text, "ground.") {
						t.Fatalf("%s %s %s %s: %v\n%s", restriction, source, automation, reason, err, text)
					}
					r, err := Of(f)
					if err != nil {
						t.Fatalf("%s %s %s %s: %v", restriction, source, automation, reason, err)
					}
					if strings.Contains(r.DecisionFacts+r.IllegalExplanation, "Anna") || strings.Contains(r.DecisionFacts, "Shop") {
						t.Fatalf("a name of a person in a public record: %s", r.DecisionFacts)
					}
				}
			}
		}
	}
}

func TestFactsReportEveryFault(t *testing.T) {
	err := Facts{Restriction: FrozenStore, Reason: "odd"}.Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"id, marketplace and seller", "until goes with", `reason "odd"`, "source is", "automation is", "decided_at"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not reported: %s\n%v", want, err)
		}
	}
	if _, err := Text("en", Facts{}); err == nil {
		t.Error("a text without facts")
	}
	if _, err := Of(Facts{}); err == nil {
		t.Error("a record without facts")
	}
}

func TestOf(t *testing.T) {
	got, err := Of(facts())
	if err != nil {
		t.Fatal(err)
	}
	want := Record{
		PUID: "dec_06f0", DecisionVisibility: []string{"DECISION_VISIBILITY_CONTENT_REMOVED"}, DecisionGround: groundIllegal, IllegalGround: groundDesign,
		IllegalExplanation: "The goods shown copy a protected design. The right concerned is “Fold lamp”, EUIPO 008123456-0001.", Category: categoryIP,
		Keywords: []string{"KEYWORD_DESIGN_INFRINGEMENT"}, ContentType: []string{contentProduct}, ContentDate: "2026-10-20", ApplicationDate: "2026-11-20",
		TerritorialScope: strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"),
		DecisionFacts: "The offer of a product was removed. The goods shown copy a protected design. The right concerned is “Fold lamp”, EUIPO 008123456-0001. " +
			"The decision was taken on a notice under Article 16 by its holder. Automated means helped to find or to assess the content; a person decided.",
		SourceType: "SOURCE_ARTICLE_16", AutomatedDetection: yes, AutomatedDecision: "AUTOMATED_DECISION_PARTIALLY",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestValidateRecord(t *testing.T) {
	good, err := Of(facts())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		change func(*Record)
		field  string
	}{
		{"no PUID", func(r *Record) { r.PUID = "" }, "puid"},
		{"PUID with a dot", func(r *Record) { r.PUID = "a.b" }, "puid"},
		{"PUID too long", func(r *Record) { r.PUID = strings.Repeat("a", 501) }, "puid"},
		{"nothing decided", func(r *Record) { r.DecisionVisibility = nil }, "decision_visibility"},
		{"unknown visibility", func(r *Record) { r.DecisionVisibility = []string{"GONE"} }, "decision_visibility.0"},
		{"other without words", func(r *Record) { r.DecisionVisibility = []string{"DECISION_VISIBILITY_OTHER"} }, "decision_visibility_other"},
		{"words without other", func(r *Record) { r.DecisionVisibilityOther = "x" }, "decision_visibility_other"},
		{"unknown provision", func(r *Record) { r.DecisionProvision = "x" }, "decision_provision"},
		{"monetary other without words", func(r *Record) { r.DecisionMonetary = "DECISION_MONETARY_OTHER" }, "decision_monetary_other"},
		{"end of nothing", func(r *Record) { r.EndDateAccount = "2027-01-01" }, "end_date_account_restriction"},
		{"end before the beginning", func(r *Record) { r.EndDateVisibility = "2026-11-19" }, "end_date_visibility_restriction"},
		{"no ground", func(r *Record) { r.DecisionGround, r.IllegalGround, r.IllegalExplanation = "", "", "" }, "decision_ground"},
		{"illegal without a law", func(r *Record) { r.IllegalGround = " " }, "illegal_content_legal_ground"},
		{"law too long", func(r *Record) { r.IllegalGround = strings.Repeat("ü", 501) }, "illegal_content_legal_ground"},
		{"explanation too long", func(r *Record) { r.IllegalExplanation = strings.Repeat("ü", 2001) }, "illegal_content_explanation"},
		{"both grounds", func(r *Record) { r.IncompatibleGround = "terms" }, "incompatible_content_ground"},
		{"terms without an explanation", func(r *Record) {
			r.DecisionGround, r.IllegalGround, r.IllegalExplanation, r.IncompatibleGround = groundTerms, "", "", "4.2"
		}, "incompatible_content_explanation"},
		{"unknown category", func(r *Record) { r.Category = "STATEMENT_CATEGORY_TEA" }, "category"},
		{"category again", func(r *Record) { r.CategoryAlso = []string{r.Category} }, "category_addition"},
		{"keyword of another field", func(r *Record) { r.Keywords = []string{"KEYWORD_DOXING"} }, "category_specification.0"},
		{"no content type", func(r *Record) { r.ContentType = nil }, "content_type"},
		{"other content without words", func(r *Record) { r.ContentType = []string{contentOther} }, "content_type_other"},
		{"small language", func(r *Record) { r.ContentLanguage = "de" }, "content_language"},
		{"no day", func(r *Record) { r.ContentDate = "20.11.2026" }, "content_date"},
		{"old day", func(r *Record) { r.ApplicationDate = "2019-12-31" }, "application_date"},
		{"outside the area", func(r *Record) { r.TerritorialScope = []string{"US"} }, "territorial_scope.0"},
		{"no facts", func(r *Record) { r.DecisionFacts = "" }, "decision_facts"},
		{"facts too long", func(r *Record) { r.DecisionFacts = strings.Repeat("a", 5001) }, "decision_facts"},
		{"unknown source", func(r *Record) { r.SourceType = "SOURCE" }, "source_type"},
		{"identity of nobody", func(r *Record) { r.SourceType, r.SourceIdentity = sourceOwn, "x" }, "source_identity"},
		{"perhaps", func(r *Record) { r.AutomatedDetection = "Perhaps" }, "automated_detection"},
		{"unknown automation", func(r *Record) { r.AutomatedDecision = "FULLY" }, "automated_decision"},
		{"reference that is none", func(r *Record) { r.DecisionGroundReference = "javascript:alert(1)" }, "decision_ground_reference_url"},
		{"unknown account type", func(r *Record) { r.AccountType = "x" }, "account_type"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := good
			tt.change(&r)
			var invalid *Invalid
			if err := r.Validate(); !errors.As(err, &invalid) {
				t.Fatalf("%v", err)
			}
			if len(invalid.Faults) != 1 || invalid.Faults[0].Field != tt.field {
				t.Errorf("%v, want one fault of %s", invalid, tt.field)
			}
		})
	}
	if err := (Record{}).Validate(); strings.Count(err.Error(), ";") < 10 {
		t.Errorf("not every fault at once: %v", err)
	}
}
