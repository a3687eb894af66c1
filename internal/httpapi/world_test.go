package httpapi_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"touchstone/internal/caseload"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/partner"
	"touchstone/internal/casework/privacy"
	"touchstone/internal/casework/refusals"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/casework/survey"
	"touchstone/internal/casework/webhook"
	"touchstone/internal/comparison"
	"touchstone/internal/document"
	"touchstone/internal/httpapi"
	"touchstone/internal/httpapi/partners"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/jobs"
	"touchstone/internal/people"
	"touchstone/internal/rollout"
	"touchstone/internal/server"
	"touchstone/internal/signing"
	"touchstone/internal/sweep"
	"touchstone/internal/tracing"
	"touchstone/internal/upkeep"
)

// world is the service over a real listener, store and index, with a fake embedder.
type world struct {
	*intaketest.World
	srv     *server.Server
	sweeps  *sweep.Runner // runs when a test says so
	docket  *docket.Docket
	dossier *dossier.Dossier
	follow  *followup.Followup
	signer  signing.Key

	inquiries *inquiry.Desk
	surveys   *survey.Surveys
	alliance  *partner.Alliance
	alarm     func(context.Context, tracing.Alert) error // as tracing hands alerts on
	refusals  *refusals.Recorder
	hooks     *webhook.Hooks
	office    *privacy.Office
	logs      *logs

	jobs        *jobs.Runner     // runs when a test says so
	rollouts    *rollout.Manager // runs when a test says so
	comparisons *comparison.Manager
	keys        *server.Keys
	stored      *storedAnswers
	url         string
	tokens      map[server.Role]string // of one account a role, named like the role

	snapshots string // folder
}

// storedAnswers sees what is stored of answers to requests with an Idempotency-Key.
type storedAnswers struct {
	server.IdempotencyStore
	mu   sync.Mutex
	seen []server.StoredResponse
}

func (s *storedAnswers) FinishIdempotent(ctx context.Context, scope, key, owner string, r server.StoredResponse) error {
	s.mu.Lock()
	s.seen = append(s.seen, r)
	s.mu.Unlock()
	return s.IdempotencyStore.FinishIdempotent(ctx, scope, key, owner, r)
}

func newWorld(t *testing.T, get intake.Fetcher, change func(*server.Config)) *world {
	t.Helper()
	return newWorldOn(t, intaketest.Open(t, t.TempDir(), intaketest.Pack(t, "1"), get), change)
}

