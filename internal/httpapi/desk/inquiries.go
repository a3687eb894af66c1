package desk

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/inquiry"
	"touchstone/internal/httpapi/rest"
)

// QuestionInput is what somebody asks.
type QuestionInput struct {
	Topic    string        `json:"topic" enum:"registration,notice,decision,counter_notice,account,partnership,privacy,technical,other"`
	Title    string        `json:"title" minLength:"3" maxLength:"200"`
	Text     string        `json:"text" minLength:"10" maxLength:"10000"`
	Language string        `json:"language,omitempty" enum:"en,zh,de" doc:"of the answers; en where nothing is said"`
	About    inquiry.About `json:"about,omitempty" doc:"a case, notice or right of yours, if it is about one"`
	Files    []string      `json:"files,omitempty" maxItems:"6" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of files that this account sent (POST /v1/files)"`
}

// InquiryPage is one page of inquiries.
type InquiryPage struct {
	Inquiries []inquiry.Inquiry `json:"inquiries"`
	Next      string            `json:"next,omitempty" doc:"before of the next page; none on the last"`
}

// Thread is an inquiry with a page of its messages.
type Thread struct {
	inquiry.Inquiry
	Thread []inquiry.Message `json:"thread" doc:"oldest first; notes of the desk to itself are shown to the desk alone"`
	Next   string            `json:"next,omitempty" doc:"after of the next page of messages; none on the last"`
}

// MessageInput is a message: who asked gives its text alone.
type MessageInput struct {
	Text     string   `json:"text,omitempty" maxLength:"10000"`
	Files    []string `json:"files,omitempty" maxItems:"6" pattern:"^[0-9a-f]{64}$" doc:"who asked: SHA-256 of files that their account sent (POST /v1/files)"`
	Canned   string   `json:"canned,omitempty" maxLength:"64" doc:"the desk: a ready answer that the text follows, in the inquiry's language"`
	Internal bool     `json:"internal,omitempty" doc:"the desk: a note to itself"`
	Wait     bool     `json:"wait,omitempty" doc:"the desk: the inquiry waits for who asked, and its clock stands still"`
	Resolve  bool     `json:"resolve,omitempty" doc:"the desk: the inquiry is settled with this answer"`
}

// ReadyAnswers are answers that stand ready.
type ReadyAnswers struct {
	Answers []inquiry.Ready `json:"answers"`
}

// inquiryAnswer is the answer of everything that changes an inquiry.
type inquiryAnswer = rest.Answer[inquiry.Inquiry]

// inquiryStep is an operation that changes an inquiry.
func inquiryStep(step, id, summary string) huma.Operation {
	op := rest.Operation(http.MethodPost, "/v1/inquiries/{id}/"+step, id, summary, "Inquiries", team)
	op.DefaultStatus = http.StatusOK
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	return op
}

