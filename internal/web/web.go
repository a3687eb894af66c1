package web

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/casework/catalogue"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/onboarding"
	"touchstone/internal/casework/partner"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/casework/survey"
	"touchstone/internal/drift"
	"touchstone/internal/intake"
	"touchstone/internal/listings"
	"touchstone/internal/message"
	"touchstone/internal/people"
	"touchstone/internal/people/oidc"
	"touchstone/internal/rollout"
	"touchstone/internal/tracing"
	"touchstone/internal/upkeep"
)

//go:embed pages static
var files embed.FS

// Reports are what the pages ask of scoring; *intake.Service with its store is one.
type Reports interface {
	Report(ctx context.Context, id string) (intake.ReportRecord, error)
}

// Evidence draws pictures of findings; *intake.Service is one.
type Evidence interface {
	SideBySide(ctx context.Context, r detect.Report, finding int) ([]byte, error)
	Overlay(ctx context.Context, r detect.Report, finding int) ([]byte, detect.Alignment, error)
	HeatMap(ctx context.Context, r detect.Report, finding int) (intake.HeatMap, error)
	Shown(ctx context.Context, hash string, box detect.Box) ([]byte, error)
	// KeepPicture keeps a stranger's picture as evidence, by hash. The error is an *intake.InputError when it is none.
	KeepPicture(ctx context.Context, data []byte) (hash string, err error)
}

// Registry is what the pages ask of the registry; *casework.Registry is one.
type Registry interface {
	Right(ctx context.Context, a casework.Actor, id string) (casework.Right, error)
	Rights(ctx context.Context, a casework.Actor, q casework.RightQuery) (casework.RightPage, error)
	References(ctx context.Context, a casework.Actor, rightID string) ([]casework.Reference, error)
	Holder(ctx context.Context, a casework.Actor, id string) (casework.Holder, error)
	CreateHolder(ctx context.Context, a casework.Actor, h casework.Holder) (casework.Holder, error)
	CreateRight(ctx context.Context, a casework.Actor, r casework.Right) (casework.Right, error)
	AuthorizedSellers(ctx context.Context, a casework.Actor, rightID string) ([]casework.AuthorizedSeller, error)
	AddAuthorizedSeller(ctx context.Context, a casework.Actor, s casework.AuthorizedSeller) (casework.AuthorizedSeller, error)
	Marketplaces(ctx context.Context) ([]casework.Marketplace, error)
	Snapshot(ctx context.Context, rightIDs []string) (map[string]casework.RightView, error)
	Marketplace(ctx context.Context, id string) (casework.Marketplace, error)
}

// Registrar registers what rights are searched by; *intake.Service is one.
type Registrar interface {
	AddImageReference(ctx context.Context, a casework.Actor, rightID string, in intake.ImageReference) (casework.Reference, error)
	AddWordReference(ctx context.Context, a casework.Actor, rightID string, in intake.WordReference) (casework.Reference, error)
	PictureWarnings(ctx context.Context, hash string) ([]detect.Note, error)
	Preview(ctx context.Context, a casework.Actor, data []byte) (intake.Preview, error)
}

// Listings are those that are kept; *sqlite.Store keeps them.
type Listings interface {
	Listing(ctx context.Context, id string) (listings.Listing, error)
	Cluster(ctx context.Context, id, account, after string, limit int) (listings.Cluster, error)
	// SameFile gives other listings that show exactly this picture, in ascending order.
	SameFile(ctx context.Context, id, hash string, limit int) ([]string, error)
}

// Web is the pages and what they stand on. All but Log, Now and Secure are required.
type Web struct {
	People   *people.People
	Docket   *docket.Docket
	Followup *followup.Followup
	Registry Registry
	Reports  Reports
	Listings Listings
	Evidence Evidence

	SellerLinks *sellerlink.Links
	Registrar   Registrar
	Dossier     *dossier.Dossier     // nil: the portal shows no checks
	Onboarding  *onboarding.Guide    // nil: it shows no first steps
	Tracing     *tracing.Tracer      // linked sellers; nil: no pages about them
	Rollouts    *rollout.Manager     // packs; nil: no pages about them
	Drift       *drift.Watch         // how scores are spread; nil: no page about it
	Index       *upkeep.Upkeep       // nil: the figures say nothing of the index
	Inquiries   *inquiry.Desk        // nil: no pages about them
	Surveys     *survey.Surveys      // nil: no pages about them
	Catalogue   *catalogue.Catalogue // rights in bulk; nil: no pages for it
	Partners    *partner.Alliance    // nil: no pages about partners

	Log    *slog.Logger
	Now    func() time.Time
	Secure bool // cookies over HTTPS alone

	Address    string         // by which people reach the service; "" where it is not known
	StaffCodes bool           // staff must show codes, unless an identity provider vouches for them
	Provider   *oidc.Provider // nil: people sign in here alone
	Refused    func(Refusal)  // hears of every page that was refused, and must not wait; nil: nobody does

	pages  map[string]*template.Template
	assets map[string]asset
	kept   kept
	tries  *limiter
	once   *once
	shown  *shown
	origin *http.CrossOriginProtection
}

