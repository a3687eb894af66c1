package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/dossier"
)

// PowerInput is a power of attorney as it is filed. Dates are days.
type PowerInput struct {
	Agent       string   `json:"agent,omitempty" maxLength:"100" doc:"account of the agent; an agent files its own and leaves it out"`
	Scopes      []string `json:"scopes" minItems:"1" maxItems:"2" enum:"registry,notices" doc:"registry: rights, references, certificates, authorised sellers; notices: notices, answers, complaints"`
	Territories []string `json:"territories,omitempty" doc:"ISO 3166-1 codes, EU, BX or WW; empty: everywhere"`
	ValidFrom   string   `json:"valid_from,omitempty" format:"date"`
	ValidTo     string   `json:"valid_to,omitempty" format:"date" doc:"the last day"`
	Paper
}

// Power is a power of attorney as it is answered: its dates are days.
type Power struct {
	dossier.Power
	State     string `json:"state" enum:"pending,verified,rejected,revoked,expired"`
	ValidFrom string `json:"valid_from,omitempty" format:"date"`
	ValidTo   string `json:"valid_to,omitempty" format:"date" doc:"the last day"`
}

func powerView(p dossier.Power) Power {
	return Power{p, p.State, dayOf(p.ValidFrom), dayOf(p.ValidTo)}
}

// PowerPage is one page of powers of attorney.
type PowerPage struct {
	Powers []Power `json:"powers"`
	Next   string  `json:"next,omitempty" doc:"after of the next page; none on the last"`
}

// rulingInput is a decision and why.
type rulingInput struct {
	State  string `json:"state" enum:"verified,rejected"`
	Reason string `json:"reason,omitempty" maxLength:"2000" doc:"of a rejection"`
}

func (a *API) registerPowers(api huma.API) {
	file := operation(http.MethodPost, "/v1/holders/{id}/powers", "file-power", "File a power of attorney", "Registry", registrars)
	explain(&file, "Lets the account of an agent act for the holder, within scopes, territories and time. What the holder files is in force at once; what an agent files for a "+
		"holder that it keeps in its own account comes with the signed paper and waits for a reviewer. After its last day or its revocation the agent is refused, and each refusal is a row of the audit log.")
	a.takesPaper(&file, http.StatusNotFound)
	huma.Register(api, file, func(ctx context.Context, in *struct {
		ByID
		PictureBody
	}) (*created[Power], error) {
		var body PowerInput
		if err := readPaper(in.ContentType, in.RawBody, "power", &body, &body.Paper); err != nil {
			return nil, err
		}
		var d days
		filed := dossier.PowerInput{Holder: in.ID, Agent: body.Agent, Scopes: body.Scopes, Territories: body.Territories, Name: body.Name, Data: body.File,
			ValidFrom: d.parse("valid_from", body.ValidFrom), ValidTo: d.parse("valid_to", body.ValidTo)}
		if err := d.err(); err != nil {
			return nil, err
		}
		p, err := a.Dossier.FilePower(ctx, actor(ctx), filed)
		return &created[Power]{"/v1/powers/" + p.ID, powerView(p)}, a.problem(ctx, err)
	})
	describePaper[PowerInput](api, "/v1/holders/{id}/powers", "power")

	huma.Register(api, operation(http.MethodGet, "/v1/powers", "list-powers", "List powers of attorney", "Registry", readers),
		func(ctx context.Context, in *struct {
			Holder string `query:"holder" maxLength:"64" doc:"only this holder's"`
			State  string `query:"state" enum:"pending,verified,rejected,revoked" doc:"as it was decided; one that is verified may have expired since"`
			PageQuery
		}) (*answer[PowerPage], error) {
			if err := cursor("pow_", in.After); err != nil {
				return nil, err
			}
			list, err := a.Dossier.Powers(ctx, actor(ctx), dossier.PowerQuery{Holder: in.Holder, State: in.State, After: in.After, Limit: in.Limit + 1})
			page := PowerPage{Powers: []Power{}}
			if len(list) > in.Limit {
				list, page.Next = list[:in.Limit], list[in.Limit-1].ID
			}
			for _, p := range list {
				page.Powers = append(page.Powers, powerView(p))
			}
			return &answer[PowerPage]{page}, a.problem(ctx, err)
		})
	get := operation(http.MethodGet, "/v1/powers/{id}", "get-power", "Read a power of attorney", "Registry", readers)
	get.Errors = append(get.Errors, http.StatusNotFound)
	huma.Register(api, get, func(ctx context.Context, in *ByID) (*answer[Power], error) {
		p, err := a.Dossier.Power(ctx, actor(ctx), in.ID)
		return &answer[Power]{powerView(p)}, a.problem(ctx, err)
	})
	decide := operation(http.MethodPost, "/v1/powers/{id}/decide", "decide-power", "Verify or reject a power of attorney", "Registry", reviewers)
	decide.DefaultStatus = http.StatusOK
	decide.Errors = append(decide.Errors, http.StatusNotFound, http.StatusConflict)
	huma.Register(api, decide, func(ctx context.Context, in *struct {
		ByID
		Body rulingInput
	}) (*answer[Power], error) {
		p, err := a.Dossier.DecidePower(ctx, actor(ctx), in.ID, in.Body.State, in.Body.Reason)
		return &answer[Power]{powerView(p)}, a.problem(ctx, err)
	})
	revoke := operation(http.MethodPost, "/v1/powers/{id}/revoke", "revoke-power", "End a power of attorney", "Registry", registrars)
	revoke.DefaultStatus = http.StatusOK
	revoke.Errors = append(revoke.Errors, http.StatusNotFound)
	huma.Register(api, revoke, func(ctx context.Context, in *struct {
		ByID
		Body struct {
			Reason string `json:"reason,omitempty" maxLength:"2000"`
		}
	}) (*answer[Power], error) {
		p, err := a.Dossier.RevokePower(ctx, actor(ctx), in.ID, in.Body.Reason)
		return &answer[Power]{powerView(p)}, a.problem(ctx, err)
	})
}
