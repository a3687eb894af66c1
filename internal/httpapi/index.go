package httpapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/index"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/server"
	"touchstone/internal/upkeep"
)

// IndexStatus is what the index holds and what was done to it of late.
type IndexStatus struct {
	Collections []upkeep.Collection `json:"collections" doc:"by name"`
	Operations  []upkeep.Operation  `json:"operations" doc:"the latest since the start of the service, newest first"`
}

// ByCollection names a collection of the index.
type ByCollection struct {
	Collection string `path:"collection" maxLength:"128" doc:"name of a collection, or an alias"`
}

// SnapshotInput says what a snapshot is to be called.
type SnapshotInput struct {
	Name string `json:"name,omitempty" maxLength:"128" doc:"plain file name of letters, digits, dots, dashes and underscores; none: named by the moment"`
}

// snapshotRequest is a request for a snapshot; its body may be left out.
type snapshotRequest struct {
	Body *SnapshotInput `required:"false"`
}

func (in *snapshotRequest) name() string {
	if in.Body == nil {
		return ""
	}
	return in.Body.Name
}

func (a *API) registerIndex(api huma.API) {
	if a.Upkeep == nil {
		return
	}
	huma.Register(api, operation(http.MethodGet, "/v1/index", "get-index", "See what the vector index holds", "Index", operators),
		func(ctx context.Context, _ *struct{}) (*answer[IndexStatus], error) {
			all, err := a.Upkeep.Status(ctx)
			return &answer[IndexStatus]{IndexStatus{notNil(all), a.Upkeep.Operations()}}, a.indexProblem(ctx, err)
		})
	get := operation(http.MethodGet, "/v1/index/operations/{id}", "get-index-operation", "See how far an operation on the index is", "Index", operators)
	get.Errors = append(get.Errors, http.StatusNotFound)
	huma.Register(api, get, func(ctx context.Context, in *ByID) (*answer[upkeep.Operation], error) {
		o, err := a.Upkeep.Operation(in.ID)
		return &answer[upkeep.Operation]{o}, a.indexProblem(ctx, err)
	})
	drop := operation(http.MethodDelete, "/v1/index/{collection}", "drop-collection", "Drop a collection that no alias leads to", "Index", operators)
	drop.Errors = append(drop.Errors, http.StatusNotFound, http.StatusConflict)
	explain(&drop, "Such collections are of earlier packs, or were replaced by a restored snapshot; nothing searches them.")
	huma.Register(api, drop, func(ctx context.Context, in *ByCollection) (*struct{}, error) {
		err := a.Upkeep.Drop(ctx, in.Collection)
		if errors.Is(err, index.ErrInvalid) {
			return nil, huma.Error409Conflict(rest.Sentence(err, index.ErrInvalid))
		}
		return nil, a.indexProblem(ctx, err)
	})
	a.registerIndexOperations(api)
}

func (a *API) registerIndexOperations(api huma.API) {
	huma.Register(api, indexOperation("/v1/index/{collection}/verify", "verify-index", "Measure how many of the true nearest usual searches find",
		"Stored vectors are moved a little and searched for, usually and exactly."),
		func(ctx context.Context, in *struct {
			ByCollection
			Probes int `query:"probes" minimum:"1" maximum:"10000" default:"100" doc:"searches to compare"`
		}) (*created[upkeep.Operation], error) {
			return a.started(ctx)(a.Upkeep.StartVerify(ctx, in.Collection, in.Probes))
		})
	huma.Register(api, indexOperation("/v1/index/{collection}/compact", "compact-index", "Give back what deleted and changed points still take",
		"The embedded engine rewrites the segments concerned; a Qdrant server's optimiser is woken."),
		func(ctx context.Context, in *ByCollection) (*created[upkeep.Operation], error) {
			return a.started(ctx)(a.Upkeep.StartCompact(ctx, in.Collection))
		})
	const told = "The file lies in the folder that the service was started with (--snapshots) and never leaves it; touchstone index restore reads it."
	huma.Register(api, indexOperation("/v1/index/{collection}/snapshot", "snapshot-collection", "Write a collection to a file", told),
		func(ctx context.Context, in *struct {
			ByCollection
			snapshotRequest
		}) (*created[upkeep.Operation], error) {
			return a.started(ctx)(a.Upkeep.StartSnapshot(ctx, in.Collection, in.name()))
		})
	huma.Register(api, indexOperation("/v1/index/snapshot", "snapshot-index", "Write the whole index to a file", told),
		func(ctx context.Context, in *snapshotRequest) (*created[upkeep.Operation], error) {
			return a.started(ctx)(a.Upkeep.StartSnapshot(ctx, "", in.name()))
		})
}

// indexOperation is the common part of what is begun and goes on in the background.
func indexOperation(path, id, summary, text string) huma.Operation {
	op := operation(http.MethodPost, path, id, summary, "Index", operators)
	op.DefaultStatus = http.StatusAccepted
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	explain(&op, text+" It goes on in the background beside searches, one operation at a time; Location says where its end can be awaited.")
	return op
}

// started answers an operation that was begun.
func (a *API) started(ctx context.Context) func(upkeep.Operation, error) (*created[upkeep.Operation], error) {
	return func(o upkeep.Operation, err error) (*created[upkeep.Operation], error) {
		return &created[upkeep.Operation]{"/v1/index/operations/" + o.ID, o}, a.indexProblem(ctx, err)
	}
}

// indexProblem turns an error of the upkeep into an answer.
func (a *API) indexProblem(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, index.ErrNotFound):
		return huma.Error404NotFound(rest.Sentence(err, index.ErrNotFound))
	case errors.Is(err, upkeep.ErrUnknown):
		return huma.Error404NotFound(rest.Sentence(err, upkeep.ErrUnknown))
	case errors.Is(err, upkeep.ErrBusy):
		return huma.Error409Conflict(rest.Sentence(err, upkeep.ErrBusy))
	case errors.Is(err, upkeep.ErrNoFolder):
		return huma.Error409Conflict(rest.Sentence(err, upkeep.ErrNoFolder))
	case errors.Is(err, upkeep.ErrName):
		return huma.Error422UnprocessableEntity("The snapshot cannot have this name.",
			&huma.ErrorDetail{Location: "body.name", Message: rest.Sentence(err, upkeep.ErrName)})
	case errors.Is(err, index.ErrUnavailable):
		return server.Overloaded("The index does not answer.")
	}
	return a.problem(ctx, err)
}
