package statement

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"touchstone/internal/casework"
)

// Record is a statement of reasons as the Commission's transparency database takes it (https://transparency.dsa.ec.europa.eu, API
// version 1), as far as decisions on intellectual property need it. Dates are days, "2026-11-20".
type Record struct {
	PUID string `json:"puid"` // the platform's own ID: letters, digits, - and _, at most 500

	DecisionVisibility      []string `json:"decision_visibility,omitempty"`
	DecisionVisibilityOther string   `json:"decision_visibility_other,omitempty"`
	EndDateVisibility       string   `json:"end_date_visibility_restriction,omitempty"`
	DecisionMonetary        string   `json:"decision_monetary,omitempty"`
	DecisionMonetaryOther   string   `json:"decision_monetary_other,omitempty"`
	EndDateMonetary         string   `json:"end_date_monetary_restriction,omitempty"`
	DecisionProvision       string   `json:"decision_provision,omitempty"`
	EndDateService          string   `json:"end_date_service_restriction,omitempty"`
	DecisionAccount         string   `json:"decision_account,omitempty"`
	EndDateAccount          string   `json:"end_date_account_restriction,omitempty"`
	AccountType             string   `json:"account_type,omitempty"`

	DecisionGround          string `json:"decision_ground"`
	DecisionGroundReference string `json:"decision_ground_reference_url,omitempty"`
	IllegalGround           string `json:"illegal_content_legal_ground,omitempty"`
	IllegalExplanation      string `json:"illegal_content_explanation,omitempty"`
	IncompatibleGround      string `json:"incompatible_content_ground,omitempty"`
	IncompatibleExplanation string `json:"incompatible_content_explanation,omitempty"`
	IncompatibleIllegal     string `json:"incompatible_content_illegal,omitempty"` // Yes or No

	Category      string   `json:"category"`
	CategoryAlso  []string `json:"category_addition,omitempty"`
	Keywords      []string `json:"category_specification,omitempty"`
	KeywordsOther string   `json:"category_specification_other,omitempty"`

	ContentType      []string `json:"content_type"`
	ContentTypeOther string   `json:"content_type_other,omitempty"`
	ContentLanguage  string   `json:"content_language,omitempty"` // ISO 639-1, in capitals
	ContentDate      string   `json:"content_date"`
	TerritorialScope []string `json:"territorial_scope,omitempty"` // ISO 3166-1 alpha-2 of the European Economic Area
	ApplicationDate  string   `json:"application_date"`
	DecisionFacts    string   `json:"decision_facts"`

	SourceType         string `json:"source_type"`
	SourceIdentity     string `json:"source_identity,omitempty"`
	AutomatedDetection string `json:"automated_detection"` // Yes or No
	AutomatedDecision  string `json:"automated_decision"`
}

// Values that decisions on intellectual property use.
const (
	categoryIP     = "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"
	groundIllegal  = "DECISION_GROUND_ILLEGAL_CONTENT"
	groundTerms    = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
	contentProduct = "CONTENT_TYPE_PRODUCT"
	contentOther   = "CONTENT_TYPE_OTHER"
	sourceOwn      = "SOURCE_VOLUNTARY"
	yes, no        = "Yes", "No"
)

// Lengths that the database accepts, in characters.
const (
	maxPUID        = 500
	maxGround      = 500
	maxExplanation = 2000
	maxFacts       = 5000
	maxOther       = 500
)

// Of makes the record of a decision. What it tells of the facts is the English statement without the seller's name: the database is
// public, and must hold no personal data (art. 24(5)).
func Of(f Facts) (Record, error) {
	if err := f.Validate(); err != nil {
		return Record{}, fmt.Errorf("record for the transparency database: %w", err)
	}
	law := f.law()
	listed := f.ListedAt
	if listed.IsZero() {
		listed = f.DecidedAt // the database wants a day; the day on which the content was first known here
	}
	r := Record{
		PUID: puid(f.ID), DecisionGround: groundIllegal, IllegalGround: law.ground, Category: categoryIP, Keywords: []string{law.keyword},
		ContentType: []string{contentProduct}, ContentDate: day(listed), ApplicationDate: day(f.DecidedAt), TerritorialScope: economicArea(f.Territories),
		IllegalExplanation: clip(publicGround(f), maxExplanation), DecisionFacts: clip(publicFacts(f), maxFacts),
		AutomatedDetection: no, AutomatedDecision: automated[f.Automation], SourceType: sources[f.Source],
	}
	if f.Detected {
		r.AutomatedDetection = yes
	}
	switch f.Restriction {
	case RemovedListing:
		r.DecisionVisibility = []string{"DECISION_VISIBILITY_CONTENT_REMOVED"}
	case HeldListing:
		r.DecisionVisibility = []string{"DECISION_VISIBILITY_CONTENT_DISABLED"}
	case FrozenStore:
		r.DecisionAccount, r.EndDateAccount = "DECISION_ACCOUNT_SUSPENDED", day(f.Until)
	case ClosedStore:
		r.DecisionAccount = "DECISION_ACCOUNT_TERMINATED"
	}
	if f.ofStore() {
		r.AccountType = "ACCOUNT_TYPE_BUSINESS"
	}
	return r, r.Validate()
}

var (
	automated = map[string]string{AutomationNone: "AUTOMATED_DECISION_NOT_AUTOMATED", AutomationPartial: "AUTOMATED_DECISION_PARTIALLY", AutomationFull: "AUTOMATED_DECISION_FULLY"}
	sources   = map[string]string{FromNotice: "SOURCE_ARTICLE_16", FromTrustedFlagger: "SOURCE_TRUSTED_FLAGGER", FromOther: "SOURCE_TYPE_OTHER_NOTIFICATION", FromDetection: sourceOwn}
)

// puid keeps what the database allows; IDs of this service hold nothing else.
func puid(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, id)
}

// economicArea gives the countries of the European Economic Area among the territories, unions as their members; nil when the
// territories say nothing.
func economicArea(territories []string) []string {
	var out []string
	for _, t := range casework.IndexTerritories(territories) {
		if eea[t] {
			out = append(out, t)
		}
	}
	return out
}

// clip shortens to so many characters, at the end, with a sign that something is missing.
func clip(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