// newWorldOn is newWorld over a service of the caller's.
func newWorldOn(t *testing.T, service *intaketest.World, change func(*server.Config)) *world {
	t.Helper()
	w := &world{World: service, tokens: map[server.Role]string{}}
	w.keys, w.stored = server.NewKeys(w.Store, 0, nil), &storedAnswers{IdempotencyStore: w.Store}
	cfg := server.DefaultConfig()
	cfg.Addr = "127.0.0.1:0"
	httpapi.Configure(&cfg)
	if change != nil {
		change(&cfg)
	}
	var err error
	w.logs = &logs{}
	w.refusals = refusals.New(w.Store, w.Clock, nil)
	if w.srv, err = server.New(cfg, server.Options{Keys: w.keys, Idempotency: w.stored, Refused: w.refused, Logger: w.logs.logger()}); err != nil {
		t.Fatal(err)
	}
	w.sweeps = sweep.New(sweep.Parts{Store: w.Store, Listings: w.Store, Intake: w.Service, Index: w.Local, Now: w.Clock})
	w.Sweeps = w.sweeps
	w.jobs = jobs.NewRunner(w.Store, jobs.Config{}, "test", w.Clock, nil)
	w.follow = followup.New(followup.Parts{Store: w.Store, Registry: w.Registry, Policies: w.Policies, Now: w.Clock})
	papers := document.New(document.Limits{}, nil)
	t.Cleanup(func() { papers.Close() })
	w.dossier = caseload.NewDossier(w.Store, w.Service, papers, nil, nil)
	w.docket = docket.New(docket.Parts{Store: w.Store, Registry: w.Registry, Policies: w.Policies, Powers: w.dossier, Files: w.dossier, Papers: w.dossier, Gate: w.follow, Observers: []docket.Observer{w.follow}, Scorer: caseload.Scorer{Reports: w.Store, Listings: w.Store}, Now: w.Clock})
	w.follow.Pack = func() string { return w.Pack().Name + "@" + w.Pack().Version }
	w.follow.Measured, w.docket.Measured = w.Measured, w.Measured
	w.Cases = caseload.Opener{Docket: w.docket, Registry: w.Registry, Policies: w.Policies}
	for _, handlers := range []map[string]jobs.Handler{w.docket.Handlers(), w.follow.Handlers(), w.dossier.Handlers()} {
		for kind, handler := range handlers {
			w.jobs.Handle(kind, handler)
		}
	}
	if w.signer, err = signing.New(); err != nil {
		t.Fatal(err)
	}
	signers, err := people.New(w.Store, people.Config{}, w.Clock)
	if err != nil {
		t.Fatal(err)
	}
	w.snapshots = filepath.Join(t.TempDir(), "snapshots")
	care := upkeep.New(upkeep.Config{Index: w.Local, Snapshots: w.snapshots})
	t.Cleanup(func() { care.Close() })
	tracer, err := tracing.New(tracing.Parts{Store: w.Store, Stores: w.Store, Penalties: w.follow, Registry: w.Registry, Audit: docket.Auditor{Store: w.Store, Now: w.Clock},
		Attacks: caseload.Sightings{Report: w.Store.Report}.Attacks, Now: w.Clock})
	if err == nil {
		err = tracer.Load(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	bundles := caseload.Bundler{Tracing: tracer, Docket: w.docket, Intake: w.Service, Key: w.signer, Version: "test", Now: w.Clock}
	w.Watch = tracer.Listed
	w.alliance = partner.New(partner.Parts{Store: w.Store, Registry: w.Registry, Cases: w.docket, Rings: tracer, Evidence: bundles, Papers: caseload.Papers{Dossier: w.dossier}, Files: w.Blobs, Key: w.signer,
		Refused: w.refusedPartner, Now: w.Clock})
	w.alarm = caseload.Alarms(w.alliance)
	tracer.Alert = w.alarm
	api := &httpapi.API{Partners: w.alliance, Tracing: tracer, Intake: w.Service, Keys: w.keys, Batches: w.Store, Sweeps: w.sweeps, Docket: w.docket, Followup: w.follow, Bundles: bundles, Dossier: w.dossier, People: signers, SellerLinks: &sellerlink.Links{Store: w.Store, Docket: w.docket, Key: w.signer, Now: w.Clock}, Upkeep: care, Server: w.srv, Log: w.logs.logger(), BatchWorkers: 2}
	document := w.srv.NewAPI("Touchstone", "test")
	api.Register(w.srv.Engine(), document)
	w.desk(document)
	w.packs(t, document)
	w.connectors(t, document)
	(&partners.API{Alliance: w.alliance, Errors: rest.Errors{Log: w.logs.logger()}}).Register(document)
	listener, err := w.srv.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.url = "http://" + listener.Addr().String()
	done := make(chan error, 1)
	go func() { done <- w.srv.Serve(context.WithoutCancel(t.Context()), listener) }()
	t.Cleanup(func() {
		w.srv.Stop()
		if err := <-done; err != nil {
			t.Errorf("the server's end: %v", err)
		}
	})
	for _, role := range server.Roles() {
		w.tokens[role] = w.issue(t, w.keys, server.KeyRequest{Account: string(role), Name: "test", Role: role})
	}
	return w
}

func (w *world) issue(t *testing.T, keys *server.Keys, r server.KeyRequest) string {
	t.Helper()
	_, token, err := keys.Issue(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// call is one request. The zero token is none; a body without a type is JSON.
type call struct {
	method, path, token, contentType string
	body                             io.Reader
	header                           map[string]string
}

// reply is the answer to a call, read whole.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (w *world) do(t *testing.T, c call) reply {
	t.Helper()
	res, err := http.DefaultClient.Do(w.request(t, c))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, body}
}

func (w *world) request(t *testing.T, c call) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), c.method, w.url+c.path, c.body)
	if err != nil {
		t.Fatal(err)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.body != nil {
		if c.contentType == "" {
			c.contentType = "application/json"
		}
		req.Header.Set("Content-Type", c.contentType)
	}
	for k, v := range c.header {
		req.Header.Set(k, v)
	}
	return req
}

