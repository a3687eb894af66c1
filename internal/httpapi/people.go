package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework"
	"touchstone/internal/people"
	"touchstone/internal/server"
)

// SigningPerson is somebody who may sign in to the pages.
type SigningPerson struct {
	ID        string    `json:"id"`
	Email     string    `json:"email"`
	Name      string    `json:"name,omitempty"`
	Role      string    `json:"role"`
	Account   string    `json:"account"`
	Subject   string    `json:"subject,omitempty" doc:"holder that a holder or agent is bound to"`
	Codes     bool      `json:"codes" doc:"signs in with codes from an app"`
	External  bool      `json:"external" doc:"signs in with an identity provider"`
	Disabled  bool      `json:"disabled"`
	Invited   bool      `json:"invited" doc:"has not changed the password that was made"`
	CreatedAt time.Time `json:"created_at"`
	Password  string    `json:"password,omitempty" doc:"made now and shown this once; it must be changed at the first sign-in"`
}

// PeopleList is everybody who may sign in.
type PeopleList struct {
	People []SigningPerson `json:"people" doc:"by address"`
}

func signing(p people.Person, password string) SigningPerson {
	return SigningPerson{p.ID, p.Email, p.Name, p.Role, p.Account, p.Subject, p.Secret != "", p.External != "", p.Disabled, p.Provisional, p.CreatedAt, password}
}

func (a *API) registerPeople(api huma.API) {
	huma.Register(api, operation(http.MethodGet, "/v1/people", "list-people", "List who may sign in to the pages", "People", admins),
		func(ctx context.Context, _ *struct{}) (*answer[PeopleList], error) {
			list, err := a.People.List(ctx, "")
			out := PeopleList{People: []SigningPerson{}}
			for _, p := range list {
				out.People = append(out.People, signing(p, ""))
			}
			return &answer[PeopleList]{out}, a.problem(ctx, err)
		})
	add := operation(http.MethodPost, "/v1/people", "invite-person", "Let somebody sign in to the pages", "People", admins)
	add.DefaultStatus = http.StatusCreated
	add.Errors = append(add.Errors, http.StatusConflict, http.StatusUnprocessableEntity)
	explain(&add, "Staff (reviewer, operator, admin) sees every account; a holder or agent what belongs to theirs, a partner what its agreement allows. The first administrator is made with the admin key of the first start.")
	huma.Register(api, add, func(ctx context.Context, in *struct {
		Repeatable
		Body struct {
			Email   string `json:"email" minLength:"3" maxLength:"254"`
			Name    string `json:"name,omitempty" maxLength:"100"`
			Role    string `json:"role" enum:"reviewer,operator,admin,holder,agent,partner"`
			Account string `json:"account" minLength:"1" maxLength:"64"`
			Subject string `json:"subject,omitempty" maxLength:"320"`
		}
	}) (*created[SigningPerson], error) {
		b := in.Body
		made, password, err := a.People.Invite(ctx, people.Person{ID: casework.NewID("per"), Email: b.Email, Name: b.Name, Role: b.Role, Account: b.Account, Subject: b.Subject})
		if err != nil {
			return nil, a.problem(ctx, personFault(err))
		}
		return &created[SigningPerson]{"/v1/people", signing(made, password)}, nil
	})
	a.personStep(api, "reset", "Give somebody a new password", "Their sessions end, and codes are turned off: for who lost both.", func(ctx context.Context, id string) (string, error) { return a.People.Reset(ctx, id) })
	a.personStep(api, "disable", "Keep somebody out", "Their sessions end.", func(ctx context.Context, id string) (string, error) { return "", a.People.Disable(ctx, id, true) })
	a.personStep(api, "enable", "Let somebody in again", "", func(ctx context.Context, id string) (string, error) { return "", a.People.Disable(ctx, id, false) })
}

// personStep registers an operation on one person, which may make a password.
func (a *API) personStep(api huma.API, step, summary, text string, do func(context.Context, string) (string, error)) {
	op := operation(http.MethodPost, "/v1/people/{id}/"+step, step+"-person", summary, "People", []server.Role{server.RoleAdmin})
	op.DefaultStatus = http.StatusOK
	op.Errors = append(op.Errors, http.StatusNotFound)
	if text != "" {
		explain(&op, text)
	}
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*answer[SigningPerson], error) {
		password, err := do(ctx, in.ID)
		if err != nil {
			return nil, a.problem(ctx, personFault(err))
		}
		list, err := a.People.List(ctx, "")
		i := slices.IndexFunc(list, func(p people.Person) bool { return p.ID == in.ID })
		if err == nil && i < 0 {
			err = casework.ErrNotFound
		}
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &answer[SigningPerson]{signing(list[i], password)}, nil
	})
}

// personFault puts what is wrong about a person into the words of the registry's errors.
func personFault(err error) error {
	var fault *people.InputError
	switch {
	case errors.As(err, &fault):
		return &casework.ValidationError{Fields: []casework.FieldError{{Path: fault.Field, Message: fault.Sentence}}}
	case errors.Is(err, people.ErrTaken):
		return huma.Error409Conflict("Somebody with this address may sign in already.")
	case errors.Is(err, people.ErrNotFound):
		return huma.Error404NotFound("There is no such person.")
	}
	return err
}
