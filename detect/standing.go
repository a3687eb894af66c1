package detect

import (
	"math"
	"slices"

	"touchstone/detect/wordmark"
)

// worthReading is the probability of a finding from which the listing's wording is looked at: nearly all listings have chance
// likenesses far below it.
const worthReading = 0.02

// Signals that read what is known of the seller, of the goods and of the way the offer is worded. They support others.
const (
	SignalSellerHistory = "seller_history" // what was decided about the seller before
	SignalResale        = "resale_wording" // the text says that a genuine article changes hands
	SignalParody        = "parody_wording" // the text says that it makes fun of the mark
	SignalGoodsApart    = "goods_apart"    // the right's classes of goods are not the listing's
)

// factWeights are log-odds at full strength. They are modest where the seller says the thing himself, since saying it costs nothing:
// exp(0.7) halves the odds.
var factWeights = map[string]float64{SignalSellerHistory: 1.2, SignalResale: 0.7, SignalParody: 0.7, SignalGoodsApart: 1.5}

// standing are the supporters that need no settings of the pack's.
func standing() []supporter {
	return []supporter{sellerHistory{}, wording{SignalResale}, wording{SignalParody}, goodsApart{}}
}

// sellerHistory makes a likeness more suspicious where listings of the same seller were removed, and less where a reviewer found them in
// order. Half of what is missing to full strength goes with each removal; one for the same right counts twice, and a strike like one.
type sellerHistory struct{}

func (sellerHistory) name() string { return SignalSellerHistory }

func (s sellerHistory) support(l Listing, right RightFacts, _ []Finding, c *circumstances) (*Finding, string) {
	switch {
	case l.Seller == "":
		return nil, "The listing names no seller."
	case c.facts.Seller == nil:
		return nil, "Nothing is recorded of what was decided about sellers."
	}
	h := *c.facts.Seller
	against := h.Removed + h.Strikes
	if slices.Contains(h.OfRights, right.Right) {
		against++
	}
	f := Finding{Signal: s.name(), Right: right.Right, Support: true, Seller: &h, Score: halves(against)}
	switch {
	case against > 0:
		f.For = []Note{{"seller_removed_before", "Listings of this seller were removed before."}}
	case h.Cleared > 0:
		f.Score = -0.5 * halves(h.Cleared)
		f.Against = []Note{{"seller_cleared_before", "Reviewers looked at listings of this seller and found them in order."}}
	default:
		return nil, ""
	}
	return &f, ""
}

func halves(n int) float64 { return 1 - math.Exp2(-float64(n)) }

// wording speaks against an infringement where the text says that a genuine article is resold, or that it is a parody, unless the text
// speaks of a copy as well.
type wording struct{ signal string }

func (s wording) name() string { return s.signal }

func (s wording) support(_ Listing, right RightFacts, found []Finding, c *circumstances) (*Finding, string) {
	for _, f := range found {
		if slices.ContainsFunc(f.For, func(n Note) bool { return n.Code == "replica_term" }) {
			return nil, ""
		}
	}
	if !slices.ContainsFunc(found, func(f Finding) bool { return f.Probability >= worthReading }) {
		return nil, ""
	}
	n, there := c.said()[map[string]string{SignalResale: wordmark.Resale, SignalParody: wordmark.Parody}[s.signal]]
	if !there {
		return nil, ""
	}
	return &Finding{
		Signal: s.signal, Right: right.Right, Support: true, Score: -1,
		Against: []Note{{Code: s.signal, Text: map[string]string{
			SignalResale: "The text says that a used or genuine article is resold (“" + n + "”), which the holder may not forbid.",
			SignalParody: "The text says that it is a parody (“" + n + "”).",
		}[s.signal]}},
	}, ""
}

// goodsApart speaks against where the marketplace names classes of goods and the right holds for none of them. Findings of words weigh the
// goods themselves.
type goodsApart struct{}

func (goodsApart) name() string { return SignalGoodsApart }

func (s goodsApart) support(l Listing, right RightFacts, found []Finding, _ *circumstances) (*Finding, string) {
	words := slices.ContainsFunc(found, func(f Finding) bool { return f.Text != nil })
	if words || len(l.Goods) == 0 || len(right.Goods) == 0 || slices.ContainsFunc(l.Goods, func(g string) bool { return slices.Contains(right.Goods, g) }) {
		return nil, ""
	}
	return &Finding{
		Signal: s.name(), Right: right.Right, Support: true, Score: -1,
		Against: []Note{{"goods_apart", "The right holds for other classes of goods than the listing offers."}},
	}, ""
}
