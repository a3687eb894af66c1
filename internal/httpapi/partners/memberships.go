package partners

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/partner"
	"touchstone/internal/httpapi/rest"
)

// PartnerInput is a partner as operators write it down.
type PartnerInput struct {
	Name      string            `json:"name" minLength:"2" maxLength:"200"`
	Country   string            `json:"country,omitempty" maxLength:"2" doc:"ISO 3166-1 alpha-2"`
	Email     string            `json:"email,omitempty" maxLength:"254" doc:"of its office"`
	Holders   []string          `json:"own_holders,omitempty" maxItems:"100" doc:"brands and alliances: holders of the registry that the partner itself is"`
	Agreement partner.Agreement `json:"agreement"`
}

// NewPartner is one that is made.
type NewPartner struct {
	PartnerInput
	Kind string `json:"kind" enum:"brand,alliance,law_enforcement,authority,court"`
}

// PartnerPage is one page of partners.
type PartnerPage struct {
	Partners []partner.Partner `json:"partners"`
	Next     string            `json:"next,omitempty" doc:"before of the next page; none on the last"`
}

// FieldInfo is a field that agreements name.
type FieldInfo struct {
	Field    partner.Field `json:"field"`
	Of       string        `json:"of" enum:"alert,action,case,ring"`
	Personal bool          `json:"personal" doc:"about persons: an agreement needs a legal ground for it"`
	Usual    []string      `json:"usual" doc:"kinds of partner whose agreements begin with it"`
}

// FieldList is every field that can be told.
type FieldList struct {
	Fields []FieldInfo `json:"fields"`
}

// answer is the answer about one partner.
type answer = rest.Answer[partner.Partner]

func (a *API) partner(ctx context.Context, p partner.Partner, err error) (*answer, error) {
	if err != nil {
		return nil, a.Problem(ctx, err)
	}
	return &answer{Body: p}, nil
}

