package detect

import (
	"math"
	"sync"

	"touchstone/detect/wordmark"
)

// A supporter looks at what speaks for or against findings that other signals have made on a right: a price far too low, a word
// that was hidden. It says nothing alone, so it is asked about rights that have findings already.
type supporter interface {
	name() string
	// support returns a finding on the right, or nil when nothing speaks either way, or the reason why it could not check.
	support(l Listing, right RightFacts, found []Finding, c *circumstances) (*Finding, string)
}

// circumstances are what supporters are asked with: the facts, and what the listing's texts say of the whole offer.
type circumstances struct {
	facts Facts
	said  func() map[string]string // see wordmark.Wording
}

// SupportConfig sets a signal that supports others.
type SupportConfig struct {
	LogOdds float64 `json:"log_odds"` // what a finding at full strength adds to the verdict's log-odds, above 0
}

// SignalPriceAnomaly compares the asking price with the genuine product's.
const SignalPriceAnomaly = "price_anomaly"

// PriceConfig sets the price_anomaly signal.
type PriceConfig struct {
	SupportConfig
	From float64 `json:"from"` // share of the retail price below which a price is suspicious
	Full float64 `json:"full"` // share of the retail price from which down it counts in full
}

// PriceEvidence is a price beside the genuine product's.
type PriceEvidence struct {
	Asked  Money   `json:"asked"`
	Retail Money   `json:"retail" doc:"the genuine product's average price, as the rights holder stated it"`
	Share  float64 `json:"share" doc:"asked over retail"`
}

// priceAnomaly is a supporter: a price far under the genuine product's average makes a likeness more suspicious. The strength goes
// from 0 at From to 1 at Full with the logarithm of the share, as prices are compared by ratio.
type priceAnomaly struct{ cfg PriceConfig }

func (s priceAnomaly) name() string { return SignalPriceAnomaly }

func (s priceAnomaly) support(l Listing, right RightFacts, _ []Finding, _ *circumstances) (*Finding, string) {
	switch {
	case right.RetailPrice == nil || right.RetailPrice.Amount <= 0:
		return nil, "The right has no retail price to compare with."
	case l.Price == nil:
		return nil, "The listing has no price."
	case l.Price.Currency != right.RetailPrice.Currency:
		return nil, "The listing's price is in " + l.Price.Currency + ", the right's retail price in " + right.RetailPrice.Currency + "."
	}
	share := l.Price.Amount / right.RetailPrice.Amount
	if share >= s.cfg.From {
		return nil, ""
	}
	strength := 1.0
	if share > s.cfg.Full {
		strength = math.Log(s.cfg.From/share) / math.Log(s.cfg.From/s.cfg.Full)
	}
	out := &Finding{
		Signal: s.name(), Right: right.Right, Score: strength, Support: true,
		Price: &PriceEvidence{Asked: *l.Price, Retail: *right.RetailPrice, Share: share},
		For:   []Note{{Code: "price_far_below_retail", Text: "The price is far below the genuine product's."}},
	}
	out.Explanations = explain(*out)
	return out, ""
}

// supported asks the supporters about each right that has findings, in the order of the findings.
func supported(list []supporter, l Listing, found []Finding, facts Facts) (more []Finding, unchecked []Unchecked) {
	byRight := map[string][]Finding{}
	var rights []string
	for _, f := range found {
		if byRight[f.Right] == nil {
			rights = append(rights, f.Right)
		}
		byRight[f.Right] = append(byRight[f.Right], f)
	}
	c := circumstances{facts, sync.OnceValue(func() map[string]string { return wordmark.Wording(l.Title, l.Description) })}
	for _, s := range list {
		said := map[string]bool{}
		for _, right := range rights {
			f, reason := s.support(l, facts.Rights[right], byRight[right], &c)
			if f != nil {
				if f.Explanations == nil {
					f.Explanations = explain(*f)
				}
				more = append(more, *f)
			}
			if reason != "" && !said[reason] {
				said[reason] = true
				unchecked = append(unchecked, Unchecked{Signal: s.name(), Reason: reason})
			}
		}
	}
	return more, unchecked
}
