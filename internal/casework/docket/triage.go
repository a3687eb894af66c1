package docket

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/policy"
	"touchstone/internal/threshold"
)

// Target is what is to be scored: a listing against one right. Report, where given, is one about the listing.
type Target struct {
	Marketplace, Listing, URL, Report, Right string
}

// Score is what is known of a listing and how likely it infringes the right. The zero Score knows nothing.
type Score struct {
	Known       bool // the listing was scored here
	Report      string
	Pack        string // name@version
	ContentHash string
	Pictures    []string // SHA-256 of those that findings on the right were about
	Grounds     []Ground // what of them a take-down would rest on
	Seller      string
	Title       string
	Goods       []string           // Nice classes
	Probability float64            // of the fused verdict on the right
	Signals     map[string]float64 // the best of each signal, and "infringement"
	Strongest   string             // signal
	Complete    bool               // everything could be checked
	Raise       int                // points of priority for what is known of the seller's ring, 0 to 20
	Against     []Fact             // what detection found against an infringement
}

// A Scorer scores. It returns the zero Score for a listing that this service does not know.
type Scorer interface {
	Score(ctx context.Context, t Target) (Score, error)
}

// claim is what facts are checked against: a right, a marketplace, a reason, and who says so.
type claim struct {
	right     casework.RightView
	market    casework.Marketplace
	reason    string
	powerless bool // an agent without power of attorney
	at        time.Time
}

// facts of the claim itself, whatever the listing: what would decline each of its cases, gravest first.
func (k claim) facts() []Fact {
	var out []Fact
	r := k.right.Right
	note := func(bad bool, code string) {
		if bad {
			out = append(out, Fact{Code: code, Text: sentences[code]})
		}
	}
	state := r.EffectiveState(k.at)
	note(k.powerless, NotAuthorisedAgent)
	note(state == casework.StateExpired, RightExpired)
	note(state != casework.StateExpired && state != casework.StateVerified, RightNotVerified)
	note(!casework.TerritoriesMeet(r.Territories, k.market.Territories), WrongTerritory)
	note(!reasonFits(k.reason, r.Type), WrongReasonCode)
	return out
}

// listingFacts are those of one listing.
func (k claim) listingFacts(s Score) []Fact {
	var out []Fact
	add := func(code, text string) { out = append(out, Fact{Code: code, Text: text}) }
	if !s.Known {
		return nil
	}
	if s.Seller != "" && slices.ContainsFunc(k.right.AuthorizedSellers, func(a casework.AuthorizedSeller) bool {
		return a.Covers(s.Seller, k.market.ID, k.market.Territories, k.at)
	}) {
		add(AuthorisedSeller, sentences[AuthorisedSeller])
	}
	if nice := k.right.Right.Nice; len(nice) > 0 && len(s.Goods) > 0 && !slices.ContainsFunc(s.Goods, func(g string) bool { return slices.Contains(nice, strings.TrimPrefix(g, "0")) }) {
		add(GoodsClassMismatch, fmt.Sprintf("The listing offers goods of class %s; the right covers %s.", strings.Join(s.Goods, ", "), strings.Join(nice, ", ")))
	}
	if i := slices.IndexFunc(s.Against, func(n Fact) bool { return n.Code == "compatible_use" || n.Code == "descriptive" }); i >= 0 && k.reason == ReasonMarkOnPage {
		add(DescriptiveUse, s.Against[i].Text)
	}
	return out
}

// earlier are the facts about cases on the same listing and right, newest first.
func earlier(cases []Case, contentHash string) []Fact {
	for _, c := range cases {
		switch {
		case c.Undecided() && c.Origin == OriginNotice: // what detection opened is taken over
			return []Fact{{Code: Duplicate, Text: sentences[Duplicate]}}
		case c.Effect == EffectRemoved && (contentHash == "" || c.ContentHash == "" || c.ContentHash == contentHash):
			return []Fact{{Code: AlreadyActioned, Text: sentences[AlreadyActioned]}}
		}
	}
	return nil
}

// plan is what becomes of a new case.
type plan struct {
	outcome, code, signal string // decided without a person; outcome "" = it goes to a queue
	queue                 string
	priority              int
	notes                 []Fact
}

