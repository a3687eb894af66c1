package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"
	"github.com/gin-gonic/gin"

	"touchstone/internal/caseload"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/onboarding"
	"touchstone/internal/casework/partner"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/casework/survey"
	"touchstone/internal/document"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/jobs"
	"touchstone/internal/people"
	"touchstone/internal/policy"
	"touchstone/internal/signing"
	"touchstone/internal/tracing"
	"touchstone/internal/web"
)

const password = "a long enough one"

// cheap hashing keeps tests quick; what is tested is what surrounds it.
var cheap = &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// site is the pages over real stores, with a browser without a screen.
type site struct {
	*intaketest.World
	docket *docket.Docket
	follow *followup.Followup
	links  *sellerlink.Links
	tracer *tracing.Tracer

	papers   *dossier.Dossier
	surveys  *survey.Surveys
	desk     *inquiry.Desk
	jobs     *jobs.Runner
	people   *people.People
	server   *httptest.Server
	engine   *gin.Engine
	client   *http.Client
	right    casework.Right
	alliance *partner.Alliance

	refused []web.Refusal // what was refused, since it was last emptied
}

var (
	operator = casework.Actor{Account: "brand", Role: "operator"}
	holder   = casework.Actor{Account: "brand", Role: "holder"}
)

func newSite(t *testing.T, change ...func(*web.Web)) *site {
	t.Helper()
	gin.SetMode(gin.TestMode)
	s := &site{World: intaketest.Open(t, t.TempDir(), intaketest.Pack(t, "1.0.0"), nil)}
	s.follow = followup.New(followup.Parts{Store: s.Store, Registry: s.Registry, Policies: s.Policies, Now: s.Clock})
	s.docket = docket.New(docket.Parts{Store: s.Store, Registry: s.Registry, Policies: s.Policies, Gate: s.follow, Observers: []docket.Observer{s.follow},
		Scorer: caseload.Scorer{Reports: s.Store, Listings: s.Store}, Now: s.Clock})
	s.jobs = jobs.NewRunner(s.Store, jobs.Config{}, "test", s.Clock, nil)
	for _, handlers := range []map[string]jobs.Handler{s.docket.Handlers(), s.follow.Handlers()} {
		for kind, handler := range handlers {
			s.jobs.Handle(kind, handler)
		}
	}
	key, err := signing.New()
	if err != nil {
		t.Fatal(err)
	}
	s.links = &sellerlink.Links{Store: s.Store, Docket: s.docket, Key: key, Now: s.Clock}
	if s.tracer, err = tracing.New(tracing.Parts{Store: s.Store, Stores: s.Store, Penalties: s.follow, Registry: s.Registry, Audit: docket.Auditor{Store: s.Store, Now: s.Clock}, Now: s.Clock}); err != nil {
		t.Fatal(err)
	}
	if err := s.tracer.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.people, err = people.New(s.Store, people.Config{Params: cheap}, s.Clock); err != nil {
		t.Fatal(err)
	}
	for _, p := range []people.Person{{ID: "per_1", Email: "robin@example.com", Name: "Robin <b>", Role: "reviewer", Account: "market"}, {ID: "per_2", Email: "holder@example.com", Role: "holder", Account: "brand"}} {
		if _, err := s.people.Add(t.Context(), p, password); err != nil {
			t.Fatal(err)
		}
	}
	papers := document.New(document.Limits{}, nil)
	t.Cleanup(func() { papers.Close() })
	s.papers = caseload.NewDossier(s.Store, s.Service, papers, nil, nil)
	for kind, handler := range s.papers.Handlers() {
		s.jobs.Handle(kind, handler)
	}
	s.surveys = survey.New(survey.Parts{Store: s.Store, Policies: s.Policies, Key: key, Now: s.Clock})
	s.desk = inquiry.New(inquiry.Parts{Store: s.Store, Registry: s.Registry, Cases: s.docket, Files: s.papers, Policies: s.Policies, Now: s.Clock})
	engine := gin.New()
	engine.Use(func(c *gin.Context) {
		c.Next()
		for _, err := range c.Errors {
			t.Errorf("%s: %v", c.Request.URL.Path, err)
		}
	})
	s.alliance = partner.New(partner.Parts{Store: s.Store, Registry: s.Registry, Cases: s.docket, Rings: s.tracer, Papers: caseload.Papers{Dossier: caseload.NewDossier(s.Store, s.Service, nil, nil, nil)},
		Evidence: caseload.Bundler{Tracing: s.tracer, Docket: s.docket, Intake: s.Service, Key: key, Version: "test", Now: s.Clock}, Files: s.Blobs, Key: key, Now: s.Clock})
	w := &web.Web{Partners: s.alliance, People: s.people, Docket: s.docket, Followup: s.follow, SellerLinks: s.links, Registrar: s.Service, Onboarding: &onboarding.Guide{Registry: s.Registry, Notices: s.docket}, Tracing: s.tracer, Dossier: s.papers, Surveys: s.surveys, Inquiries: s.desk, Catalogue: caseload.NewCatalogue(s.Service), Registry: s.Registry, Reports: s.Store, Listings: s.Store, Evidence: s.Service, Now: s.Clock}
	s.server = httptest.NewServer(engine)
	s.engine, w.Address = engine, s.server.URL
	w.Refused = func(r web.Refusal) { s.refused = append(s.refused, r) }
	for _, fn := range change {
		fn(w)
	}
	if err := w.Register(engine); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.client = s.server.Client()
	s.client.Jar = jar
	s.register(t)
	return s
}

