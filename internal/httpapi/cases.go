package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/docket"
	"touchstone/internal/server"
)

// caseReaders see cases as far as these are about them.
var caseReaders = append([]server.Role{server.RolePipeline, server.RoleSeller}, readers...)

// CasePage is one page of cases.
type CasePage struct {
	Cases []docket.Case `json:"cases"`
	Next  string        `json:"next,omitempty" doc:"before of the next page; none on the last"`
}

// CaseView is a case with all its decisions.
type CaseView struct {
	docket.Case
	Decisions []docket.Decision `json:"decisions" doc:"oldest first; one that was undone is followed by the one that undoes it"`
}

// DecisionInput is what a reviewer decides.
type DecisionInput struct {
	Outcome string `json:"outcome" enum:"taken_down,declined,no_action,upheld,reinstated" doc:"declined: of a notice; no_action: of a finding without a notice; upheld and reinstated: of a contested case"`
	Code    string `json:"reason_code,omitempty" maxLength:"64" doc:"why a notice is declined; for a take-down the ground, where it is another than the case's reason"`
	Remark  string `json:"remark,omitempty" maxLength:"5000" doc:"to the parties"`
}

// remarkInput is a remark.
type remarkInput struct {
	Remark string `json:"remark,omitempty" maxLength:"5000"`
}

// caseAnswer is the answer of everything that changes a case.
type caseAnswer = answer[docket.Case]

func (a *API) registerCases(api huma.API) {
	huma.Register(api, operation(http.MethodGet, "/v1/cases", "list-cases", "List cases, newest first", "Cases", caseReaders),
		func(ctx context.Context, in *struct {
			Right       string `query:"right" maxLength:"64"`
			Holder      string `query:"holder" maxLength:"64"`
			Notice      string `query:"notice" maxLength:"64"`
			Marketplace string `query:"marketplace" maxLength:"64"`
			Seller      string `query:"seller" maxLength:"256"`
			State       string `query:"state" enum:"open,awaiting_clarification,second_opinion,decided,contested,upheld,reinstated,closed"`
			Outcome     string `query:"outcome" enum:"taken_down,declined,no_action,upheld,reinstated"`
			Backwards
		}) (*answer[CasePage], error) {
			if err := cursorAt("query.before", "cas_", in.Before); err != nil {
				return nil, err
			}
			list, err := a.Docket.Cases(ctx, actor(ctx), docket.CaseQuery{Right: in.Right, Holder: in.Holder, Notice: in.Notice, Marketplace: in.Marketplace,
				Seller: in.Seller, State: in.State, Outcome: in.Outcome, Before: in.Before, Limit: in.Limit + 1})
			page := CasePage{Cases: []docket.Case{}}
			if len(list) > in.Limit {
				list, page.Next = list[:in.Limit], list[in.Limit-1].ID
			}
			for _, c := range list {
				page.Cases = append(page.Cases, c.For(actor(ctx)))
			}
			return &answer[CasePage]{page}, a.problem(ctx, err)
		})
	get := operation(http.MethodGet, "/v1/cases/{id}", "get-case", "Read a case", "Cases", caseReaders)
	get.Errors = append(get.Errors, http.StatusNotFound)
	explain(&get, "Each look is a row of the audit log. Parties see what concerns them: not who judges, and no scores.")
	huma.Register(api, get, func(ctx context.Context, in *ByID) (*answer[CaseView], error) {
		c, decisions, err := a.Docket.Case(ctx, actor(ctx), in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		view := CaseView{Case: c.For(actor(ctx)), Decisions: []docket.Decision{}}
		for _, d := range decisions {
			view.Decisions = append(view.Decisions, d.For(actor(ctx)))
		}
		return &answer[CaseView]{view}, nil
	})
	a.registerReview(api)
	a.registerBulk(api)
	a.registerClusterDecision(api)
}

// caseStep is an operation that changes a case.
func caseStep(step, id, summary string, roles []server.Role) huma.Operation {
	op := operation(http.MethodPost, "/v1/cases/{id}/"+step, id, summary, "Cases", roles)
	op.DefaultStatus = http.StatusOK
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	return op
}

func (a *API) registerReview(api huma.API) {
	huma.Register(api, caseStep("claim", "claim-case", "Claim a case, or renew the claim", reviewers), func(ctx context.Context, in *ByID) (*caseAnswer, error) {
		c, err := a.Docket.Claim(ctx, actor(ctx), in.ID)
		return a.changed(ctx, c, err)
	})
	huma.Register(api, caseStep("release", "release-case", "Give a claimed case back", reviewers), func(ctx context.Context, in *ByID) (*caseAnswer, error) {
		c, err := a.Docket.Release(ctx, actor(ctx), in.ID)
		return a.changed(ctx, c, err)
	})
	decide := caseStep("decide", "decide-case", "Decide a claimed case", reviewers)
	explain(&decide, "The listing's marketplace, the notifier and the seller are told. Where policy wants four eyes, the case waits for a second person instead.")
	huma.Register(api, decide, func(ctx context.Context, in *struct {
		ByID
		Repeatable
		Body DecisionInput
	}) (*caseAnswer, error) {
		c, err := a.Docket.Decide(ctx, actor(ctx), in.ID, docket.Verdict{Outcome: in.Body.Outcome, Code: in.Body.Code, Remark: in.Body.Remark, Request: in.Key})
		return a.changed(ctx, c, err)
	})
	huma.Register(api, caseStep("second-opinion", "second-opinion", "Agree with a first opinion, or not", reviewers), func(ctx context.Context, in *struct {
		ByID
		Body struct {
			Agree  bool   `json:"agree"`
			Remark string `json:"remark,omitempty" maxLength:"5000"`
		}
	}) (*caseAnswer, error) {
		c, err := a.Docket.Second(ctx, actor(ctx), in.ID, in.Body.Agree, in.Body.Remark)
		return a.changed(ctx, c, err)
	})
	huma.Register(api, caseStep("clarify", "clarify-case", "Ask the notifier", reviewers), func(ctx context.Context, in *struct {
		ByID
		Body struct {
			Question string `json:"question" minLength:"10" maxLength:"5000"`
		}
	}) (*caseAnswer, error) {
		c, err := a.Docket.Clarify(ctx, actor(ctx), in.ID, in.Body.Question)
		return a.changed(ctx, c, err)
	})
	undo := caseStep("undo", "undo-decision", "Take the last decision back", reviewers)
	explain(&undo, "The case, the listing and what followed from the decision are as they were before it.")
	huma.Register(api, undo, func(ctx context.Context, in *struct {
		ByID
		Body remarkInput
	}) (*caseAnswer, error) {
		c, err := a.Docket.Undo(ctx, actor(ctx), in.ID, in.Body.Remark)
		return a.changed(ctx, c, err)
	})
}

// changed is the answer to a change, as far as the caller may see the case.
func (a *API) changed(ctx context.Context, c docket.Case, err error) (*caseAnswer, error) {
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &caseAnswer{c.For(actor(ctx))}, nil
}
