package partners

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/partner"
	"touchstone/internal/httpapi/rest"
)

// WarningPage is one page of alerts.
type WarningPage struct {
	Alerts []partner.Warning `json:"alerts"`
	Next   string            `json:"next,omitempty" doc:"before of the next page; none on the last. A page may be shorter than its limit"`
}

// RaiseInput is an alert that somebody writes.
type RaiseInput struct {
	Right        string          `json:"right_id" minLength:"1" maxLength:"64"`
	Marketplaces []string        `json:"marketplaces,omitempty" maxItems:"200" doc:"on which it was seen"`
	Title        string          `json:"title" minLength:"3" maxLength:"200"`
	Text         string          `json:"text" minLength:"10" maxLength:"5000" doc:"without names of persons: an alert is for many"`
	Allow        []partner.Field `json:"allow,omitempty" maxItems:"50" doc:"what other brands and alliances may be told of it; left out, every field of alerts"`
}

// Raised says how many partners an alert reached.
type Raised struct {
	Told int `json:"told"`
}

func (a *API) registerAlerts(api huma.API) {
	list := operation(http.MethodGet, "/v1/alerts", "list-alerts", "List what partners are warned of, newest first", both, http.StatusNotFound, http.StatusUnprocessableEntity)
	rest.Explain(&list, "A right that is attacked more than chance explains, told within minutes after it is seen, and what partners and the desk tell each other; with the fields that the agreement allows. Operators name a partner and see what it sees. Event partner.alert tells that there is a new one (/v1/events, /v1/webhooks).")
	huma.Register(api, list, func(ctx context.Context, in *struct {
		Partner string `query:"partner" maxLength:"64" doc:"operators: whose"`
		Unseen  bool   `query:"unacknowledged" doc:"only those that nobody has acknowledged"`
		rest.Backwards
	}) (*rest.Answer[WarningPage], error) {
		if err := rest.Cursor("query.before", "alr_", in.Before); err != nil {
			return nil, err
		}
		found, next, err := a.Alliance.Alerts(ctx, rest.Actor(ctx), partner.AlertQuery{Partner: in.Partner, Unseen: in.Unseen, Before: in.Before, Limit: in.Limit})
		return &rest.Answer[WarningPage]{Body: WarningPage{rest.NotNil(found), next}}, a.Problem(ctx, err)
	})
	get := operation(http.MethodGet, "/v1/alerts/{id}", "get-alert", "Read an alert", both, http.StatusNotFound)
	huma.Register(api, get, func(ctx context.Context, in *rest.ByID) (*rest.Answer[partner.Warning], error) {
		n, err := a.Alliance.Alert(ctx, rest.Actor(ctx), in.ID)
		return &rest.Answer[partner.Warning]{Body: n}, a.Problem(ctx, err)
	})
	raise := made("/v1/alerts", "raise-alert", "Warn partners of something", both, http.StatusNotFound)
	rest.Explain(&raise, "Reaches every partner whose agreement covers the right and one of the marketplaces; a partner may warn of what its own agreement covers.")
	huma.Register(api, raise, func(ctx context.Context, in *struct {
		rest.Repeatable
		Body RaiseInput
	}) (*rest.Answer[Raised], error) {
		b := in.Body
		n, err := a.Alliance.Raise(ctx, rest.Actor(ctx), partner.Raise{Right: b.Right, Marketplaces: b.Marketplaces, Title: b.Title, Text: b.Text, Allow: b.Allow, Request: in.Key})
		return &rest.Answer[Raised]{Body: Raised{n}}, a.Problem(ctx, err)
	})
	seen := step("/v1/alerts/{id}/acknowledge", "acknowledge-alert", "Say that an alert is taken up", members)
	rest.Explain(&seen, "The first who says so is kept; again is no error.")
	huma.Register(api, seen, func(ctx context.Context, in *struct {
		rest.ByID
		Body struct {
			Note string `json:"note,omitempty" maxLength:"2000"`
		}
	}) (*rest.Answer[partner.Warning], error) {
		n, err := a.Alliance.Acknowledge(ctx, rest.Actor(ctx), in.ID, in.Body.Note)
		return &rest.Answer[partner.Warning]{Body: n}, a.Problem(ctx, err)
	})
}