// Register parses the templates and adds the routes.
func (w *Web) Register(e *gin.Engine) error {
	if w.Now == nil {
		w.Now = time.Now
	}
	if w.Log == nil {
		w.Log = slog.New(slog.DiscardHandler)
	}
	var err error
	if w.assets, err = loadAssets(); err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	if w.pages, err = w.parse(); err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	w.once, w.shown = newOnce(), newShown(w.Now)
	w.tries, w.origin = newLimiter(w.Now), http.NewCrossOriginProtection()

	e.GET("/static/*file", w.static)
	w.sellerRoutes(e.Group(sellerlink.PathPrefix, w.watch, w.page(maxUpload)))
	if w.Surveys != nil {
		w.surveyRoutes(e)
	}
	pages := e.Group("/", w.watch, w.page(maxForm))
	pages.GET("/sign-in", w.signInPage)
	pages.POST("/sign-in", w.signIn)
	if w.Provider != nil {
		pages.GET("/sign-in/provider", w.toProvider)
		pages.GET("/sign-in/callback", w.fromProvider)
	}

	in := pages.Group("/", w.signedIn)
	in.POST("/sign-out", w.signOut)
	in.POST("/language", w.language)
	w.accountRoutes(in)
	w.partnerRoutes(e, in)
	w.peopleRoutes(in.Group("/", w.ready, w.role(roleAdmin)))

	big := e.Group("/", w.watch, w.page(maxUpload), w.signedIn)
	w.portalRoutes(big.Group("/", w.ready, w.role(roleHolder, roleAgent), w.acting))

	staff := in.Group("/", w.ready, w.role(roleReviewer, roleOperator, roleAdmin))
	staff.GET("/queue", w.queuePage)
	staff.GET("/operations", w.operationsPage)
	staff.GET("/operations/transparency", w.transparencyPage)
	staff.GET("/operations/transparency.csv", w.transparencyTable)
	w.modelRoutes(in.Group("/operations", w.ready, w.role(roleScientist, roleReviewer, roleOperator, roleAdmin)))
	staff.POST("/queue/claim", w.claimNext)
	staff.POST("/queue/views", w.saveView)
	staff.POST("/queue/views/drop", w.dropView)
	staff.POST("/queue/ahead", w.ahead)
	staff.GET("/cases/:id/picture", w.casePicture)
	staff.GET("/cases/:id/alike", w.alikePage)
	staff.POST("/cases/:id/alike", w.decideAlike)
	staff.POST("/cases/:id/alike/undo", w.undoAlike)
	staff.POST("/cases/:id/leave", w.leave)
	staff.GET("/cases/:id", w.casePage)
	staff.POST("/cases/:id/claim", w.claim)
	staff.POST("/cases/:id/release", w.release)
	staff.POST("/cases/:id/decide", w.decide)
	staff.POST("/cases/:id/second", w.second)
	staff.POST("/cases/:id/clarify", w.clarify)
	staff.POST("/cases/:id/undo", w.undo)
	staff.POST("/cases/:id/seller-links", w.makeSellerLink)
	staff.POST("/cases/:id/seller-links/:link/revoke", w.revokeSellerLink)
	staff.GET("/cases/:id/files/:hash", w.caseFile)
	w.ringRoutes(staff)
	if w.Inquiries != nil && w.Surveys != nil {
		w.deskRoutes(staff)
	}
	staff.GET("/cases/:id/findings/:finding/:picture", w.evidencePicture)
	return nil
}

// Roles, as internal/server names them.
const (
	roleReviewer  = "reviewer"
	roleOperator  = "operator"
	roleAdmin     = "admin"
	roleScientist = "scientist"
	roleHolder    = "holder"
	roleAgent     = "agent"
)

// home is where a role begins.
func home(role string) string {
	switch role {
	case roleReviewer, roleOperator, roleAdmin:
		return "/queue"
	case roleScientist:
		return "/operations/thresholds"
	case roleHolder, roleAgent:
		return "/portal"
	case rolePartner:
		return "/alliance"
	}
	return "/docs"
}

// fail shows an error as a page: what happened, and what to do.
func (w *Web) fail(c *gin.Context, err error) {
	status, key := http.StatusInternalServerError, "page.problem.internal"
	var invalid *casework.ValidationError
	var fault *people.InputError
	switch {
	case errors.Is(err, intake.ErrNoPicture):
		status, key = http.StatusNotFound, "page.problem.picture"
	case errors.Is(err, intake.ErrDamaged):
		w.Log.ErrorContext(c.Request.Context(), "a picture cannot be shown", "path", c.Request.URL.Path, "error", err)
		w.problem(c, http.StatusNotFound, "page.problem.damaged", "")
		return
	case errors.Is(err, survey.ErrLink):
		w.problem(c, http.StatusNotFound, "page.problem.surveylink", "")
		return
	case errors.Is(err, sellerlink.ErrLink):
		w.problem(c, http.StatusNotFound, "page.problem.link", "")
		return
	case errors.Is(err, casework.ErrNotFound):
		status, key = http.StatusNotFound, "page.problem.missing"
	case errors.Is(err, casework.ErrForbidden):
		status, key = http.StatusForbidden, "page.problem.forbidden"
	case errors.Is(err, casework.ErrConflict):
		status, key = http.StatusConflict, "page.problem.conflict"
	case errors.As(err, &invalid), errors.As(err, &fault):
		status, key = http.StatusUnprocessableEntity, "page.problem.invalid"
	case errors.Is(err, context.Canceled):
		c.Abort()
		return
	}
	if status == http.StatusInternalServerError {
		_ = c.Error(err) // for the log
	}
	w.problem(c, status, key, w.frame(c, "problem", key).sentenceOf(err, status))
}

// sentenceOf is what of an error a person may read, in their language: nothing of faults on our side, and nothing that is said in English alone.
func (f frame) sentenceOf(err error, status int) string {
	if status == http.StatusInternalServerError {
		return ""
	}
	var invalid *casework.ValidationError
	switch {
	case errors.As(err, &invalid) && f.Language == message.Languages()[0]:
		return invalid.Error()
	case errors.As(err, &invalid):
		return f.faultOf(err)
	case f.Language == message.Languages()[0]:
		return err.Error()
	}
	return ""
}
