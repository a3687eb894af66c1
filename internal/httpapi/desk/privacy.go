package desk

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/privacy"
	"touchstone/internal/httpapi/rest"
)

// ErasurePage is one page of requests for erasure.
type ErasurePage struct {
	Erasures []privacy.Erasure `json:"erasures"`
	Next     string            `json:"next,omitempty" doc:"before of the next page; none on the last"`
}

func (a *API) registerPrivacy(api huma.API) {
	ask := rest.Operation(http.MethodPost, "/v1/privacy/erasures", "erase-person", "Erase a person's data", "Privacy", operators)
	ask.DefaultStatus = http.StatusCreated
	ask.Errors = append(ask.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	rest.Explain(&ask, "A seller, a notifier or somebody who signs in here. What closed cases hold of them goes at once; what open cases need is kept and named with the reason, and goes when they close. The audit log stays whole.")
	huma.Register(api, ask, func(ctx context.Context, in *struct {
		Body struct {
			Person privacy.Person `json:"person"`
			Reason string         `json:"reason,omitempty" maxLength:"500" doc:"your note, without names: it stays"`
		}
	}) (*rest.Created[privacy.Erasure], error) {
		e, err := a.Privacy.Request(ctx, rest.Actor(ctx), in.Body.Person, in.Body.Reason)
		return &rest.Created[privacy.Erasure]{Location: "/v1/privacy/erasures/" + e.ID, Body: e}, a.Problem(ctx, err)
	})
	get := rest.Operation(http.MethodGet, "/v1/privacy/erasures/{id}", "get-erasure", "See how far an erasure is", "Privacy", operators)
	get.Errors = append(get.Errors, http.StatusNotFound)
	huma.Register(api, get, func(ctx context.Context, in *rest.ByID) (*rest.Answer[privacy.Erasure], error) {
		e, err := a.Privacy.Erasure(ctx, rest.Actor(ctx), in.ID)
		return &rest.Answer[privacy.Erasure]{Body: e}, a.Problem(ctx, err)
	})
	list := rest.Operation(http.MethodGet, "/v1/privacy/erasures", "list-erasures", "List requests for erasure, newest first", "Privacy", operators)
	list.Errors = append(list.Errors, http.StatusUnprocessableEntity)
	huma.Register(api, list, func(ctx context.Context, in *rest.Backwards) (*rest.Answer[ErasurePage], error) {
		if err := rest.Cursor("query.before", "era_", in.Before); err != nil {
			return nil, err
		}
		all, err := a.Privacy.Erasures(ctx, rest.Actor(ctx), in.Before, in.Limit+1)
		var page ErasurePage
		page.Erasures, page.Next = rest.Cut(all, in.Limit, func(e privacy.Erasure) string { return e.ID })
		return &rest.Answer[ErasurePage]{Body: page}, a.Problem(ctx, err)
	})
	export := rest.Operation(http.MethodPost, "/v1/privacy/exports", "export-person", "Copy a person's data", "Privacy", operators)
	export.DefaultStatus = http.StatusOK
	export.Errors = append(export.Errors, http.StatusNotFound, http.StatusUnprocessableEntity)
	rest.Explain(&export, "As the person may see it, to be handed to them. The export itself is a row of the audit log.")
	huma.Register(api, export, func(ctx context.Context, in *struct {
		Body struct {
			Person privacy.Person `json:"person"`
		}
	}) (*rest.Answer[privacy.Copy], error) {
		c, err := a.Privacy.Export(ctx, rest.Actor(ctx), in.Body.Person)
		return &rest.Answer[privacy.Copy]{Body: c}, a.Problem(ctx, err)
	})
}
