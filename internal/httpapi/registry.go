package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/server"
)

// holderInput is a rights holder as it is registered.
type holderInput struct {
	LegalName  string `json:"legal_name" minLength:"1" maxLength:"300" example:"Velmora Srl"`
	Country    string `json:"country" minLength:"2" maxLength:"2" doc:"ISO 3166-1 alpha-2" example:"IT"`
	BusinessID string `json:"business_id,omitempty" maxLength:"100" doc:"business licence or register number"`
	Email      string `json:"email" maxLength:"254" doc:"contact" example:"ip@velmora.example"`
	Account    string `json:"account,omitempty" maxLength:"100" doc:"operators only: the account that the holder belongs to"`
}

// rightInput is a right as it is registered. Dates are days: "2031-05-14".
type rightInput struct {
	HolderID           string             `json:"holder_id" doc:"the holder whose right it is"`
	Name               string             `json:"name" minLength:"1" maxLength:"300" example:"VELMORA"`
	Type               casework.RightType `json:"type" enum:"trademark_word,trademark_figurative,trademark_3d,design,patent,utility_model,copyright_registered,copyright_unregistered,geographical_indication"`
	Office             string             `json:"office,omitempty" maxLength:"100" example:"EUIPO"`
	Territories        []string           `json:"territories" doc:"ISO 3166-1 codes, EU, BX (Benelux) or WW (worldwide)" example:"[\"EU\"]"`
	RegistrationNumber string             `json:"registration_number,omitempty" maxLength:"100"`
	ApplicationNumber  string             `json:"application_number,omitempty" maxLength:"100"`
	Registrant         string             `json:"registrant,omitempty" maxLength:"300" doc:"as the office has it"`
	FiledOn            string             `json:"filed_on,omitempty" format:"date"`
	GrantedOn          string             `json:"granted_on,omitempty" format:"date"`
	ExpiresOn          string             `json:"expires_on,omitempty" format:"date" doc:"the last day in force"`
	Nice               []string           `json:"nice,omitempty" doc:"Nice classes, 1 to 45"`
	Locarno            []string           `json:"locarno,omitempty" doc:"Locarno classes such as 02-04"`
	Vienna             []string           `json:"vienna,omitempty" doc:"Vienna codes such as 27.5.1"`
	RetailPrice        *casework.Money    `json:"retail_price,omitempty" doc:"average retail price"`
}

// stateInput is an operator's decision on a right.
type stateInput struct {
	State casework.State `json:"state" enum:"verified,rejected,expired"`
}

// sellerInput is an authorised seller.
type sellerInput struct {
	Seller      string   `json:"seller" minLength:"1" maxLength:"256" doc:"the seller's ID on the marketplace"`
	Standing    string   `json:"standing,omitempty" enum:"licensee,holder" doc:"a licensee, the rights holder's own account; empty: a seller"`
	Marketplace string   `json:"marketplace,omitempty" doc:"empty: on all"`
	Territories []string `json:"territories,omitempty" doc:"empty: everywhere"`
	Goods       []string `json:"goods,omitempty" doc:"Nice classes or words; empty: all"`
	ValidFrom   string   `json:"valid_from,omitempty" format:"date"`
	ValidTo     string   `json:"valid_to,omitempty" format:"date" doc:"the last day"`
	Proof       string   `json:"proof,omitempty" maxLength:"1000" doc:"where the proof is kept"`
}

// ByID is the path parameter of most operations.
type ByID = rest.ByID

func (a *API) registerRegistry(api huma.API) {
	registry := a.Intake.Registry
	op := operation(http.MethodPost, "/v1/holders", "create-holder", "Register a rights holder", "Registry", registrars)
	op.DefaultStatus = http.StatusCreated
	huma.Register(api, op, func(ctx context.Context, in *struct{ Body holderInput }) (*created[casework.Holder], error) {
		h, err := registry.CreateHolder(ctx, actor(ctx), casework.Holder{
			Account: in.Body.Account, LegalName: in.Body.LegalName, Country: in.Body.Country, BusinessID: in.Body.BusinessID, Email: in.Body.Email,
		})
		return &created[casework.Holder]{"/v1/holders/" + h.ID, h}, a.problem(ctx, err)
	})
	huma.Register(api, operation(http.MethodGet, "/v1/holders/{id}", "get-holder", "Read a rights holder", "Registry", readers),
		func(ctx context.Context, in *ByID) (*answer[casework.Holder], error) {
			h, err := registry.Holder(ctx, actor(ctx), in.ID)
			return &answer[casework.Holder]{h}, a.problem(ctx, err)
		})
	a.registerRights(api)
	a.registerSellers(api)
}

