package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/docket"
	"touchstone/internal/server"
)

var reviewers = []server.Role{server.RoleReviewer, server.RoleOperator, server.RoleAdmin}

// QueueFilter restricts a queue.
type QueueFilter struct {
	Queue       string `json:"queue" query:"queue" enum:"express,standard,hard" required:"true"`
	Signal      string `json:"signal,omitempty" query:"signal" maxLength:"64" doc:"the strongest signal, such as near_copy"`
	Right       string `json:"right,omitempty" query:"right" maxLength:"64"`
	Holder      string `json:"holder,omitempty" query:"holder" maxLength:"64"`
	Marketplace string `json:"marketplace,omitempty" query:"marketplace" maxLength:"64"`
	Seller      string `json:"seller,omitempty" query:"seller" maxLength:"256"`
	Band        string `json:"band,omitempty" query:"band" enum:"clear,review,urgent,block"`
	MinHours    int    `json:"min_hours,omitempty" query:"min_hours" minimum:"0" maximum:"87600" doc:"only cases that have been open for longer"`
}

func (f QueueFilter) query(now time.Time) docket.QueueQuery {
	q := docket.QueueQuery{Queue: f.Queue, Signal: f.Signal, Right: f.Right, Holder: f.Holder, Marketplace: f.Marketplace, Seller: f.Seller, Band: f.Band}
	if f.MinHours > 0 {
		q.OpenedBefore = now.Add(-time.Duration(f.MinHours) * time.Hour)
	}
	return q
}

// QueuePage is one page of a queue.
type QueuePage struct {
	Cases []docket.Case `json:"cases"`
	Next  string        `json:"next,omitempty" doc:"after of the next page; none on the last"`
}

// claimInput asks for the next cases.
type claimInput struct {
	QueueFilter
	Limit int `json:"limit,omitempty" minimum:"1" maximum:"20" default:"1"`
}

// CaseList is some cases.
type CaseList struct {
	Cases []docket.Case `json:"cases"`
}

func (a *API) registerQueue(api huma.API) {
	list := operation(http.MethodGet, "/v1/queue", "list-queue", "List what waits in a queue", "Queue", reviewers)
	explain(&list, "In the order in which cases are to be judged: by deadline, brought forward by priority.")
	huma.Register(api, list, func(ctx context.Context, in *struct {
		QueueFilter
		PageQuery
	}) (*answer[QueuePage], error) {
		q := in.query(time.Now())
		if err := rankCursor(in.After, &q); err != nil {
			return nil, err
		}
		q.Limit = in.Limit + 1
		entries, err := a.Docket.Queue(ctx, actor(ctx), q)
		page := QueuePage{Cases: []docket.Case{}}
		if len(entries) > in.Limit {
			last := entries[in.Limit-1]
			entries, page.Next = entries[:in.Limit], fmt.Sprintf("%d.%s", last.Rank, last.Case.ID)
		}
		for _, e := range entries {
			page.Cases = append(page.Cases, e.Case)
		}
		return &answer[QueuePage]{page}, a.problem(ctx, err)
	})
	counts := operation(http.MethodGet, "/v1/queue/counts", "count-queue", "See how many cases wait", "Queue", reviewers)
	huma.Register(api, counts, func(ctx context.Context, _ *struct{}) (*answer[[]docket.QueueCount], error) {
		list, err := a.Docket.QueueCounts(ctx, actor(ctx))
		return &answer[[]docket.QueueCount]{notNil(list)}, a.problem(ctx, err)
	})
	claim := operation(http.MethodPost, "/v1/queue/claim", "claim-next", "Claim the next cases of a queue", "Queue", reviewers)
	claim.DefaultStatus = http.StatusOK
	claim.Errors = append(claim.Errors, http.StatusUnprocessableEntity)
	explain(&claim, "Leases cases to the caller until the claim's end; a claim that ends without a decision gives its case back. Cases that need another person than the caller are left out. None is answered when none waits.")
	huma.Register(api, claim, func(ctx context.Context, in *struct{ Body claimInput }) (*answer[CaseList], error) {
		list, err := a.Docket.ClaimNext(ctx, actor(ctx), in.Body.query(time.Now()), max(1, in.Body.Limit))
		return &answer[CaseList]{CaseList{notNil(list)}}, a.problem(ctx, err)
	})
}

// rankCursor reads a cursor of a queue: rank and ID of the last case of the page before.
func rankCursor(after string, q *docket.QueueQuery) error {
	if after == "" {
		return nil
	}
	rank, id, ok := strings.Cut(after, ".")
	n, err := strconv.ParseInt(rank, 10, 64)
	if !ok || err != nil {
		return huma.Error422UnprocessableEntity("The page cannot be found.", &huma.ErrorDetail{Location: "query.after", Message: "must be the next of the page before, or left out for the first page"})
	}
	q.AfterRank, q.AfterID = n, id
	return cursor("cas_", id)
}
