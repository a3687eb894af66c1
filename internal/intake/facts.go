package intake

import (
	"context"
	"math"
	"time"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/internal/casework"
	"touchstone/internal/policy"
	"touchstone/internal/threshold"
)

// facts gathers what casework knows of the candidate rights. A right that the scope does not let through (out of force,
// rejected, in no territory of the marketplace) is left out: candidates from the lexicon have not met the index's filter.
func (s *Service) facts(ctx context.Context, l detect.Listing, market casework.Marketplace, scope detect.Scope, rights []string) (detect.Facts, error) {
	views, err := s.Registry.Snapshot(ctx, rights)
	if err != nil {
		return detect.Facts{}, err
	}
	f := detect.Facts{Rights: make(map[string]detect.RightFacts, len(views)), Quarantined: s.setAside(l)}
	for id, v := range views {
		outside, of := beyond(scope, v.Right)
		if !of {
			continue
		}
		rf := detect.RightFacts{
			Right: id, Holder: v.Right.HolderID, Name: v.Right.Name, Kind: v.Right.Kind(), State: string(v.Right.EffectiveState(scope.Filter.At)), Goods: v.Right.Nice,
			RetailPrice: v.Right.RetailPrice, Outside: outside, References: make(map[string]detect.ReferenceFacts, len(v.References)),
		}
		for _, ref := range v.References {
			rf.References[ref.ID] = detect.ReferenceFacts{Word: ref.Word, Language: ref.Language, Picture: ref.Blob, Width: ref.Width, Height: ref.Height, Quarantined: s.quarantined(ref.ID)}
		}
		if rf.Suppressions, err = s.suppressions(ctx, id, l, scope.Filter.At); err != nil {
			return f, err
		}
		rf.Authorised, rf.Standing = authorised(v.AuthorizedSellers, l, market, scope.Filter.At)
		f.Rights[id] = rf
	}
	return f, nil
}

// beyond tells whether a right is to be looked at, and why it does not reach the listing. What is out of territory or has expired is looked
// at in the full profile alone, where a reviewer shall see what speaks against; what was rejected never is.
func beyond(scope detect.Scope, r casework.Right) (outside []string, of bool) {
	p := payload(r)
	if scope.Filter.Matches(p) {
		return nil, true
	}
	asked := index.Filter{Rights: scope.Filter.Rights, Kinds: scope.Filter.Kinds, Holders: scope.Filter.Holders}
	if !scope.Full || r.State == casework.StateRejected || !asked.Matches(p) {
		return nil, false
	}
	if !(index.Filter{Territories: scope.Filter.Territories}).Matches(p) {
		outside = append(outside, detect.OutsideTerritory)
	}
	if !(index.Filter{At: scope.Filter.At}).Matches(p) || r.State == casework.StateExpired {
		outside = append(outside, detect.OutsideTime)
	}
	return outside, len(outside) > 0
}

// authorised tells whether the seller may sell what the listing offers under a right, and as what. Of several authorisations that
// of the holder's own account is told first, then a licence.
func authorised(list []casework.AuthorizedSeller, l detect.Listing, market casework.Marketplace, at time.Time) (yes bool, standing string) {
	for _, a := range list {
		if l.Seller == "" || !a.Covers(l.Seller, l.Marketplace, market.Territories, at) || !a.CoversGoods(l.Goods, l.Title) {
			continue
		}
		yes = true
		if a.Standing == detect.StandingHolder || standing == "" {
			standing = a.Standing
		}
	}
	return yes, standing
}

// subject is what the policy decides on.
func (s *Service) subject(found detected) policy.Subject {
	r, f := found.report, found.facts
	sub := policy.Subject{Unchecked: len(r.Checked) == 0, Incomplete: r.Incomplete()}
	sub.Measured = s.Measured.Find(threshold.Key{Pack: r.Pack.Name + "@" + r.Pack.Version, Marketplace: r.Marketplace, Population: threshold.Listings, Signal: detect.SignalInfringement})
	if sub.Measured != nil && sub.Measured.Kind == threshold.KindLabelled && r.Profile == detect.ProfileFast {
		sub.Measured = nil // a pack's held-out listings were scored in full: of fast probabilities they show nothing
	}
	for _, v := range r.Verdicts {
		if f.Rights[v.Right].State == string(casework.StateVerified) {
			sub.Verified = math.Max(sub.Verified, v.Probability)
		} else {
			sub.Pending = math.Max(sub.Pending, v.Probability)
		}
	}
	return sub
}
