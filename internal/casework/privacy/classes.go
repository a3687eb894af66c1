package privacy

import (
	"slices"
	"strings"

	"touchstone/internal/policy"
)

// Class is a kind of what is kept about people, or of their files: what it holds, how it ends, and what keeps it longer. The classes of
// policy end here, after Retention.Days; the others say themselves what ends them.
type Class struct {
	Name   string
	Holds  string
	Ends   string   // for a class of policy: from when its days count
	Longer string   // what keeps it longer; "" nothing
	Tables []string // of the store
}

// Policy tells whether policy says for how long the class is kept.
func (c Class) Policy() bool { return (policy.Retention{}).Days(c.Name) > 0 }

// Classes lists all of them.
func Classes() []Class {
	return []Class{
		{policy.RetainNotices, "who filed a notice, their address, signature and words", "its filing", "a case of it that is not closed", []string{"notices"}},
		{policy.RetainCases, "the seller of a case, in the case, its decisions, orders, statements, feed and past removals", "its opening", "that it is not closed",
			[]string{"cases", "decisions", "enforcements", "statements", "verdicts", "past", "events"}},
		{policy.RetainPenalties, "the store that strikes and points belong to", "the last of them", "one that counts, and the closing of the store for good", []string{"ledger", "storefronts"}},
		{policy.RetainInquiries, "what somebody asked, and the answers", "the asking", "that it is not settled", []string{"inquiries", "inquiry_messages"}},
		{policy.RetainSurveys, "who was asked, and what they wrote; scores stay as figures", "the asking", "", []string{"surveys", "survey_scores"}},
		{policy.RetainReports, "what was found in a listing: title, pictures, seller's words", "the scoring", "a case that is not closed and rests on it; the longest time that any policy keeps listings",
			[]string{"reports", "batch_lines"}},
		{policy.RetainSellers, "traits that link sellers, and what they lead to", "the first sight of the seller", "a case that is not closed, strikes, a kept listing, a confirmed family",
			[]string{"seller_profiles", "seller_traits", "seller_rings", "seller_prices", "sightings", "link_judgements", "families", "family_members", "flows"}},
		{policy.RetainFilings, "what a notifier filed, as patterns of misuse are found by", "the filing", "", []string{"filings"}},
		{policy.RetainFiles, "files of evidence, and the pictures that cases and reports show", "when they were last sent or named", "a case or inquiry that is open, a joint action, a bundle", []string{"files"}},
		{policy.RetainPapers, "certificates with their text, and powers of attorney", "the end of the right or of the power", "", []string{"certificates", "powers"}},
		{policy.RetainLinks, "links that open a case to its seller", "their making", "that the case is not closed", []string{"seller_links"}},
		{policy.RetainAlerts, "alerts of partners", "the raising", "", []string{"partner_alerts"}},
		{policy.RetainActions, "joint actions and litigation, with their entries; the record of what was handed out", "the last entry", "that it goes on",
			[]string{"joint_actions", "joint_action_partners", "joint_action_entries", "partner_bundles"}},
		{"listings", "kept listings with their pictures and vectors", "`listing_days` of the marketplace's policy after the last scoring; nearness and prints go with them", "",
			[]string{"listings", "listing_contents", "shown_pictures", "picture_bands", "picture_names", "local_features", "past_pictures", "past_changed"}},
		{"attacks", "attacks that tracing saw, by listing and seller", "120 days; a seller who is erased goes at once", "", []string{"attacks", "attack_alerts"}},
		{"sessions", "who is signed in, and their browser's name", "12 hours without use, or signing out", "", []string{"sessions"}},
		{"people", "who signs in: name, address, password", "erasure on request; who decided stays an ID that leads to nobody", "", []string{"people", "person_notes"}},
		{"idempotency", "answers to requests that came with an Idempotency-Key", "a day after the request", "", []string{"idempotency"}},
		{"webhooks", "which event went to whom; the payload is the event itself", "7 days after delivery; dead letters once an operator ends them", "", []string{"webhooks", "webhook_deliveries", "webhook_callbacks"}},
		{"jobs", "what is to be done, by ID", "once it is done; dead ones once an operator ends them", "", []string{"jobs"}},
		{"accounts", "holders, partners and keys: business contacts", "as long as the account", "", []string{"holders", "partners", "partner_members", "partner_holders", "api_keys", "notifiers"}},
		{"grants", "sellers whom a holder authorised, and those whom a reviewer found genuine", "as long as the grant, which its holder or a reviewer ends", "", []string{"sellers", "suppressions"}},
		{"erasures", "requests for erasure", "once done they name nobody", "", []string{"erasures"}},
		{"audit", "who acted, by ID; what was bound is under salts, which erasure takes away", "never: the chain stays whole", "", []string{"audits"}},
	}
}

// impersonal are the tables that hold nothing about a person.
var impersonal = []string{"rights", "refs", "marketplaces", "quota_uses", "sweeps", "sweep_candidates", "sweep_findings", "queue_tallies", "heads", "quarantines", "matches", "scored_hours",
	"tallies", "verifications", "reminders", "retention_cursors", "measured", "rollouts", "rollout_differences", "score_counts", "survey_cursor"}

// Unclassed are those of some tables of which no class says what becomes of them, and which are not known to hold nothing about people.
func Unclassed(tables []string) []string {
	known := slices.Clone(impersonal)
	for _, c := range Classes() {
		known = append(known, c.Tables...)
	}
	return slices.DeleteFunc(slices.Clone(tables), func(t string) bool { return slices.Contains(known, t) })
}

// Table is the classes as a table in Markdown, with the days of a retention.
func Table(r policy.Retention) string {
	var b strings.Builder
	b.WriteString("| class | what it holds | how it ends | what keeps it longer |\n|---|---|---|---|\n")
	for _, c := range Classes() {
		ends := c.Ends
		if c.Policy() {
			ends = daysFrom(r.Days(c.Name), c.Name, ends)
		}
		b.WriteString("| " + strings.Join([]string{c.Name, c.Holds, ends, c.Longer}, " | ") + " |\n")
	}
	return b.String()
}
