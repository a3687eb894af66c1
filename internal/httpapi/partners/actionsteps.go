package partners

import (
	"context"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/partner"
	"touchstone/internal/httpapi/rest"
)

// LinksInput are things that an action is about.
type LinksInput struct {
	Rights []string `json:"rights,omitempty" maxItems:"200"`
	Cases  []string `json:"cases,omitempty" maxItems:"500"`
	Rings  []string `json:"rings,omitempty" maxItems:"100"`
}

func (a *API) registerActionSteps(api huma.API) {
	move := step("/v1/actions/{id}/state", "move-action", "Bring an action into another state", operators)
	rest.Explain(&move, "What goes before a court or authority: planned, filed, pending, decided, appealed, concluded. What partners do by themselves: planned, running, concluded. Either can be abandoned, and taken up again. Each step is an entry.")
	huma.Register(api, move, func(ctx context.Context, in *struct {
		rest.ByID
		Body struct {
			State   string `json:"state" enum:"planned,running,filed,pending,decided,appealed,concluded,abandoned"`
			Outcome string `json:"outcome,omitempty" maxLength:"5000" doc:"what came of it; needed for decided and concluded"`
			Note    string `json:"note,omitempty" maxLength:"5000"`
		}
	}) (*actionAnswer, error) {
		x, err := a.Alliance.Move(ctx, rest.Actor(ctx), in.ID, in.Body.State, in.Body.Outcome, in.Body.Note)
		return a.action(ctx, x, err)
	})
	invite := step("/v1/actions/{id}/partners", "invite-partner", "Let a partner take part in an action", operators)
	huma.Register(api, invite, func(ctx context.Context, in *struct {
		rest.ByID
		Body InvitationInput
	}) (*actionAnswer, error) {
		x, err := a.Alliance.Invite(ctx, rest.Actor(ctx), in.ID, partner.Invitation(in.Body))
		return a.action(ctx, x, err)
	})
	dismiss := operation(http.MethodDelete, "/v1/actions/{id}/partners/{partner}", "dismiss-partner", "End a partner's part in an action", operators, http.StatusNotFound, http.StatusConflict)
	dismiss.DefaultStatus = http.StatusOK
	rest.Explain(&dismiss, "It sees nothing of the action any more.")
	huma.Register(api, dismiss, func(ctx context.Context, in *struct {
		rest.ByID
		Partner string `path:"partner" maxLength:"64"`
	}) (*actionAnswer, error) {
		x, err := a.Alliance.Dismiss(ctx, rest.Actor(ctx), in.ID, in.Partner)
		return a.action(ctx, x, err)
	})
	for _, s := range []struct {
		path, id, summary string
		do                func(context.Context, string, partner.Links) (partner.Action, error)
	}{
		{"link", "link-action", "Say what an action is about", func(ctx context.Context, id string, l partner.Links) (partner.Action, error) {
			return a.Alliance.Link(ctx, rest.Actor(ctx), id, l)
		}},
		{"unlink", "unlink-action", "Take something out of what an action is about", func(ctx context.Context, id string, l partner.Links) (partner.Action, error) {
			return a.Alliance.Unlink(ctx, rest.Actor(ctx), id, l)
		}},
	} {
		op := step("/v1/actions/{id}/"+s.path, s.id, s.summary, operators)
		if s.path == "link" {
			rest.Explain(&op, "Rights, cases and rings. A partner is told of those alone that its agreement covers.")
		}
		huma.Register(api, op, func(ctx context.Context, in *struct {
			rest.ByID
			Body LinksInput
		}) (*actionAnswer, error) {
			x, err := s.do(ctx, in.ID, partner.Links(in.Body))
			return a.action(ctx, x, err)
		})
	}
}

func (a *API) registerDocuments(api huma.API) {
	attach := step("/v1/actions/{id}/documents", "attach-document", "Add a document to an action", both)
	rest.Explain(&attach, "One that your account sent before (POST /v1/files). Partners that lead or are members may.")
	huma.Register(api, attach, func(ctx context.Context, in *struct {
		rest.ByID
		Body struct {
			Hash string `json:"sha256" pattern:"^[0-9a-f]{64}$"`
			Name string `json:"name,omitempty" maxLength:"200"`
		}
	}) (*actionAnswer, error) {
		x, err := a.Alliance.Attach(ctx, rest.Actor(ctx), in.ID, in.Body.Hash, in.Body.Name)
		return a.action(ctx, x, err)
	})
	get := operation(http.MethodGet, "/v1/actions/{id}/documents/{hash}", "get-action-document", "Read a document of an action", both, http.StatusNotFound)
	get.Responses = fileResponse("application/octet-stream", "The document, with its own type.")
	rest.Explain(&get, "Each look is a row of the audit log.")
	huma.Register(api, get, func(ctx context.Context, in *struct {
		rest.ByID
		Hash string `path:"hash" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 in hexadecimal"`
	}) (*file, error) {
		d, data, err := a.Alliance.Document(ctx, rest.Actor(ctx), in.ID, in.Hash)
		if err != nil {
			return nil, a.Problem(ctx, err)
		}
		return &file{d.Type, mime.FormatMediaType("attachment", map[string]string{"filename": d.Name}), "private, no-store", data}, nil
	})
}
