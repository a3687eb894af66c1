package httpapi

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework"
)

// marketplaceInput is a marketplace as an operator sets it.
type marketplaceInput struct {
	Name        string   `json:"name" minLength:"1" maxLength:"300"`
	Territories []string `json:"territories" doc:"where it sells: ISO 3166-1 codes, EU, BX or WW"`
	Languages   []string `json:"languages,omitempty" doc:"BCP 47"`
	ListingURL  string   `json:"listing_url" doc:"form of a listing's address, with {id}" example:"https://shop.example/item/{id}"`
	Policy      string   `json:"policy,omitempty" doc:"name of the policy; empty: the default one"`
}

func (a *API) registerMarketplaces(api huma.API) {
	registry := a.Intake.Registry
	huma.Register(api, operation(http.MethodPut, "/v1/marketplaces/{id}", "put-marketplace", "Set up a marketplace", "Marketplaces", operators),
		func(ctx context.Context, in *struct {
			ByID
			Body marketplaceInput
		}) (*answer[casework.Marketplace], error) {
			if _, known := a.Intake.Policies[in.Body.Policy]; in.Body.Policy != "" && !known {
				return nil, huma.Error422UnprocessableEntity("Some fields are not valid.", &huma.ErrorDetail{
					Location: "body.policy", Message: fmt.Sprintf("there is no policy %q in the service's policy file", in.Body.Policy), Value: in.Body.Policy,
				})
			}
			m, err := registry.PutMarketplace(ctx, actor(ctx), casework.Marketplace{
				ID: in.ID, Name: in.Body.Name, Territories: in.Body.Territories, Languages: in.Body.Languages, ListingURL: in.Body.ListingURL, Policy: in.Body.Policy,
			})
			return &answer[casework.Marketplace]{m}, a.problem(ctx, err)
		})
	huma.Register(api, operation(http.MethodGet, "/v1/marketplaces/{id}", "get-marketplace", "Read a marketplace", "Marketplaces", everyone),
		func(ctx context.Context, in *ByID) (*answer[casework.Marketplace], error) {
			m, err := registry.Marketplace(ctx, in.ID)
			return &answer[casework.Marketplace]{m}, a.problem(ctx, err)
		})
	huma.Register(api, operation(http.MethodGet, "/v1/marketplaces", "list-marketplaces", "List marketplaces", "Marketplaces", everyone),
		func(ctx context.Context, _ *struct{}) (*answer[[]casework.Marketplace], error) {
			list, err := registry.Marketplaces(ctx)
			return &answer[[]casework.Marketplace]{notNil(list)}, a.problem(ctx, err)
		})
}
