package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/detect"
	"touchstone/internal/intake"
	"touchstone/internal/policy"
	"touchstone/internal/server"
)

// Scored is a report with what follows from it.
type Scored struct {
	ID          string         `json:"id" doc:"of the report"`
	CreatedAt   time.Time      `json:"created_at"`
	Probability float64        `json:"probability" doc:"of the likeliest infringement, calibrated, 0 to 1"`
	Outcome     policy.Outcome `json:"outcome"`
	Report      detect.Report  `json:"report"`
	Entry       string         `json:"entry,omitempty" doc:"of the listing among those kept for sweeps and clusters; none where policy keeps none"`
	Reason      string         `json:"reason,omitempty" enum:"sweep" doc:"of a report that nobody asked for: a newer right was held against a kept listing"`
	Sweep       string         `json:"sweep,omitempty" doc:"the sweep that made the report"`
	Original    string         `json:"original,omitempty" doc:"the report of the scoring that was asked for"`

	// Encoded is Report as JSON where that was made already.
	Encoded []byte `json:"-"`
}

func scored(r intake.ReportRecord) Scored {
	return Scored{ID: r.ID, CreatedAt: r.CreatedAt, Probability: r.Report.Best(), Outcome: r.Outcome, Report: r.Report,
		Entry: r.Entry, Reason: r.Reason, Sweep: r.Sweep, Original: r.Original, Encoded: r.Encoded}
}

// AppendJSON implements server.JSONAppender: the same JSON as by its fields, with the report as it was encoded for the store.
func (s Scored) AppendJSON(to []byte) ([]byte, error) {
	report := s.Encoded
	if report == nil {
		var err error
		if report, err = intake.AppendJSON(nil, &s.Report); err != nil {
			return to, err
		}
	}
	to, err := intake.AppendJSON(to, struct {
		ID          string         `json:"id"`
		CreatedAt   time.Time      `json:"created_at"`
		Probability float64        `json:"probability"`
		Outcome     policy.Outcome `json:"outcome"`
	}{s.ID, s.CreatedAt, s.Probability, s.Outcome})
	if err != nil {
		return to, err
	}
	to = append(append(to[:len(to)-1], `,"report":`...), report...)
	rest, err := intake.AppendJSON(nil, struct {
		Entry    string `json:"entry,omitempty"`
		Reason   string `json:"reason,omitempty"`
		Sweep    string `json:"sweep,omitempty"`
		Original string `json:"original,omitempty"`
	}{s.Entry, s.Reason, s.Sweep, s.Original})
	if len(rest) > len("{}") {
		return append(append(to, ','), rest[1:]...), err
	}
	return append(to, '}'), err
}

// PictureBody is a body that may carry pictures and is parsed here and not by the general validation.
type PictureBody struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"application/json"`
}

func (a *API) registerScore(api huma.API) {
	op := operation(http.MethodPost, "/v1/score", "score", "Score a listing", "Scoring", scorers)
	explain(&op, "Answers which registered rights the listing may infringe, how likely, and the evidence. Pictures come in base64, by URL, or as parts named picture of a multipart body whose part listing holds the JSON.")
	op.MaxBodyBytes = a.MaxPictureBody
	op.SkipValidateBody = true // decode does it, without holding the pictures several times
	op.DefaultStatus = http.StatusOK
	op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusServiceUnavailable)
	huma.Register(api, op, func(ctx context.Context, in *PictureBody) (*answer[Scored], error) {
		l, err := listing(in.ContentType, in.RawBody)
		if err != nil {
			return nil, err
		}
		p, _ := server.PrincipalFrom(ctx)
		rec, err := a.Intake.Score(ctx, intake.ScoreInput{Account: p.Account, KeyID: p.KeyID, Listing: l.input()})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &answer[Scored]{scored(rec)}, nil
	})
	body := api.OpenAPI().Paths["/v1/score"].Post.RequestBody
	schema := huma.SchemaFromType(api.OpenAPI().Components.Schemas, typeOf[Listing]())
	describe(body, schema, "listing")
}

// describe documents a body that is either JSON or multipart with the same JSON in one part and files in others.
func describe(body *huma.RequestBody, schema *huma.Schema, jsonPart string) {
	body.Required = true
	body.Content = map[string]*huma.MediaType{
		"application/json": {Schema: schema},
		"multipart/form-data": {
			Schema: &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{
				jsonPart: schema,
				filePart: {Type: "array", Items: &huma.Schema{Type: "string", Format: "binary"}},
			}},
			Encoding: map[string]*huma.Encoding{jsonPart: {ContentType: "application/json"}},
		},
	}
}