func (a *API) registerMemberships(api huma.API) {
	add := made("/v1/partners", "add-partner", "Take a partner in, with its agreement", operators, http.StatusConflict)
	rest.Explain(&add, "A brand, an alliance, police, an authority or a court. The agreement says from when until when, where, about which rights, and field by field what the partner is told; what it does not name is not told.")
	huma.Register(api, add, func(ctx context.Context, in *struct {
		rest.Repeatable
		Body NewPartner
	}) (*rest.Created[partner.Partner], error) {
		b := in.Body
		p, err := a.Alliance.Make(ctx, rest.Actor(ctx), partner.Partner{Name: b.Name, Kind: b.Kind, Country: b.Country, Email: b.Email, Holders: b.Holders, Agreement: b.Agreement, Request: in.Key})
		if err != nil {
			return nil, a.Problem(ctx, err)
		}
		return &rest.Created[partner.Partner]{Location: "/v1/partners/" + p.ID, Body: p}, nil
	})
	list := operation(http.MethodGet, "/v1/partners", "list-partners", "List partners, newest first", both, http.StatusUnprocessableEntity)
	rest.Explain(&list, "A partner sees itself.")
	huma.Register(api, list, func(ctx context.Context, in *struct {
		Kind     string `query:"kind" enum:"brand,alliance,law_enforcement,authority,court"`
		Standing bool   `query:"standing" doc:"only those that have not ended"`
		rest.Backwards
	}) (*rest.Answer[PartnerPage], error) {
		if err := rest.Cursor("query.before", "ptn_", in.Before); err != nil {
			return nil, err
		}
		found, err := a.Alliance.List(ctx, rest.Actor(ctx), partner.Query{Kind: in.Kind, Standing: in.Standing, Before: in.Before, Limit: in.Limit + 1})
		var page PartnerPage
		page.Partners, page.Next = rest.Cut(found, in.Limit, func(p partner.Partner) string { return p.ID })
		return &rest.Answer[PartnerPage]{Body: page}, a.Problem(ctx, err)
	})
	get := operation(http.MethodGet, "/v1/partners/{id}", "get-partner", "Read a partner and its agreement", both, http.StatusNotFound)
	huma.Register(api, get, func(ctx context.Context, in *rest.ByID) (*answer, error) {
		p, err := a.Alliance.Get(ctx, rest.Actor(ctx), in.ID)
		return a.partner(ctx, p, err)
	})
	change := operation(http.MethodPut, "/v1/partners/{id}", "change-partner", "Change a partner's agreement", operators, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	rest.Explain(&change, "It holds at once, for what was shared before too.")
	huma.Register(api, change, func(ctx context.Context, in *struct {
		rest.ByID
		Body PartnerInput
	}) (*answer, error) {
		b := in.Body
		p, err := a.Alliance.Agree(ctx, rest.Actor(ctx), in.ID, partner.Edit{Name: b.Name, Country: b.Country, Email: b.Email, Holders: b.Holders, Agreement: b.Agreement})
		return a.partner(ctx, p, err)
	})
	fields := operation(http.MethodGet, "/v1/partner-fields", "list-partner-fields", "List the fields that agreements can name", both)
	huma.Register(api, fields, func(context.Context, *struct{}) (*rest.Answer[FieldList], error) {
		return &rest.Answer[FieldList]{Body: FieldList{fieldInfo()}}, nil
	})
}

func fieldInfo() (out []FieldInfo) {
	for _, f := range partner.Catalogue() {
		info := FieldInfo{Field: f, Of: f.Kind(), Personal: f.Personal(), Usual: []string{}}
		for _, kind := range partner.Kinds() {
			for _, u := range partner.Usual(kind) {
				if u == f {
					info.Usual = append(info.Usual, kind)
				}
			}
		}
		out = append(out, info)
	}
	return out
}

// PartnerReason says why.
type PartnerReason struct {
	Reason string `json:"reason" minLength:"3" maxLength:"2000"`
}

func (a *API) registerSteps(api huma.API) {
	join := step("/v1/partners/{id}/members", "add-partner-member", "Let an account act for a partner", operators)
	rest.Explain(&join, "With keys and people of the role partner. An account acts for one partner at most.")
	huma.Register(api, join, func(ctx context.Context, in *struct {
		rest.ByID
		Body struct {
			Account string `json:"account" minLength:"1" maxLength:"200"`
		}
	}) (*answer, error) {
		p, err := a.Alliance.AddMember(ctx, rest.Actor(ctx), in.ID, in.Body.Account)
		return a.partner(ctx, p, err)
	})
	leave := operation(http.MethodDelete, "/v1/partners/{id}/members/{account}", "remove-partner-member", "End that an account acts for a partner", operators, http.StatusNotFound, http.StatusConflict)
	leave.DefaultStatus = http.StatusOK
	huma.Register(api, leave, func(ctx context.Context, in *struct {
		rest.ByID
		Account string `path:"account" maxLength:"200"`
	}) (*answer, error) {
		p, err := a.Alliance.RemoveMember(ctx, rest.Actor(ctx), in.ID, in.Account)
		return a.partner(ctx, p, err)
	})
	suspend := step("/v1/partners/{id}/suspend", "suspend-partner", "Keep everything from a partner for the time being", operators)
	huma.Register(api, suspend, func(ctx context.Context, in *struct {
		rest.ByID
		Body PartnerReason
	}) (*answer, error) {
		p, err := a.Alliance.Suspend(ctx, rest.Actor(ctx), in.ID, in.Body.Reason)
		return a.partner(ctx, p, err)
	})
	huma.Register(api, step("/v1/partners/{id}/resume", "resume-partner", "Lift a suspension", operators), func(ctx context.Context, in *rest.ByID) (*answer, error) {
		p, err := a.Alliance.Resume(ctx, rest.Actor(ctx), in.ID)
		return a.partner(ctx, p, err)
	})
	end := step("/v1/partners/{id}/end", "end-partner", "End an agreement for good", operators)
	rest.Explain(&end, "The partner's accounts and holders are free for another one.")
	huma.Register(api, end, func(ctx context.Context, in *struct {
		rest.ByID
		Body PartnerReason
	}) (*answer, error) {
		p, err := a.Alliance.End(ctx, rest.Actor(ctx), in.ID, in.Body.Reason)
		return a.partner(ctx, p, err)
	})
}
