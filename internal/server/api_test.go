package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"
)

type thingInput struct {
	Body struct {
		Title string `json:"title" maxLength:"100"`
		Count int    `json:"count,omitempty" maximum:"9"`
	}
}

type thingOutput struct {
	Location string `header:"Location"`
	Body     struct {
		Title  string `json:"title"`
		Number int    `json:"number"`
	}
}

var errTeapot = errors.New("the pot is hot: secret detail")

// things registers POST /v1/things, which fails as its title asks for.
func things(w *world, run func(context.Context, *thingInput)) {
	var number atomic.Int64
	op := Secured(huma.Operation{OperationID: "make-thing", Method: http.MethodPost, Path: "/v1/things", DefaultStatus: http.StatusCreated}, RolePipeline, RoleAdmin)
	huma.Register(w.api, op, func(ctx context.Context, in *thingInput) (*thingOutput, error) {
		if run != nil {
			run(ctx, in)
		}
		switch in.Body.Title {
		case "internal":
			return nil, fmt.Errorf("store: %w", errors.New("password hunter2"))
		case "teapot":
			return nil, fmt.Errorf("brew: %w", errTeapot)
		case "problem":
			return nil, Overloaded("The kitchen is full.")
		case "huma":
			return nil, huma.Error404NotFound("there is no such thing")
		case "panic":
			panic("with a secret")
		case "cancelled":
			return nil, fmt.Errorf("work: %w", context.Canceled)
		}
		n := int(number.Add(1))
		out := &thingOutput{Location: fmt.Sprintf("/v1/things/%d", n)}
		out.Body.Title, out.Body.Number = in.Body.Title, n
		return out, nil
	})
}

func mapTeapot(err error) *Problem {
	if errors.Is(err, errTeapot) {
		return NewProblem(KindConflict, "The pot is in use.")
	}
	return nil
}

