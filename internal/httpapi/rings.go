package httpapi

import (
	"bytes"
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/network"
	"touchstone/internal/server"
	"touchstone/internal/tracing"
)

// RingList is a page of rings, the largest first.
type RingList struct {
	Rings []tracing.RingSummary `json:"rings"`
	Next  string                `json:"next,omitempty" doc:"after of the next page; none on the last"`
}

// RefusalList is merges that wait for a person.
type RefusalList struct {
	Refused []network.Refusal `json:"refused"`
}

// judgementInput is a person's answer about two sellers.
type judgementInput struct {
	A      string `json:"a" minLength:"3" maxLength:"301" doc:"MARKETPLACE/SELLER"`
	B      string `json:"b" minLength:"3" maxLength:"301"`
	Answer string `json:"answer" enum:"same,different," doc:"empty takes an earlier answer back"`
	Note   string `json:"note,omitempty" maxLength:"2000"`
}

// familyInput approves that strikes count for all of some stores.
type familyInput struct {
	Sellers []string `json:"sellers" minItems:"2" maxItems:"500" doc:"MARKETPLACE/SELLER, of one marketplace and of the ring"`
	Note    string   `json:"note" minLength:"1" maxLength:"2000" doc:"why they are one hand"`
}

// FamilyList is a page of families.
type FamilyList struct {
	Families []tracing.Family `json:"families"`
	Next     string           `json:"next,omitempty"`
}

func (a *API) registerRings(api huma.API) {
	list := operation(http.MethodGet, "/v1/rings", "list-rings", "List rings of linked sellers", "Sellers", tracers)
	huma.Register(api, list, func(ctx context.Context, in *struct {
		AtLeast int `query:"at_least" minimum:"2" maximum:"100000" default:"2" doc:"members"`
		PageQuery
	}) (*answer[RingList], error) {
		offset := 0
		if in.After != "" {
			var err error
			if offset, err = strconv.Atoi(in.After); err != nil || offset < 0 {
				return nil, huma.Error422UnprocessableEntity("after is the next of the page before.")
			}
		}
		rings, err := a.Tracing.Rings(ctx, actor(ctx), in.AtLeast, offset, in.Limit+1)
		page := RingList{Rings: nonNil(rings)}
		if len(rings) > in.Limit {
			page.Rings, page.Next = rings[:in.Limit], strconv.Itoa(offset+in.Limit)
		}
		return &answer[RingList]{page}, a.problem(ctx, err)
	})
	get := operation(http.MethodGet, "/v1/rings/{id}", "get-ring", "Read a ring", "Sellers", tracers)
	get.Errors = append(get.Errors, http.StatusNotFound)
	explain(&get, "Members with their penalties, links with their evidence, regions, timeline, approved families. Each look is a row of the audit log.")
	huma.Register(api, get, func(ctx context.Context, in *ByID) (*answer[tracing.Ring], error) {
		r, err := a.Tracing.Ring(ctx, actor(ctx), in.ID)
		return &answer[tracing.Ring]{r}, a.problem(ctx, err)
	})
	refused := operation(http.MethodGet, "/v1/rings/refused", "list-refused-merges", "List merges that wait for a person", "Sellers", tracers)
	explain(&refused, "They would have made a ring larger than may form by itself.")
	huma.Register(api, refused, func(ctx context.Context, _ *struct{}) (*answer[RefusalList], error) {
		l, err := a.Tracing.Refused(actor(ctx))
		return &answer[RefusalList]{RefusalList{nonNil(l)}}, a.problem(ctx, err)
	})
	again := operation(http.MethodPost, "/v1/rings/recompute", "recompute-rings", "Form all rings anew", "Sellers", operators)
	again.DefaultStatus = http.StatusOK
	huma.Register(api, again, func(ctx context.Context, _ *struct{}) (*answer[network.Stats], error) {
		s, err := a.Tracing.Recompute(ctx, actor(ctx))
		return &answer[network.Stats]{s}, a.problem(ctx, err)
	})
	judge := operation(http.MethodPost, "/v1/links/judge", "judge-link", "Say whether two sellers are one hand", "Sellers", tracers)
	judge.Errors = append(judge.Errors, http.StatusNotFound)
	judge.DefaultStatus = http.StatusOK
	explain(&judge, "It merges or splits rings and binds every later computation.")
	huma.Register(api, judge, func(ctx context.Context, in *struct{ Body judgementInput }) (*answer[network.RingChange], error) {
		b := in.Body
		c, err := a.Tracing.Judge(ctx, actor(ctx), tracing.Judgement{A: b.A, B: b.B, Answer: b.Answer, Note: b.Note})
		return &answer[network.RingChange]{c}, a.problem(ctx, err)
	})
	a.registerRingBundle(api)
	a.registerFamilies(api, tracers)
}

