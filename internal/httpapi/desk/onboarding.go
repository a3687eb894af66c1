package desk

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/onboarding"
	"touchstone/internal/httpapi/rest"
)

func (a *API) registerOnboarding(api huma.API) {
	op := rest.Operation(http.MethodGet, "/v1/holders/{id}/onboarding", "get-onboarding", "See what a holder has still to do", "Registry", registrar)
	op.Errors = append(op.Errors, http.StatusNotFound)
	rest.Explain(&op, "Reckoned from what is registered, so that it is always true: nobody ticks anything off.")
	huma.Register(api, op, func(ctx context.Context, in *struct {
		rest.ByID
		Language string `query:"language" enum:"en,zh,de" default:"en"`
	}) (*rest.Answer[onboarding.Checklist], error) {
		c, err := a.Onboarding.Checklist(ctx, rest.Actor(ctx), in.ID, in.Language)
		return &rest.Answer[onboarding.Checklist]{Body: c}, a.Problem(ctx, err)
	})
}
