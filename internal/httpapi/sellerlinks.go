package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/server"
)

// linkers hand out links to sellers.
var linkers = []server.Role{server.RolePipeline, server.RoleReviewer, server.RoleOperator, server.RoleAdmin}

// SellerLink is a link with the way that it leads.
type SellerLink struct {
	sellerlink.Link
	Path string `json:"path,omitempty" doc:"of the page on this service; put the address by which people reach it before it. None of a link that opens nothing any more"`
}

// SellerLinkList is the links of a case.
type SellerLinkList struct {
	Links []SellerLink `json:"links" doc:"newest first"`
}

func (a *API) registerSellerLinks(api huma.API) {
	list := operation(http.MethodGet, "/v1/cases/{id}/seller-links", "list-seller-links", "List the links that open a case to its seller", "Cases", linkers)
	list.Errors = append(list.Errors, http.StatusNotFound)
	huma.Register(api, list, func(ctx context.Context, in *ByID) (*answer[SellerLinkList], error) {
		all, err := a.SellerLinks.List(ctx, actor(ctx), in.ID)
		out := SellerLinkList{Links: []SellerLink{}}
		for _, l := range all {
			out.Links = append(out.Links, a.sellerLink(l))
		}
		return &answer[SellerLinkList]{out}, a.problem(ctx, err)
	})
	add := operation(http.MethodPost, "/v1/cases/{id}/seller-links", "make-seller-link", "Make a link that opens a case to its seller", "Cases", linkers)
	add.DefaultStatus = http.StatusCreated
	add.Errors = append(add.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	explain(&add, "For a seller without a key: the statement of reasons, the evidence that may be shown, deadlines, and a form for a counter-notice or complaint. Whoever has the link is taken for the seller, so send it to them alone.")
	huma.Register(api, add, func(ctx context.Context, in *struct {
		ByID
		Repeatable
		Body struct {
			Language string `json:"language,omitempty" enum:"en,de,zh" doc:"of the page at first; the seller can choose"`
			Days     int    `json:"days,omitempty" minimum:"1" maximum:"400" doc:"that it holds; 210 when left out"`
		}
	}) (*created[SellerLink], error) {
		l, err := a.SellerLinks.Issue(ctx, actor(ctx), in.ID, in.Body.Language, in.Body.Days)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &created[SellerLink]{"/v1/cases/" + in.ID + "/seller-links", a.sellerLink(l)}, nil
	})
	revoke := operation(http.MethodPost, "/v1/cases/{id}/seller-links/{link}/revoke", "revoke-seller-link", "Take a seller's link back", "Cases", linkers)
	revoke.DefaultStatus = http.StatusOK
	revoke.Errors = append(revoke.Errors, http.StatusNotFound)
	huma.Register(api, revoke, func(ctx context.Context, in *struct {
		ByID
		Link string `path:"link" maxLength:"100"`
	}) (*answer[SellerLink], error) {
		l, err := a.SellerLinks.Revoke(ctx, actor(ctx), in.ID, in.Link)
		return &answer[SellerLink]{a.sellerLink(l)}, a.problem(ctx, err)
	})
}

func (a *API) sellerLink(l sellerlink.Link) SellerLink {
	return SellerLink{l, a.SellerLinks.Path(l)}
}
