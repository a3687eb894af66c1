package simulate

import (
	"slices"

	"touchstone/internal/threshold"
)

// fused is the signal that stands for a verdict as a whole.
const fused = "infringement"

// said is how likely the service holds one right of a listing for infringed, by signal, fused among them.
type said map[string]float64

// Scores are what the service said of listings of which the truth is known, by signal: of an infringing one the best about the right that
// it infringes, of an innocent one the best about any right, 0 where nothing was said. Only rights that something can rest on count,
// and nothing that facts alone set aside, since no threshold decides that.
type Scores map[string]*threshold.Sample

// add takes one listing in.
func (s Scores) add(signals []string, infringes bool, best said) {
	for _, name := range signals {
		if s[name] == nil {
			s[name] = &threshold.Sample{}
		}
		if infringes {
			s[name].Infringing = append(s[name].Infringing, best[name])
		} else {
			s[name].Innocent = append(s[name].Innocent, best[name])
		}
	}
}

// merge adds another month's.
func (s Scores) merge(other Scores) {
	for name, sample := range other {
		if s[name] == nil {
			s[name] = &threshold.Sample{}
		}
		s[name].Infringing = append(s[name].Infringing, sample.Infringing...)
		s[name].Innocent = append(s[name].Innocent, sample.Innocent...)
	}
}

// hear keeps what a scoring said.
func (l *Listing) hear(right *Right, signal string, chance float64) {
	if l.said == nil {
		l.said = map[*Right]said{}
	}
	if l.said[right] == nil {
		l.said[right] = said{}
	}
	l.said[right][signal] = max(l.said[right][signal], chance)
}

// scores are those of the month: of all listings that were put up and scored, or in a month of notices of those that somebody complained
// of, unless facts alone answer the complaint.
func (m *month) scores() Scores {
	names := map[string]bool{fused: true}
	for _, l := range m.listings {
		for _, by := range l.said {
			for name := range by {
				names[name] = true
			}
		}
	}
	var signals []string
	for name := range names {
		signals = append(signals, name)
	}
	slices.Sort(signals)
	out := Scores{}
	if m.w.P.Listings.Count == 0 {
		for _, c := range m.cases {
			if c.listing != nil && c.listing.scored && !c.Proactive && !decidedByFacts[c.Way] {
				out.add(signals, c.Truth.Infringes, c.listing.said[c.right])
			}
		}
		return out
	}
	for _, l := range m.offered {
		if l.scored {
			out.add(signals, l.Kind != kindHonest, l.best(m.w))
		}
	}
	return out
}

// decidedByFacts are the ways in which a notice is unfounded whatever its listing looks like.
var decidedByFacts = map[string]bool{wayPending: true, wayExpired: true, wayForeign: true, wayGoods: true, wayReason: true, wayAuthorised: true,
	wayNotFound: true, wayTwice: true, wayDescriptive: true}

// best is what counts for a threshold: of an infringing listing what was said of its right, of others the most that was said of any,
// authorised sellers' rights excepted.
func (l *Listing) best(w *World) said {
	if l.Kind != kindHonest {
		return l.said[l.Right]
	}
	out := said{}
	for right, by := range l.said {
		if right.State != "verified" || slices.Contains(w.sellers.authorised[right.Holder], l.Seller) {
			continue
		}
		for name, chance := range by {
			out[name] = max(out[name], chance)
		}
	}
	return out
}
