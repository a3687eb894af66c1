package partner

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"touchstone/internal/casework"
)

// Kinds of partner.
const (
	KindBrand          = "brand"
	KindAlliance       = "alliance"
	KindLawEnforcement = "law_enforcement"
	KindAuthority      = "authority" // customs, market surveillance, an office of registration
	KindCourt          = "court"
)

// Kinds lists them.
func Kinds() []string {
	return []string{KindBrand, KindAlliance, KindLawEnforcement, KindAuthority, KindCourt}
}

// States of a partner at a moment, reckoned from its agreement.
const (
	StatePending   = "pending" // the agreement has not begun
	StateActive    = "active"
	StateSuspended = "suspended" // until somebody lifts it
	StateExpired   = "expired"   // the agreement ran out; it can be renewed
	StateEnded     = "ended"     // for good
)

// States lists them.
func States() []string {
	return []string{StatePending, StateActive, StateSuspended, StateExpired, StateEnded}
}

// All stands for every marketplace, or for every right, in an agreement.
const All = "*"

// Bounds of a partner.
const (
	maxName    = 200
	maxNote    = 2000
	maxList    = 1000 // rights, holders, marketplaces, territories of one agreement
	maxMembers = 100
	maxHistory = 500
	maxAccount = 200
)

// Agreement is what was agreed with a partner. What its lists do not name is outside of it: an empty list is nothing, and All is everything.
type Agreement struct {
	Reference string    `json:"reference" doc:"number of the paper"`
	Document  string    `json:"document,omitempty" doc:"SHA-256 of the paper, sent as a file before"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until" doc:"the first moment at which it holds no more"`

	Territories  []string `json:"territories" doc:"countries, EU, BX, or WW for everywhere"`
	Marketplaces []string `json:"marketplaces" doc:"IDs, or * for all"`
	Rights       []string `json:"rights" doc:"IDs, or * for all"`
	Holders      []string `json:"holders" doc:"IDs of holders all of whose rights are meant"`

	Fields []Field `json:"fields" doc:"what the partner is told, field by field"`
	Shares []Field `json:"shares" doc:"what other brands and alliances may be told about the rights of the partner's own holders"`
}

// Subject is what something is about, to be held against an agreement. An empty Marketplace is none in particular.
type Subject struct {
	Right       string   `json:"right_id"`
	Holder      string   `json:"holder_id"`
	Marketplace string   `json:"marketplace,omitempty"`
	Territories []string `json:"territories"` // of the marketplace, or else of the right
}

// Covers tells whether something is within the agreement.
func (g Agreement) Covers(s Subject) bool {
	right := slices.Contains(g.Rights, All) || s.Right != "" && slices.Contains(g.Rights, s.Right) || s.Holder != "" && slices.Contains(g.Holders, s.Holder)
	return right && (s.Marketplace == "" || g.onMarket(s.Marketplace)) && casework.TerritoriesMeet(g.Territories, s.Territories)
}

func (g Agreement) onMarket(id string) bool {
	return slices.Contains(g.Marketplaces, All) || slices.Contains(g.Marketplaces, id)
}

func (g Agreement) validate(f *casework.Faults) {
	f.Text("agreement.reference", strings.TrimSpace(g.Reference), 1, maxName)
	f.Check(!g.From.IsZero() && g.Until.After(g.From), "agreement.until", "must lie behind from")
	for path, list := range map[string][]string{"agreement.territories": g.Territories, "agreement.marketplaces": g.Marketplaces, "agreement.rights": g.Rights, "agreement.holders": g.Holders} {
		f.Check(len(list) <= maxList, path, "at most %d", maxList)
		f.Check(len(slices.Compact(slices.Sorted(slices.Values(list)))) == len(list), path, "names something twice")
		for i, v := range list {
			f.Text(fmt.Sprintf("%s[%d]", path, i), v, 1, 64)
		}
	}
	for i, t := range g.Territories {
		f.Check(casework.ValidTerritory(t), fmt.Sprintf("agreement.territories[%d]", i), "must be a country, EU, BX or WW")
	}
	f.Check(!slices.Contains(g.Holders, All), "agreement.holders", "cannot be *; write it in rights")
	checkFields(f, "agreement.fields", g.Fields)
	checkFields(f, "agreement.shares", g.Shares)
}

// Membership is an account that acts for a partner.
type Membership struct {
	Account string    `json:"account"`
	AddedBy string    `json:"added_by"`
	AddedAt time.Time `json:"added_at"`
}

