package desk

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/survey"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/server"
)

// SurveyView is a survey with the way to its page.
type SurveyView struct {
	survey.Survey
	Path string `json:"path,omitempty" doc:"of its page on this service, for who has no key: put the address by which people reach it before it, and send it to the party alone. None before it was asked"`
}

// SurveyPage is one page of surveys.
type SurveyPage struct {
	Surveys []SurveyView `json:"surveys"`
	Next    string       `json:"next,omitempty" doc:"before of the next page; none on the last"`
}

// ReplyInput is what a party answers.
type ReplyInput struct {
	Score  int            `json:"score" minimum:"0" maximum:"10" doc:"as a whole"`
	Topics map[string]int `json:"topics,omitempty" maxProperties:"10" doc:"0 to 10 each, of the survey's topics"`
	Text   string         `json:"text,omitempty" maxLength:"4000"`
}

// surveyed are the roles of parties that are asked; a pipeline hands links to the sellers of its marketplace.
var (
	surveyed      = []server.Role{server.RoleHolder, server.RoleAgent, server.RoleSeller}
	surveyReaders = append(append([]server.Role{server.RolePipeline}, surveyed...), team...)
)

func (a *API) registerSurveys(api huma.API) {
	list := rest.Operation(http.MethodGet, "/v1/surveys", "list-surveys", "List surveys, newest first", "Surveys", surveyReaders)
	list.Errors = append(list.Errors, http.StatusUnprocessableEntity)
	rest.Explain(&list, "To a party its own; to a marketplace's pipeline those of sellers there, with the link to hand on and without the answers; to the team all.")
	huma.Register(api, list, func(ctx context.Context, in *struct {
		State string `query:"state" enum:"planned,asked,answered,lapsed"`
		Kind  string `query:"kind" enum:"case,quarter"`
		Side  string `query:"side" enum:"holder,notifier,seller"`
		rest.Backwards
	}) (*rest.Answer[SurveyPage], error) {
		if err := rest.Cursor("query.before", "srv_", in.Before); err != nil {
			return nil, err
		}
		all, err := a.Surveys.List(ctx, rest.Actor(ctx), survey.Query{State: in.State, Kind: in.Kind, Side: in.Side, Before: in.Before, Limit: in.Limit + 1})
		page, next := rest.Cut(all, in.Limit, func(s survey.Survey) string { return s.ID })
		out := SurveyPage{Surveys: []SurveyView{}, Next: next}
		for _, s := range page {
			out.Surveys = append(out.Surveys, a.survey(ctx, s))
		}
		return &rest.Answer[SurveyPage]{Body: out}, a.Problem(ctx, err)
	})
	get := rest.Operation(http.MethodGet, "/v1/surveys/{id}", "get-survey", "Read a survey", "Surveys", surveyReaders)
	get.Errors = append(get.Errors, http.StatusNotFound)
	huma.Register(api, get, func(ctx context.Context, in *rest.ByID) (*rest.Answer[SurveyView], error) {
		s, err := a.Surveys.Survey(ctx, rest.Actor(ctx), in.ID)
		return &rest.Answer[SurveyView]{Body: a.survey(ctx, s)}, a.Problem(ctx, err)
	})
	answer := rest.Operation(http.MethodPost, "/v1/surveys/{id}/answer", "answer-survey", "Answer a survey", "Surveys", surveyed)
	answer.DefaultStatus = http.StatusOK
	answer.Errors = append(answer.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	rest.Explain(&answer, "Once: the same answer again changes nothing, another one is a conflict.")
	huma.Register(api, answer, func(ctx context.Context, in *struct {
		rest.ByID
		Body ReplyInput
	}) (*rest.Answer[SurveyView], error) {
		s, err := a.Surveys.Answer(ctx, rest.Actor(ctx), in.ID, survey.Reply{Score: in.Body.Score, Topics: in.Body.Topics, Text: in.Body.Text})
		return &rest.Answer[SurveyView]{Body: a.survey(ctx, s)}, a.Problem(ctx, err)
	})
	a.registerSurveyFigures(api)
}

// survey is one as the caller may see it.
func (a *API) survey(ctx context.Context, s survey.Survey) SurveyView {
	who := rest.Actor(ctx)
	return SurveyView{Survey: s.For(who), Path: a.Surveys.Path(who, s)}
}

// trendInput selects what surveys say.
type trendInput struct {
	From   string `query:"from" pattern:"^[0-9]{4}-(0[1-9]|1[0-2])$" doc:"first month, such as 2026-07"`
	Before string `query:"before" pattern:"^[0-9]{4}-(0[1-9]|1[0-2])$" doc:"month that it ends before"`
	Kind   string `query:"kind" enum:"case,quarter"`
	Side   string `query:"side" enum:"holder,notifier,seller"`
	By     string `query:"by" enum:"month,quarter" default:"month"`
}

func (in *trendInput) query() survey.TrendQuery {
	return survey.TrendQuery{From: in.From, Before: in.Before, Kind: in.Kind, Side: in.Side, By: in.By}
}

// table is a file for a spreadsheet.
type table struct {
	ContentType  string `header:"Content-Type"`
	Disposition  string `header:"Content-Disposition"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

func tableOf(name string, b bytes.Buffer) *table {
	return &table{"text/csv; charset=utf-8", fmt.Sprintf(`attachment; filename=%q`, name), "private, no-store", b.Bytes()}
}

// asTable says that an operation answers one.
func asTable(op *huma.Operation, what string) {
	op.Errors = append(op.Errors, http.StatusUnprocessableEntity)
	op.Responses = map[string]*huma.Response{"200": {Description: what + " A cell that a spreadsheet would take for a formula begins with an apostrophe.",
		Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}}
}

func (a *API) registerSurveyFigures(api huma.API) {
	trend := rest.Operation(http.MethodGet, "/v1/survey-trend", "get-survey-trend", "See what surveys say over time", "Surveys", team)
	trend.Errors = append(trend.Errors, http.StatusUnprocessableEntity)
	rest.Explain(&trend, "Means by topic with intervals of 95 %, the share of 9 and 10 less that of 0 to 6, and how many of those who were asked answered.")
	huma.Register(api, trend, func(ctx context.Context, in *trendInput) (*rest.Answer[survey.Figures], error) {
		t, err := a.Surveys.Trend(ctx, rest.Actor(ctx), in.query())
		return &rest.Answer[survey.Figures]{Body: t}, a.Problem(ctx, err)
	})
	trendTable := rest.Operation(http.MethodGet, "/v1/survey-trend.csv", "survey-trend-csv", "Read it as a table", "Surveys", team)
	asTable(&trendTable, "The trend, a line a topic.")
	huma.Register(api, trendTable, func(ctx context.Context, in *trendInput) (*table, error) {
		t, err := a.Surveys.Trend(ctx, rest.Actor(ctx), in.query())
		var b bytes.Buffer
		if err == nil {
			err = t.CSV(&b)
		}
		return tableOf("survey-trend.csv", b), a.Problem(ctx, err)
	})
	answers := rest.Operation(http.MethodGet, "/v1/survey-answers.csv", "survey-answers-csv", "Read what was answered as a table", "Surveys", team)
	asTable(&answers, "The newest 10,000 answers with what was written. It names nobody, but for what they wrote themselves.")
	huma.Register(api, answers, func(ctx context.Context, in *struct {
		Kind string `query:"kind" enum:"case,quarter"`
		Side string `query:"side" enum:"holder,notifier,seller"`
	}) (*table, error) {
		var b bytes.Buffer
		err := a.Surveys.AnswersCSV(ctx, rest.Actor(ctx), survey.Query{Kind: in.Kind, Side: in.Side}, &b)
		return tableOf("survey-answers.csv", b), a.Problem(ctx, err)
	})
}
