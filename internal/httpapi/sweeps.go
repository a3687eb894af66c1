package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/server"
	"touchstone/internal/sweep"
)

// Roles about sweeps.
var (
	findingReaders = append([]server.Role{server.RolePipeline}, readers...)
	findingFeed    = []server.Role{server.RolePipeline, server.RoleReviewer, server.RoleOperator, server.RoleAdmin}
)

// SweepPage is one page of sweeps.
type SweepPage struct {
	Sweeps []sweep.Sweep `json:"sweeps"`
	Next   string        `json:"next,omitempty" doc:"after of the next page; none on the last"`
}

// SweepFinding is a listing that a sweep found, with the evidence against the right.
type SweepFinding struct {
	sweep.Finding
	Evidence []detect.Finding `json:"evidence" doc:"empty once the report is kept no longer"`
}

// SweepFindingPage is one page of findings.
type SweepFindingPage struct {
	Findings []SweepFinding `json:"findings"`
	Next     string         `json:"next,omitempty" doc:"after of the next page; none on the last"`
}

// PageQuery is the part of a page in a query.
type PageQuery = rest.PageQuery

func (a *API) registerSweeps(api huma.API) {
	ask := operation(http.MethodPost, "/v1/rights/{id}/sweep", "sweep-right", "Hold a right against the listings on sale", "Sweeps", registrars)
	ask.DefaultStatus = http.StatusAccepted
	ask.Errors = append(ask.Errors, http.StatusNotFound, http.StatusConflict)
	explain(&ask, "Kept listings were scored before the right, or its latest picture or word, was there. A sweep searches them for it and reports what it finds. "+
		"It runs beside live scoring; one that waits already is answered instead of a second one.")
	huma.Register(api, ask, func(ctx context.Context, in *ByID) (*created[sweep.Sweep], error) {
		if err := a.sweeping(); err != nil {
			return nil, err
		}
		s, err := a.Sweeps.Request(ctx, actor(ctx), in.ID)
		return &created[sweep.Sweep]{"/v1/sweeps/" + s.ID, s}, a.problem(ctx, err)
	})
	huma.Register(api, operation(http.MethodGet, "/v1/sweeps", "list-sweeps", "List sweeps", "Sweeps", readers),
		func(ctx context.Context, in *struct {
			Right string `query:"right" doc:"only of this right"`
			PageQuery
		}) (*answer[SweepPage], error) {
			page, err := a.sweepPage(ctx, in.Right, in.PageQuery)
			return &answer[SweepPage]{page}, err
		})
	huma.Register(api, operation(http.MethodGet, "/v1/sweeps/{id}", "get-sweep", "See how far a sweep is", "Sweeps", readers),
		func(ctx context.Context, in *ByID) (*answer[sweep.Sweep], error) {
			s, err := a.sweep(ctx, in.ID)
			return &answer[sweep.Sweep]{s}, err
		})
	found := operation(http.MethodGet, "/v1/sweeps/{id}/findings", "list-findings-of-sweep", "List what a sweep found", "Sweeps", findingReaders)
	explain(&found, "Who sees the right sees all that its sweep found; a pipeline sees the findings about its own listings.")
	huma.Register(api, found, func(ctx context.Context, in *struct {
		ByID
		PageQuery
	}) (*answer[SweepFindingPage], error) {
		page, err := a.findingsOf(ctx, in.ID, in.PageQuery)
		return &answer[SweepFindingPage]{page}, err
	})
	feed := operation(http.MethodGet, "/v1/sweep-findings", "list-sweep-findings", "List what all sweeps found", "Sweeps", findingFeed)
	explain(&feed, "In the order of time, to be read on from the last one seen: a pipeline sees the findings about its own listings.")
	huma.Register(api, feed, func(ctx context.Context, in *PageQuery) (*answer[SweepFindingPage], error) {
		if err := a.sweeping(); err != nil {
			return nil, err
		}
		page, err := a.findingPage(ctx, sweep.Query{Account: ownListings(ctx)}, *in)
		return &answer[SweepFindingPage]{page}, err
	})
}

