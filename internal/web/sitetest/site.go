package sitetest

import (
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"syscall"
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
	"touchstone/internal/signing"
	"touchstone/internal/tracing"
	"touchstone/internal/web"
)

// They sign in with Password: a reviewer of the account market, and a holder of the account brand, whose right is registered.
const (
	Reviewer = "robin@example.com"
	Party    = "holder@example.com"
	Password = "a long enough one"
)

// Who acts without pages.
var (
	Operator = casework.Actor{Account: "brand", Role: "operator"}
	Holder   = casework.Actor{Account: "brand", Role: "holder"}
	Judge    = casework.Actor{Account: "market", Role: "reviewer", Key: "per_9"}
)

// cheap hashing keeps tests quick; what is tested is what surrounds it.
var cheap = &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Site is the pages over real stores, with a browser without a screen.
type Site struct {
	*intaketest.World
	Docket *docket.Docket
	Follow *followup.Followup
	Links  *sellerlink.Links
	Tracer *tracing.Tracer

	Papers   *dossier.Dossier
	Surveys  *survey.Surveys
	Desk     *inquiry.Desk
	Jobs     *jobs.Runner
	People   *people.People
	Alliance *partner.Alliance

	Server *httptest.Server
	Engine *gin.Engine
	Client *http.Client // keeps cookies

	Dir     string         // the data folder
	Right   casework.Right // of the holder: a verified design with a picture
	Refused []web.Refusal  // what was refused, since it was last emptied

	key    signing.Key
	linked int // listings of Linked so far
}

// New opens a site, closed at the test's end; changes are made to the pages before they are registered. An error that a page logs fails the test.
func New(t testing.TB, change ...func(*web.Web)) *Site {
	t.Helper()
	gin.SetMode(gin.TestMode)
	dir := t.TempDir()
	s := &Site{World: intaketest.Open(t, dir, intaketest.Pack(t, "1.0.0"), nil), Dir: dir}
	s.casework(t)
	s.enrol(t)
	s.desks(t)
	s.serve(t, change)
	s.register(t)
	return s
}

