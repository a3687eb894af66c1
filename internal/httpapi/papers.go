package httpapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"

	"github.com/danielgtaylor/huma/v2"
)

// Paper is a file in a JSON body.
type Paper struct {
	Name string `json:"name,omitempty" maxLength:"200" doc:"of the file, for people"`
	File []byte `json:"file,omitempty" doc:"a PDF, JPEG or PNG, in base64"`
}

// paperPart is the name of the part of a form that holds the file.
const paperPart = "file"

// readPaper reads a body that carries a file: JSON with the file in base64, or a form of a part with JSON, which may be missing, and the file
// as it is. v is what the JSON is read into and paper its part of that.
func readPaper(contentType string, body []byte, jsonPart string, v any, paper *Paper) error {
	if !isMultipart(contentType) {
		return decodeBody(contentType, body, v)
	}
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil || params["boundary"] == "" {
		return huma.Error400BadRequest("The multipart body has no boundary in its Content-Type.")
	}
	r := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	var file []byte
	name := ""
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return huma.Error400BadRequest("The multipart body is broken: " + err.Error())
		}
		data, err := io.ReadAll(part) // the whole body is bounded already
		if err != nil {
			return huma.Error400BadRequest("The multipart body is broken: " + err.Error())
		}
		switch {
		case part.FormName() == jsonPart:
			if err := decode(data, v); err != nil {
				return err
			}
		case part.FormName() == paperPart && file == nil:
			file, name = data, part.FileName()
		default:
			return huma.Error422UnprocessableEntity("A part is not known, or there twice.", &huma.ErrorDetail{
				Location: "body." + part.FormName(), Message: fmt.Sprintf("send JSON as %q and one file as %q", jsonPart, paperPart),
			})
		}
	}
	if file != nil {
		paper.File = file
		if paper.Name == "" {
			paper.Name = name
		}
	}
	return nil
}

// wanted is the fault of a body without its file.
func (p Paper) wanted() error {
	if len(p.File) > 0 {
		return nil
	}
	return huma.Error422UnprocessableEntity("The file is missing.", &huma.ErrorDetail{Location: "body.file", Message: "send a PDF, JPEG or PNG"})
}

// describePaper writes down what readPaper takes.
func describePaper[T any](api huma.API, path, jsonPart string) {
	schema := huma.SchemaFromType(api.OpenAPI().Components.Schemas, typeOf[T]())
	body := api.OpenAPI().Paths[path].Post.RequestBody
	body.Required = true
	body.Content = map[string]*huma.MediaType{
		"application/json": {Schema: schema},
		"multipart/form-data": {
			Schema: &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{jsonPart: schema, paperPart: {Type: "string", Format: "binary"}}},
			Encoding: map[string]*huma.Encoding{
				jsonPart: {ContentType: "application/json"}, paperPart: {ContentType: "application/pdf, image/jpeg, image/png"},
			},
		},
	}
}

// takesPaper makes an operation one whose body carries a file.
func (a *API) takesPaper(op *huma.Operation, errs ...int) {
	op.DefaultStatus = 201
	op.MaxBodyBytes = a.MaxPictureBody
	op.SkipValidateBody = true // readPaper does it, without holding the file several times
	op.Errors = append(op.Errors, 400, 413, 415, 422)
	op.Errors = append(op.Errors, errs...)
}
