package packs

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/comparison"
	"touchstone/internal/httpapi/rest"
)

// ComparisonInput asks for a comparison of two packs.
type ComparisonInput struct {
	A   string `json:"a" minLength:"1" maxLength:"140" doc:"name@version"`
	B   string `json:"b" minLength:"1" maxLength:"140" doc:"name@version"`
	Set string `json:"set" minLength:"1" maxLength:"100" doc:"one of GET /v1/sets"`
}

func (a *API) registerComparisons(api huma.API) {
	sets := rest.Operation(http.MethodGet, "/v1/sets", "list-sets", "List the labelled sets that packs are compared on", "Packs", scientists)
	rest.Explain(&sets, "A set is a folder in the evaluation format, in the service's folder of sets (serve --sets), such as touchstone export labels writes of decided cases.")
	huma.Register(api, sets, func(ctx context.Context, _ *struct{}) (*rest.Answer[[]string], error) {
		names, err := a.Comparisons.SetNames()
		return &rest.Answer[[]string]{Body: names}, a.comparisonProblem(ctx, err)
	})
	start := rest.Operation(http.MethodPost, "/v1/packs/compare", "compare-packs", "Score a labelled set with two packs and say where they differ", "Packs", scientists)
	start.DefaultStatus = http.StatusAccepted
	start.Errors = append(start.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	rest.Explain(&start, "One at a time, in the background; live scoring goes first. The same figures, intervals and verdicts as touchstone models compare. What a stop of the "+
		"service cuts off has failed and is asked for again. Location says where the end can be awaited.")
	huma.Register(api, start, func(ctx context.Context, in *struct{ Body ComparisonInput }) (*rest.Created[comparison.Comparison], error) {
		c, err := a.Comparisons.Start(actor(ctx).Account, in.Body.A, in.Body.B, in.Body.Set)
		return &rest.Created[comparison.Comparison]{Location: "/v1/comparisons/" + c.ID, Body: c}, a.comparisonProblem(ctx, err)
	})
	list := rest.Operation(http.MethodGet, "/v1/comparisons", "list-comparisons", "List comparisons of packs, the newest first", "Packs", scientists)
	huma.Register(api, list, func(ctx context.Context, in *struct {
		Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
	}) (*rest.Answer[[]comparison.Comparison], error) {
		all, err := a.Comparisons.List()
		all = all[:min(len(all), in.Limit)]
		for i := range all {
			all[i].Result = nil // each by itself has it
		}
		return &rest.Answer[[]comparison.Comparison]{Body: all}, a.comparisonProblem(ctx, err)
	})
	get := rest.Operation(http.MethodGet, "/v1/comparisons/{id}", "get-comparison", "See how far a comparison is, and its result", "Packs", scientists)
	get.Errors = append(get.Errors, http.StatusNotFound)
	huma.Register(api, get, func(ctx context.Context, in *rest.ByID) (*rest.Answer[comparison.Comparison], error) {
		c, err := a.Comparisons.Get(in.ID)
		return &rest.Answer[comparison.Comparison]{Body: c}, a.comparisonProblem(ctx, err)
	})
	stop := rest.Operation(http.MethodPost, "/v1/comparisons/{id}/stop", "stop-comparison", "Give up a comparison", "Packs", scientists)
	stop.Errors = append(stop.Errors, http.StatusNotFound, http.StatusConflict)
	huma.Register(api, stop, func(ctx context.Context, in *rest.ByID) (*rest.Answer[comparison.Comparison], error) {
		c, err := a.Comparisons.Stop(in.ID)
		return &rest.Answer[comparison.Comparison]{Body: c}, a.comparisonProblem(ctx, err)
	})
}

// comparisonProblem turns an error of package comparison into an answer.
func (a *API) comparisonProblem(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, comparison.ErrBusy):
		return huma.Error409Conflict(rest.Sentence(err, comparison.ErrBusy))
	case errors.Is(err, comparison.ErrState):
		return huma.Error409Conflict(rest.Sentence(err, comparison.ErrState))
	case errors.Is(err, comparison.ErrSet):
		return huma.Error422UnprocessableEntity("The set cannot be used.", &huma.ErrorDetail{Location: "body.set", Message: rest.Sentence(err, comparison.ErrSet)})
	}
	return a.problem(ctx, err)
}
