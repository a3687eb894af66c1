package httpapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/docket"
)

// BulkDecision is what became of one case of many.
type BulkDecision struct {
	ID      string       `json:"id"`
	Status  int          `json:"status" doc:"what deciding it alone would have answered"`
	Case    *docket.Case `json:"case,omitempty"`
	Problem string       `json:"problem,omitempty" doc:"why it was not decided"`
}

func (a *API) registerBulk(api huma.API) {
	op := operation(http.MethodPost, "/v1/cases/bulk-decide", "bulk-decide", "Decide many cases alike", "Cases", reviewers)
	op.DefaultStatus = http.StatusOK
	op.Errors = append(op.Errors, http.StatusUnprocessableEntity)
	explain(&op, "For cases that are alike, such as those of one cluster of listings. Each is claimed and decided by itself; what cannot be is told beside the others.")
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Body struct {
			DecisionInput
			Cases []string `json:"cases" minItems:"1" maxItems:"100"`
		}
	}) (*answer[[]BulkDecision], error) {
		list, err := a.Docket.DecideAll(ctx, actor(ctx), in.Body.Cases, docket.Verdict{Outcome: in.Body.Outcome, Code: in.Body.Code, Remark: in.Body.Remark})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &answer[[]BulkDecision]{a.bulkView(ctx, list)}, nil
	})
}

// bulkView is what became of many cases, as far as the caller may see it.
func (a *API) bulkView(ctx context.Context, list []docket.BulkResult) []BulkDecision {
	out := []BulkDecision{}
	for _, r := range list {
		d := BulkDecision{ID: r.ID, Status: http.StatusOK}
		if r.Err == nil {
			c := r.Case.For(actor(ctx))
			d.Case = &c
		} else {
			err := a.problem(ctx, r.Err)
			d.Status, d.Problem = http.StatusInternalServerError, err.Error()
			var status huma.StatusError
			if errors.As(err, &status) {
				d.Status = status.GetStatus()
			}
		}
		out = append(out, d)
	}
	return out
}