// automatic tells which signal is likely enough for a take-down without a person, and what has been measured of its threshold; nil when
// none is.
type automatic func(s Score) (signal string, proof *threshold.Proof)

// automatic goes by the policy of the step and what has been measured on the case's marketplace.
func (d *Docket) automatic(s *step) automatic {
	population := threshold.Listings
	if s.c.Origin == OriginNotice {
		population = threshold.Notices
	}
	return func(score Score) (string, *threshold.Proof) {
		return s.t.Automatic(score.Signals, s.rules.Demands(), population, func(signal string) *threshold.Curve {
			return d.Measured.Find(threshold.Key{Pack: score.Pack, Marketplace: s.c.Marketplace, Population: population, Signal: signal})
		})
	}
}

// measuredNote is the code of the note on why a likely case was decided without a person, or was not.
const measuredNote = "measured_precision"

// proofNote says it.
func proofNote(signal string, p threshold.Proof) Fact {
	what := "It was not decided without a person"
	if p.Shown {
		what = "It was decided without a person"
	}
	return Fact{Code: measuredNote, Text: fmt.Sprintf("%s for %s: %s.", what, signal, p)}
}

// triage decides by rules and measured thresholds, or says where a person looks at it.
func triage(c Case, facts []Fact, s Score, t policy.Triage, auto automatic, fast, proven bool) plan {
	p := plan{notes: facts}
	for _, n := range facts {
		if slices.Contains(t.DeclineOn, n.Code) {
			p.outcome, p.code = OutcomeDeclined, n.Code
			return p
		}
	}
	hard := c.Target == TargetStorefront || slices.Contains(t.HardReasons, c.Reason)
	if s.Known && !hard && len(facts) == 0 {
		signal, proof := auto(s)
		if proof != nil {
			p.notes = append(p.notes, proofNote(signal, *proof))
			if proof.Shown {
				p.outcome, p.code, p.signal = OutcomeTakenDown, c.Reason, signal
				return p
			}
		}
		if s.Complete && s.Probability < t.DeclineBelow && !proven {
			p.outcome, p.code = OutcomeDeclined, ListingRightMismatch
			return p
		}
	}
	p.priority = priority(s, fast, proven)
	switch {
	case hard:
		p.queue = policy.QueueHard
	case len(facts) == 0 && (s.Probability >= t.ExpressFrom || fast):
		p.queue = policy.QueueExpress
	default:
		p.queue = policy.QueueStandard
	}
	return p
}

// priority of a notice's case, 0 to 100: how likely it is, and more for notifiers in good standing and for goods that were bought.
func priority(s Score, fast, proven bool) int {
	p := 40 // of a listing that is not known here
	if s.Known {
		p = int(math.Round(80 * s.Probability))
	}
	p += s.Raise
	if fast {
		p += 10
	}
	if proven {
		p += 10
	}
	return min(100, max(0, p))
}

// claimOf gathers the facts of a notice.
func (d *Docket) claimOf(ctx context.Context, a casework.Actor, n Notice) (claim, error) {
	k := claim{reason: n.Reason, at: d.moment()}
	views, err := d.Registry.Snapshot(ctx, []string{n.Right})
	if err != nil {
		return k, err
	}
	var ok bool
	if k.right, ok = views[n.Right]; !ok {
		return k, fmt.Errorf("%w: there is no right %q", casework.ErrNotFound, n.Right)
	}
	if k.market, err = d.Registry.Marketplace(ctx, n.Marketplace); err != nil {
		return k, err
	}
	if d.Powers != nil && a.Role == roleAgent {
		may, err := d.Powers.Agent(ctx, a, k.right.Right.HolderID, k.at)
		if err != nil {
			return k, err
		}
		k.powerless = !may
	}
	return k, nil
}

// score asks the scorer, if there is one.
func (d *Docket) score(ctx context.Context, n Notice, it Item) (Score, error) {
	if d.Scorer == nil || n.Target == TargetStorefront {
		return Score{Seller: n.Storefront}, nil
	}
	s, err := d.Scorer.Score(ctx, Target{Marketplace: n.Marketplace, Listing: it.Listing, URL: it.URL, Report: it.Report, Right: n.Right})
	if err != nil {
		return Score{}, fmt.Errorf("score the listing: %w", err)
	}
	return s, nil
}
