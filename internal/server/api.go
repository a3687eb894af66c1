package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
)

// serverKey is where the engine's contexts hold their Server.
const serverKey = "touchstone/server"

// NewAPI makes the huma API on the server's engine, with the document at
// /openapi.json (OpenAPI 3.1), security schemes, and a page to try it at
// /docs. Operations get the server's body limit and read timeout unless they
// set their own; Secured gives them roles. Call it once.
func (s *Server) NewAPI(title, version string) huma.API {
	cfg := huma.DefaultConfig(title, version)
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "", "", "" // served below, without races and foreign assets
	cfg.CreateHooks = nil                                       // no $schema in every answer
	cfg.Transformers = []huma.Transformer{nameRequest}
	cfg.Formats = map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat}
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "Authorization: Bearer ts_…"},
		"apiKey": {Type: "apiKey", In: "header", Name: "X-API-Key"},
	}
	bare := humagin.New(s.engine, huma.Config{OpenAPI: &huma.OpenAPI{}, Formats: cfg.Formats})
	api := huma.NewAPI(cfg, adapter{bare.Adapter(), s.cfg})
	s.engine.GET("/openapi.json", openAPI(api))
	s.serveDocs()
	return api
}

// adapter gives operations the limits of the server: huma's own are 1 MiB and
// five seconds, and it knows nothing of the middleware. It stands where huma hands over an operation before serving it.
type adapter struct {
	huma.Adapter
	cfg Config
}

const (
	humaMaxBody     = 1024 * 1024
	humaReadTimeout = 5e9
)

// Handle implements huma.Adapter.
func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	if op.MaxBodyBytes == humaMaxBody {
		op.MaxBodyBytes = a.cfg.MaxBody + 1 // huma refuses the limit itself; bodyGuard is exact
	}
	if op.BodyReadTimeout == humaReadTimeout {
		op.BodyReadTimeout = a.cfg.ReadTimeout
	}
	a.describe(op)
	a.Adapter.Handle(op, handler)
}

// nameRequest fills the instance of problems that handlers return.
func nameRequest(ctx huma.Context, _ string, v any) (any, error) {
	p, ok := v.(*Problem)
	c, inGin := ginContext(ctx)
	if !ok || !inGin || p.Instance != "" {
		return v, nil
	}
	out := *p
	out.Instance = instance(c)
	return &out, nil
}

// openAPI serves the document, made at the first request, when all operations
// are there.
func openAPI(api huma.API) gin.HandlerFunc {
	document := sync.OnceValues(func() ([]byte, error) { return json.Marshal(api.OpenAPI()) })
	return func(c *gin.Context) {
		body, err := document()
		if err != nil {
			_ = c.Error(err) // for the log
			WriteProblem(c, NewProblem(KindInternal, "The document could not be made."))
			return
		}
		c.Data(http.StatusOK, "application/openapi+json", body)
	}
}

// huma has one hook a process for its errors. Both forms are set once, here:
// the one with a context knows the server, the other makes schemas and the
// errors of handlers that say huma.Error404NotFound and the like.
func init() {
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return humaProblem(status, msg, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		c, ok := ginContext(ctx)
		if !ok {
			return humaProblem(status, msg, errs)
		}
		p := contextProblem(c, status, msg, errs)
		p.Instance = instance(c)
		for name, values := range p.GetHeaders() {
			c.Writer.Header()[name] = values
		}
		return p
	}
}

// ginContext finds the Gin context of a huma one; ok is false for those of
// other adapters, as in tests.
func ginContext(ctx huma.Context) (c *gin.Context, ok bool) {
	defer func() {
		if recover() != nil { // humagin.Unwrap has no other way to say so
			ok = false
		}
	}()
	return humagin.Unwrap(ctx), true
}

// contextProblem is the problem of a request: what stopped its body first,
// then what the rooms know of the error that a handler returned.
func contextProblem(c *gin.Context, status int, msg string, errs []error) *Problem {
	if p := bodyFailure(c.Request.Context()); p != nil {
		out := *p
		return &out
	}
	if status != http.StatusInternalServerError || len(errs) == 0 {
		return humaProblem(status, msg, errs)
	}
	err := errors.Join(errs...)
	p := c.MustGet(serverKey).(*Server).Problem(err)
	if p.Status >= http.StatusInternalServerError {
		_ = c.Error(err) // the log gets the cause, the client does not
	}
	out := *p
	return &out
}

// Problem is what a client hears of an error: the problem that it is or that
// Options.MapError knows for it, and otherwise an internal error without its
// cause. It is for handlers beside huma, and for the lines of a batch.
func (s *Server) Problem(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	if s.mapError != nil {
		if p := s.mapError(err); p != nil {
			return p
		}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return NewProblem(KindTimeout, "The client went away before the answer was ready.")
	case errors.Is(err, context.DeadlineExceeded):
		return Overloaded("The work took too long.")
	}
	return NewProblem(KindInternal, "Something went wrong on our side. Try again; if it stays, report the request ID.")
}

// Fail ends a request of a handler beside huma with the problem of an error.
func (s *Server) Fail(c *gin.Context, err error) {
	p := s.Problem(err)
	if p.Status >= http.StatusInternalServerError {
		_ = c.Error(err) // for the log
	}
	WriteProblem(c, p)
}

// humaProblem turns what huma found into a problem. Values are left out: they
// may be pictures.
func humaProblem(status int, msg string, errs []error) *Problem {
	p := problemOfStatus(status, helpful(msg))
	for _, err := range errs {
		if err == nil {
			continue
		}
		var d *huma.ErrorDetail
		var detailer huma.ErrorDetailer
		switch {
		case errors.As(err, &d):
		case errors.As(err, &detailer):
			d = detailer.ErrorDetail()
		default:
			d = &huma.ErrorDetail{Message: err.Error()}
		}
		p.Errors = append(p.Errors, FieldProblem{Location: d.Location, Message: helpful(d.Message)})
	}
	if status == http.StatusBadRequest && len(p.Errors) == 1 && p.Errors[0].Location == "body" {
		p.Detail = "The body is not valid JSON: " + p.Errors[0].Message + "."
	}
	return p
}
