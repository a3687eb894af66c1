package partners

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/partner"
	"touchstone/internal/httpapi/rest"
)

// BundleInput is a bundle to be made.
type BundleInput struct {
	Case    string `json:"case_id,omitempty" maxLength:"64" doc:"a case, or a ring"`
	Ring    string `json:"ring_id,omitempty" maxLength:"64"`
	Action  string `json:"action_id,omitempty" maxLength:"64" doc:"that it is made for; the partner takes part in it"`
	Purpose string `json:"purpose" minLength:"3" maxLength:"300" doc:"stands in the bundle"`
	Days    int    `json:"days,omitempty" minimum:"1" maximum:"365" doc:"until it expires; left out, 30, and never longer than the agreement"`
}

// BundlePage is one page of bundles.
type BundlePage struct {
	Bundles []partner.Bundle `json:"bundles"`
	Next    string           `json:"next,omitempty" doc:"before of the next page; none on the last"`
}

func (a *API) registerBundles(api huma.API) {
	add := made("/v1/partners/{id}/bundles", "make-partner-bundle", "Make a signed bundle of evidence for a partner", operators, http.StatusNotFound, http.StatusConflict)
	rest.Explain(&add, "About a case or a ring within the agreement, with the fields that it allows and nothing else; what is withheld is named. Partner, agreement and end stand in the signed manifest; `touchstone evidence verify` checks it.")
	huma.Register(api, add, func(ctx context.Context, in *struct {
		rest.ByID
		rest.Repeatable
		Body BundleInput
	}) (*rest.Created[partner.Bundle], error) {
		b := in.Body
		made, err := a.Alliance.Bundle(ctx, rest.Actor(ctx), partner.Order{Partner: in.ID, Case: b.Case, Ring: b.Ring, Action: b.Action, Purpose: b.Purpose, Days: b.Days, Request: in.Key})
		if err != nil {
			return nil, a.Problem(ctx, err)
		}
		return &rest.Created[partner.Bundle]{Location: "/v1/bundles/" + made.ID, Body: made}, nil
	})
	list := operation(http.MethodGet, "/v1/bundles", "list-bundles", "List bundles for partners, newest first", both, http.StatusNotFound, http.StatusUnprocessableEntity)
	huma.Register(api, list, func(ctx context.Context, in *struct {
		Partner string `query:"partner" maxLength:"64"`
		Action  string `query:"action" maxLength:"64"`
		rest.Backwards
	}) (*rest.Answer[BundlePage], error) {
		if err := rest.Cursor("query.before", "evd_", in.Before); err != nil {
			return nil, err
		}
		found, err := a.Alliance.Bundles(ctx, rest.Actor(ctx), partner.BundleQuery{Partner: in.Partner, Action: in.Action, Before: in.Before, Limit: in.Limit + 1})
		var page BundlePage
		page.Bundles, page.Next = rest.Cut(found, in.Limit, func(b partner.Bundle) string { return b.ID })
		return &rest.Answer[BundlePage]{Body: page}, a.Problem(ctx, err)
	})
	get := operation(http.MethodGet, "/v1/bundles/{id}", "get-bundle", "Read what a bundle is", both, http.StatusNotFound)
	huma.Register(api, get, func(ctx context.Context, in *rest.ByID) (*rest.Answer[partner.Bundle], error) {
		b, err := a.Alliance.Bundled(ctx, rest.Actor(ctx), in.ID)
		return &rest.Answer[partner.Bundle]{Body: b}, a.Problem(ctx, err)
	})
	fetch := operation(http.MethodGet, "/v1/bundles/{id}/file", "fetch-bundle", "Fetch a bundle", both, http.StatusNotFound, http.StatusConflict)
	fetch.Responses = fileResponse("application/zip", "ZIP: PDF, JSON, pictures, and a signed manifest")
	rest.Explain(&fetch, "Each is a row of the audit log. A bundle that tells more than the agreement allows by now is refused; the desk makes a new one.")
	huma.Register(api, fetch, func(ctx context.Context, in *rest.ByID) (*file, error) {
		b, data, err := a.Alliance.Fetch(ctx, rest.Actor(ctx), in.ID)
		if err != nil {
			return nil, a.Problem(ctx, err)
		}
		return &file{"application/zip", `attachment; filename="` + b.ID + `.zip"`, "private, no-store", data}, nil
	})
	revoke := step("/v1/bundles/{id}/revoke", "revoke-bundle", "Take a bundle back", operators)
	rest.Explain(&revoke, "It can be fetched no more, by its link neither. Copies that were fetched stay where they are.")
	huma.Register(api, revoke, func(ctx context.Context, in *struct {
		rest.ByID
		Body PartnerReason
	}) (*rest.Answer[partner.Bundle], error) {
		b, err := a.Alliance.Revoke(ctx, rest.Actor(ctx), in.ID, in.Body.Reason)
		return &rest.Answer[partner.Bundle]{Body: b}, a.Problem(ctx, err)
	})
}
