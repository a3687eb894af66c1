package httpapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/server"
)

// keyInput is an API key to be issued.
type keyInput struct {
	Account   string      `json:"account" minLength:"1" maxLength:"200" doc:"who owns what is made with the key"`
	Name      string      `json:"name" minLength:"1" maxLength:"200" doc:"what the key is for"`
	Role      server.Role `json:"role" enum:"pipeline,reviewer,holder,agent,seller,partner,scientist,operator,admin"`
	Subject   string      `json:"subject,omitempty" maxLength:"200" doc:"holder or seller that the key is bound to"`
	PerMinute int         `json:"per_minute,omitempty" minimum:"0" doc:"requests a minute; 0 is no limit"`
	PerDay    int         `json:"per_day,omitempty" minimum:"0" doc:"requests a day; 0 is no limit"`
	ExpiresAt *time.Time  `json:"expires_at,omitempty"`
}

// issuedKey is a key with its token, which is shown this once.
type issuedKey struct {
	server.Key
	Token string `json:"token" doc:"send it as Authorization: Bearer; it is not shown again"`
}

func (a *API) registerKeys(api huma.API) {
	op := operation(http.MethodPost, "/v1/keys", "issue-key", "Issue an API key", "Keys", admins)
	op.DefaultStatus = http.StatusCreated
	huma.Register(api, op, func(ctx context.Context, in *struct{ Body keyInput }) (*answer[issuedKey], error) {
		k, token, err := a.Keys.Issue(ctx, server.KeyRequest(in.Body))
		return &answer[issuedKey]{issuedKey{k, token}}, a.keyProblem(ctx, err)
	})
	huma.Register(api, operation(http.MethodGet, "/v1/keys", "list-keys", "List API keys", "Keys", admins),
		func(ctx context.Context, in *struct {
			Account string `query:"account" doc:"only this account's"`
		}) (*answer[[]server.Key], error) {
			list, err := a.Keys.List(ctx, in.Account)
			return &answer[[]server.Key]{notNil(list)}, a.keyProblem(ctx, err)
		})
	rotate := operation(http.MethodPost, "/v1/keys/{id}/rotate", "rotate-key", "Issue a successor of a key", "Keys", admins)
	rotate.DefaultStatus = http.StatusCreated
	huma.Register(api, rotate, func(ctx context.Context, in *struct {
		ByID
		Grace int `query:"grace_seconds" minimum:"0" maximum:"2592000" default:"3600" doc:"how long the old key still works"`
	}) (*answer[issuedKey], error) {
		k, token, err := a.Keys.Rotate(ctx, in.ID, time.Duration(in.Grace)*time.Second)
		return &answer[issuedKey]{issuedKey{k, token}}, a.keyProblem(ctx, err)
	})
	huma.Register(api, operation(http.MethodDelete, "/v1/keys/{id}", "revoke-key", "Revoke a key at once", "Keys", admins),
		func(ctx context.Context, in *ByID) (*struct{}, error) {
			return nil, a.keyProblem(ctx, a.Keys.Revoke(ctx, in.ID))
		})
}

// keyProblem turns an error about keys into an answer.
func (a *API) keyProblem(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, server.ErrKeyNotFound):
		return huma.Error404NotFound("There is no key with that ID.")
	case errors.Is(err, server.ErrInvalidKey):
		return huma.Error422UnprocessableEntity(err.Error())
	}
	return a.problem(ctx, err)
}
