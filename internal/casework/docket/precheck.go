package docket

import (
	"context"
	"fmt"
	"slices"

	"touchstone/internal/casework"
	"touchstone/internal/threshold"
)

// Precheck is what would become of a notice if it was filed now.
type Precheck struct {
	// Facts are about the notice as a whole: each would decline every case of it, or be put before a reviewer.
	Facts []Fact         `json:"facts"`
	Items []ItemForecast `json:"items"`
	// Declines counts the listings that would be declined without a person.
	Declines int `json:"declines"`
}

// ItemForecast is what would become of one listing.
type ItemForecast struct {
	Listing string `json:"listing,omitempty"`
	URL     string `json:"url,omitempty"`
	Known   bool   `json:"known" doc:"the listing was scored here"`
	Facts   []Fact `json:"facts"`
	Decline string `json:"decline,omitempty" doc:"the reason code that it would be declined for"`
}

// CertificateMismatch is the code of a fact of pre-checks: a certificate of the right says something else than its form. It declines nothing by itself; a reviewer
// who holds the papers against the notice does, so the notifier hears of it before.
const CertificateMismatch = "CERTIFICATE_MISMATCH"

// papers is what the certificates of the right speak against.
func (d *Docket) papers(ctx context.Context, a casework.Actor, right string) ([]Fact, error) {
	if d.Papers == nil {
		return nil, nil
	}
	list, err := d.Papers.Against(ctx, a, right)
	if err != nil {
		return nil, err
	}
	out := make([]Fact, len(list))
	for i, sentence := range list {
		out[i] = Fact{Code: CertificateMismatch, Text: sentence + " Correct the form or file the right certificate first."}
	}
	return out, nil
}

// Precheck tells what would be declined of a notice, and why, before filing: by its facts, or because the listing is known and shows nothing
// of the right. It keeps nothing, and it tells no score and nothing of what would be taken down: a notifier is not to learn what passes.
func (d *Docket) Precheck(ctx context.Context, a casework.Actor, n Notice) (Precheck, error) {
	n, err := d.prepare(ctx, a, n)
	if err != nil {
		return Precheck{}, err
	}
	k, err := d.claimOf(ctx, a, n)
	if err != nil {
		return Precheck{}, err
	}
	t := d.Policies.For(k.market.Policy).Cases()
	out := Precheck{Facts: k.facts(), Items: make([]ItemForecast, len(n.Items))}
	for i, it := range n.Items {
		score, err := d.score(ctx, n, it)
		if err != nil {
			return Precheck{}, fmt.Errorf("pre-check: %w", err)
		}
		c := newCase(n, it, score, k.market)
		before, err := d.Store.CasesOn(ctx, c.Subject, 20)
		if err != nil {
			return Precheck{}, fmt.Errorf("pre-check: %w", err)
		}
		f := ItemForecast{Listing: it.Listing, URL: it.URL, Known: score.Known, Facts: append(earlier(before, c.ContentHash), k.listingFacts(score)...)}
		if p := triage(c, slices.Concat(out.Facts, f.Facts), score, t, nothingLikely, false, n.TestBuy != nil); p.outcome == OutcomeDeclined {
			f.Decline = p.code
			out.Declines++
			if p.code == ListingRightMismatch {
				f.Facts = append(f.Facts, Fact{Code: p.code, Text: sentences[p.code]})
			}
		}
		if f.Facts == nil {
			f.Facts = []Fact{}
		}
		out.Items[i] = f
	}
	papers, err := d.papers(ctx, a, n.Right)
	if err != nil {
		return Precheck{}, fmt.Errorf("pre-check: %w", err)
	}
	if out.Facts = append(out.Facts, papers...); out.Facts == nil {
		out.Facts = []Fact{}
	}
	return out, nil
}

// nothingLikely leaves out what would be taken down without a person: a notifier is not told.
func nothingLikely(Score) (string, *threshold.Proof) { return "", nil }
