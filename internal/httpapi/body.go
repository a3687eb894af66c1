package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/detect"
	"touchstone/internal/intake"
)

// Listing is a listing to be scored.
type Listing struct {
	ID          string            `json:"id,omitempty" maxLength:"256" doc:"the marketplace's ID of the listing"`
	Marketplace string            `json:"marketplace,omitempty" doc:"ID of a registered marketplace: its territories and its policy apply"`
	Seller      string            `json:"seller,omitempty" maxLength:"256"`
	Title       string            `json:"title,omitempty" maxLength:"2000"`
	Description string            `json:"description,omitempty" maxLength:"20000"`
	Attributes  map[string]string `json:"attributes,omitempty" doc:"name and value, as the seller filled them in"`
	Goods       []string          `json:"goods,omitempty" doc:"Nice classes of what is offered"`
	Price       *detect.Money     `json:"price,omitempty"`
	Pictures    []Picture         `json:"pictures,omitempty" maxItems:"20" doc:"JPEG, PNG, GIF or WebP"`
	Profile     string            `json:"profile,omitempty" enum:"fast,staged,full" doc:"how much is looked at: full looks at what costs much as well, such as text in pictures; staged is fast, and full for what fast does not find clear. What is left out is as the marketplace's policy says, and staged without one"`
}

// Picture is the bytes of a picture, or where to fetch it.
type Picture struct {
	Data []byte `json:"data,omitempty" doc:"the file, in base64"`
	URL  string `json:"url,omitempty" format:"uri" doc:"public http or https address"`
}

func (l Listing) input() intake.ListingInput {
	in := intake.ListingInput{
		ID: l.ID, Marketplace: l.Marketplace, Seller: l.Seller, Title: l.Title, Description: l.Description,
		Attributes: l.Attributes, Goods: l.Goods, Price: l.Price, Profile: l.Profile,
	}
	for _, p := range l.Pictures {
		in.Pictures = append(in.Pictures, intake.PictureInput{Data: p.Data, URL: p.URL})
	}
	return in
}

// decode reads one JSON value strictly: known fields only, valid UTF-8, nothing behind it. Its errors are sentences for the
// caller. It is used where a body carries pictures, which the general validation would hold in memory several times.
func decode(body []byte, v any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return huma.Error400BadRequest("The body is empty; send JSON.")
	}
	if !utf8.Valid(body) {
		return huma.Error400BadRequest("The body is not valid UTF-8.")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return jsonProblem(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return huma.Error400BadRequest("There is something behind the JSON value; send one value.")
	}
	return nil
}

// jsonProblem explains why JSON could not be read into the request.
func jsonProblem(err error) error {
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return huma.Error400BadRequest(fmt.Sprintf("The body is not JSON: %s at byte %d.", syntax.Error(), syntax.Offset))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return huma.Error400BadRequest("The body is not JSON: it ends in the middle of a value.")
	case errors.As(err, &wrong):
		at := strings.TrimSuffix("body."+wrong.Field, ".")
		return huma.Error422UnprocessableEntity("A field has the wrong type.", &huma.ErrorDetail{Location: at, Message: fmt.Sprintf("is %s; %s is wanted", wrong.Value, kind(wrong))})
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		name := strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`)
		return huma.Error422UnprocessableEntity("A field is not known.", &huma.ErrorDetail{Location: "body." + name, Message: "there is no such field; see /openapi.json"})
	case strings.Contains(err.Error(), "illegal base64"):
		return huma.Error422UnprocessableEntity("A picture is not base64.", &huma.ErrorDetail{Location: "body.pictures", Message: "data must be standard base64 of the file: " + err.Error()})
	}
	return huma.Error400BadRequest("The body could not be read: " + err.Error())
}

// kind names a wanted type in words.
func kind(e *json.UnmarshalTypeError) string {
	switch e.Type.Kind().String() {
	case "string":
		return "text"
	case "slice":
		return "a list"
	case "struct", "map", "ptr":
		return "an object"
	case "float64", "int":
		return "a number"
	}
	return e.Type.String()
}

// form is a multipart body: one part with JSON and any number of files.
type form struct {
	json  []byte
	files [][]byte
}

// filePart is the name of the parts that hold files.
const filePart = "picture"

// parseForm reads a multipart body: the part jsonPart holds JSON, parts named filePart hold files.
func parseForm(contentType string, body []byte, jsonPart string) (form, error) {
	var f form
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil || params["boundary"] == "" {
		return f, huma.Error400BadRequest("The multipart body has no boundary in its Content-Type.")
	}
	r := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	between, rest := []byte("\r\n--"+params["boundary"]), body
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			if f.json == nil && f.files == nil {
				return f, huma.Error400BadRequest(fmt.Sprintf("The multipart body has no parts; send JSON as %q and files as %q.", jsonPart, filePart))
			}
			return f, nil
		}
		if err != nil {
			return f, huma.Error400BadRequest("The multipart body is broken: " + err.Error())
		}
		size := max(0, bytes.Index(rest, between)) // with the part's header; a guess, where a body has an unusual beginning
		rest = rest[min(len(rest), size+len(between)):]
		data, err := readPart(part, size) // the whole body is bounded already
		if err != nil {
			return f, huma.Error400BadRequest("The multipart body is broken: " + err.Error())
		}
		switch part.FormName() {
		case jsonPart:
			f.json = data
		case filePart:
			f.files = append(f.files, data)
		default:
			return f, huma.Error422UnprocessableEntity("A part is not known.", &huma.ErrorDetail{
				Location: "body." + part.FormName(), Message: fmt.Sprintf("send JSON as %q and files as %q", jsonPart, filePart),
			})
		}
	}
}

// readPart reads a part into memory of the size that is expected.
func readPart(part io.Reader, size int) ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	_, err := b.ReadFrom(part)
	return b.Bytes(), err
}

// listing reads a request to score: JSON, or multipart with a JSON part "listing" (optional) and files "picture".
func listing(contentType string, body []byte) (Listing, error) {
	var l Listing
	if !isMultipart(contentType) {
		return l, decodeBody(contentType, body, &l)
	}
	f, err := parseForm(contentType, body, "listing")
	if err != nil {
		return l, err
	}
	if f.json != nil {
		if err := decode(f.json, &l); err != nil {
			return l, err
		}
	}
	for _, file := range f.files {
		l.Pictures = append(l.Pictures, Picture{Data: file})
	}
	return l, nil
}

// decodeBody reads a body that is not multipart. A missing content type is taken for JSON.
func decodeBody(contentType string, body []byte, v any) error {
	media, _, err := mime.ParseMediaType(contentType)
	if contentType != "" && (err != nil || media != "application/json" && !strings.HasSuffix(media, "+json")) {
		return huma.NewError(http.StatusUnsupportedMediaType, "The header Content-Type names a format that this operation does not take; send application/json or multipart/form-data.")
	}
	return decode(body, v)
}

func isMultipart(contentType string) bool {
	return strings.HasPrefix(contentType, "multipart/form-data")
}