// send makes a call with JSON, wants a status and decodes the answer into out, if there is one.
func (w *world) send(t *testing.T, role server.Role, method, path string, in any, want int, out any) reply {
	t.Helper()
	var body io.Reader
	if in != nil {
		body = bytes.NewReader(encoded(t, in))
	}
	r := w.do(t, call{method: method, path: path, token: w.tokens[role], body: body})
	if r.status != want {
		t.Fatalf("%s %s answered %d, want %d: %s", method, path, r.status, want, r.body)
	}
	if out != nil {
		decodeInto(t, r.body, out)
	}
	return r
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decodeInto(t *testing.T, data []byte, out any) {
	t.Helper()
	if err := json.Unmarshal(data, out); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
}

type object = map[string]any

// holder and right register one through the API, as an operator.
func (w *world) holder(t *testing.T) casework.Holder {
	t.Helper()
	var h casework.Holder
	w.send(t, server.RoleOperator, "POST", "/v1/holders", object{"legal_name": "Velmora Srl", "country": "IT", "email": "ip@velmora.example"}, http.StatusCreated, &h)
	return h
}

func (w *world) right(t *testing.T, holder, kind, name string) casework.Right {
	t.Helper()
	var r casework.Right
	w.send(t, server.RoleOperator, "POST", "/v1/rights", object{"holder_id": holder, "name": name, "type": kind, "territories": []string{"WW"}, "registration_number": name}, http.StatusCreated, &r)
	w.send(t, server.RoleOperator, "PUT", "/v1/rights/"+r.ID+"/state", object{"state": "verified"}, http.StatusOK, &r)
	return r
}

// file is a part of a multipart body; an empty name makes it a plain field.
type file struct {
	field, name, contentType string
	data                     []byte
}

func multipartBody(t *testing.T, files ...file) (contentType string, body *bytes.Reader) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, f := range files {
		h := textproto.MIMEHeader{}
		disposition := fmt.Sprintf("form-data; name=%q", f.field)
		if f.name != "" {
			disposition += fmt.Sprintf("; filename=%q", f.name)
		}
		h.Set("Content-Disposition", disposition)
		if f.contentType != "" {
			h.Set("Content-Type", f.contentType)
		}
		part, err := m.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(f.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return m.FormDataContentType(), bytes.NewReader(b.Bytes())
}

// picture is a request to score one picture, as JSON.
func picture(data []byte) string {
	return `{"pictures":[{"data":"` + base64.StdEncoding.EncodeToString(data) + `"}]}`
}

// wantProblem checks that an answer is a problem with a status, a sentence and, where given, an error about a place.
func wantProblem(t *testing.T, r reply, status int, location, says string) {
	t.Helper()
	if r.status != status {
		t.Fatalf("status %d, want %d: %.500s", r.status, status, r.body)
	}
	if got := r.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("content type %q", got)
	}
	var p server.Problem
	decodeInto(t, r.body, &p)
	checkProblem(t, p, status, location, says)
	if !strings.HasPrefix(p.Instance, "urn:touchstone:request:") || r.header.Get("X-Request-ID") == "" {
		t.Errorf("instance %q does not name the request", p.Instance)
	}
}

func checkProblem(t *testing.T, p server.Problem, status int, location, says string) {
	t.Helper()
	if p.Status != status || p.Title == "" || !strings.HasPrefix(p.Type, "urn:touchstone:problem:") {
		t.Errorf("problem %+v, want status %d, a title and a type of ours", p, status)
	}
	if len(strings.Fields(p.Detail)) < 3 {
		t.Errorf("detail %q is no sentence that helps", p.Detail)
	}
	text, found := p.Detail, location == ""
	for _, e := range p.Errors {
		if e.Location == location && len(strings.Fields(e.Message)) >= 2 {
			found = true
		}
		text += "\n" + e.Message
	}
	if !found {
		t.Errorf("no error about %s with a sentence: %+v", location, p.Errors)
	}
	if !strings.Contains(text, says) {
		t.Errorf("%q does not say %q", text, says)
	}
}

// healthy checks that the service still scores.
func (w *world) healthy(t *testing.T) {
	t.Helper()
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"title": "Leather bag"}, http.StatusOK, nil)
	if r := w.do(t, call{method: "GET", path: "/readyz"}); r.status != http.StatusOK {
		t.Errorf("readiness: %d %s", r.status, r.body)
	}
}

func past(d time.Duration) func() time.Time { return func() time.Time { return time.Now().Add(-d) } }
