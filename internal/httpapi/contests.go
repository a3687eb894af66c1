package httpapi

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/docket"
	"touchstone/internal/server"
)

// ObjectionInput is what a party says against a decision.
type ObjectionInput struct {
	Statement string            `json:"statement" maxLength:"10000" doc:"in at least 20 characters"`
	Evidence  []docket.Evidence `json:"evidence,omitempty" maxItems:"50"`
}

// counterInput is a counter-notice.
type counterInput struct {
	ObjectionInput
	Sworn     bool   `json:"sworn" doc:"must be true: the listing was removed by mistake or misidentification; under the DMCA, under penalty of perjury"`
	Signature string `json:"signature" maxLength:"300" doc:"full name"`
}

// answerInput is a notifier's answer.
type answerInput struct {
	Answer   string            `json:"answer" minLength:"1" maxLength:"10000"`
	Evidence []docket.Evidence `json:"evidence,omitempty" maxItems:"50"`
}

func (a *API) registerContests(api huma.API) {
	counter := caseStep("counter-notice", "counter-notice", "Answer a take-down with a counter-notice", []server.Role{server.RoleSeller})
	explain(&counter, "It is forwarded to the holder, who has the time of the notice's regime to answer. Silence brings the listing back; upon an answer a person decides.")
	huma.Register(api, counter, func(ctx context.Context, in *struct {
		ByID
		Body counterInput
	}) (*caseAnswer, error) {
		c, err := a.Docket.CounterNotice(ctx, actor(ctx), in.ID, docket.Objection{Statement: in.Body.Statement, Evidence: in.Body.Evidence, Sworn: in.Body.Sworn, Signature: in.Body.Signature})
		return a.changed(ctx, c, err)
	})
	appeal := caseStep("appeal", "appeal-decision", "Complain of a decision", []server.Role{server.RoleSeller, server.RoleHolder, server.RoleAgent})
	explain(&appeal, "Either side may, for six months. A person decides, and not the one who made the decision.")
	huma.Register(api, appeal, func(ctx context.Context, in *struct {
		ByID
		Body ObjectionInput
	}) (*caseAnswer, error) {
		c, err := a.Docket.Appeal(ctx, actor(ctx), in.ID, docket.Objection{Statement: in.Body.Statement, Evidence: in.Body.Evidence})
		return a.changed(ctx, c, err)
	})
	reply := caseStep("answer", "answer-case", "Answer a question, or a counter-notice", registrars)
	huma.Register(api, reply, func(ctx context.Context, in *struct {
		ByID
		Body answerInput
	}) (*caseAnswer, error) {
		c, err := a.Docket.Answer(ctx, actor(ctx), in.ID, in.Body.Answer, in.Body.Evidence)
		return a.changed(ctx, c, err)
	})
	reinstate := caseStep("reinstate", "reinstate-listing", "Put a listing back on a complaint", reviewers)
	explain(&reinstate, "Decides a claimed, contested case with the outcome reinstated: the listing, strikes, figures and labels are as if it had never been taken down.")
	huma.Register(api, reinstate, func(ctx context.Context, in *struct {
		ByID
		Repeatable
		Body remarkInput
	}) (*caseAnswer, error) {
		c, err := a.Docket.Reinstate(ctx, actor(ctx), in.ID, in.Body.Remark, in.Key)
		return a.changed(ctx, c, err)
	})
}
