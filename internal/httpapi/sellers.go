package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/network"
	"touchstone/internal/server"
	"touchstone/internal/tracing"
)

// Roles about sellers: marketplaces tell of them, those who judge see who is linked.
var (
	tellers = []server.Role{server.RolePipeline, server.RoleOperator, server.RoleAdmin}
	tracers = []server.Role{server.RoleReviewer, server.RoleOperator, server.RoleAdmin}
)

// profileInput is what a marketplace tells of a seller.
type profileInput struct {
	Marketplace string            `json:"marketplace" minLength:"1" maxLength:"100"`
	Seller      string            `json:"seller" minLength:"1" maxLength:"200" doc:"as scores name the seller"`
	Country     string            `json:"country,omitempty" pattern:"^[A-Z]{2}$" doc:"ISO 3166-1 alpha-2; phones without a prefix are read by it"`
	Region      string            `json:"region,omitempty" maxLength:"100"`
	OpenedAt    *time.Time        `json:"opened_at,omitempty" doc:"when the store opened"`
	Contacts    []tracing.Contact `json:"contacts,omitempty" maxItems:"200"`
}

// SellerQuery names a seller in a query: IDs of marketplaces and sellers may hold any sign.
type SellerQuery struct {
	Marketplace string `query:"marketplace" required:"true" minLength:"1" maxLength:"100"`
	Seller      string `query:"seller" required:"true" minLength:"1" maxLength:"200"`
}

func (a *API) registerTracing(api huma.API) {
	if a.Tracing == nil {
		return
	}
	put := operation(http.MethodPut, "/v1/sellers", "put-seller", "Tell of a seller", "Sellers", tellers)
	put.Errors = append(put.Errors, http.StatusNotFound)
	explain(&put, "When a store opens, and when anything of it changes. Contacts that the marketplace has verified can link stores; what a seller only claims raises a suspicion at most. "+
		"The answer says what the seller's ring says about it. Sending the same again changes nothing.")
	huma.Register(api, put, func(ctx context.Context, in *struct{ Body profileInput }) (*answer[tracing.Observed], error) {
		b := in.Body
		p := tracing.Profile{Seller: tracing.Seller{Marketplace: b.Marketplace, Seller: b.Seller, Country: b.Country, Region: b.Region}, Contacts: b.Contacts}
		if b.OpenedAt != nil {
			p.OpenedAt = b.OpenedAt.UTC().Truncate(time.Microsecond)
		}
		o, err := a.Tracing.Observe(ctx, actor(ctx), p)
		return &answer[tracing.Observed]{o}, a.problem(ctx, err)
	})
	get := operation(http.MethodGet, "/v1/sellers", "get-seller", "Read a seller with its links", "Sellers", tracers)
	get.Errors = append(get.Errors, http.StatusNotFound)
	explain(&get, "Whom the seller is linked with, the evidence of each link, and what its ring says. Each look is a row of the audit log.")
	huma.Register(api, get, func(ctx context.Context, in *struct {
		SellerQuery
		Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
	}) (*answer[tracing.SellerView], error) {
		v, err := a.Tracing.SellerView(ctx, actor(ctx), in.Marketplace, in.Seller, in.Limit)
		return &answer[tracing.SellerView]{v}, a.problem(ctx, err)
	})
	forget := operation(http.MethodPost, "/v1/sellers/forget", "forget-seller", "Erase what is known of a seller", "Sellers", operators)
	forget.Errors = append(forget.Errors, http.StatusNotFound)
	forget.DefaultStatus = http.StatusNoContent
	explain(&forget, "Profile, contacts, prices and sightings. Judgements about it stay by its name, and so do cases and penalties, which have their own retention.")
	huma.Register(api, forget, func(ctx context.Context, in *SellerQuery) (*struct{}, error) {
		return nil, a.problem(ctx, a.Tracing.Forget(ctx, actor(ctx), in.Marketplace, in.Seller))
	})
	a.registerRings(api)
	a.registerUpstream(api)
	a.registerTrends(api)
}

// flowInput is goods on their way, on record.
type flowInput struct {
	From network.Node `json:"from"`
	To   network.Node `json:"to"`
	What string       `json:"what" minLength:"1" maxLength:"300" doc:"the shipment, order or delivery note"`
	At   *time.Time   `json:"at,omitempty"`
	// Inferred: nobody has it on record.
	Inferred bool `json:"inferred,omitempty" doc:"somebody concludes it and nobody has it on record"`
}

// sightingInput is that a place showed something.
type sightingInput struct {
	Node network.Node `json:"node"`
	What string       `json:"what" minLength:"1" maxLength:"300" doc:"SHA-256 of a picture's file, as reports and clusters have it, or the name of a model"`
	At   time.Time    `json:"at" doc:"when it was shown, such as the date of the wholesale page"`
}

// FlowID is what was recorded.
type FlowID struct {
	ID string `json:"id"`
}

