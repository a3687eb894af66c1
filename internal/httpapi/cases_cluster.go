package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/docket"
	"touchstone/internal/listings"
)

// ClusterDecision is what became of the open cases of a cluster of listings.
type ClusterDecision struct {
	Decided []BulkDecision `json:"decided"`
	More    bool           `json:"more" doc:"the cluster has more open cases than one call decides; call again"`
}

// clusterPage is how many listings of a cluster are looked at a time.
const clusterPage = 200

func (a *API) registerClusterDecision(api huma.API) {
	op := operation(http.MethodPost, "/v1/clusters/{id}/decide", "decide-cluster", "Decide the open cases of a cluster alike", "Cases", reviewers)
	op.DefaultStatus = http.StatusOK
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	explain(&op, "The cluster's ID is the one that a listing's cluster answers; the cases are those about its listings and one right that still need their first decision, up to 100 a call. Each is claimed and decided by itself; what cannot be is told beside the others.")
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		Body struct {
			DecisionInput
			Right string `json:"right_id" minLength:"1" maxLength:"64"`
		}
	}) (*answer[ClusterDecision], error) {
		ids, more, err := a.clusterCases(ctx, in.ID, in.Body.Right)
		if err != nil {
			return nil, err
		}
		out := ClusterDecision{Decided: []BulkDecision{}, More: more}
		if len(ids) == 0 {
			return &answer[ClusterDecision]{out}, nil
		}
		list, err := a.Docket.DecideAll(ctx, actor(ctx), ids, docket.Verdict{Outcome: in.Body.Outcome, Code: in.Body.Code, Remark: in.Body.Remark})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		out.Decided = a.bulkView(ctx, list)
		return &answer[ClusterDecision]{out}, nil
	})
}

// clusterCases are the open cases about a right on the listings of a cluster, up to what one call decides.
func (a *API) clusterCases(ctx context.Context, cluster, right string) (ids []string, more bool, err error) {
	if err := a.sweeping(); err != nil {
		return nil, false, err
	}
	for after := ""; ; {
		page, err := a.Intake.Listings.ClusterMembers(ctx, cluster, after, clusterPage)
		if err != nil {
			return nil, false, a.problem(ctx, err)
		}
		if after == "" && len(page) == 0 {
			return nil, false, huma.Error404NotFound("There is no cluster " + cluster + " of kept listings.")
		}
		found, err := a.Docket.Undecided(ctx, actor(ctx), right, places(page))
		if err != nil {
			return nil, false, a.problem(ctx, err)
		}
		ids = append(ids, found...)
		if len(ids) > docket.MaxBulk {
			return ids[:docket.MaxBulk], true, nil
		}
		if len(page) < clusterPage {
			return ids, false, nil
		}
		after = page[len(page)-1].ID
	}
}

func places(page []listings.Listing) []docket.Place {
	out := make([]docket.Place, len(page))
	for i, l := range page {
		out[i] = docket.Place{Marketplace: l.Marketplace, Listing: l.Listing, ContentHash: l.ContentHash}
	}
	return out
}
