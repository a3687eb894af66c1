package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/server"
)

// KeptReport is a report as it is kept, with the facts it was made from for those who may see them.
type KeptReport struct {
	Scored
	Facts json.RawMessage `json:"facts,omitempty" doc:"what casework knew when the listing was scored; for reviewers and operators"`
}

// AppendJSON implements server.JSONAppender.
func (k KeptReport) AppendJSON(to []byte) ([]byte, error) {
	to, err := k.Scored.AppendJSON(to)
	if err != nil || len(k.Facts) == 0 {
		return to, err
	}
	return append(append(append(to[:len(to)-1], `,"facts":`...), k.Facts...), '}'), nil
}

// seesAllReports lists the roles that read reports of every account.
var seesAllReports = []server.Role{server.RoleReviewer, server.RoleOperator, server.RoleAdmin}

// evidencePath names one finding of a report.
type evidencePath struct {
	ByID
	Finding int `path:"finding" minimum:"0" doc:"position in the report's findings, from 0"`
}

// jpeg is a picture made here; it belongs to the report's owner and is kept by no cache that others share.
type jpeg struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

// overlay is a picture of the reference laid onto the listing, and how well it fits.
type overlay struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
	Correlation  float64 `header:"Alignment-Correlation" doc:"how well the two agree, -1 to 1"`
	Mirrored     bool    `header:"Alignment-Mirrored" doc:"the listing shows the reference mirrored"`
}

// heatMap is a picture of which parts agree, and how far.
type heatMap struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
	Shape        float64 `header:"Agreement-Shape" doc:"how far the best quarter of the parts agrees with the colours taken away, 0 to 1"`
	Colour       float64 `header:"Agreement-Colour" doc:"how far the colours of the same parts agree, 0 to 1"`
}

func newJPEG(data []byte) *jpeg {
	return &jpeg{ContentType: "image/jpeg", CacheControl: "private, max-age=300", Body: data}
}

func (a *API) registerReports(api huma.API) {
	huma.Register(api, operation(http.MethodGet, "/v1/reports/{id}", "get-report", "Read a report", "Reports", scorers),
		func(ctx context.Context, in *ByID) (*answer[KeptReport], error) {
			rec, err := a.report(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			kept := KeptReport{Scored: scored(rec)}
			if p, _ := server.PrincipalFrom(ctx); slices.Contains(seesAllReports, p.Role) {
				kept.Facts = rec.Facts
			}
			return &answer[KeptReport]{kept}, nil
		})
	side := operation(http.MethodGet, "/v1/reports/{id}/findings/{finding}/side-by-side", "side-by-side", "See listing and reference side by side", "Reports", scorers)
	side.Responses = jpegResponse()
	huma.Register(api, side, func(ctx context.Context, in *evidencePath) (*jpeg, error) {
		rec, err := a.report(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		data, err := a.Intake.SideBySide(ctx, rec.Report, in.Finding)
		return newJPEG(data), a.problem(ctx, err)
	})
	over := operation(http.MethodGet, "/v1/reports/{id}/findings/{finding}/overlay", "overlay", "See the reference laid onto the listing", "Reports", scorers)
	over.Responses = jpegResponse()
	huma.Register(api, over, func(ctx context.Context, in *evidencePath) (*overlay, error) {
		rec, err := a.report(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		data, align, err := a.Intake.Overlay(ctx, rec.Report, in.Finding)
		j := newJPEG(data)
		return &overlay{j.ContentType, j.CacheControl, j.Body, align.Correlation, align.Mirrored()}, a.problem(ctx, err)
	})
	a.registerHeat(api)
}

// registerHeat adds the heat map of a design.
func (a *API) registerHeat(api huma.API) {
	heat := operation(http.MethodGet, "/v1/reports/{id}/findings/{finding}/heat-map", "heat-map", "See which parts agree with a registered design, by shape and by colour", "Reports", scorers)
	heat.Responses = jpegResponse()
	huma.Register(api, heat, func(ctx context.Context, in *evidencePath) (*heatMap, error) {
		rec, err := a.report(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		m, err := a.Intake.HeatMap(ctx, rec.Report, in.Finding)
		j := newJPEG(m.Picture)
		return &heatMap{j.ContentType, j.CacheControl, j.Body, m.Shape, m.Colour}, a.problem(ctx, err)
	})
}

func jpegResponse() map[string]*huma.Response {
	return map[string]*huma.Response{"200": {
		Description: "JPEG", Content: map[string]*huma.MediaType{"image/jpeg": {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
	}}
}

// report reads a report that the caller may see. Another owner's report is not found: its ID is not confirmed.
func (a *API) report(ctx context.Context, id string) (intake.ReportRecord, error) {
	rec, err := a.Intake.Reports.Report(ctx, id)
	if err != nil {
		return rec, a.problem(ctx, err)
	}
	p, _ := server.PrincipalFrom(ctx)
	if rec.Account != p.Account && !slices.Contains(seesAllReports, p.Role) {
		return intake.ReportRecord{}, a.problem(ctx, missing(id))
	}
	return rec, nil
}

// missing is the same error for a report that is not there and for one of another account.
func missing(id string) error { return &notFound{id} }

type notFound struct{ id string }

func (e *notFound) Error() string { return "there is no report " + e.id + " in this account" }
func (e *notFound) Unwrap() error { return casework.ErrNotFound }
