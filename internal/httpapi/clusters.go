package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/listings"
	"touchstone/internal/server"
)

// clusterReaders see clusters: a pipeline its own listings, the others all.
var clusterReaders = []server.Role{server.RolePipeline, server.RoleReviewer, server.RoleOperator, server.RoleAdmin}

// Cluster is listings that show the same pictures.
type Cluster struct {
	ID       string          `json:"id,omitempty" doc:"stays when listings come and go; where two clusters meet, the older one's stays. None where the listing shares nothing"`
	Size     int             `json:"size" doc:"listings in it, of all accounts"`
	Pictures []SharedPicture `json:"pictures" doc:"of the listing that was asked for"`
	Members  []ClusterMember `json:"members" doc:"a page of them; to a pipeline, its own"`
	Next     string          `json:"next,omitempty" doc:"after of the next page; none on the last"`
}

// SharedPicture is a picture and how many listings show it.
type SharedPicture struct {
	Hash     string `json:"hash" doc:"SHA-256 of the file"`
	Listings int    `json:"listings" doc:"kept listings that show exactly this file, at most counted to 101"`
	Common   bool   `json:"common" doc:"so many show it that it no longer ties listings together: a stock photograph, say"`
}

// ClusterMember is a listing in a cluster.
type ClusterMember struct {
	Entry       string    `json:"entry"`
	Marketplace string    `json:"marketplace,omitempty"`
	Listing     string    `json:"listing,omitempty" doc:"the marketplace's own ID"`
	Seller      string    `json:"seller,omitempty"`
	Title       string    `json:"title,omitempty"`
	Report      string    `json:"report" doc:"of its last scoring"`
	Band        string    `json:"band" enum:"clear,review,urgent,block"`
	ScoredAt    time.Time `json:"scored_at"`
}

func (a *API) registerClusters(api huma.API) {
	op := operation(http.MethodGet, "/v1/listings/{id}/cluster", "get-cluster", "List the listings that show the same pictures", "Listings", clusterReaders)
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusConflict)
	explain(&op, "The ID is the entry that a score answers. Pictures count as the same when their files are, or when one is the other saved again. One decision can then cover many listings.")
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		PageQuery
	}) (*answer[Cluster], error) {
		c, err := a.cluster(ctx, in.ID, in.PageQuery)
		return &answer[Cluster]{c}, err
	})
}

func (a *API) cluster(ctx context.Context, id string, p PageQuery) (Cluster, error) {
	if err := a.sweeping(); err != nil {
		return Cluster{}, err
	}
	if err := cursor("lst_", p.After); err != nil {
		return Cluster{}, err
	}
	l, err := a.Intake.Listings.Listing(ctx, id)
	if err != nil {
		return Cluster{}, a.problem(ctx, err)
	}
	account := ownListings(ctx)
	if account != "" && l.Account != account {
		return Cluster{}, huma.Error404NotFound("There is no listing " + id + " in this account.")
	}
	c, err := a.Intake.Listings.Cluster(ctx, id, account, p.After, p.Limit+1)
	if err != nil {
		return Cluster{}, a.problem(ctx, err)
	}
	return clusterView(c, p.Limit), nil
}

func clusterView(c listings.Cluster, limit int) Cluster {
	out := Cluster{ID: c.ID, Size: c.Size, Pictures: []SharedPicture{}, Members: []ClusterMember{}}
	for _, p := range c.Pictures {
		out.Pictures = append(out.Pictures, SharedPicture{p.Hash, p.Listings, p.Listings > listings.Common})
	}
	if len(c.Members) > limit {
		c.Members, out.Next = c.Members[:limit], c.Members[limit-1].ID
	}
	for _, l := range c.Members {
		out.Members = append(out.Members, ClusterMember{l.ID, l.Marketplace, l.Listing, l.Seller, l.Title, l.ReportID, l.Band, l.ScoredAt})
	}
	return out
}