func TestBadInput(t *testing.T) {
	w := newWorld(t, func(c *Config, o *Options) { c.MaxBody, o.MapError = 5000, mapTeapot })
	things(w, nil)
	tests := []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		kind                     Kind
		says                     string // in detail or an error
	}{
		{name: "good", body: `{"title":"x"}`, status: 201},
		{name: "empty body", status: 400, kind: KindBadRequest, says: "The body is empty"},
		{name: "not JSON", body: `title=x`, status: 400, kind: KindBadRequest, says: "not valid JSON"},
		{name: "cut JSON", body: `{"title":"x`, status: 400, kind: KindBadRequest, says: "not valid JSON"},
		{name: "two values", body: `{"title":"x"} {}`, status: 400, kind: KindBadRequest, says: "not valid JSON"},
		{name: "unknown field", body: `{"title":"x","colour":1}`, status: 422, kind: KindInvalid, says: "not a field of this request"},
		{name: "missing field", body: `{}`, status: 422, kind: KindInvalid, says: "needs the field title"},
		{name: "wrong type", body: `{"title":7}`, status: 422, kind: KindInvalid, says: "must be: string"},
		{name: "too long", body: `{"title":"` + strings.Repeat("x", 101) + `"}`, status: 422, kind: KindInvalid, says: "100"},
		{name: "null", body: `null`, status: 422, kind: KindInvalid, says: "must be: object"},
		{name: "invalid UTF-8", body: "{\"title\":\"\xff\"}", status: 400, kind: KindBadRequest, says: "near byte 10"},
		{name: "UTF-8 cut at the end", body: "{\"title\":\"é\"}\xc3", status: 400, kind: KindBadRequest, says: "UTF-8"},
		{name: "too large", body: `{"title":"` + strings.Repeat("x", 5000) + `"}`, status: 413, kind: KindTooLarge, says: "at most 5000 bytes"},
		{name: "media type", body: `x`, headers: []string{"Content-Type", "text/csv"}, status: 415, kind: KindMediaType, says: "application/json"},
		{name: "no such path", method: "GET", path: "/v1/none", status: 404, kind: KindNotFound, says: "/openapi.json"},
		{name: "no such method", method: "DELETE", status: 405, kind: KindMethod, says: "Allow"},
		{name: "no key", headers: []string{"Authorization", ""}, status: 401, kind: KindUnauthenticated, says: "X-API-Key"},
		{name: "wrong key", headers: []string{"Authorization", "Bearer ts_" + strings.Repeat("a", 16) + "_" + strings.Repeat("b", 43)}, status: 401, kind: KindUnauthenticated, says: "not known"},
		{name: "not a key", headers: []string{"Authorization", "Bearer hello"}, status: 401, kind: KindUnauthenticated, says: `begins with "ts_"`},
		{name: "basic", headers: []string{"Authorization", "Basic eDp5"}, status: 401, kind: KindUnauthenticated, says: "Bearer"},
		{name: "two keys", headers: []string{"X-API-Key", w.token}, status: 401, kind: KindUnauthenticated, says: "not in both"},
		{name: "wrong role", body: `{"title":"x"}`, headers: []string{"Authorization", "Bearer " + w.issue(KeyRequest{Account: "acme", Name: "s", Role: RoleSeller})}, status: 403, kind: KindForbidden, says: "pipeline or admin"},
		{name: "unknown error", body: `{"title":"internal"}`, status: 500, kind: KindInternal, says: "request ID"},
		{name: "mapped error", body: `{"title":"teapot"}`, status: 409, kind: KindConflict, says: "in use"},
		{name: "problem", body: `{"title":"problem"}`, status: 503, kind: KindOverloaded, says: "kitchen"},
		{name: "huma error", body: `{"title":"huma"}`, status: 404, kind: KindNotFound, says: "no such thing"},
		{name: "panic", body: `{"title":"panic"}`, status: 500, kind: KindInternal, says: "request ID"},
		{name: "client gone", body: `{"title":"cancelled"}`, status: 408, kind: KindTimeout, says: "went away"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			method, path := tc.method, tc.path
			if method == "" {
				method = "POST"
			}
			if path == "" {
				path = "/v1/things"
			}
			headers := append([]string{"X-Request-ID", "id-1", "Content-Type", "application/json"}, tc.headers...)
			rec := w.call(method, path, tc.body, headers...)
			if rec.Code != tc.status {
				t.Fatalf("status %d, want %d: %s", rec.Code, tc.status, rec.Body)
			}
			if tc.kind == "" {
				return
			}
			checkProblem(t, rec.Header(), rec.Body.String(), tc.kind, tc.says)
		})
	}
}

func checkProblem(t *testing.T, h http.Header, body string, kind Kind, says string) {
	t.Helper()
	p := problemOf(t, strings.NewReader(body))
	if got := h.Get("Content-Type"); got != problemContentType {
		t.Errorf("content type %q", got)
	}
	want := NewProblem(kind, p.Detail, p.Errors...)
	want.Instance = requestURN + "id-1"
	if d := cmp.Diff(*want, p); d != "" {
		t.Errorf("problem (-want +got):\n%s", d)
	}
	if !strings.Contains(fmt.Sprint(p.Detail, p.Errors), says) {
		t.Errorf("it does not say %q: %s", says, body)
	}
	if strings.Contains(body, "hunter2") || strings.Contains(body, "secret") {
		t.Errorf("the cause leaked: %s", body)
	}
	if (p.Status == 503 || p.Status == 429) != (h.Get("Retry-After") != "") {
		t.Errorf("status %d with Retry-After %q", p.Status, h.Get("Retry-After"))
	}
	if p.Status == 401 && h.Get("WWW-Authenticate") == "" {
		t.Error("401 without WWW-Authenticate")
	}
}

