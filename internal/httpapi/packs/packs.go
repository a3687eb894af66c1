// Package packs is the operations of the JSON API for who looks after the models: packs and their rollouts.
package packs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/comparison"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/rollout"
	"touchstone/internal/server"
	"touchstone/models"
)

// API is the operations over the managers of rollouts and comparisons.
type API struct {
	rest.Errors
	Rollouts    *rollout.Manager
	Comparisons *comparison.Manager
	MaxBody     int64 // of an archive that holds a pack, in bytes; 0 is 32 MiB
}

var scientists = []server.Role{server.RoleScientist, server.RoleOperator, server.RoleAdmin}

// Register adds all operations to the OpenAPI document and its router.
func (a *API) Register(api huma.API) {
	if a.MaxBody == 0 {
		a.MaxBody = 32 << 20
	}
	a.registerPacks(api)
	a.registerImport(api)
	a.registerRollouts(api)
	a.registerShadowReports(api)
	a.registerByText(api)
	a.registerComparisons(api)
}

// PackSummary is a pack that the service has.
type PackSummary struct {
	ID          string   `json:"id" doc:"name@version"`
	Name        string   `json:"name"`
	Version     string   `json:"version"`
	Digest      string   `json:"digest" doc:"SHA-256 of the manifest, which holds those of all files"`
	Licence     string   `json:"licence"`
	Description string   `json:"description,omitempty"`
	Bytes       int64    `json:"bytes" doc:"of all files"`
	Outputs     []string `json:"outputs"`
	InUse       bool     `json:"in_use"`
}

// PackDetail is a pack with all that it says of itself.
type PackDetail struct {
	PackSummary
	Manifest models.Manifest `json:"manifest"`
	Fusion   json.RawMessage `json:"fusion,omitempty" doc:"weights, calibrations, recommended thresholds"`
}

func packSummary(l rollout.Listed) PackSummary {
	m := l.Manifest()
	out := PackSummary{ID: rollout.PackOf(l.Pack).ID(), Name: m.Name, Version: m.Version, Digest: l.Digest(), Licence: m.Licence, Description: m.Description,
		Bytes: l.Bytes(), Outputs: []string{}, InUse: l.InUse}
	for _, model := range m.Models {
		for _, o := range model.Outputs {
			out.Outputs = append(out.Outputs, o.Name)
		}
	}
	return out
}

// ByPack names a pack.
type ByPack struct {
	ID string `path:"id" maxLength:"140" doc:"name@version"`
}

func (a *API) registerPacks(api huma.API) {
	huma.Register(api, rest.Operation(http.MethodGet, "/v1/packs", "list-packs", "List the packs of models that are here", "Packs", scientists),
		func(ctx context.Context, _ *struct{}) (*rest.Answer[[]PackSummary], error) {
			list, err := a.Rollouts.Packs()
			out := make([]PackSummary, len(list))
			for i, l := range list {
				out[i] = packSummary(l)
			}
			return &rest.Answer[[]PackSummary]{Body: out}, a.problem(ctx, err)
		})
	get := rest.Operation(http.MethodGet, "/v1/packs/{id}", "get-pack", "See what is in a pack", "Packs", scientists)
	get.Errors = append(get.Errors, http.StatusNotFound)
	huma.Register(api, get, func(ctx context.Context, in *ByPack) (*rest.Answer[PackDetail], error) {
		p, err := a.Rollouts.Pack(in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		fusion, err := p.Fusion()
		inUse := p.Digest() == a.Rollouts.PackInUse().Digest()
		return &rest.Answer[PackDetail]{Body: PackDetail{packSummary(rollout.Listed{Pack: p, InUse: inUse}), p.Manifest(), fusion}}, a.problem(ctx, err)
	})
}

func (a *API) registerImport(api huma.API) {
	op := rest.Operation(http.MethodPost, "/v1/packs", "import-pack", "Take in a pack of models", "Packs", scientists)
	op.DefaultStatus = http.StatusCreated
	rest.Explain(&op, "The body is a plain tar archive of the pack's folder, with the manifest at its top. The pack is checked in a process of its own, with little "+
		"memory and time: files and checksums, golden vectors, and what its models make of pictures and texts that nobody prepared them for. "+
		"It is not in use before a rollout brings it there. The same pack again changes nothing.")
	op.MaxBodyBytes = a.MaxBody
	op.Errors = append(op.Errors, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		RawBody []byte `contentType:"application/x-tar"`
	}) (*rest.Created[PackSummary], error) {
		p, err := a.Rollouts.Import(ctx, actor(ctx), bytes.NewReader(in.RawBody), int64(len(in.RawBody)))
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		out := packSummary(rollout.Listed{Pack: p, InUse: p.Digest() == a.Rollouts.PackInUse().Digest()})
		return &rest.Created[PackSummary]{Location: "/v1/packs/" + out.ID, Body: out}, nil
	})
}

// packProblem turns an error of package rollout into an answer.
func (a *API) problem(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, rollout.ErrUnknown):
		return huma.Error404NotFound(rest.Sentence(err, rollout.ErrUnknown))
	case errors.Is(err, rollout.ErrTaken):
		return huma.Error409Conflict(rest.Sentence(err, rollout.ErrTaken))
	case errors.Is(err, rollout.ErrBusy):
		return huma.Error409Conflict(rest.Sentence(err, rollout.ErrBusy))
	case errors.Is(err, rollout.ErrState):
		return huma.Error409Conflict(rest.Sentence(err, rollout.ErrState))
	case errors.Is(err, rollout.ErrRefused):
		return a.refused(err)
	}
	return a.Problem(ctx, err)
}

// refused tells every fault that the manifest or the files have, or else the one that the check found.
func (a *API) refused(err error) error {
	var details []error
	for _, f := range models.Faults(err) {
		details = append(details, &huma.ErrorDetail{Location: f.File + ":" + f.Field, Message: f.Message})
	}
	if len(details) == 0 {
		return huma.Error422UnprocessableEntity("The pack is refused: " + rest.Sentence(err, rollout.ErrRefused))
	}
	return huma.Error422UnprocessableEntity("The pack is refused.", details...)
}
