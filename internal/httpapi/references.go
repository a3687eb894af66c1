package httpapi

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
)

// ReferenceInput is a picture or a word to be registered under a right: one of the two.
type ReferenceInput struct {
	Picture  []byte `json:"picture,omitempty" doc:"JPEG, PNG, GIF or WebP, in base64"`
	View     string `json:"view,omitempty" maxLength:"100" doc:"of a picture: front, logo on white, ..."`
	Word     string `json:"word,omitempty" maxLength:"200"`
	Language string `json:"language,omitempty" maxLength:"35" doc:"of a word, BCP 47"`
}

// AddedReference is a reference as it was registered, with what its owner should know of it.
type AddedReference struct {
	Reference
	Warnings []detect.Note `json:"warnings,omitempty" doc:"of a word that is hard to look for (too short, an everyday word, without letters) or a picture that tells little (one colour, a repeating pattern, little detail)"`
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

func (a *API) registerReferences(api huma.API) {
	op := operation(http.MethodPost, "/v1/rights/{id}/references", "add-reference", "Register a picture or a word", "Registry", registrars)
	op.DefaultStatus = http.StatusCreated
	explain(&op, "It is searched from this answer on; should indexed_at be missing, the models were busy and it follows within a minute.")
	op.MaxBodyBytes = a.MaxPictureBody
	op.SkipValidateBody = true // decode does it, without holding the pictures several times
	op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		PictureBody
	}) (*created[AddedReference], error) {
		r, err := reference(in.ContentType, in.RawBody)
		if err != nil {
			return nil, err
		}
		var ref casework.Reference
		if len(r.Picture) > 0 {
			ref, err = a.Intake.AddImageReference(ctx, actor(ctx), in.ID, intake.ImageReference{View: r.View, Data: r.Picture})
		} else {
			ref, err = a.Intake.AddWordReference(ctx, actor(ctx), in.ID, intake.WordReference{Word: r.Word, Language: r.Language})
		}
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		out := AddedReference{Reference: referenceView(ref)}
		if ref.Kind == casework.ReferenceWord {
			out.Warnings = a.Intake.WordWarnings(ref.Word)
		} else if out.Warnings, err = a.Intake.PictureWarnings(ctx, ref.Blob); err != nil {
			a.Log.WarnContext(ctx, "a picture that was registered cannot be looked at for warnings", "reference", ref.ID, "error", err)
		}
		return &created[AddedReference]{"/v1/references/" + ref.ID, out}, nil
	})
	schema := huma.SchemaFromType(api.OpenAPI().Components.Schemas, typeOf[ReferenceInput]())
	describe(api.OpenAPI().Paths["/v1/rights/{id}/references"].Post.RequestBody, schema, "reference")

	huma.Register(api, operation(http.MethodGet, "/v1/rights/{id}/references", "list-references", "List a right's references", "Registry", readers),
		func(ctx context.Context, in *ByID) (*answer[[]Reference], error) {
			list, err := a.Intake.Registry.References(ctx, actor(ctx), in.ID)
			views := make([]Reference, len(list))
			for i, ref := range list {
				views[i] = referenceView(ref)
			}
			return &answer[[]Reference]{views}, a.problem(ctx, err)
		})
	huma.Register(api, operation(http.MethodGet, "/v1/references/{id}", "get-reference", "Read a reference", "Registry", readers),
		func(ctx context.Context, in *ByID) (*answer[Reference], error) {
			ref, err := a.Intake.Registry.Reference(ctx, actor(ctx), in.ID)
			return &answer[Reference]{referenceView(ref)}, a.problem(ctx, err)
		})
	del := operation(http.MethodDelete, "/v1/references/{id}", "delete-reference", "Take a reference out", "Registry", registrars)
	huma.Register(api, del, func(ctx context.Context, in *ByID) (*struct{}, error) {
		return nil, a.problem(ctx, a.Intake.DeleteReference(ctx, actor(ctx), in.ID))
	})
}

// reference reads the body and checks that it holds a picture or a word.
func reference(contentType string, body []byte) (ReferenceInput, error) {
	var r ReferenceInput
	if isMultipart(contentType) {
		f, err := parseForm(contentType, body, "reference")
		if err != nil {
			return r, err
		}
		if f.json != nil {
			if err := decode(f.json, &r); err != nil {
				return r, err
			}
		}
		if len(f.files) > 1 || len(f.files) == 1 && len(r.Picture) > 0 {
			return r, huma.Error422UnprocessableEntity("Send one picture a reference.")
		}
		if len(f.files) == 1 {
			r.Picture = f.files[0]
		}
	} else if err := decodeBody(contentType, body, &r); err != nil {
		return r, err
	}
	if (len(r.Picture) > 0) == (r.Word != "") {
		return r, huma.Error422UnprocessableEntity("A reference is either a picture or a word.", &huma.ErrorDetail{Location: "body", Message: "set picture or word, one of them"})
	}
	return r, nil
}
