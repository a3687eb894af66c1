package intake

import (
	"context"
	"math"
	"slices"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/policy"
)

// facts gathers what casework knows of the candidate rights. A right that the scope does not let through (out of force,
// rejected, in no territory of the marketplace) is left out: candidates from the lexicon have not met the index's filter.
func (s *Service) facts(ctx context.Context, l detect.Listing, market casework.Marketplace, scope detect.Scope, rights []string) (detect.Facts, error) {
	views, err := s.Registry.Snapshot(ctx, rights)
	if err != nil {
		return detect.Facts{}, err
	}
	f := detect.Facts{Rights: make(map[string]detect.RightFacts, len(views))}
	for id, v := range views {
		if !scope.Filter.Matches(payload(v.Right)) {
			continue
		}
		rf := detect.RightFacts{
			Right: id, Holder: v.Right.HolderID, Name: v.Right.Name, Kind: v.Right.Kind(), State: string(v.Right.EffectiveState(scope.Filter.At)), Goods: v.Right.Nice,
			RetailPrice: v.Right.RetailPrice, References: make(map[string]detect.ReferenceFacts, len(v.References)),
		}
		for _, ref := range v.References {
			rf.References[ref.ID] = detect.ReferenceFacts{Word: ref.Word, Language: ref.Language, Picture: ref.Blob, Width: ref.Width, Height: ref.Height}
		}
		rf.Authorised = l.Seller != "" && slices.ContainsFunc(v.AuthorizedSellers, func(a casework.AuthorizedSeller) bool {
			return a.Covers(l.Seller, l.Marketplace, market.Territories, scope.Filter.At)
		})
		f.Rights[id] = rf
	}
	return f, nil
}

// subject is what the policy decides on.
func subject(r *detect.Report, f detect.Facts) policy.Subject {
	sub := policy.Subject{Unchecked: len(r.Checked) == 0, Incomplete: r.Incomplete()}
	for _, v := range r.Verdicts {
		if f.Rights[v.Right].State == string(casework.StateVerified) {
			sub.Verified = math.Max(sub.Verified, v.Probability)
		} else {
			sub.Pending = math.Max(sub.Pending, v.Probability)
		}
	}
	return sub
}
