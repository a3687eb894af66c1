package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/guard"
	"touchstone/internal/server"
)

// suppressionInput is a benign collision as a reviewer records it.
type suppressionInput struct {
	RightID     string     `json:"right_id" minLength:"1" maxLength:"100"`
	Marketplace string     `json:"marketplace,omitempty" doc:"only there; empty: everywhere"`
	Picture     string     `json:"picture,omitempty" doc:"SHA-256 of a picture in listings, as reports have it"`
	Cluster     string     `json:"cluster,omitempty" doc:"ID of a cluster: every picture that its listings show, as exactly the same file"`
	Seller      string     `json:"seller,omitempty" doc:"whatever this seller lists"`
	Words       string     `json:"words,omitempty" doc:"a phrase that holds the mark; the mark elsewhere in the text still counts"`
	Reason      string     `json:"reason" doc:"shown wherever it speaks against a finding"`
	ExpiresAt   *time.Time `json:"expires_at,omitempty"`
}

// reasonInput is why somebody decided.
type reasonInput struct {
	Reason string `json:"reason" doc:"kept with the decision"`
}

// releaseInput is a release and for how long it holds.
type releaseInput struct {
	Reason string `json:"reason" doc:"kept with the decision"`
	Days   int    `json:"days,omitempty" minimum:"0" maximum:"3650" doc:"it is not set aside again before; 0 is 90"`
}

// SuppressionPage is one page of suppressions.
type SuppressionPage struct {
	Suppressions []guard.Suppression `json:"suppressions"`
	Next         string              `json:"next,omitempty" doc:"after of the next page; none on the last"`
}

// QuarantinePage is one page of quarantines.
type QuarantinePage struct {
	Quarantines []guard.Quarantine `json:"quarantines"`
	Next        string             `json:"next,omitempty" doc:"after of the next page; none on the last"`
}

func (a *API) registerGuard(api huma.API) {
	if a.Intake.Guard == nil {
		return
	}
	a.registerSuppressions(api)
	a.registerQuarantine(api)
}

func (a *API) registerSuppressions(api huma.API) {
	g := a.Intake.Guard
	add := operation(http.MethodPost, "/v1/suppressions", "add-suppression", "Record a benign collision", "Suppressions", seesAllReports)
	add.DefaultStatus = http.StatusCreated
	add.Errors = append(add.Errors, http.StatusNotFound)
	explain(&add, "What resembles a right without infringing it: one picture, the pictures of a cluster, a seller or a phrase. From then on it speaks against such findings, "+
		"which count for nothing, until it expires or is lifted.")
	huma.Register(api, add, func(ctx context.Context, in *struct{ Body suppressionInput }) (*created[guard.Suppression], error) {
		b := in.Body
		s, err := g.Suppress(ctx, actor(ctx), by(ctx), guard.Suppression{
			RightID: b.RightID, Marketplace: b.Marketplace, Picture: b.Picture, Cluster: b.Cluster, Seller: b.Seller, Words: b.Words, Reason: b.Reason, ExpiresAt: b.ExpiresAt,
		})
		return &created[guard.Suppression]{"/v1/suppressions/" + s.ID, s}, a.problem(ctx, err)
	})
	huma.Register(api, operation(http.MethodGet, "/v1/suppressions", "list-suppressions", "List benign collisions", "Suppressions", seesAllReports),
		func(ctx context.Context, in *struct {
			Right string `query:"right" doc:"only of this right"`
			All   bool   `query:"all" doc:"also those that have expired or were lifted"`
			PageQuery
		}) (*answer[SuppressionPage], error) {
			q := guard.SuppressionQuery{RightID: in.Right, At: a.Intake.Now(), After: in.After, Limit: in.Limit + 1}
			if in.All {
				q.At = time.Time{}
			}
			list, err := g.Store.Suppressions(ctx, q)
			page := SuppressionPage{Suppressions: list}
			if len(list) > in.Limit {
				page.Suppressions, page.Next = list[:in.Limit], list[in.Limit-1].ID
			}
			return &answer[SuppressionPage]{page}, a.problem(ctx, err)
		})
	huma.Register(api, operation(http.MethodGet, "/v1/suppressions/{id}", "get-suppression", "Read a benign collision", "Suppressions", seesAllReports),
		func(ctx context.Context, in *ByID) (*answer[guard.Suppression], error) {
			s, err := g.Store.Suppression(ctx, in.ID)
			return &answer[guard.Suppression]{s}, a.problem(ctx, err)
		})
	lift := operation(http.MethodPost, "/v1/suppressions/{id}/lift", "lift-suppression", "End a benign collision", "Suppressions", seesAllReports)
	lift.DefaultStatus = http.StatusOK
	lift.Errors = append(lift.Errors, http.StatusNotFound, http.StatusConflict)
	huma.Register(api, lift, func(ctx context.Context, in *struct {
		ByID
		Body reasonInput
	}) (*answer[guard.Suppression], error) {
		s, err := g.Lift(ctx, actor(ctx), by(ctx), in.ID, in.Body.Reason)
		return &answer[guard.Suppression]{s}, a.problem(ctx, err)
	})
}