// register makes a marketplace and a verified right with a picture.
func (s *site) register(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	if _, err := s.Registry.PutMarketplace(ctx, operator, casework.Marketplace{ID: "alpha", Name: "Alpha", Territories: []string{"DE"}, ListingURL: "https://alpha.example/{id}"}); err != nil {
		t.Fatal(err)
	}
	h, err := s.Registry.CreateHolder(ctx, holder, casework.Holder{LegalName: "Velmora", Country: "IT", Email: "ip@velmora.example"})
	if err != nil {
		t.Fatal(err)
	}
	if s.right, err = s.Registry.CreateRight(ctx, holder, casework.Right{HolderID: h.ID, Name: "Velmora print", Type: casework.Design, Territories: []string{"EU"}, RegistrationNumber: "1"}); err != nil {
		t.Fatal(err)
	}
	if _, err = s.AddImageReference(ctx, holder, s.right.ID, intake.ImageReference{Data: intaketest.Drawing(t, 1)}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SetRightState(ctx, operator, s.right.ID, casework.StateVerified); err != nil {
		t.Fatal(err)
	}
}

// complain files a notice about listings that show the registered picture.
func (s *site) complain(t *testing.T, title string, listings ...string) docket.Notice {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	n := docket.Notice{Right: s.right.ID, Marketplace: "alpha", Regime: docket.RegimeDSA, Target: docket.TargetListing, Reason: docket.ReasonCopiedDesign,
		Explanation: "These listings show our registered print on goods that are not ours.", GoodFaith: true, Accuracy: true, Signature: "A", Notifier: docket.Notifier{Name: "A", Email: "a@example.com"}}
	for _, l := range listings {
		rec, err := s.Score(ctx, intake.ScoreInput{Account: "market", Listing: intake.ListingInput{ID: l, Marketplace: "alpha", Seller: "shop-7", Title: title,
			Pictures: []intake.PictureInput{{Data: intaketest.Drawing(t, 1)}}}})
		if err != nil {
			t.Fatal(err)
		}
		n.Items = append(n.Items, docket.Item{Listing: l, Report: rec.ID})
	}
	if err := s.Keeper().Flush(ctx); err != nil { // clusters
		t.Fatal(err)
	}
	filed, err := s.docket.File(ctx, holder, n)
	if err != nil {
		t.Fatal(err)
	}
	s.work(t)
	return filed
}

// work does every job that is due.
func (s *site) work(t *testing.T) {
	t.Helper()
	for {
		n, err := s.jobs.Once(context.WithoutCancel(t.Context()), 100)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// takeDown decides a case.
func (s *site) takeDown(t *testing.T, id string) {
	t.Helper()
	judge := casework.Actor{Account: "market", Role: "reviewer", Key: "per_9"}
	if _, err := s.docket.Claim(t.Context(), judge, id); err != nil {
		t.Fatal(err)
	}
	if _, err := s.docket.Decide(t.Context(), judge, id, docket.Verdict{Outcome: docket.OutcomeTakenDown, Remark: "The print is the registered one."}); err != nil {
		t.Fatal(err)
	}
	s.work(t)
}

// page is an answer.
type page struct {
	status int
	path   string
	header http.Header
	body   string
}

func (s *site) get(t *testing.T, path string) page {
	t.Helper()
	res, err := s.client.Get(s.server.URL + path)
	return read(t, res, err)
}

func (s *site) post(t *testing.T, path string, form url.Values) page {
	t.Helper()
	res, err := s.client.PostForm(s.server.URL+path, form)
	return read(t, res, err)
}

func read(t *testing.T, res *http.Response, err error) page {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return page{res.StatusCode, res.Request.URL.Path, res.Header, string(body)}
}

var tokenPattern = regexp.MustCompile(`name="token" value="([0-9a-f]{32})"`)

func (p page) token(t *testing.T) string {
	t.Helper()
	m := tokenPattern.FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("no form on the page:\n%s", p.body)
	}
	return m[1]
}

func (p page) want(t *testing.T, status int, parts ...string) page {
	t.Helper()
	if p.status != status {
		t.Fatalf("%s answered %d, want %d:\n%s", p.path, p.status, status, p.body)
	}
	for _, part := range parts {
		if !strings.Contains(p.body, part) {
			t.Errorf("%s lacks %q:\n%s", p.path, part, p.body)
		}
	}
	return p
}

func (s *site) signIn(t *testing.T, email string) page {
	t.Helper()
	return s.post(t, "/sign-in", url.Values{"email": {email}, "password": {password}})
}

// TestReviewer goes a reviewer's way: sign in, claim, look, decide, undo.
func TestReviewer(t *testing.T) {
	s := newSite(t)
	s.complain(t, `Bag "<script>alert(1)</script>" العربية`, "L1", "L2")
	if p := s.get(t, "/queue"); p.path != "/sign-in" {
		t.Fatalf("a stranger sees %s", p.path)
	}
	queue := s.signIn(t, "robin@example.com").want(t, 200, "Robin &lt;b&gt;", "Claim next")
	if queue.path != "/queue" || strings.Contains(queue.body, "<script>alert") {
		t.Fatalf("%s:\n%s", queue.path, queue.body)
	}
	name := "express"
	for _, q := range policy.Queues() {
		if strings.Contains(s.get(t, "/queue?queue="+q).body, "/cases/") {
			name = q
		}
	}
	c := s.post(t, "/queue/claim", url.Values{"token": {queue.token(t)}, "queue": {name}}).want(t, 200, "Velmora print", "Take down", "Copied picture", "العربية")
	if !strings.HasPrefix(c.path, "/cases/") {
		t.Fatalf("claimed, and at %s", c.path)
	}
	first := c.path
	finding := regexp.MustCompile(`src="(/cases/[^"]+/listing)"`).FindStringSubmatch(c.body)
	if finding == nil {
		t.Fatalf("no picture:\n%s", c.body)
	}
	for _, kind := range []string{"listing", "reference", "overlay", "side-by-side"} {
		p := s.get(t, strings.Replace(finding[1], "/listing", "/"+kind, 1)).want(t, 200)
		if p.header.Get("Content-Type") != "image/jpeg" || p.header.Get("Cache-Control") != "private, max-age=300" || !strings.HasPrefix(p.body, "\xff\xd8") {
			t.Errorf("%s: %v", kind, p.header)
		}
	}
	s.get(t, strings.Replace(finding[1], "/listing", "/secret", 1)).want(t, 404)
	s.post(t, first+"/decide", url.Values{"token": {c.token(t)}, "outcome": {"declined"}, "code": {"NO_SUCH_CODE"}}).want(t, 422, "reason_code")
	next := s.post(t, first+"/decide", url.Values{"token": {c.token(t)}, "outcome": {"taken_down"}, "remark": {"clear copy"}, "request": {"r1"}}).want(t, 200, "Decided.")
	if next.path == first || !strings.HasPrefix(next.path, "/cases/") {
		t.Fatalf("after deciding at %s", next.path)
	}
	s.get(t, first).want(t, 200, "clear copy", "Undo this decision")
	s.post(t, first+"/undo", url.Values{"token": {c.token(t)}}).want(t, 200, "The decision was taken back")
	s.post(t, "/language", url.Values{"token": {c.token(t)}, "language": {"zh"}, "next": {"/queue"}}).want(t, 200, "队列")
	out := s.post(t, "/sign-out", url.Values{"token": {c.token(t)}})
	if out.path != "/sign-in" {
		t.Errorf("after signing out at %s", out.path)
	}
	s.post(t, first+"/decide", url.Values{"token": {c.token(t)}, "outcome": {"taken_down"}}).want(t, 401, "Sign in") // the cookie is gone
}

// TestDoors: who may go where, and what forms must bring.
func TestDoors(t *testing.T) {
	s := newSite(t)
	s.get(t, "/cases/case_1").want(t, 200, "Sign in")
	wrong := s.post(t, "/sign-in", url.Values{"email": {"robin@example.com"}, "password": {"wrong wrong wrong"}}).want(t, 422, "wrong")
	if len(wrong.header.Values("Set-Cookie")) != 0 {
		t.Error("a wrong password gave a cookie")
	}
	p := s.signIn(t, "robin@example.com").want(t, 200)
	s.get(t, "/cases/case_1").want(t, 404, "There is nothing here")
	s.post(t, "/queue/claim", url.Values{"queue": {"express"}}).want(t, 403, "older than your session")
	s.post(t, "/queue/claim", url.Values{"token": {p.token(t)}, "queue": {strings.Repeat("x", 300<<10)}}).want(t, 413)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.server.URL+"/queue/claim", strings.NewReader("token="+p.token(t)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := s.client.Do(req)
	read(t, res, err).want(t, 403, "another site")
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)"} {
		res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).
			PostForm(s.server.URL+"/sign-in", url.Values{"email": {"robin@example.com"}, "password": {password}, "next": {next}})
		if got := read(t, res, err); got.header.Get("Location") != "/queue" {
			t.Errorf("next=%s leads to %s", next, got.header.Get("Location"))
		}
	}
	s.signIn(t, "holder@example.com")
	s.get(t, "/queue").want(t, 403, "may not")
}

// TestHeaders: no page allows a script or style that is not a file of ours.
func TestHeaders(t *testing.T) {
	s := newSite(t)
	p := s.get(t, "/sign-in").want(t, 200)
	policy := p.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	if p.header.Get("Cache-Control") != "no-store" || regexp.MustCompile(`(?i)<script(?: [^>]*)?>[^<]|style="|onclick=|https?://`).MatchString(p.body) {
		t.Errorf("%v\n%s", p.header, p.body)
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`).FindAllStringSubmatch(p.body, -1) {
		if a := s.get(t, strings.ReplaceAll(m[1], "&amp;", "&")).want(t, 200); !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %v", m[1], a.header)
		}
	}
	s.get(t, "/static/../web.go").want(t, 404)
}

// TestTriesAreBounded: guessing from one address ends soon.
func TestTriesAreBounded(t *testing.T) {
	s := newSite(t)
	for range 10 {
		s.post(t, "/sign-in", url.Values{"email": {"nobody@example.com"}, "password": {"wrong wrong wrong"}})
	}
	if p := s.signIn(t, "robin@example.com").want(t, 429); p.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}
