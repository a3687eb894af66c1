package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework"
	"touchstone/internal/casework/dossier"
)

// VerificationInput is what a reviewer decides on a right.
type VerificationInput struct {
	State   casework.State `json:"state" enum:"verified,rejected,expired"`
	Reasons []string       `json:"reasons,omitempty" maxItems:"11" doc:"of a rejection: the checks that it fails, by their codes"`
	Note    string         `json:"note,omitempty" maxLength:"5000" doc:"to the holder; needed to verify a right that fails a check"`
}

func (a *API) registerVerification(api huma.API) {
	get := operation(http.MethodGet, "/v1/rights/{id}/checklist", "get-checklist", "Read what speaks for and against a right", "Registry", readers)
	get.Errors = append(get.Errors, http.StatusNotFound)
	explain(&get, "The checks that a machine can make: number by its office's form, dates, classes, territories, registrant against holder, certificates against the form, the same number or picture "+
		"registered by somebody else, look-alike rights, powers of attorney. They are made anew each time. Rights of others are named to those who judge alone.")
	huma.Register(api, get, func(ctx context.Context, in *ByID) (*answer[dossier.RightChecklist], error) {
		list, err := a.Dossier.Checklist(ctx, actor(ctx), in.ID)
		return &answer[dossier.RightChecklist]{list}, a.problem(ctx, err)
	})
	verify := operation(http.MethodPost, "/v1/rights/{id}/verify", "verify-right", "Decide on a right", "Registry", reviewers)
	verify.DefaultStatus = http.StatusOK
	verify.Errors = append(verify.Errors, http.StatusNotFound)
	explain(&verify, "Verified, rejected with reasons, or expired. The decision is kept with the checks as they were, and the holder hears of it in the feed.")
	huma.Register(api, verify, func(ctx context.Context, in *struct {
		ByID
		Body VerificationInput
	}) (*answer[Right], error) {
		r, err := a.Dossier.Verify(ctx, actor(ctx), in.ID, dossier.Ruling{State: in.Body.State, Reasons: in.Body.Reasons, Note: in.Body.Note})
		return &answer[Right]{rightView(r)}, a.problem(ctx, err)
	})
}