// casework opens cases, what follows from them, and links to sellers.
func (s *Site) casework(t testing.TB) {
	t.Helper()
	s.Follow = followup.New(followup.Parts{Store: s.Store, Registry: s.Registry, Policies: s.Policies, Now: s.Clock})
	s.Docket = docket.New(docket.Parts{Store: s.Store, Registry: s.Registry, Policies: s.Policies, Gate: s.Follow, Observers: []docket.Observer{s.Follow},
		Scorer: caseload.Scorer{Reports: s.Store, Listings: s.Store}, Now: s.Clock})
	s.Jobs = jobs.NewRunner(s.Store, jobs.Config{}, "test", s.Clock, nil)
	var err error
	if s.key, err = signing.New(); err != nil {
		t.Fatal(err)
	}
	s.Links = &sellerlink.Links{Store: s.Store, Docket: s.Docket, Key: s.key, Now: s.Clock}
	if s.Tracer, err = tracing.New(tracing.Parts{Store: s.Store, Stores: s.Store, Penalties: s.Follow, Registry: s.Registry, Audit: docket.Auditor{Store: s.Store, Now: s.Clock}, Now: s.Clock}); err != nil {
		t.Fatal(err)
	}
	if err := s.Tracer.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// enrol adds those who sign in.
func (s *Site) enrol(t testing.TB) {
	t.Helper()
	var err error
	if s.People, err = people.New(s.Store, people.Config{Params: cheap}, s.Clock); err != nil {
		t.Fatal(err)
	}
	s.Add(t, people.Person{ID: "per_1", Email: Reviewer, Name: "Robin <b>", Role: "reviewer", Account: "market"}, people.Person{ID: "per_2", Email: Party, Role: "holder", Account: "brand"})
}

// Add adds people, who sign in with Password.
func (s *Site) Add(t testing.TB, list ...people.Person) {
	t.Helper()
	for _, p := range list {
		if _, err := s.People.Add(t.Context(), p, Password); err != nil {
			t.Fatal(err)
		}
	}
}

// desks opens what stands beside cases: papers, surveys, inquiries, partners.
func (s *Site) desks(t testing.TB) {
	t.Helper()
	papers := document.New(document.Limits{}, nil)
	t.Cleanup(func() { _ = papers.Close() }) // its machine goes with the process
	s.Papers = caseload.NewDossier(s.Store, s.Service, papers, nil, nil)
	for _, handlers := range []map[string]jobs.Handler{s.Docket.Handlers(), s.Follow.Handlers(), s.Papers.Handlers()} {
		for kind, handler := range handlers {
			s.Jobs.Handle(kind, handler)
		}
	}
	s.Surveys = survey.New(survey.Parts{Store: s.Store, Policies: s.Policies, Key: s.key, Now: s.Clock})
	s.Desk = inquiry.New(inquiry.Parts{Store: s.Store, Registry: s.Registry, Cases: s.Docket, Files: s.Papers, Policies: s.Policies, Now: s.Clock})
	s.Alliance = partner.New(partner.Parts{Store: s.Store, Registry: s.Registry, Cases: s.Docket, Rings: s.Tracer, Papers: caseload.Papers{Dossier: s.Papers},
		Evidence: caseload.Bundler{Tracing: s.Tracer, Docket: s.Docket, Intake: s.Service, Key: s.key, Version: "test", Now: s.Clock}, Files: s.Blobs, Key: s.key, Now: s.Clock})
}

// serve registers the pages and serves them on loopback.
func (s *Site) serve(t testing.TB, change []func(*web.Web)) {
	t.Helper()
	s.Engine = gin.New()
	s.Engine.Use(func(c *gin.Context) {
		c.Next()
		for _, err := range c.Errors {
			if gone := errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET); !gone { // a browser that went on to another page
				t.Errorf("%s: %v", c.Request.URL.Path, err)
			}
		}
	})
	s.Server = httptest.NewServer(s.Engine)
	t.Cleanup(s.Server.Close)
	w := &web.Web{Address: s.Server.URL, People: s.People, Docket: s.Docket, Followup: s.Follow, SellerLinks: s.Links, Registrar: s.Service, Registry: s.Registry, Reports: s.Store, Listings: s.Store, Evidence: s.Service,
		Onboarding: &onboarding.Guide{Registry: s.Registry, Notices: s.Docket}, Tracing: s.Tracer, Dossier: s.Papers, Surveys: s.Surveys, Inquiries: s.Desk, Catalogue: caseload.NewCatalogue(s.Service), Partners: s.Alliance,
		Refused: func(r web.Refusal) { s.Refused = append(s.Refused, r) }, Now: s.Clock}
	for _, fn := range change {
		fn(w)
	}
	if err := w.Register(s.Engine); err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Client = s.Server.Client()
	s.Client.Jar = jar
}

// register makes a marketplace and a verified right with a picture.
func (s *Site) register(t testing.TB) {
	t.Helper()
	ctx := t.Context()
	if _, err := s.Registry.PutMarketplace(ctx, Operator, casework.Marketplace{ID: "alpha", Name: "Alpha", Territories: []string{"DE"}, ListingURL: "https://alpha.example/{id}"}); err != nil {
		t.Fatal(err)
	}
	h, err := s.Registry.CreateHolder(ctx, Holder, casework.Holder{LegalName: "Velmora", Country: "IT", Email: "ip@velmora.example"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Right, err = s.Registry.CreateRight(ctx, Holder, casework.Right{HolderID: h.ID, Name: "Velmora print", Type: casework.Design, Territories: []string{"EU"}, RegistrationNumber: "1"}); err != nil {
		t.Fatal(err)
	}
	if _, err = s.AddImageReference(ctx, Holder, s.Right.ID, intake.ImageReference{Data: intaketest.Drawing(t, 1)}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SetRightState(ctx, Operator, s.Right.ID, casework.StateVerified); err != nil {
		t.Fatal(err)
	}
}