// sweeping is an error where the service keeps no listings.
func (a *API) sweeping() error {
	if a.Sweeps == nil {
		return huma.Error409Conflict("This service keeps no listings, so there is nothing to sweep; an operator starts it with --keep-listings.")
	}
	return nil
}

// ownListings is the account whose findings alone a caller may see; "" for those who see all.
func ownListings(ctx context.Context) string {
	if p, _ := server.PrincipalFrom(ctx); p.Role == server.RolePipeline {
		return p.Account
	}
	return ""
}

// sweep reads a sweep of a right that the caller may see. Another's sweep is not found: its ID is not confirmed.
func (a *API) sweep(ctx context.Context, id string) (sweep.Sweep, error) {
	if err := a.sweeping(); err != nil {
		return sweep.Sweep{}, err
	}
	s, err := a.Sweeps.Store.Sweep(ctx, id)
	if err != nil {
		return s, a.problem(ctx, err)
	}
	if _, err := a.Intake.Registry.Right(ctx, actor(ctx), s.RightID); errors.Is(err, casework.ErrNotFound) {
		return sweep.Sweep{}, huma.Error404NotFound("There is no sweep " + id + " in this account.")
	} else if err != nil {
		return sweep.Sweep{}, a.problem(ctx, err)
	}
	return s, nil
}

func (a *API) sweepPage(ctx context.Context, right string, p PageQuery) (SweepPage, error) {
	page := SweepPage{Sweeps: []sweep.Sweep{}}
	if err := a.sweeping(); err != nil {
		return page, err
	}
	if err := cursor("swp_", p.After); err != nil {
		return page, err
	}
	q := sweep.Query{RightID: right, After: p.After, Limit: p.Limit + 1}
	if right != "" {
		if _, err := a.Intake.Registry.Right(ctx, actor(ctx), right); err != nil {
			return page, a.problem(ctx, err)
		}
	} else if who, _ := server.PrincipalFrom(ctx); !slices.Contains(seesAllReports, who.Role) {
		q.Account, q.HolderID = who.Account, who.Subject
	}
	list, err := a.Sweeps.Store.Sweeps(ctx, q)
	if err != nil {
		return page, a.problem(ctx, err)
	}
	if len(list) > p.Limit {
		list, page.Next = list[:p.Limit], list[p.Limit-1].ID
	}
	page.Sweeps = append(page.Sweeps, list...)
	return page, nil
}

// findingsOf lists what one sweep found, as far as the caller may see it.
func (a *API) findingsOf(ctx context.Context, id string, p PageQuery) (SweepFindingPage, error) {
	q := sweep.Query{SweepID: id, Account: ownListings(ctx)}
	if q.Account == "" {
		if _, err := a.sweep(ctx, id); err != nil {
			return SweepFindingPage{}, err
		}
	} else if err := a.sweeping(); err != nil {
		return SweepFindingPage{}, err
	}
	return a.findingPage(ctx, q, p)
}

func (a *API) findingPage(ctx context.Context, q sweep.Query, p PageQuery) (SweepFindingPage, error) {
	page := SweepFindingPage{Findings: []SweepFinding{}}
	if err := cursor("rep_", p.After); err != nil {
		return page, err
	}
	q.After, q.Limit = p.After, p.Limit+1
	list, err := a.Sweeps.Store.SweepFindings(ctx, q)
	if err != nil {
		return page, a.problem(ctx, err)
	}
	if len(list) > p.Limit {
		list, page.Next = list[:p.Limit], list[p.Limit-1].ID
	}
	for _, f := range list {
		rec, err := a.Intake.Reports.Report(ctx, f.ID)
		if err != nil && !errors.Is(err, casework.ErrNotFound) {
			return page, a.problem(ctx, err)
		}
		page.Findings = append(page.Findings, SweepFinding{f, notNil(rec.Report.Findings)})
	}
	return page, nil
}
