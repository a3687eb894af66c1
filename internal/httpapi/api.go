// Package httpapi is the JSON API: it turns requests into calls of the use cases and their errors into problems (RFC 9457).
package httpapi

import (
	"context"
	"errors"
	"log/slog"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"touchstone/internal/caseload"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/intake"
	"touchstone/internal/people"
	"touchstone/internal/server"
	"touchstone/internal/sweep"
	"touchstone/internal/tracing"
	"touchstone/internal/upkeep"
)

// API is the JSON API over the use cases.
type API struct {
	Intake   *intake.Service
	Keys     *server.Keys
	Batches  BatchStore
	Sweeps   *sweep.Runner      // nil: no listings are kept
	Docket   *docket.Docket     // notices and cases
	Followup *followup.Followup // what follows from decisions
	// People sign in to the pages.
	People *people.People
	// SellerLinks open cases to sellers.
	SellerLinks *sellerlink.Links
	Bundles     caseload.Bundler // evidence that can be checked elsewhere
	Dossier     *dossier.Dossier // papers, powers of attorney and the verification of rights
	Tracing     *tracing.Tracer  // linked sellers; nil: nobody traces
	// Partners tell for whom a partner's key acts; *partner.Alliance does. Nil: for nobody.
	Partners interface {
		Acting(ctx context.Context, a casework.Actor) (casework.Actor, error)
	}
	Upkeep *upkeep.Upkeep // of the index; nil: it has no operations
	Server *server.Server // admits the lines of batches one by one
	Log    *slog.Logger
	// MaxPictureBody bounds the body of a request that carries pictures, in bytes; 0 is 32 MiB.
	MaxPictureBody int64
	// BatchWorkers is how many lines of one batch are scored at once; 0 is 4.
	BatchWorkers int
}

// Roles that may do what. An admin may do everything.
var (
	scorers    = []server.Role{server.RolePipeline, server.RoleReviewer, server.RoleScientist, server.RoleOperator, server.RoleAdmin}
	registrars = []server.Role{server.RoleHolder, server.RoleAgent, server.RoleOperator, server.RoleAdmin}
	readers    = []server.Role{server.RoleHolder, server.RoleAgent, server.RoleReviewer, server.RoleOperator, server.RoleAdmin}
	operators  = []server.Role{server.RoleOperator, server.RoleAdmin}
	admins     = []server.Role{server.RoleAdmin}
	everyone   = server.Roles()
)

// Configure tells a server's configuration what it must know of the routes: which stream, and which answer with a secret.
func Configure(c *server.Config) {
	c.Streaming = append(c.Streaming, batchRoute)
	c.Secret = append(c.Secret, "/v1/keys", "/v1/keys/:id/rotate", "/v1/cases/:id/seller-links", "/v1/people", "/v1/people/:id/reset")
}

// Register adds all operations to the engine and to the OpenAPI document.
func (a *API) Register(engine *gin.Engine, api huma.API) {
	if a.MaxPictureBody == 0 {
		a.MaxPictureBody = 32 << 20
	}
	if a.BatchWorkers == 0 {
		a.BatchWorkers = 4
	}
	if a.Log == nil {
		a.Log = slog.New(slog.DiscardHandler)
	}
	engine.Use(a.acting)
	a.registerRegistry(api)
	a.registerReferences(api)
	a.registerPowers(api)
	a.registerCertificates(api)
	a.registerVerification(api)
	a.registerCatalogue(api)
	a.registerMarketplaces(api)
	a.registerKeys(api)
	a.registerScore(api)
	a.registerReports(api)
	a.registerReplay(api)
	a.registerGuard(api)
	a.registerSweeps(api)
	a.registerClusters(api)
	a.registerIndex(api)
	a.registerBatch(engine, api)
	a.registerNotices(api)
	a.registerQueue(api)
	a.registerCases(api)
	a.registerContests(api)
	a.registerEvents(api)
	a.registerFollowup(api)
	a.registerSellerLinks(api)
	a.registerTracing(api)
	a.registerPeople(api)
	a.registerThresholds(api)
}

// operation is the common part of every operation: who may call it and which errors it answers.
func operation(method, path, id, summary, tag string, roles []server.Role) huma.Operation {
	return rest.Operation(method, path, id, summary, tag, roles)
}

// explain puts a text before what the operation says of its roles.
func explain(op *huma.Operation, text string) { rest.Explain(op, text) }

// actor is the caller in casework's words.
func actor(ctx context.Context) casework.Actor { return rest.Actor(ctx) }

// problem turns an error of a use case into an answer. What is not known is logged and answered as 500 without its text.
func (a *API) problem(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, casework.ErrNoPower):
		a.refused(ctx, err)
	case errors.Is(err, intake.ErrNoPicture):
		return huma.Error404NotFound(rest.Sentence(err, nil))
	case errors.Is(err, intake.ErrBusy):
		return server.Overloaded("The models are busy.")
	}
	if p, ok := rest.Problem(err); ok {
		return p
	}
	if details := inputErrors(err); len(details) > 0 {
		return huma.Error422UnprocessableEntity("The request cannot be used as it is.", details...)
	}
	a.Log.ErrorContext(ctx, "request failed", "error", err)
	return rest.Internal()
}

// inputErrors finds all faults of the input in a tree of joined errors.
func inputErrors(err error) []error {
	var one *intake.InputError
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range joined.Unwrap() {
			out = append(out, inputErrors(e)...)
		}
		return out
	}
	if errors.As(err, &one) {
		return []error{&huma.ErrorDetail{Location: "body." + one.Field, Message: one.Message}}
	}
	return nil
}

// created is the answer to a POST that made something.
type created[T any] struct {
	Location string `header:"Location" doc:"where what was made can be read"`
	Body     T
}

// answer is a plain answer.
type answer[T any] struct {
	Body T
}