func (a *API) registerInquiries(api huma.API) {
	open := rest.Operation(http.MethodPost, "/v1/inquiries", "open-inquiry", "Ask the desk", "Inquiries", askers)
	open.DefaultStatus = http.StatusCreated
	open.Errors = append(open.Errors, http.StatusUnprocessableEntity)
	rest.Explain(&open, "Opens a thread. It says until when a first answer comes and until when the matter is settled, by working days; the second clock stands still while the desk waits for you.")
	huma.Register(api, open, func(ctx context.Context, in *struct {
		rest.Repeatable
		Body QuestionInput
	}) (*rest.Created[inquiry.Inquiry], error) {
		i, err := a.Inquiries.Ask(ctx, rest.Actor(ctx), inquiry.Question{Topic: in.Body.Topic, Title: in.Body.Title, Text: in.Body.Text, Language: in.Body.Language, About: in.Body.About, Files: in.Body.Files, Request: in.Key})
		return &rest.Created[inquiry.Inquiry]{Location: "/v1/inquiries/" + i.ID, Body: i.For(rest.Actor(ctx))}, a.Problem(ctx, err)
	})
	a.registerInquiryReads(api)
	write := rest.Operation(http.MethodPost, "/v1/inquiries/{id}/messages", "write-message", "Write to an inquiry", "Inquiries", parties)
	write.DefaultStatus = http.StatusOK
	write.Errors = append(write.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	rest.Explain(&write, "From who asked it is the desk's turn again, and a settled inquiry is taken up where it was, until its reopen_until. From the desk it is the answer; the first who answers takes the inquiry.")
	huma.Register(api, write, func(ctx context.Context, in *struct {
		rest.ByID
		Body MessageInput
	}) (*inquiryAnswer, error) {
		who, b := rest.Actor(ctx), in.Body
		var i inquiry.Inquiry
		var err error
		switch {
		case who.SeesAll():
			i, err = a.Inquiries.Answer(ctx, who, in.ID, inquiry.Answer{Text: b.Text, Canned: b.Canned, Internal: b.Internal, Wait: b.Wait, Resolve: b.Resolve})
		case b.Canned != "" || b.Internal || b.Wait || b.Resolve:
			return nil, huma.Error422UnprocessableEntity("Some fields are not valid.", &huma.ErrorDetail{Location: "body", Message: "canned, internal, wait and resolve are the desk's; send text alone"})
		default:
			i, err = a.Inquiries.Write(ctx, who, in.ID, b.Text, b.Files...)
		}
		return a.inquiry(ctx, i, err)
	})
	withdraw := inquiryStep("withdraw", "withdraw-inquiry", "Take an inquiry back")
	withdraw = rest.Operation(withdraw.Method, withdraw.Path, withdraw.OperationID, withdraw.Summary, "Inquiries", askers)
	withdraw.DefaultStatus = http.StatusOK
	withdraw.Errors = append(withdraw.Errors, http.StatusNotFound, http.StatusConflict)
	huma.Register(api, withdraw, func(ctx context.Context, in *rest.ByID) (*inquiryAnswer, error) {
		i, err := a.Inquiries.Withdraw(ctx, rest.Actor(ctx), in.ID)
		return a.inquiry(ctx, i, err)
	})
}

func (a *API) registerInquiryReads(api huma.API) {
	huma.Register(api, rest.Operation(http.MethodGet, "/v1/inquiries", "list-inquiries", "List inquiries, newest first", "Inquiries", parties),
		func(ctx context.Context, in *struct {
			State    string `query:"state" enum:"open,waiting,resolved"`
			Topic    string `query:"topic" maxLength:"64"`
			Assignee string `query:"assignee" maxLength:"300" doc:"the desk: whose"`
			rest.Backwards
		}) (*rest.Answer[InquiryPage], error) {
			if err := rest.Cursor("query.before", "inq_", in.Before); err != nil {
				return nil, err
			}
			list, err := a.Inquiries.List(ctx, rest.Actor(ctx), inquiry.Query{State: in.State, Topic: in.Topic, Assignee: in.Assignee, Before: in.Before, Limit: in.Limit + 1})
			var page InquiryPage
			page.Inquiries, page.Next = rest.Cut(list, in.Limit, inquiryID)
			return &rest.Answer[InquiryPage]{Body: page}, a.Problem(ctx, err)
		})
	get := rest.Operation(http.MethodGet, "/v1/inquiries/{id}", "get-inquiry", "Read an inquiry", "Inquiries", parties)
	get.Errors = append(get.Errors, http.StatusNotFound, http.StatusUnprocessableEntity)
	huma.Register(api, get, func(ctx context.Context, in *struct {
		rest.ByID
		rest.PageQuery
	}) (*rest.Answer[Thread], error) {
		if err := rest.Cursor("query.after", "msg_", in.After); err != nil {
			return nil, err
		}
		i, messages, next, err := a.Inquiries.Thread(ctx, rest.Actor(ctx), in.ID, in.After, in.Limit)
		return &rest.Answer[Thread]{Body: Thread{i, rest.NotNil(messages), next}}, a.Problem(ctx, err)
	})
	ready := rest.Operation(http.MethodGet, "/v1/canned-answers", "list-canned-answers", "List answers that stand ready", "Inquiries", team)
	huma.Register(api, ready, func(_ context.Context, in *struct {
		Topic    string `query:"topic" maxLength:"64"`
		Language string `query:"language" enum:"en,zh,de" default:"en"`
	}) (*rest.Answer[ReadyAnswers], error) {
		return &rest.Answer[ReadyAnswers]{Body: ReadyAnswers{inquiry.Canned(in.Topic, in.Language)}}, nil
	})
}

func inquiryID(i inquiry.Inquiry) string { return i.ID }

// inquiry is the answer to a change, as far as the caller may see it.
func (a *API) inquiry(ctx context.Context, i inquiry.Inquiry, err error) (*inquiryAnswer, error) {
	if err != nil {
		return nil, a.Problem(ctx, err)
	}
	return &inquiryAnswer{Body: i.For(rest.Actor(ctx))}, nil
}
