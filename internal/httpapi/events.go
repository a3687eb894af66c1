package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/audit"
	"touchstone/internal/casework/docket"
	"touchstone/internal/server"
)

// eventReaders follow the feed.
var eventReaders = append([]server.Role{server.RolePipeline, server.RolePartner}, readers...)

// connectors speak for marketplaces.
var connectors = []server.Role{server.RolePipeline, server.RoleOperator, server.RoleAdmin}

// EventPage is one page of the feed.
type EventPage struct {
	Events []docket.Event `json:"events"`
	Last   int64          `json:"last" doc:"after of the next page"`
}

// EnforcementPage is one page of what marketplaces were told.
type EnforcementPage struct {
	Enforcements []docket.Enforcement `json:"enforcements"`
	Next         string               `json:"next,omitempty" doc:"after of the next page; none on the last"`
}

// AuditPage is one page of the audit log.
type AuditPage struct {
	Rows []audit.Entry `json:"rows"`
	Last int64         `json:"last" doc:"after of the next page"`
}

// FeedQuery reads on behind a number.
type FeedQuery struct {
	After int64 `query:"after" minimum:"0" doc:"the last number seen"`
	Limit int   `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

func (a *API) registerEvents(api huma.API) {
	feed := operation(http.MethodGet, "/v1/events", "list-events", "Follow what happens to cases", "Events", eventReaders)
	explain(&feed, "In the order in which it happened, to be read on from the last number seen; nothing is missed and the events of a case are in order. A pipeline whose key is bound to its marketplace sees that marketplace's, a holder or agent those about their rights, a partner that there is something for it.")
	huma.Register(api, feed, func(ctx context.Context, in *struct {
		Case string `query:"case" maxLength:"64" doc:"only of this case"`
		FeedQuery
	}) (*answer[EventPage], error) {
		list, err := a.Docket.Events(ctx, actor(ctx), docket.EventQuery{After: in.After, Case: in.Case, Limit: in.Limit})
		page := EventPage{Events: notNil(list), Last: in.After}
		if len(list) > 0 {
			page.Last = list[len(list)-1].Seq
		}
		return &answer[EventPage]{page}, a.problem(ctx, err)
	})
	told := operation(http.MethodGet, "/v1/enforcements", "list-enforcements", "List what marketplaces were told to do", "Events", eventReadersOfMarkets)
	huma.Register(api, told, func(ctx context.Context, in *struct {
		Marketplace string `query:"marketplace" maxLength:"64"`
		Case        string `query:"case" maxLength:"64"`
		Open        bool   `query:"open" doc:"only what is not confirmed"`
		Escalated   bool   `query:"escalated" doc:"only what was told often and never confirmed, or failed"`
		PageQuery
	}) (*answer[EnforcementPage], error) {
		if err := cursor("enf_", in.After); err != nil {
			return nil, err
		}
		list, err := a.Docket.Enforcements(ctx, actor(ctx), docket.EnforcementQuery{Marketplace: in.Marketplace, Case: in.Case, Open: in.Open, Escalated: in.Escalated, After: in.After, Limit: in.Limit + 1})
		page := EnforcementPage{Enforcements: notNil(list)}
		if len(list) > in.Limit {
			page.Enforcements, page.Next = list[:in.Limit], list[in.Limit-1].ID
		}
		return &answer[EnforcementPage]{page}, a.problem(ctx, err)
	})
	confirm := operation(http.MethodPost, "/v1/enforcements/{id}/confirm", "confirm-enforcement", "Say that a marketplace carried it out", "Events", connectors)
	confirm.DefaultStatus = http.StatusOK
	confirm.Errors = append(confirm.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	explain(&confirm, "Until this is said the marketplace is told again, with growing pauses. A removal that is confirmed with how many the listing had sold counts for the share of removals before the first sale.")
	huma.Register(api, confirm, func(ctx context.Context, in *confirmation) (*answer[docket.Enforcement], error) {
		e, err := a.Docket.Confirm(ctx, actor(ctx), in.ID, in.sold())
		return &answer[docket.Enforcement]{e}, a.problem(ctx, err)
	})
	failed := operation(http.MethodPost, "/v1/enforcements/{id}/fail", "fail-enforcement", "Say that a marketplace could not carry it out", "Events", connectors)
	failed.DefaultStatus = http.StatusOK
	failed.Errors = append(failed.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	explain(&failed, "People are asked to look into it (event enforcement.escalated); the marketplace is told again all the same.")
	huma.Register(api, failed, func(ctx context.Context, in *struct {
		ByID
		Body struct {
			Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"why"`
		}
	}) (*answer[docket.Enforcement], error) {
		e, err := a.Docket.Fail(ctx, actor(ctx), in.ID, in.Body.Reason)
		return &answer[docket.Enforcement]{e}, a.problem(ctx, err)
	})
	log := operation(http.MethodGet, "/v1/audit", "list-audit", "Read the audit log", "Events", operators)
	huma.Register(api, log, func(ctx context.Context, in *struct {
		Subject string `query:"subject" maxLength:"64" doc:"only about this"`
		FeedQuery
	}) (*answer[AuditPage], error) {
		list, err := a.Docket.Audits(ctx, actor(ctx), in.Subject, in.After, in.Limit)
		page := AuditPage{Rows: notNil(list), Last: in.After}
		if len(list) > 0 {
			page.Last = list[len(list)-1].Seq
		}
		return &answer[AuditPage]{page}, a.problem(ctx, err)
	})
}

var eventReadersOfMarkets = []server.Role{server.RolePipeline, server.RoleReviewer, server.RoleOperator, server.RoleAdmin}

// Carried is what a marketplace says of what it carried out.
type Carried struct {
	Sold *int `json:"sold,omitempty" minimum:"0" doc:"of a removal: how many the listing had sold by then"`
}

// confirmation names an order; its body may be left out.
type confirmation struct {
	ByID
	Body *Carried `required:"false"`
}

func (in *confirmation) sold() *int {
	if in.Body == nil {
		return nil
	}
	return in.Body.Sold
}
