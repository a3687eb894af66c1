package httpapi

import (
	"bytes"
	"context"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/caseload"
	"touchstone/internal/casework/catalogue"
)

// mostExported is how many rights one table holds at most.
const mostExported = 100_000

func (a *API) registerCatalogue(api huma.API) {
	c := caseload.NewCatalogue(a.Intake)
	op := operation(http.MethodPost, "/v1/holders/{id}/rights/import", "import-rights", "Register many rights from a table", "Registry", registrars)
	op.DefaultStatus = http.StatusOK
	op.MaxBodyBytes = a.MaxPictureBody
	op.SkipValidateBody = true
	op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity)
	explain(&op, "A table (CSV, UTF-8, at most 2,000 rows), or a ZIP of one with the pictures that it names; as it is or as the part file of a form. Columns: name, type, office, territories, "+
		"registration_number, application_number, registrant, filed_on, granted_on, expires_on, nice, locarno, vienna, retail_price, currency, words, pictures; lists are separated by semicolons, and a word "+
		"may name its language behind a colon. Each row is judged by itself and reported in its line. With mode=dry_run, which is the default, nothing is kept. The same table again registers nothing twice, so "+
		"one that was cut off is sent again.")
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		Mode string `query:"mode" enum:"dry_run,apply" default:"dry_run"`
		PictureBody
	}) (*answer[catalogue.ImportReport], error) {
		data := in.RawBody
		if isMultipart(in.ContentType) {
			var body Paper
			if err := readPaper(in.ContentType, in.RawBody, "about", &body, &body); err != nil {
				return nil, err
			}
			data = body.File
		}
		report, err := c.Import(ctx, actor(ctx), in.ID, data, in.Mode != "apply")
		return &answer[catalogue.ImportReport]{report}, a.problem(ctx, err)
	})
	binary := &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	body := api.OpenAPI().Paths["/v1/holders/{id}/rights/import"].Post.RequestBody
	body.Required = true
	body.Content = map[string]*huma.MediaType{"text/csv": binary, "application/zip": binary,
		"multipart/form-data": {Schema: &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{paperPart: binary.Schema}}}}

	export := operation(http.MethodGet, "/v1/holders/{id}/rights/export", "export-rights", "Write a holder's rights as a table", "Registry", readers)
	export.Errors = append(export.Errors, http.StatusNotFound)
	export.Responses = fileResponse("A table in the form that the import reads. A cell that a spreadsheet would take for a formula begins with an apostrophe.", "text/csv")
	huma.Register(api, export, func(ctx context.Context, in *ByID) (*file, error) {
		if _, err := a.Intake.Registry.Holder(ctx, actor(ctx), in.ID); err != nil {
			return nil, a.problem(ctx, err)
		}
		views, err := c.Views(ctx, actor(ctx), in.ID, mostExported)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		var b bytes.Buffer
		if err := catalogue.Export(&b, views); err != nil {
			return nil, a.problem(ctx, err)
		}
		return &file{ContentType: "text/csv; charset=utf-8", Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": "rights.csv"}), CacheControl: "private, no-store", Body: b.Bytes()}, nil
	})
}
