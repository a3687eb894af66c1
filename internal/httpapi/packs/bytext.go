package packs

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/httpapi/rest"
	"touchstone/internal/intake"
	"touchstone/internal/server"
)

// TextQuery asks which registered pictures a text describes.
type TextQuery struct {
	Text  string `json:"text" minLength:"1" maxLength:"1000" pattern:"\\S" patternDescription:"a text that is not blank" doc:"in the words of a caption: a red bag with a flap"`
	Limit int    `json:"limit,omitempty" minimum:"1" maximum:"100" default:"20"`
}

// Described is a registered picture that a text describes.
type Described struct {
	Right     string  `json:"right_id"`
	Reference string  `json:"reference_id"`
	Cosine    float64 `json:"cosine" doc:"-1 to 1, for the order alone: texts and pictures are far less alike than two pictures of one thing"`
}

func (a *API) registerByText(api huma.API) {
	readers := []server.Role{server.RoleReviewer, server.RoleScientist, server.RoleOperator, server.RoleAdmin}
	op := rest.Operation(http.MethodPost, "/v1/references/search", "search-references", "Find registered pictures by a text", "Packs", readers)
	rest.Explain(&op, "Needs a pack whose manifest puts an output of texts into the space of its pictures (`joint`), as packs around CLIP and SigLIP do; "+
		"with another one in use the answer is 409. Rights that are not in force are found as well. Nothing is kept.")
	op.Errors = append(op.Errors, http.StatusConflict, http.StatusUnprocessableEntity)
	huma.Register(api, op, func(ctx context.Context, in *struct{ Body TextQuery }) (*rest.Answer[[]Described], error) {
		found, err := a.Rollouts.Intake.ByText(ctx, in.Body.Text, in.Body.Limit)
		out := make([]Described, len(found))
		for i, f := range found {
			out[i] = Described{f.Right, f.Reference, f.Cosine}
		}
		switch {
		case errors.Is(err, intake.ErrNoJoint):
			err = huma.Error409Conflict(rest.Sentence(err, intake.ErrNoJoint))
		case errors.Is(err, intake.ErrBusy):
			err = server.Overloaded("The models are busy.")
		default:
			err = a.problem(ctx, err)
		}
		return &rest.Answer[[]Described]{Body: out}, err
	})
}
