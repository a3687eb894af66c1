package statement

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// What the database accepts.
var (
	puidPattern  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,500}$`)
	visibilities = words("DECISION_VISIBILITY_", "CONTENT_REMOVED CONTENT_DISABLED CONTENT_DEMOTED CONTENT_AGE_RESTRICTED CONTENT_INTERACTION_RESTRICTED CONTENT_LABELLED OTHER")
	monetaries   = words("DECISION_MONETARY_", "SUSPENSION TERMINATION OTHER")
	provisions   = words("DECISION_PROVISION_", "PARTIAL_SUSPENSION TOTAL_SUSPENSION PARTIAL_TERMINATION TOTAL_TERMINATION")
	accounts     = words("DECISION_ACCOUNT_", "SUSPENDED TERMINATED")
	accountTypes = words("ACCOUNT_TYPE_", "BUSINESS PRIVATE")
	contentTypes = words("CONTENT_TYPE_", "APP AUDIO IMAGE PRODUCT SYNTHETIC_MEDIA TEXT VIDEO OTHER")
	sourceTypes  = []string{"SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER", "SOURCE_TYPE_OTHER_NOTIFICATION", sourceOwn}
	automations  = words("AUTOMATED_DECISION_", "FULLY PARTIALLY NOT_AUTOMATED")
	keywordsIP   = words("KEYWORD_", "TRADEMARK_INFRINGEMENT DESIGN_INFRINGEMENT COPYRIGHT_INFRINGEMENT PATENT_INFRINGEMENT GEOGRAPHIC_INDICATIONS_INFRINGEMENT TRADE_SECRET_INFRINGEMENT OTHER")
	categories   = words("STATEMENT_CATEGORY_", "ANIMAL_WELFARE CONSUMER_INFORMATION CYBER_VIOLENCE CYBER_VIOLENCE_AGAINST_WOMEN DATA_PROTECTION_AND_PRIVACY_VIOLATIONS "+
		"ILLEGAL_OR_HARMFUL_SPEECH INTELLECTUAL_PROPERTY_INFRINGEMENTS NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS NOT_SPECIFIED_NOTICE OTHER_VIOLATION_TC "+
		"PORNOGRAPHY_OR_SEXUALIZED_CONTENT PROTECTION_OF_MINORS RISK_FOR_PUBLIC_SECURITY SCAMS_AND_FRAUD SELF_HARM UNSAFE_AND_PROHIBITED_PRODUCTS VIOLENCE")
	languagePattern = regexp.MustCompile(`^[A-Z]{2}$`)
	eea             = setOf(strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"))
	// earliest is the first day on which content can have been published or a decision applied, as far as the database is concerned.
	earliest = map[string]time.Time{"content_date": time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), "application_date": time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}
)

func words(prefix, list string) []string {
	out := strings.Fields(list)
	for i := range out {
		out[i] = prefix + out[i]
	}
	return out
}

func setOf(list []string) map[string]bool {
	out := map[string]bool{}
	for _, s := range list {
		out[s] = true
	}
	return out
}

// Fault is one rule of the database that a record breaks.
type Fault struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Invalid lists every fault of a record, in the order of its fields.
type Invalid struct{ Faults []Fault }

// Error joins the faults into one line.
func (e *Invalid) Error() string {
	parts := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		parts[i] = f.Field + ": " + f.Message
	}
	return "the transparency database would refuse this record: " + strings.Join(parts, "; ")
}

// checks gathers faults.
type checks struct{ faults []Fault }

func (c *checks) ok(ok bool, field, format string, args ...any) {
	if !ok {
		c.faults = append(c.faults, Fault{field, fmt.Sprintf(format, args...)})
	}
}

// text is needed or not, and of at most so many characters.
func (c *checks) text(field, s string, needed bool, most int) {
	n := utf8.RuneCountInString(s)
	c.ok(!needed || strings.TrimSpace(s) != "", field, "is needed")
	c.ok(n <= most, field, "has %d characters, %d are allowed", n, most)
	c.ok(utf8.ValidString(s), field, "is not valid UTF-8")
}

// one of the values; empty where it may be.
func (c *checks) one(field, s string, needed bool, of []string) {
	c.ok(s == "" && !needed || slices.Contains(of, s), field, "%q is none of %s", s, strings.Join(of, ", "))
}

func (c *checks) each(field string, list, of []string) {
	for i, s := range list {
		c.one(fmt.Sprintf("%s.%d", field, i), s, true, of)
		c.ok(!slices.Contains(list[:i], s), fmt.Sprintf("%s.%d", field, i), "%q is there twice", s)
	}
}

// only says that a text goes with a value and not without it.
func (c *checks) only(field, s string, with bool, value string, most int) {
	c.text(field, s, with, most)
	c.ok(with || s == "", field, "goes with %s only", value)
}

func (c *checks) day(field, s string, needed bool) {
	if s == "" && !needed {
		return
	}
	t, err := time.Parse(time.DateOnly, s)
	c.ok(err == nil, field, "%q is no day such as 2026-11-20", s)
	if from, ok := earliest[field]; ok && err == nil {
		c.ok(!t.Before(from), field, "%s is before %s", s, from.Format(time.DateOnly))
	}
}

// Validate reports everything that the database would refuse, as *Invalid.
func (r Record) Validate() error {
	c := &checks{}
	c.ok(puidPattern.MatchString(r.PUID), "puid", "must be 1 to %d letters, digits, - and _", maxPUID)
	r.decision(c)
	r.ground(c)
	c.one("category", r.Category, true, categories)
	c.each("category_addition", r.CategoryAlso, categories)
	c.ok(!slices.Contains(r.CategoryAlso, r.Category), "category_addition", "repeats the category")
	if r.Category == categoryIP {
		c.each("category_specification", r.Keywords, keywordsIP)
	}
	c.only("category_specification_other", r.KeywordsOther, slices.Contains(r.Keywords, "KEYWORD_OTHER"), "KEYWORD_OTHER", maxOther)
	c.ok(len(r.ContentType) > 0, "content_type", "is needed")
	c.each("content_type", r.ContentType, contentTypes)
	c.only("content_type_other", r.ContentTypeOther, slices.Contains(r.ContentType, contentOther), contentOther, maxOther)
	c.ok(r.ContentLanguage == "" || languagePattern.MatchString(r.ContentLanguage), "content_language", "%q is no language such as DE", r.ContentLanguage)
	c.day("content_date", r.ContentDate, true)
	for i, t := range r.TerritorialScope {
		c.ok(eea[t], fmt.Sprintf("territorial_scope.%d", i), "%q is no country of the European Economic Area", t)
	}
	c.day("application_date", r.ApplicationDate, true)
	c.text("decision_facts", r.DecisionFacts, true, maxFacts)
	c.one("source_type", r.SourceType, true, sourceTypes)
	c.text("source_identity", r.SourceIdentity, false, maxOther)
	c.ok(r.SourceIdentity == "" || r.SourceType != sourceOwn, "source_identity", "does not go with %s", sourceOwn)
	c.one("automated_detection", r.AutomatedDetection, true, []string{yes, no})
	c.one("automated_decision", r.AutomatedDecision, true, automations)
	if len(c.faults) > 0 {
		return &Invalid{c.faults}
	}
	return nil
}

func (r Record) decision(c *checks) {
	c.ok(len(r.DecisionVisibility) > 0 || r.DecisionMonetary != "" || r.DecisionProvision != "" || r.DecisionAccount != "",
		"decision_visibility", "at least one of decision_visibility, decision_monetary, decision_provision and decision_account is needed")
	c.each("decision_visibility", r.DecisionVisibility, visibilities)
	c.only("decision_visibility_other", r.DecisionVisibilityOther, slices.Contains(r.DecisionVisibility, "DECISION_VISIBILITY_OTHER"), "DECISION_VISIBILITY_OTHER", maxOther)
	c.one("decision_monetary", r.DecisionMonetary, false, monetaries)
	c.only("decision_monetary_other", r.DecisionMonetaryOther, r.DecisionMonetary == "DECISION_MONETARY_OTHER", "DECISION_MONETARY_OTHER", maxOther)
	c.one("decision_provision", r.DecisionProvision, false, provisions)
	c.one("decision_account", r.DecisionAccount, false, accounts)
	c.one("account_type", r.AccountType, false, accountTypes)
	for field, end := range map[string][2]string{
		"end_date_visibility_restriction": {r.EndDateVisibility, strings.Join(r.DecisionVisibility, "")}, "end_date_monetary_restriction": {r.EndDateMonetary, r.DecisionMonetary},
		"end_date_service_restriction": {r.EndDateService, r.DecisionProvision}, "end_date_account_restriction": {r.EndDateAccount, r.DecisionAccount},
	} {
		c.day(field, end[0], false)
		c.ok(end[0] == "" || end[1] != "", field, "goes with a decision of its kind only")
		c.ok(end[0] == "" || end[0] >= r.ApplicationDate, field, "%s is before the application date", end[0])
	}
}

func (r Record) ground(c *checks) {
	c.one("decision_ground", r.DecisionGround, true, []string{groundIllegal, groundTerms})
	c.only("illegal_content_legal_ground", r.IllegalGround, r.DecisionGround == groundIllegal, groundIllegal, maxGround)
	c.only("illegal_content_explanation", r.IllegalExplanation, r.DecisionGround == groundIllegal, groundIllegal, maxExplanation)
	c.only("incompatible_content_ground", r.IncompatibleGround, r.DecisionGround == groundTerms, groundTerms, maxGround)
	c.only("incompatible_content_explanation", r.IncompatibleExplanation, r.DecisionGround == groundTerms, groundTerms, maxExplanation)
	c.one("incompatible_content_illegal", r.IncompatibleIllegal, false, []string{yes, no})
	if r.DecisionGroundReference != "" {
		u, err := url.Parse(r.DecisionGroundReference)
		c.ok(err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && len(r.DecisionGroundReference) <= maxOther, "decision_ground_reference_url", "is no web address of at most %d characters", maxOther)
	}
}
