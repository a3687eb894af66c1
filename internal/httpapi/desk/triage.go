package desk

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/httpapi/rest"
)

// EscalationInput names the case that takes an inquiry over, or the listing and the right to open one about.
type EscalationInput struct {
	Case        string `json:"case_id,omitempty" maxLength:"64" doc:"an open case; left out with the rest, the one that the inquiry is about"`
	Right       string `json:"right_id,omitempty" maxLength:"64"`
	Marketplace string `json:"marketplace,omitempty" maxLength:"64"`
	Listing     string `json:"listing,omitempty" maxLength:"256"`
	URL         string `json:"url,omitempty" maxLength:"2000"`
	Seller      string `json:"seller,omitempty" maxLength:"256"`
	Title       string `json:"title,omitempty" maxLength:"2000" doc:"of the listing"`
	Reason      string `json:"reason,omitempty" enum:"counterfeit_goods,model_does_not_exist,mark_on_page,mark_on_goods,copied_design,copied_picture_or_text,parallel_import,patent"`
	Text        string `json:"text" minLength:"10" maxLength:"5000" doc:"what there is to know, for the reviewer"`
}

// Escalated is an inquiry with the case that took it over.
type Escalated struct {
	Inquiry inquiry.Inquiry `json:"inquiry"`
	Case    docket.Case     `json:"case"`
}

func (a *API) registerTriage(api huma.API) {
	due := rest.Operation(http.MethodGet, "/v1/inquiry-queue", "list-inquiry-queue", "List what waits for the desk", "Inquiries", team)
	rest.Explain(&due, "By what is due first: the first answer, then the end.")
	huma.Register(api, due, func(ctx context.Context, in *struct {
		Topic      string `query:"topic" maxLength:"64"`
		Assignee   string `query:"assignee" maxLength:"300"`
		Unassigned bool   `query:"unassigned" doc:"only those that nobody has"`
		rest.PageQuery
	}) (*rest.Answer[InquiryPage], error) {
		q := inquiry.DueQuery{Topic: in.Topic, Assignee: in.Assignee, Unassigned: in.Unassigned, Limit: in.Limit + 1}
		if err := dueCursor(in.After, &q); err != nil {
			return nil, err
		}
		list, err := a.Inquiries.Due(ctx, rest.Actor(ctx), q)
		var page InquiryPage
		page.Inquiries, page.Next = rest.Cut(list, in.Limit, func(i inquiry.Inquiry) string { return fmt.Sprintf("%d.%s", i.Due().UnixMicro(), i.ID) })
		return &rest.Answer[InquiryPage]{Body: page}, a.Problem(ctx, err)
	})
	huma.Register(api, inquiryStep("assign", "assign-inquiry", "Take an inquiry, or give it to somebody"), func(ctx context.Context, in *struct {
		rest.ByID
		Body struct {
			Assignee string `json:"assignee,omitempty" maxLength:"300" doc:"a person of the desk, as an operator; yourself when left out"`
		}
	}) (*inquiryAnswer, error) {
		i, err := a.Inquiries.Assign(ctx, rest.Actor(ctx), in.ID, in.Body.Assignee)
		return a.inquiry(ctx, i, err)
	})
	huma.Register(api, inquiryStep("sort", "sort-inquiry", "Give an inquiry another topic or priority"), func(ctx context.Context, in *struct {
		rest.ByID
		Body struct {
			Topic    string `json:"topic,omitempty" enum:"registration,notice,decision,counter_notice,account,partnership,privacy,technical,other"`
			Priority string `json:"priority,omitempty" enum:"urgent,high,normal,low"`
		}
	}) (*inquiryAnswer, error) {
		i, err := a.Inquiries.Sort(ctx, rest.Actor(ctx), in.ID, in.Body.Topic, in.Body.Priority)
		return a.inquiry(ctx, i, err)
	})
	huma.Register(api, inquiryStep("resolve", "resolve-inquiry", "Settle an inquiry that was answered"), func(ctx context.Context, in *rest.ByID) (*inquiryAnswer, error) {
		i, err := a.Inquiries.Resolve(ctx, rest.Actor(ctx), in.ID)
		return a.inquiry(ctx, i, err)
	})
	huma.Register(api, inquiryStep("reopen", "reopen-inquiry", "Take a settled inquiry up again"), func(ctx context.Context, in *rest.ByID) (*inquiryAnswer, error) {
		i, err := a.Inquiries.Reopen(ctx, rest.Actor(ctx), in.ID)
		return a.inquiry(ctx, i, err)
	})
	escalate := inquiryStep("escalate", "escalate-inquiry", "Make a case of an inquiry")
	rest.Explain(&escalate, "An open case goes to the hard queue, before others, with what the inquiry adds; for a listing and a right that have none, a case is opened there. The inquiry is settled, and names the case.")
	huma.Register(api, escalate, func(ctx context.Context, in *struct {
		rest.ByID
		Body EscalationInput
	}) (*rest.Answer[Escalated], error) {
		b := in.Body
		i, c, err := a.Inquiries.Escalate(ctx, rest.Actor(ctx), in.ID, docket.Escalation{Case: b.Case, Right: b.Right, Marketplace: b.Marketplace,
			Listing: b.Listing, URL: b.URL, Seller: b.Seller, Title: b.Title, Reason: b.Reason, Text: b.Text})
		return &rest.Answer[Escalated]{Body: Escalated{i, c}}, a.Problem(ctx, err)
	})
}

// dueCursor reads a cursor of the desk's queue: when the last inquiry of the page before is due, and its ID.
func dueCursor(after string, q *inquiry.DueQuery) error {
	if after == "" {
		return nil
	}
	due, id, ok := strings.Cut(after, ".")
	n, err := strconv.ParseInt(due, 10, 64)
	if !ok || err != nil {
		return huma.Error422UnprocessableEntity("The page cannot be found.", &huma.ErrorDetail{Location: "query.after", Message: "must be the next of the page before, or left out for the first page"})
	}
	q.AfterDue, q.AfterID = time.UnixMicro(n), id
	return rest.Cursor("query.after", "inq_", id)
}