func (a *API) registerUpstream(api huma.API) {
	flow := operation(http.MethodPost, "/v1/flows", "record-flow", "Record that goods went from one place to another", "Sellers", tracers)
	flow.DefaultStatus = http.StatusCreated
	explain(&flow, "A store is named MARKETPLACE/SELLER.")
	huma.Register(api, flow, func(ctx context.Context, in *struct{ Body flowInput }) (*answer[FlowID], error) {
		f := network.Flow{From: in.Body.From, To: in.Body.To, Known: !in.Body.Inferred, What: in.Body.What}
		if in.Body.At != nil {
			f.At = *in.Body.At
		}
		id, err := a.Tracing.Record(ctx, actor(ctx), f)
		return &answer[FlowID]{FlowID{id}}, a.problem(ctx, err)
	})
	see := operation(http.MethodPost, "/v1/sightings", "record-sighting", "Record that a place showed a picture or a model", "Sellers", tracers)
	see.DefaultStatus = http.StatusNoContent
	explain(&see, "What kept listings show is recorded by itself; this is for wholesale pages, warehouses and seizures. Who showed it first is a likely source.")
	huma.Register(api, see, func(ctx context.Context, in *struct{ Body sightingInput }) (*struct{}, error) {
		return nil, a.problem(ctx, a.Tracing.See(ctx, actor(ctx), network.Sighting{Node: in.Body.Node, What: in.Body.What, At: in.Body.At}))
	})
	sources := operation(http.MethodGet, "/v1/rings/{id}/sources", "get-ring-sources", "Rank where a ring's goods come from", "Sellers", tracers)
	sources.Errors = append(sources.Errors, http.StatusNotFound)
	explain(&sources, "Each with the paths that say why: steps on record are known, steps that follow from who showed a picture first are inferred.")
	huma.Register(api, sources, func(ctx context.Context, in *struct {
		ByID
		Limit int `query:"limit" minimum:"1" maximum:"50" default:"10"`
	}) (*answer[SourceList], error) {
		list, err := a.Tracing.Sources(ctx, actor(ctx), in.ID, in.Limit)
		return &answer[SourceList]{SourceList{nonNil(list)}}, a.problem(ctx, err)
	})
}

// SourceList is likely sources, the likeliest first.
type SourceList struct {
	Sources []network.Source `json:"sources"`
}

func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// trendQuery is a look at what is attacked.
type trendQuery struct {
	By    string `query:"by" enum:"right,goods,form" default:"right"`
	Right string `query:"right" maxLength:"100" doc:"only this right; holders and agents name one of theirs"`
	Hours int    `query:"hours" minimum:"1" maximum:"336" default:"24" doc:"the span that is looked at; it is held against the eight such spans before"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// TrendList is what is attacked, the most attacked first.
type TrendList struct {
	Trends []tracing.Trend `json:"trends"`
}

// AlertList is surges, newest first.
type AlertList struct {
	Alerts []tracing.Alert `json:"alerts"`
}

// AliasList is forms that a registered word is written in.
type AliasList struct {
	Aliases []tracing.Alias `json:"aliases"`
}

func (a *API) registerTrends(api huma.API) {
	trends := operation(http.MethodGet, "/v1/trends", "list-trends", "List what is attacked now", "Trends", readers)
	trends.Errors = append(trends.Errors, http.StatusNotFound)
	explain(&trends, "Kept listings that may infringe, by right, goods or the form in which a word is written, held against the time before.")
	huma.Register(api, trends, func(ctx context.Context, in *trendQuery) (*answer[TrendList], error) {
		list, err := a.Tracing.Trends(ctx, actor(ctx), in.By, in.Right, time.Duration(in.Hours)*time.Hour, in.Limit)
		return &answer[TrendList]{TrendList{nonNil(list)}}, a.problem(ctx, err)
	})
	alerts := operation(http.MethodGet, "/v1/trends/alerts", "list-trend-alerts", "List surges", "Trends", readers)
	alerts.Errors = append(alerts.Errors, http.StatusNotFound)
	explain(&alerts, "A right that more listings of more sellers attack within an hour than chance explains. Looked for every ten minutes; one a right and day.")
	huma.Register(api, alerts, func(ctx context.Context, in *struct {
		Right string `query:"right" maxLength:"100"`
		Days  int    `query:"days" minimum:"1" maximum:"120" default:"7"`
		Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	}) (*answer[AlertList], error) {
		list, err := a.Tracing.Alerts(ctx, actor(ctx), in.Right, a.Intake.Now().AddDate(0, 0, -in.Days), in.Limit)
		return &answer[AlertList]{AlertList{nonNil(list)}}, a.problem(ctx, err)
	})
	aliases := operation(http.MethodGet, "/v1/rights/{id}/suggested-aliases", "list-suggested-aliases", "List forms in which sellers write a right's words", "Trends", readers)
	aliases.Errors = append(aliases.Errors, http.StatusNotFound)
	explain(&aliases, "Forms that at least two sellers used in the last fourteen days. Register one as a reference of kind word, and it is found exactly.")
	huma.Register(api, aliases, func(ctx context.Context, in *struct {
		ByID
		Limit int `query:"limit" minimum:"1" maximum:"100" default:"20"`
	}) (*answer[AliasList], error) {
		list, err := a.Tracing.Aliases(ctx, actor(ctx), in.ID, in.Limit)
		return &answer[AliasList]{AliasList{nonNil(list)}}, a.problem(ctx, err)
	})
}
