// Package hooks is the operations of the JSON API for connectors: webhooks, their deliveries and dead letters, signed callbacks, and the
// dead letters of jobs.
package hooks

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/webhook"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/jobs"
	"touchstone/internal/server"
)

// API is the operations over their use cases.
type API struct {
	rest.Errors
	Hooks *webhook.Hooks
	Jobs  jobs.Store
	Wake  func() // looks for jobs now; nil: they wait for the next look
}

// Roles that may do what.
var (
	owners     = []server.Role{server.RoleHolder, server.RoleAgent, server.RolePipeline, server.RolePartner, server.RoleOperator, server.RoleAdmin}
	connectors = []server.Role{server.RolePipeline, server.RoleOperator, server.RoleAdmin}
	operators  = []server.Role{server.RoleOperator, server.RoleAdmin}
)

// tag of the operations in the document.
const tag = "Webhooks"

// Register adds all operations to the OpenAPI document and its router.
func (a *API) Register(api huma.API) {
	a.registerHooks(api)
	a.registerDeliveries(api)
	a.registerCallbacks(api)
	a.registerJobs(api)
}

// problem turns an error of a use case into an answer. What is not known is logged and answered as 500 without its text.
func (a *API) problem(ctx context.Context, err error) error {
	if errors.Is(err, webhook.ErrForged) {
		return huma.Error403Forbidden(rest.Sentence(err, webhook.ErrForged))
	}
	return a.Problem(ctx, err)
}

// HookInput is what a caller says of a webhook.
type HookInput struct {
	URL         string   `json:"url" format:"uri" maxLength:"2000" doc:"public https address that takes a POST"`
	Kinds       []string `json:"kinds,omitempty" maxItems:"50" doc:"kinds of event, or their beginning with a star (enforcement.*); none: all"`
	Marketplace string   `json:"marketplace,omitempty" maxLength:"64" doc:"operators: only events of this marketplace. A pipeline hears its own marketplace's"`
	Description string   `json:"description,omitempty" maxLength:"200"`
}

// HookPage is one page of webhooks.
type HookPage struct {
	Webhooks []webhook.Hook `json:"webhooks"`
	Next     string         `json:"next,omitempty" doc:"after of the next page; none on the last"`
}

func (a *API) registerHooks(api huma.API) {
	add := rest.Operation(http.MethodPost, "/v1/webhooks", "add-webhook", "Have events sent to an address", tag, owners)
	add.DefaultStatus = http.StatusCreated
	add.Errors = append(add.Errors, http.StatusConflict, http.StatusUnprocessableEntity)
	rest.Explain(&add, "Events from now on, as the feed (/v1/events) gives them to the same key, each a POST signed as Standard Webhooks 1.0 says; answer 2xx within 15 seconds. Those of one case come one after the other; what fails is tried again for about a day, then it is a dead letter. One may come twice: webhook-id is the same then.")
	huma.Register(api, add, func(ctx context.Context, in *struct {
		rest.Repeatable
		Body HookInput
	}) (*rest.Created[webhook.Issued], error) {
		h, err := a.Hooks.Add(ctx, rest.Actor(ctx), webhook.Hook{URL: in.Body.URL, Kinds: in.Body.Kinds, Marketplace: in.Body.Marketplace, Description: in.Body.Description})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &rest.Created[webhook.Issued]{Location: "/v1/webhooks/" + h.ID, Body: h}, nil
	})
	all := rest.Operation(http.MethodGet, "/v1/webhooks", "list-webhooks", "List webhooks", tag, owners)
	huma.Register(api, all, func(ctx context.Context, in *struct{ rest.PageQuery }) (*rest.Answer[HookPage], error) {
		if err := rest.Cursor("query.after", "whk_", in.After); err != nil {
			return nil, err
		}
		list, err := a.Hooks.List(ctx, rest.Actor(ctx), in.After, in.Limit+1)
		page := HookPage{Webhooks: rest.NotNil(list)}
		if len(list) > in.Limit {
			page.Webhooks, page.Next = list[:in.Limit], list[in.Limit-1].ID
		}
		return &rest.Answer[HookPage]{Body: page}, a.problem(ctx, err)
	})
	get := rest.Operation(http.MethodGet, "/v1/webhooks/{id}", "get-webhook", "Read a webhook", tag, owners)
	get.Errors = append(get.Errors, http.StatusNotFound)
	huma.Register(api, get, func(ctx context.Context, in *rest.ByID) (*rest.Answer[webhook.Hook], error) {
		h, err := a.Hooks.Get(ctx, rest.Actor(ctx), in.ID)
		return &rest.Answer[webhook.Hook]{Body: h}, a.problem(ctx, err)
	})
	for _, state := range []struct{ word, state, summary string }{{"pause", webhook.Paused, "Pause a webhook; what happens meanwhile is told when it goes on"}, {"resume", webhook.Active, "Let a webhook go on"}} {
		op := rest.Operation(http.MethodPost, "/v1/webhooks/{id}/"+state.word, state.word+"-webhook", state.summary, tag, owners)
		op.DefaultStatus = http.StatusOK
		op.Errors = append(op.Errors, http.StatusNotFound)
		huma.Register(api, op, func(ctx context.Context, in *rest.ByID) (*rest.Answer[webhook.Hook], error) {
			h, err := a.Hooks.SetState(ctx, rest.Actor(ctx), in.ID, state.state)
			return &rest.Answer[webhook.Hook]{Body: h}, a.problem(ctx, err)
		})
	}
	rotate := rest.Operation(http.MethodPost, "/v1/webhooks/{id}/rotate-secrets", "rotate-webhook-secrets", "Give a webhook new secrets", tag, owners)
	rotate.DefaultStatus = http.StatusOK
	rotate.Errors = append(rotate.Errors, http.StatusNotFound)
	rest.Explain(&rotate, "For a day what is sent is signed with the old secret as well, and what comes back may be.")
	huma.Register(api, rotate, func(ctx context.Context, in *rest.ByID) (*rest.Answer[webhook.Issued], error) {
		h, err := a.Hooks.Rotate(ctx, rest.Actor(ctx), in.ID)
		return &rest.Answer[webhook.Issued]{Body: h}, a.problem(ctx, err)
	})
	drop := rest.Operation(http.MethodDelete, "/v1/webhooks/{id}", "delete-webhook", "End a webhook", tag, owners)
	drop.DefaultStatus = http.StatusNoContent
	drop.Errors = append(drop.Errors, http.StatusNotFound)
	huma.Register(api, drop, func(ctx context.Context, in *rest.ByID) (*struct{}, error) {
		return nil, a.problem(ctx, a.Hooks.Remove(ctx, rest.Actor(ctx), in.ID))
	})
}
