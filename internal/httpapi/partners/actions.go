package partners

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/partner"
	"touchstone/internal/httpapi/rest"
)

// InvitationInput is a partner that is to take part.
type InvitationInput struct {
	Partner string `json:"partner_id" minLength:"1" maxLength:"64"`
	As      string `json:"as" enum:"lead,member,observer" doc:"an observer reads"`
}

// ActionText is what operators write of an action.
type ActionText struct {
	Title     string `json:"title" minLength:"3" maxLength:"200"`
	Summary   string `json:"summary,omitempty" maxLength:"5000"`
	Authority string `json:"authority,omitempty" maxLength:"200" doc:"court or authority"`
	Reference string `json:"reference,omitempty" maxLength:"200" doc:"its number of the file"`
}

// NewAction is one that is opened.
type NewAction struct {
	ActionText
	Kind     string            `json:"kind" enum:"joint_action,litigation,criminal_case,border_measure"`
	Partners []InvitationInput `json:"partners,omitempty" maxItems:"100"`
}

// ActionPage is one page of actions.
type ActionPage struct {
	Actions []partner.Action `json:"actions"`
	Next    string           `json:"next,omitempty" doc:"before of the next page; none on the last"`
}

// ActionEntryPage is one page of what happened.
type ActionEntryPage struct {
	Entries []partner.ActionEntry `json:"entries" doc:"in the order in which they were recorded"`
	Next    string                `json:"next,omitempty" doc:"after of the next page; none on the last. A page may be shorter than its limit"`
}

// actionAnswer is the answer of everything that changes an action.
type actionAnswer = rest.Answer[partner.Action]

func (a *API) action(ctx context.Context, x partner.Action, err error) (*actionAnswer, error) {
	if err != nil {
		return nil, a.Problem(ctx, err)
	}
	return &actionAnswer{Body: x}, nil
}

func (in ActionText) plan() partner.Plan {
	return partner.Plan{Title: in.Title, Summary: in.Summary, Authority: in.Authority, Reference: in.Reference}
}

func (a *API) registerActions(api huma.API) {
	open := made("/v1/actions", "open-action", "Open a joint action or a file of litigation", operators)
	huma.Register(api, open, func(ctx context.Context, in *struct {
		rest.Repeatable
		Body NewAction
	}) (*rest.Created[partner.Action], error) {
		plan := in.Body.plan()
		plan.Kind, plan.Request = in.Body.Kind, in.Key
		for _, p := range in.Body.Partners {
			plan.Partners = append(plan.Partners, partner.Invitation(p))
		}
		x, err := a.Alliance.Open(ctx, rest.Actor(ctx), plan)
		if err != nil {
			return nil, a.Problem(ctx, err)
		}
		return &rest.Created[partner.Action]{Location: "/v1/actions/" + x.ID, Body: x}, nil
	})
	list := operation(http.MethodGet, "/v1/actions", "list-actions", "List joint actions, newest first", both, http.StatusNotFound, http.StatusUnprocessableEntity)
	rest.Explain(&list, "A partner sees those in which it takes part, with the fields that its agreement allows.")
	huma.Register(api, list, func(ctx context.Context, in *struct {
		Partner string `query:"partner" maxLength:"64"`
		Kind    string `query:"kind" enum:"joint_action,litigation,criminal_case,border_measure"`
		State   string `query:"state" enum:"planned,running,filed,pending,decided,appealed,concluded,abandoned"`
		rest.Backwards
	}) (*rest.Answer[ActionPage], error) {
		if err := rest.Cursor("query.before", "act_", in.Before); err != nil {
			return nil, err
		}
		found, err := a.Alliance.Actions(ctx, rest.Actor(ctx), partner.ActionQuery{Partner: in.Partner, Kind: in.Kind, State: in.State, Before: in.Before, Limit: in.Limit + 1})
		var page ActionPage
		page.Actions, page.Next = rest.Cut(found, in.Limit, func(x partner.Action) string { return x.ID })
		return &rest.Answer[ActionPage]{Body: page}, a.Problem(ctx, err)
	})
	get := operation(http.MethodGet, "/v1/actions/{id}", "get-action", "Read an action", both, http.StatusNotFound)
	rest.Explain(&get, "Each look of a partner's is a row of the audit log.")
	huma.Register(api, get, func(ctx context.Context, in *rest.ByID) (*actionAnswer, error) {
		x, err := a.Alliance.Action(ctx, rest.Actor(ctx), in.ID)
		return a.action(ctx, x, err)
	})
	change := operation(http.MethodPut, "/v1/actions/{id}", "describe-action", "Change what is written of an action", operators, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	huma.Register(api, change, func(ctx context.Context, in *struct {
		rest.ByID
		Body ActionText
	}) (*actionAnswer, error) {
		x, err := a.Alliance.Describe(ctx, rest.Actor(ctx), in.ID, in.Body.plan())
		return a.action(ctx, x, err)
	})
	entries := operation(http.MethodGet, "/v1/actions/{id}/entries", "list-action-entries", "Read what happened in an action", both, http.StatusNotFound, http.StatusUnprocessableEntity)
	huma.Register(api, entries, func(ctx context.Context, in *struct {
		rest.ByID
		rest.PageQuery
	}) (*rest.Answer[ActionEntryPage], error) {
		if err := rest.Cursor("query.after", "ent_", in.After); err != nil {
			return nil, err
		}
		found, next, err := a.Alliance.Entries(ctx, rest.Actor(ctx), in.ID, in.After, in.Limit)
		return &rest.Answer[ActionEntryPage]{Body: ActionEntryPage{rest.NotNil(found), next}}, a.Problem(ctx, err)
	})
	record := step("/v1/actions/{id}/entries", "record-action-entry", "Record what happened", both)
	rest.Explain(&record, "Partners that lead or are members may; entries are never changed.")
	huma.Register(api, record, func(ctx context.Context, in *struct {
		rest.ByID
		rest.Repeatable
		Body struct {
			At       time.Time `json:"at,omitempty" doc:"when it happened; left out, now"`
			What     string    `json:"what" minLength:"3" maxLength:"5000"`
			Who      string    `json:"who,omitempty" maxLength:"200"`
			Outcome  string    `json:"outcome,omitempty" maxLength:"5000"`
			Internal bool      `json:"internal,omitempty" doc:"operators: for the desk alone"`
		}
	}) (*actionAnswer, error) {
		b := in.Body
		x, err := a.Alliance.Record(ctx, rest.Actor(ctx), in.ID, partner.ActionEntry{At: b.At, What: b.What, Who: b.Who, Outcome: b.Outcome, Internal: b.Internal})
		return a.action(ctx, x, err)
	})
}