func TestLogHoldsNoSecrets(t *testing.T) {
	w := newWorld(t, nil)
	things(w, nil)
	w.call("POST", "/v1/things?api_key=querysecret", `{"title":"bodysecret"}`, "X-Request-ID", "seen-1")
	w.call("POST", "/v1/things", `{"title":"internal"}`, "X-Request-ID", "bad id\n")
	log := w.log.String()
	for _, secret := range []string{w.token, w.token[len(w.token)-43:], "querysecret", "bodysecret", "bad id"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
	for _, want := range []string{`"request_id":"seen-1"`, `"status":201`, `"key_id":"` + w.token[3:19], `"route":"/v1/things"`, "hunter2", `"level":"ERROR"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	w := newWorld(t, nil)
	for path, csp := range map[string]string{"/livez": "default-src 'none'; frame-ancestors 'none'", "/nothing": "default-src 'none'; frame-ancestors 'none'", "/docs": docsPolicy} {
		h := w.call("GET", path, "").Header()
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != csp || h.Get("X-Request-ID") == "" {
			t.Errorf("%s: headers %v", path, h)
		}
	}
}

func TestOpenAPI(t *testing.T) {
	w := newWorld(t, nil)
	things(w, nil)
	rec := w.call("GET", "/openapi.json", "", "Authorization", "")
	var doc struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]struct {
			Description string                `json:"description"`
			Security    []map[string][]string `json:"security"`
		} `json:"paths"`
		Components struct {
			Schemas, SecuritySchemes map[string]any
		} `json:"components"`
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	op := doc.Paths["/v1/things"]["post"]
	if !strings.HasPrefix(doc.OpenAPI, "3.1") || !strings.Contains(op.Description, "pipeline or admin") || len(op.Security) != 2 {
		t.Errorf("document %s with operation %+v", doc.OpenAPI, op)
	}
	if doc.Components.Schemas["Problem"] == nil || doc.Components.SecuritySchemes["bearer"] == nil {
		t.Errorf("components lack Problem or bearer: %v", doc.Components)
	}
}

// TestDocs checks that the page needs nothing from another host and no inline
// script, and that each file it names is served.
func TestDocs(t *testing.T) {
	w := newWorld(t, nil)
	page := w.call("GET", "/docs", "", "Authorization", "").Body.String()
	files := regexp.MustCompile(`(?:src|href)="(/docs/[^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(files) != 2 {
		t.Fatalf("the page names %v", files)
	}
	for _, file := range []string{files[0][1], files[1][1], "/docs/schema.js"} {
		rec := w.call("GET", file, "", "Authorization", "")
		if rec.Code != 200 || strings.Contains(rec.Body.String(), "://") {
			t.Errorf("%s: status %d, or it names another host", file, rec.Code)
		}
		if strings.HasSuffix(file, ".js") && strings.Contains(rec.Body.String(), "innerHTML") {
			t.Errorf("%s writes markup from text", file)
		}
	}
	if strings.Contains(page, "://") || regexp.MustCompile(`<script[^>]*>[^<]|\son\w+=|style=`).MatchString(page) {
		t.Errorf("the page holds inline code or another host:\n%s", page)
	}
}

// TestNotesDoNotMakeUnready: what is wrong with a part that serves all the same is said, and the service stays ready.
func TestNotesDoNotMakeUnready(t *testing.T) {
	w := newWorld(t, nil)
	text := ""
	w.AddNote("references", func(context.Context) string { return text })
	if rec := w.call("GET", "/readyz", ""); rec.Code != http.StatusOK || strings.Contains(rec.Body.String(), "notes") {
		t.Errorf("without a note: %d %s", rec.Code, rec.Body)
	}
	text = "2 of them are not searchable"
	if rec := w.call("GET", "/readyz", ""); rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), `"notes":{"references":"2 of them are not searchable"}`) {
		t.Errorf("with a note: %d %s", rec.Code, rec.Body)
	}
}

// TestFrontDoor: the bare address leads to the page, and probes may ask with HEAD.
func TestFrontDoor(t *testing.T) {
	w := newWorld(t, nil)
	rec := w.call("GET", "/", "")
	if rec.Code != http.StatusFound || rec.Header().Get("Location") != "/docs" {
		t.Errorf("/ answers %d to %q, want 302 to /docs", rec.Code, rec.Header().Get("Location"))
	}
	for _, path := range []string{"/livez", "/readyz"} {
		if rec := w.call("HEAD", path, ""); rec.Code != http.StatusOK {
			t.Errorf("HEAD %s answers %d", path, rec.Code)
		}
	}
}
