package httpapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/intake"
)

func (a *API) registerReplay(api huma.API) {
	op := operation(http.MethodPost, "/v1/reports/{id}/replay", "replay-report", "Make a report again from what was kept of it", "Reports", seesAllReports)
	op.DefaultStatus = http.StatusOK
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusConflict)
	explain(&op, "The models run over the stored pictures and text, against the references and with the facts that the report knew. The answer says whether the same comes out, "+
		"what does not, and what has changed since: the pack, the policy, a right, a reference that was deleted, a picture that is kept no longer. Nothing is stored.")
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*answer[intake.Replay], error) {
		r, err := a.Intake.Replay(ctx, in.ID)
		if errors.Is(err, intake.ErrNoSnapshot) {
			return nil, huma.Error409Conflict("The report was made by a version that kept no snapshots, and cannot be made again.")
		}
		return &answer[intake.Replay]{r}, a.problem(ctx, err)
	})
}