func (a *API) registerQuarantine(api huma.API) {
	g := a.Intake.Guard
	list := operation(http.MethodGet, "/v1/quarantine", "list-quarantine", "List what is set aside because it resembles too much", "Quarantine", seesAllReports)
	explain(&list, "A registered picture that too many listings resemble, or a listing's picture that resembles too many references: a white ground, a size chart, a shipping label. "+
		"Its findings are shown and count for nothing until a reviewer releases it.")
	huma.Register(api, list, func(ctx context.Context, in *struct {
		State string `query:"state" enum:"open,confirmed,released"`
		Kind  string `query:"kind" enum:"reference,picture"`
		PageQuery
	}) (*answer[QuarantinePage], error) {
		found, err := g.Store.Quarantines(ctx, guard.QuarantineQuery{State: in.State, Kind: in.Kind, After: in.After, Limit: in.Limit + 1})
		page := QuarantinePage{Quarantines: found}
		if len(found) > in.Limit {
			page.Quarantines, page.Next = found[:in.Limit], found[in.Limit-1].ID
		}
		return &answer[QuarantinePage]{page}, a.problem(ctx, err)
	})
	confirm := operation(http.MethodPost, "/v1/quarantine/{id}/confirm", "confirm-quarantine", "Say that what is set aside tells nothing", "Quarantine", seesAllReports)
	confirm.DefaultStatus = http.StatusOK
	confirm.Errors = append(confirm.Errors, http.StatusNotFound)
	huma.Register(api, confirm, func(ctx context.Context, in *struct {
		ByID
		Body reasonInput
	}) (*answer[guard.Quarantine], error) {
		q, err := g.Confirm(ctx, actor(ctx), by(ctx), in.ID, in.Body.Reason)
		return &answer[guard.Quarantine]{q}, a.problem(ctx, err)
	})
	release := operation(http.MethodPost, "/v1/quarantine/{id}/release", "release-quarantine", "Say that what is set aside counts", "Quarantine", seesAllReports)
	release.DefaultStatus = http.StatusOK
	release.Errors = append(release.Errors, http.StatusNotFound)
	huma.Register(api, release, func(ctx context.Context, in *struct {
		ByID
		Body releaseInput
	}) (*answer[guard.Quarantine], error) {
		q, err := g.Release(ctx, actor(ctx), by(ctx), in.ID, in.Body.Reason, in.Body.Days)
		return &answer[guard.Quarantine]{q}, a.problem(ctx, err)
	})
}

// by names who decides: the account and its key.
func by(ctx context.Context) string {
	p, _ := server.PrincipalFrom(ctx)
	return p.Account + " " + p.KeyID
}