// HistoryStep is a step of a partner's history.
type HistoryStep struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	What string    `json:"what"` // see the constants of changes
	Note string    `json:"note,omitempty"`
}

// Changes of a partner.
const (
	ChangeMade      = "made"
	ChangeAgreement = "agreement"
	ChangeMember    = "member_added"
	ChangeLeft      = "member_removed"
	ChangeSuspended = "suspended"
	ChangeResumed   = "resumed"
	ChangeEnded     = "ended"
)

// Partner is an organisation with its agreement and the accounts that act for it.
type Partner struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Kind    string   `json:"kind" enum:"brand,alliance,law_enforcement,authority,court"`
	Country string   `json:"country,omitempty" doc:"ISO 3166-1 alpha-2"`
	Email   string   `json:"email,omitempty" doc:"of its office, for questions about the agreement"`
	Holders []string `json:"own_holders,omitempty" doc:"holders of the registry that the partner itself is"`

	State     string       `json:"state" enum:"pending,active,suspended,expired,ended" doc:"at the moment of the answer"`
	Agreement Agreement    `json:"agreement"`
	Members   []Membership `json:"members"`

	SuspendedAt *time.Time    `json:"suspended_at,omitempty"`
	EndedAt     *time.Time    `json:"ended_at,omitempty"`
	Reason      string        `json:"reason,omitempty" doc:"why it is suspended or ended"`
	History     []HistoryStep `json:"history"`
	CreatedAt   time.Time     `json:"created_at"`
	UpdatedAt   time.Time     `json:"updated_at"`

	Account string `json:"-"` // of who made it
	Request string `json:"-"`
	Version int64  `json:"-"`
}

// StateAt is the state at a moment.
func (p Partner) StateAt(now time.Time) string {
	switch {
	case p.EndedAt != nil:
		return StateEnded
	case p.SuspendedAt != nil:
		return StateSuspended
	case now.Before(p.Agreement.From):
		return StatePending
	case !now.Before(p.Agreement.Until):
		return StateExpired
	}
	return StateActive
}

// at is the partner with its state at a moment.
func (p Partner) at(now time.Time) Partner {
	p.State = p.StateAt(now)
	return p
}

// For is the partner as its own members see it: without who of the desk did what.
func (p Partner) For(a casework.Actor) Partner {
	if a.Operates() {
		return p
	}
	p.History = nil
	p.Members = slices.Clone(p.Members)
	for i := range p.Members {
		p.Members[i].AddedBy = desk
	}
	return p
}

// desk stands for people of the service where a partner is told who did something.
const desk = "desk"

// peer tells whether the shares of other partners bind what this one is told: those of brands bind brands and alliances. What authorities are told
// follows from the law and from their own agreement.
func (p Partner) peer() bool { return p.Kind == KindBrand || p.Kind == KindAlliance }

// has tells whether an account acts for the partner.
func (p Partner) has(account string) bool {
	return slices.ContainsFunc(p.Members, func(m Membership) bool { return m.Account == account })
}

func (p Partner) validate() error {
	var f casework.Faults
	f.Text("name", strings.TrimSpace(p.Name), 2, maxName)
	f.One("kind", p.Kind, Kinds())
	f.Check(p.Country == "" || casework.ValidCountry(p.Country), "country", "must be a country's code of two capitals, such as DE")
	if p.Email != "" {
		a, err := mail.ParseAddress(p.Email)
		f.Check(err == nil && a.Name == "" && len(p.Email) <= 254, "email", "must be an e-mail address")
	}
	f.Check(len(p.Holders) == 0 || p.peer(), "own_holders", "are for brands and alliances; others see rights by their agreement")
	f.Check(len(p.Holders) <= maxMembers, "own_holders", "at most %d", maxMembers)
	f.Check(len(slices.Compact(slices.Sorted(slices.Values(p.Holders)))) == len(p.Holders), "own_holders", "names a holder twice")
	p.Agreement.validate(&f)
	return f.Err()
}

// note writes a step of the history; the oldest go when there are too many, as the audit log has them all.
func (p *Partner) note(c HistoryStep) {
	p.History = append(p.History, c)
	if over := len(p.History) - maxHistory; over > 0 {
		p.History = slices.Delete(p.History, 0, over)
	}
	p.UpdatedAt = c.At
}