func (a *API) registerRights(api huma.API) {
	registry := a.Intake.Registry
	op := operation(http.MethodPost, "/v1/rights", "create-right", "Register a right", "Registry", registrars)
	op.DefaultStatus = http.StatusCreated
	explain(&op, "A right starts as pending. Until an operator verifies it, it is searched, and what it causes is capped by policy.")
	huma.Register(api, op, func(ctx context.Context, in *struct{ Body rightInput }) (*created[Right], error) {
		right, err := in.Body.right()
		if err != nil {
			return nil, err
		}
		r, err := registry.CreateRight(ctx, actor(ctx), right)
		if errors.Is(err, casework.ErrNotFound) { // what is missing is named in the body, not in the path
			who, _ := server.PrincipalFrom(ctx)
			a.Server.NoteRefusal(server.Refusal{Principal: who, Method: op.Method, Route: op.Path, ID: right.HolderID, Status: http.StatusUnprocessableEntity})
			err = &casework.ValidationError{Fields: []casework.FieldError{{Path: "holder_id", Message: rest.Sentence(err, casework.ErrNotFound)}}}
		}
		return &created[Right]{"/v1/rights/" + r.ID, rightView(r)}, a.problem(ctx, err)
	})
	huma.Register(api, operation(http.MethodGet, "/v1/rights", "list-rights", "List rights", "Registry", readers),
		func(ctx context.Context, in *struct {
			Holder string `query:"holder" doc:"only this holder's"`
			State  string `query:"state" enum:"pending,verified,rejected,expired" doc:"only in this state"`
			After  string `query:"after" doc:"the next of the page before"`
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
		}) (*answer[RightPage], error) {
			if err := cursor("rgt_", in.After); err != nil {
				return nil, err
			}
			page, err := registry.Rights(ctx, actor(ctx), casework.RightQuery{HolderID: in.Holder, State: casework.State(in.State), After: in.After, Limit: in.Limit})
			return &answer[RightPage]{rightPageView(page)}, a.problem(ctx, err)
		})
	huma.Register(api, operation(http.MethodGet, "/v1/rights/{id}", "get-right", "Read a right", "Registry", readers),
		func(ctx context.Context, in *ByID) (*answer[Right], error) {
			r, err := registry.Right(ctx, actor(ctx), in.ID)
			return &answer[Right]{rightView(r)}, a.problem(ctx, err)
		})
	huma.Register(api, operation(http.MethodPut, "/v1/rights/{id}/state", "set-right-state", "Verify, reject or expire a right", "Registry", operators),
		func(ctx context.Context, in *struct {
			ByID
			Body stateInput
		}) (*answer[Right], error) {
			r, err := a.Dossier.SetState(ctx, actor(ctx), in.ID, in.Body.State)
			return &answer[Right]{rightView(r)}, a.problem(ctx, err)
		})
}

func (a *API) registerSellers(api huma.API) {
	registry := a.Intake.Registry
	op := operation(http.MethodPost, "/v1/rights/{id}/authorized-sellers", "add-authorized-seller", "Authorise a seller", "Registry", registrars)
	op.DefaultStatus = http.StatusCreated
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		Body sellerInput
	}) (*created[AuthorizedSeller], error) {
		seller, err := in.Body.seller(in.ID)
		if err != nil {
			return nil, err
		}
		s, err := registry.AddAuthorizedSeller(ctx, actor(ctx), seller)
		return &created[AuthorizedSeller]{"/v1/rights/" + in.ID + "/authorized-sellers", sellerView(s)}, a.problem(ctx, err)
	})
	huma.Register(api, operation(http.MethodGet, "/v1/rights/{id}/authorized-sellers", "list-authorized-sellers", "List authorised sellers", "Registry", readers),
		func(ctx context.Context, in *ByID) (*answer[[]AuthorizedSeller], error) {
			list, err := registry.AuthorizedSellers(ctx, actor(ctx), in.ID)
			views := make([]AuthorizedSeller, len(list))
			for i, s := range list {
				views[i] = sellerView(s)
			}
			return &answer[[]AuthorizedSeller]{views}, a.problem(ctx, err)
		})
}

func (in rightInput) right() (casework.Right, error) {
	var d days
	r := casework.Right{
		HolderID: in.HolderID, Name: in.Name, Type: in.Type, Office: in.Office, Territories: in.Territories,
		RegistrationNumber: in.RegistrationNumber, ApplicationNumber: in.ApplicationNumber, Registrant: in.Registrant,
		FiledOn: d.parse("filed_on", in.FiledOn), GrantedOn: d.parse("granted_on", in.GrantedOn), ExpiresOn: d.parse("expires_on", in.ExpiresOn),
		Nice: in.Nice, Locarno: in.Locarno, Vienna: in.Vienna, RetailPrice: in.RetailPrice,
	}
	return r, d.err()
}

func (in sellerInput) seller(rightID string) (casework.AuthorizedSeller, error) {
	var d days
	s := casework.AuthorizedSeller{
		RightID: rightID, Seller: in.Seller, Standing: in.Standing, Marketplace: in.Marketplace, Territories: in.Territories, Goods: in.Goods,
		ValidFrom: d.parse("valid_from", in.ValidFrom), ValidTo: d.parse("valid_to", in.ValidTo), Proof: in.Proof,
	}
	return s, d.err()
}

// days parses dates and collects what is wrong with them.
type days struct {
	faults []error
}

func (d *days) parse(field, s string) *time.Time {
	if s == "" {
		return nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		d.faults = append(d.faults, &huma.ErrorDetail{Location: "body." + field, Message: fmt.Sprintf("%q is not a day; write it as 2031-05-14", s), Value: s})
		return nil
	}
	return &t
}

func (d *days) err() error {
	if len(d.faults) == 0 {
		return nil
	}
	return huma.Error422UnprocessableEntity("Some fields are not valid.", d.faults...)
}

// notNil makes an empty list [] rather than null.
func notNil[T any](list []T) []T { return rest.NotNil(list) }
