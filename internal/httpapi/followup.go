package httpapi

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/statement"
	"touchstone/internal/server"
)

// Roles about what follows from decisions.
var (
	statementReaders = []server.Role{server.RoleSeller, server.RolePipeline, server.RoleReviewer, server.RoleOperator, server.RoleAdmin}
	overseers        = []server.Role{server.RoleReviewer, server.RoleOperator, server.RoleAdmin}
)

// StatementList is the statements of reasons of a case.
type StatementList struct {
	Statements []followup.StatementView `json:"statements" doc:"oldest first; none while a take-down's is being written"`
}

// file is an answer that is a file.
type file struct {
	ContentType  string `header:"Content-Type"`
	Disposition  string `header:"Content-Disposition"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

// fileResponse describes it.
func fileResponse(description string, contentTypes ...string) map[string]*huma.Response {
	content := map[string]*huma.MediaType{}
	for _, t := range contentTypes {
		content[t] = &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	}
	return map[string]*huma.Response{"200": {Description: description, Content: content}}
}

// storeQuery names a store.
type storeQuery struct {
	Marketplace string `query:"marketplace" required:"true" minLength:"1" maxLength:"64"`
	Seller      string `query:"seller" required:"true" minLength:"1" maxLength:"256"`
}

// period of a report.
type period struct {
	From time.Time `query:"from" required:"true" doc:"first moment"`
	To   time.Time `query:"to" required:"true" doc:"first moment behind it; a year later at most"`
}

func (a *API) registerFollowup(api huma.API) {
	get := operation(http.MethodGet, "/v1/cases/{id}/statement", "get-statement", "Read the statements of reasons", "Cases", statementReaders)
	get.Errors = append(get.Errors, http.StatusNotFound, http.StatusUnprocessableEntity)
	explain(&get, "What the seller is told of a take-down, and of a freeze or closure that followed from it (Digital Services Act, article 17).")
	huma.Register(api, get, func(ctx context.Context, in *struct {
		ByID
		Language string `query:"language" enum:"en,de,zh" default:"en"`
	}) (*answer[StatementList], error) {
		if _, _, err := a.Docket.Case(ctx, actor(ctx), in.ID); err != nil {
			return nil, a.problem(ctx, err)
		}
		list, err := a.Followup.StatementsOf(ctx, in.ID, in.Language)
		return &answer[StatementList]{StatementList{list}}, a.problem(ctx, err)
	})
	bundle := operation(http.MethodPost, "/v1/cases/{id}/evidence-bundle", "make-evidence-bundle", "Make a signed bundle of evidence", "Cases", overseers)
	bundle.Errors = append(bundle.Errors, http.StatusNotFound, http.StatusUnprocessableEntity)
	bundle.DefaultStatus = http.StatusOK
	bundle.Responses = fileResponse("ZIP: PDF, JSON, pictures, and a signed manifest; `touchstone evidence verify` checks it", "application/zip")
	huma.Register(api, bundle, func(ctx context.Context, in *struct {
		ByID
		Body struct {
			MadeFor string `json:"made_for,omitempty" maxLength:"300" doc:"who asked, or which file it is for"`
		}
	}) (*file, error) {
		var b bytes.Buffer
		err := a.Bundles.Write(ctx, actor(ctx), in.ID, in.Body.MadeFor, &b)
		return &file{"application/zip", `attachment; filename="` + in.ID + `.zip"`, "private, no-store", b.Bytes()}, a.problem(ctx, err)
	})
	a.registerStores(api)
	a.registerTransparency(api)
}

func (a *API) registerStores(api huma.API) {
	get := operation(http.MethodGet, "/v1/stores", "get-store", "Read the penalties of a store", "Stores", statementReaders)
	get.Errors = append(get.Errors, http.StatusNotFound, http.StatusUnprocessableEntity)
	explain(&get, "Strikes, points, freezes and closure, with the ledger they are reckoned from. A store of which nothing was decided has none.")
	huma.Register(api, get, func(ctx context.Context, in *storeQuery) (*answer[followup.StorefrontView], error) {
		v, err := a.Followup.Storefront(ctx, actor(ctx), in.Marketplace, in.Seller)
		return &answer[followup.StorefrontView]{v}, a.problem(ctx, err)
	})
	reopen := operation(http.MethodPost, "/v1/stores/reopen", "reopen-store", "Give a store a fresh start", "Stores", operators)
	reopen.Errors = append(reopen.Errors, http.StatusNotFound, http.StatusUnprocessableEntity)
	reopen.DefaultStatus = http.StatusOK
	huma.Register(api, reopen, func(ctx context.Context, in *storeQuery) (*answer[followup.StorefrontView], error) {
		v, err := a.Followup.Reopen(ctx, actor(ctx), in.Marketplace, in.Seller)
		return &answer[followup.StorefrontView]{v}, a.problem(ctx, err)
	})
	notifier := operation(http.MethodGet, "/v1/notifier-standing", "get-notifier-standing", "Read the standing of a notifier", "Notices", readers)
	notifier.Errors = append(notifier.Errors, http.StatusNotFound)
	explain(&notifier, "Shares of notices upheld, the fast lane, limits, warnings and suspension. Patterns are shown to reviewers and operators alone.")
	huma.Register(api, notifier, func(ctx context.Context, in *struct {
		Account string `query:"account" maxLength:"64" doc:"your own when left out"`
	}) (*answer[followup.NotifierView], error) {
		v, err := a.Followup.Notifier(ctx, actor(ctx), in.Account)
		return &answer[followup.NotifierView]{v}, a.problem(ctx, err)
	})
}

func (a *API) registerTransparency(api huma.API) {
	next := operation(http.MethodPost, "/v1/statement-batches", "next-statement-batch", "Take the next batch for the transparency database", "Transparency", operators)
	next.DefaultStatus = http.StatusOK
	explain(&next, "Up to 100 records in the schema of the Commission's database, each in one batch only. Tell what became of them with its result; a batch that got lost can be read again.")
	huma.Register(api, next, func(ctx context.Context, _ *struct{}) (*answer[followup.StatementBatch], error) {
		b, err := a.Followup.NextBatch(ctx, actor(ctx))
		return &answer[followup.StatementBatch]{b}, a.problem(ctx, err)
	})
	again := operation(http.MethodGet, "/v1/statement-batches/{id}", "get-statement-batch", "Read a batch again", "Transparency", operators)
	again.Errors = append(again.Errors, http.StatusNotFound)
	huma.Register(api, again, func(ctx context.Context, in *ByID) (*answer[followup.StatementBatch], error) {
		b, err := a.Followup.Batch(ctx, actor(ctx), in.ID)
		return &answer[followup.StatementBatch]{b}, a.problem(ctx, err)
	})
	settle := operation(http.MethodPost, "/v1/statement-batches/{id}/result", "settle-statement-batch", "Say what the transparency database did with a batch", "Transparency", operators)
	settle.Errors = append(settle.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	settle.DefaultStatus = http.StatusNoContent
	huma.Register(api, settle, func(ctx context.Context, in *struct {
		ByID
		Body struct {
			Rejected []followup.Rejection `json:"rejected,omitempty" maxItems:"100" doc:"those it refused; it took all others"`
		}
	}) (*struct{}, error) {
		return nil, a.problem(ctx, a.Followup.Settle(ctx, actor(ctx), in.ID, in.Body.Rejected))
	})
	report := operation(http.MethodGet, "/v1/transparency-report", "transparency-report", "Read the transparency report of a period", "Transparency", overseers)
	report.Errors = append(report.Errors, http.StatusUnprocessableEntity)
	huma.Register(api, report, func(ctx context.Context, in *period) (*answer[statement.TransparencyReport], error) {
		r, err := a.Followup.Report(ctx, actor(ctx), in.From, in.To)
		return &answer[statement.TransparencyReport]{r}, a.problem(ctx, err)
	})
	table := operation(http.MethodGet, "/v1/transparency-report.csv", "transparency-report-csv", "Read it as a table", "Transparency", overseers)
	table.Errors = append(table.Errors, http.StatusUnprocessableEntity)
	table.Responses = fileResponse("CSV", "text/csv")
	huma.Register(api, table, func(ctx context.Context, in *period) (*file, error) {
		r, err := a.Followup.Report(ctx, actor(ctx), in.From, in.To)
		var b bytes.Buffer
		if err == nil {
			err = r.CSV(&b)
		}
		return &file{"text/csv; charset=utf-8", `attachment; filename="transparency-report.csv"`, "private, no-store", b.Bytes()}, a.problem(ctx, err)
	})
}