func (a *API) registerRingBundle(api huma.API) {
	op := operation(http.MethodPost, "/v1/rings/{id}/evidence-bundle", "make-ring-bundle", "Make a signed bundle about a ring", "Sellers", operators)
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusUnprocessableEntity)
	op.DefaultStatus = http.StatusOK
	op.Responses = fileResponse("ZIP: PDF, JSON, and a signed manifest; `touchstone evidence verify` checks it", "application/zip")
	explain(&op, "For partners and authorities. Contact values are numbered but for the kinds that the agreement with the receiver allows to be told.")
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		Body struct {
			MadeFor string         `json:"made_for" minLength:"1" maxLength:"300" doc:"who receives it, and under which agreement"`
			Told    []network.Kind `json:"told,omitempty" maxItems:"8" doc:"kinds of contact that are told in full: phone, email, chat, address, payee, warehouse, device, session"`
		}
	}) (*file, error) {
		var b bytes.Buffer
		err := a.Bundles.WriteRing(ctx, actor(ctx), in.ID, in.Body.MadeFor, in.Body.Told, &b)
		return &file{"application/zip", `attachment; filename="` + in.ID + `.zip"`, "private, no-store", b.Bytes()}, a.problem(ctx, err)
	})
}

func (a *API) registerFamilies(api huma.API, roles []server.Role) {
	approve := operation(http.MethodPost, "/v1/rings/{id}/families", "approve-family", "Let strikes of a ring's stores count for each other", "Sellers", roles)
	approve.Errors = append(approve.Errors, http.StatusNotFound, http.StatusConflict)
	approve.DefaultStatus = http.StatusCreated
	explain(&approve, "A person's decision, and only where the marketplace's policy has families. Penalties are reckoned anew at once.")
	huma.Register(api, approve, func(ctx context.Context, in *struct {
		ByID
		Body familyInput
	}) (*answer[tracing.Family], error) {
		f, err := a.Tracing.Approve(ctx, actor(ctx), in.ID, in.Body.Sellers, in.Body.Note)
		return &answer[tracing.Family]{f}, a.problem(ctx, err)
	})
	end := operation(http.MethodPost, "/v1/families/{id}/end", "end-family", "Take the approval of a family back", "Sellers", roles)
	end.Errors = append(end.Errors, http.StatusNotFound, http.StatusConflict)
	end.DefaultStatus = http.StatusOK
	huma.Register(api, end, func(ctx context.Context, in *ByID) (*answer[tracing.Family], error) {
		f, err := a.Tracing.End(ctx, actor(ctx), in.ID)
		return &answer[tracing.Family]{f}, a.problem(ctx, err)
	})
	list := operation(http.MethodGet, "/v1/families", "list-families", "List families", "Sellers", roles)
	huma.Register(api, list, func(ctx context.Context, in *PageQuery) (*answer[FamilyList], error) {
		found, err := a.Tracing.Families(ctx, actor(ctx), in.After, in.Limit+1)
		page := FamilyList{Families: nonNil(found)}
		if len(found) > in.Limit {
			page.Families, page.Next = found[:in.Limit], found[in.Limit-1].ID
		}
		return &answer[FamilyList]{page}, a.problem(ctx, err)
	})
}
