package hooks

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/webhook"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/jobs"
)

// DeliveryPage is one page of deliveries.
type DeliveryPage struct {
	Deliveries []webhook.Delivery `json:"deliveries"`
	Last       int64              `json:"last" doc:"after of the next page"`
}

// Replayed is how many deliveries are sent again.
type Replayed struct {
	Replayed int `json:"replayed"`
}

func (a *API) registerDeliveries(api huma.API) {
	list := rest.Operation(http.MethodGet, "/v1/webhooks/{id}/deliveries", "list-deliveries", "List what is on its way to a webhook, was taken, or was given up", tag, owners)
	list.Errors = append(list.Errors, http.StatusNotFound)
	rest.Explain(&list, "What was taken is kept for a week, dead letters until they are sent again.")
	huma.Register(api, list, func(ctx context.Context, in *struct {
		rest.ByID
		State string `query:"state" enum:"waiting,done,dead"`
		After int64  `query:"after" minimum:"0" doc:"the last number seen"`
		Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	}) (*rest.Answer[DeliveryPage], error) {
		all, err := a.Hooks.Deliveries(ctx, rest.Actor(ctx), in.ID, in.State, in.After, in.Limit)
		page := DeliveryPage{Deliveries: rest.NotNil(all), Last: in.After}
		if len(all) > 0 {
			page.Last = all[len(all)-1].Seq
		}
		return &rest.Answer[DeliveryPage]{Body: page}, a.problem(ctx, err)
	})
	one := rest.Operation(http.MethodPost, "/v1/webhooks/{id}/deliveries/{seq}/replay", "replay-delivery", "Send a delivery again", tag, owners)
	one.DefaultStatus = http.StatusOK
	one.Errors = append(one.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	huma.Register(api, one, func(ctx context.Context, in *struct {
		rest.ByID
		Seq int64 `path:"seq" minimum:"1"`
	}) (*rest.Answer[Replayed], error) {
		n, err := a.Hooks.Replay(ctx, rest.Actor(ctx), in.ID, in.Seq)
		return &rest.Answer[Replayed]{Body: Replayed{n}}, a.problem(ctx, err)
	})
	dead := rest.Operation(http.MethodPost, "/v1/webhooks/{id}/replay-dead", "replay-dead-deliveries", "Send the dead letters of a webhook again, up to a thousand", tag, owners)
	dead.DefaultStatus = http.StatusOK
	dead.Errors = append(dead.Errors, http.StatusNotFound)
	huma.Register(api, dead, func(ctx context.Context, in *rest.ByID) (*rest.Answer[Replayed], error) {
		n, err := a.Hooks.Replay(ctx, rest.Actor(ctx), in.ID, 0)
		return &rest.Answer[Replayed]{Body: Replayed{n}}, a.problem(ctx, err)
	})
}

// CallbackInput is a signed message. Its body is read as the bytes that were signed.
type CallbackInput struct {
	rest.ByID
	MessageID string `header:"webhook-id" required:"true" maxLength:"200"`
	Timestamp string `header:"webhook-timestamp" required:"true" maxLength:"20" doc:"seconds since 1970; at most 5 minutes from now"`
	Signature string `header:"webhook-signature" required:"true" maxLength:"2000" doc:"v1, and the HMAC-SHA256 of id, timestamp and body under the callback_secret"`
	Body      webhook.Callback
	RawBody   []byte
}

func (a *API) registerCallbacks(api huma.API) {
	op := rest.Operation(http.MethodPost, "/v1/webhooks/{id}/callbacks", "webhook-callback", "Say by a signed message that an order was carried out, or could not be", tag, connectors)
	op.DefaultStatus = http.StatusOK
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	op.MaxBodyBytes = 64 << 10
	rest.Explain(&op, "The form is that of Standard Webhooks 1.0, with the callback_secret of the webhook. A message that is not signed so, is older than 5 minutes, or came before is refused and audited. To tell the same again, sign it with a new timestamp. Connectors without a secret use /v1/enforcements/{id}/confirm.")
	huma.Register(api, op, func(ctx context.Context, in *CallbackInput) (*rest.Answer[docket.Enforcement], error) {
		h := http.Header{}
		h.Set("webhook-id", in.MessageID)
		h.Set("webhook-timestamp", in.Timestamp)
		h.Set("webhook-signature", in.Signature)
		e, err := a.Hooks.Receive(ctx, rest.Actor(ctx), in.ID, h, in.RawBody)
		return &rest.Answer[docket.Enforcement]{Body: e}, a.problem(ctx, err)
	})
}

// DeadJobs is one page of jobs that were given up.
type DeadJobs struct {
	Jobs []jobs.Job `json:"jobs"`
	Next string     `json:"next,omitempty" doc:"after of the next page; none on the last"`
}

func (a *API) registerJobs(api huma.API) {
	list := rest.Operation(http.MethodGet, "/v1/jobs/dead", "list-dead-jobs", "List work that was given up", "Jobs", operators)
	huma.Register(api, list, func(ctx context.Context, in *struct {
		After string `query:"after" maxLength:"200" doc:"the next of the page before"`
		Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
	}) (*rest.Answer[DeadJobs], error) {
		all, err := a.Jobs.DeadJobs(ctx, in.After, in.Limit+1)
		page := DeadJobs{Jobs: rest.NotNil(all)}
		if len(all) > in.Limit {
			page.Jobs, page.Next = all[:in.Limit], all[in.Limit-1].ID
		}
		return &rest.Answer[DeadJobs]{Body: page}, a.problem(ctx, err)
	})
	revive := rest.Operation(http.MethodPost, "/v1/jobs/retry", "retry-job", "Try work again that was given up", "Jobs", operators)
	revive.DefaultStatus = http.StatusOK
	revive.Errors = append(revive.Errors, http.StatusNotFound, http.StatusUnprocessableEntity)
	huma.Register(api, revive, func(ctx context.Context, in *struct {
		Body struct {
			ID string `json:"id" minLength:"1" maxLength:"200"`
		}
	}) (*rest.Answer[Revived], error) {
		ok, err := a.Jobs.ReviveJob(ctx, in.Body.ID, time.Now())
		if err == nil && !ok {
			err = huma.Error404NotFound("There is no such job among those that were given up.")
			return nil, err
		}
		if ok && a.Wake != nil {
			a.Wake()
		}
		return &rest.Answer[Revived]{Body: Revived{in.Body.ID}}, a.problem(ctx, err)
	})
}

// Revived is a job that waits again.
type Revived struct {
	ID string `json:"id"`
}
