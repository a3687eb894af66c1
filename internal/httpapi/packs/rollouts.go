package packs

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/httpapi/rest"
	"touchstone/internal/rollout"
)

// RolloutInput asks for a rollout.
type RolloutInput struct {
	Kind  string  `json:"kind" enum:"activate,rollback,shadow" doc:"activate brings a pack into use, rollback the one that was in use before; shadow scores a share of the traffic with a pack, and nobody sees it"`
	Pack  string  `json:"pack,omitempty" maxLength:"140" doc:"name@version; of a rollback none"`
	Share float64 `json:"share,omitempty" exclusiveMinimum:"0" maximum:"1" doc:"of a shadow: the share of scored listings; 0.1 when left out"`
}

// defaultShare is of a shadow that names none.
const defaultShare = 0.1

// request checks what belongs together.
func (in RolloutInput) request() (rollout.Request, error) {
	q := rollout.Request{Kind: in.Kind, Pack: in.Pack, Share: in.Share}
	if (in.Kind == rollout.KindRollback) != (in.Pack == "") {
		return q, huma.Error422UnprocessableEntity("The request cannot be used as it is.",
			&huma.ErrorDetail{Location: "body.pack", Message: "name a pack to activate or to shadow, and none for a rollback"})
	}
	if in.Share != 0 && in.Kind != rollout.KindShadow {
		return q, huma.Error422UnprocessableEntity("The request cannot be used as it is.", &huma.ErrorDetail{Location: "body.share", Message: "belongs to a shadow; leave it out"})
	}
	if in.Kind == rollout.KindShadow && q.Share == 0 {
		q.Share = defaultShare
	}
	return q, nil
}

// Disagreements is a page of what a shadow found.
type Disagreements struct {
	Disagreements []rollout.Disagreement `json:"differences"`
	Next          string                 `json:"next,omitempty" doc:"pass it as after to get the next page; none: this is the last"`
}

func (a *API) registerRollouts(api huma.API) {
	start := rest.Operation(http.MethodPost, "/v1/rollouts", "start-rollout", "Bring a pack into use, go back, or shadow", "Packs", scientists)
	start.DefaultStatus = http.StatusAccepted
	start.Errors = append(start.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	rest.Explain(&start, "One rollout at a time. References are embedded for the pack in the background, while the pack in use serves on; then every request that begins "+
		"has the new one. What a stop of the service cuts off goes on at its next start. Location says where the end can be awaited.")
	huma.Register(api, start, func(ctx context.Context, in *struct{ Body RolloutInput }) (*rest.Created[rollout.Rollout], error) {
		q, err := in.Body.request()
		if err != nil {
			return nil, err
		}
		r, err := a.Rollouts.Start(ctx, actor(ctx), q)
		return &rest.Created[rollout.Rollout]{Location: "/v1/rollouts/" + r.ID, Body: r}, a.problem(ctx, err)
	})
	huma.Register(api, rest.Operation(http.MethodGet, "/v1/rollouts", "list-rollouts", "List rollouts, the newest first", "Packs", scientists),
		func(ctx context.Context, in *struct {
			Before string `query:"before" maxLength:"64" doc:"ID of the last one of the page before"`
			Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}) (*rest.Answer[[]rollout.Rollout], error) {
			list, err := a.Rollouts.Rollouts(ctx, in.Before, in.Limit)
			return &rest.Answer[[]rollout.Rollout]{Body: rest.NotNil(list)}, a.problem(ctx, err)
		})
	get := rest.Operation(http.MethodGet, "/v1/rollouts/{id}", "get-rollout", "See how far a rollout is", "Packs", scientists)
	get.Errors = append(get.Errors, http.StatusNotFound)
	huma.Register(api, get, func(ctx context.Context, in *rest.ByID) (*rest.Answer[rollout.Rollout], error) {
		r, err := a.Rollouts.Rollout(ctx, in.ID)
		return &rest.Answer[rollout.Rollout]{Body: r}, a.problem(ctx, err)
	})
	stop := rest.Operation(http.MethodPost, "/v1/rollouts/{id}/stop", "stop-rollout", "End a shadow, or give up a rollout whose pack is not in use yet", "Packs", scientists)
	stop.Errors = append(stop.Errors, http.StatusNotFound, http.StatusConflict)
	huma.Register(api, stop, func(ctx context.Context, in *rest.ByID) (*rest.Answer[rollout.Rollout], error) {
		r, err := a.Rollouts.Stop(ctx, actor(ctx), in.ID)
		return &rest.Answer[rollout.Rollout]{Body: r}, a.problem(ctx, err)
	})
}

func (a *API) registerShadowReports(api huma.API) {
	list := rest.Operation(http.MethodGet, "/v1/rollouts/{id}/differences", "list-differences", "List the listings on which a shadow and the pack in use differ", "Packs", scientists)
	list.Errors = append(list.Errors, http.StatusNotFound)
	huma.Register(api, list, func(ctx context.Context, in *struct {
		rest.ByID
		After string `query:"after" maxLength:"64"`
		Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	}) (*rest.Answer[Disagreements], error) {
		if _, err := a.Rollouts.Rollout(ctx, in.ID); err != nil {
			return nil, a.problem(ctx, err)
		}
		found, err := a.Rollouts.Store.Disagreements(ctx, in.ID, in.After, in.Limit+1)
		out := Disagreements{Disagreements: rest.NotNil(found[:min(len(found), in.Limit)])}
		if len(found) > in.Limit {
			out.Next = found[in.Limit-1].ID
		}
		return &rest.Answer[Disagreements]{Body: out}, a.problem(ctx, err)
	})
	page := rest.Operation(http.MethodGet, "/v1/rollouts/{id}/report", "get-shadow-report", "Read what a shadow found as a page with pictures", "Packs", scientists)
	page.Errors = append(page.Errors, http.StatusNotFound, http.StatusConflict)
	page.Responses = map[string]*huma.Response{"200": {Description: "a page that stands alone", Content: map[string]*huma.MediaType{"text/html": {Schema: &huma.Schema{Type: "string"}}}}}
	huma.Register(api, page, func(ctx context.Context, in *rest.ByID) (*shadowReport, error) {
		var b bytes.Buffer
		err := a.Rollouts.Report(ctx, &b, in.ID)
		return &shadowReport{"text/html; charset=utf-8", "default-src 'none'; img-src data:; style-src 'unsafe-inline'", b.Bytes()}, a.problem(ctx, err)
	})
}

// shadowReport is a page of HTML that may load nothing.
type shadowReport struct {
	ContentType string `header:"Content-Type"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

// actor is the caller in rollout's words.
func actor(ctx context.Context) rollout.Actor {
	who := rest.Actor(ctx)
	return rollout.Actor{Account: who.Account, Key: who.Key}
}
