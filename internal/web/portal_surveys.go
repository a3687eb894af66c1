package web

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/casework/survey"
)

// surveyPage is the form of a survey, in the portal or by its link.
type surveyPage struct {
	frame
	Survey  survey.Survey
	Address string
	Open    bool
	Scores  []int
	Given   map[string]string // scores as they were chosen, by topic
	Text    string
	Fault   string
}

func (w *Web) surveyRoutes(e *gin.Engine) {
	g := e.Group(survey.PathPrefix, w.watch, w.page(maxForm), func(c *gin.Context) { c.Header("X-Robots-Tag", "noindex, nofollow") })
	g.GET(":token", w.linkedSurvey)
	g.POST(":token", w.answerLinked)
}

func (w *Web) showSurvey(c *gin.Context, status int, s survey.Survey, token, fault string) {
	p := surveyPage{frame: w.frame(c, "survey", "page.survey.title"), Survey: s, Address: c.Request.URL.Path, Open: s.Open(w.Now()), Fault: fault, Given: map[string]string{}, Text: c.PostForm("text")}
	for n := range survey.MaxScore + 1 {
		p.Scores = append(p.Scores, n)
	}
	if token != "" {
		p.Token = formToken(token)
		if l := languageOf(c.Query("language")); l != "" {
			p.Language = l
			p.Title = p.T("page.survey.title")
		}
	}
	for _, topic := range append([]string{survey.Overall}, s.Topics...) {
		p.Given[topic] = c.PostForm("score_" + topic)
	}
	w.show(c, status, "survey", p)
}

func (w *Web) linkedSurvey(c *gin.Context) {
	s, err := w.Surveys.Follow(c.Request.Context(), c.Param("token"))
	if err != nil {
		w.fail(c, err)
		return
	}
	w.showSurvey(c, http.StatusOK, s, c.Param("token"), "")
}

func (w *Web) answerLinked(c *gin.Context) {
	token := c.Param("token")
	s, err := w.Surveys.Follow(c.Request.Context(), token)
	if err != nil {
		w.fail(c, err)
		return
	}
	if subtle.ConstantTimeCompare([]byte(c.PostForm("token")), []byte(formToken(token))) != 1 {
		w.problem(c, http.StatusForbidden, "page.problem.token", "")
		return
	}
	w.answerSurvey(c, s, token, func(r survey.Reply) error {
		_, err := w.Surveys.AnswerByLink(c.Request.Context(), token, r)
		return err
	})
}

func (w *Web) portalSurvey(c *gin.Context) {
	s, err := w.Surveys.Survey(c.Request.Context(), actor(c), c.Param("id"))
	if err != nil {
		w.fail(c, err)
		return
	}
	w.showSurvey(c, http.StatusOK, s, "", "")
}

func (w *Web) answerPortalSurvey(c *gin.Context) {
	s, err := w.Surveys.Survey(c.Request.Context(), actor(c), c.Param("id"))
	if err != nil {
		w.fail(c, err)
		return
	}
	w.answerSurvey(c, s, "", func(r survey.Reply) error {
		_, err := w.Surveys.Answer(c.Request.Context(), actor(c), s.ID, r)
		return err
	})
}

// answerSurvey reads the form; what is wrong with it is said on the page. An answer that is there already is shown as it is.
func (w *Web) answerSurvey(c *gin.Context, s survey.Survey, token string, send func(survey.Reply) error) {
	f := w.frame(c, "survey", "page.survey.title")
	if l := languageOf(c.Query("language")); token != "" && l != "" {
		f.Language = l
	}
	r := survey.Reply{Topics: map[string]int{}, Text: c.PostForm("text")}
	var err error
	if r.Score, err = strconv.Atoi(c.PostForm("score_" + survey.Overall)); err != nil {
		w.showSurvey(c, http.StatusUnprocessableEntity, s, token, f.T("page.survey.choose"))
		return
	}
	for _, topic := range s.Topics {
		if n, err := strconv.Atoi(c.PostForm("score_" + topic)); err == nil {
			r.Topics[topic] = n
		}
	}
	err = send(r)
	var invalid *casework.ValidationError
	switch {
	case errors.As(err, &invalid):
		w.showSurvey(c, http.StatusUnprocessableEntity, s, token, f.faultOf(err))
		return
	case err != nil && !errors.Is(err, casework.ErrConflict): // sent twice, or too late: the page says how things are
		w.fail(c, err)
		return
	}
	to := c.Request.URL.Path
	if l := languageOf(c.Query("language")); l != "" {
		to += "?language=" + l
	}
	c.Redirect(http.StatusSeeOther, to)
}

// surveysPage is the page at /surveys: what parties say, for who runs the service.
type surveysPage struct {
	frame
	By, Side string
	Sides    []string
	Rates    []survey.ResponseRate
	Groups   []surveyGroup
	Words    []survey.Survey
}

// surveyGroup is a topic of a kind and side over time.
type surveyGroup struct {
	Kind, Side, Topic string
	Points            []surveyPoint
}

// surveyPoint is a figure with what its bar shows, of a hundred.
type surveyPoint struct {
	survey.TopicPoint
	Left, Width int // of the interval
	Mark        int // of the mean
}

// Words that are shown, the newest.
const surveyWords = 30

func (w *Web) surveysPage(c *gin.Context) {
	ctx, a := c.Request.Context(), actor(c)
	p := surveysPage{frame: w.frame(c, "surveys", "page.surveys.title"), By: c.DefaultQuery("by", survey.ByMonth), Side: c.Query("side"), Sides: []string{"holder", "notifier", "seller"}}
	figures, err := w.Surveys.Trend(ctx, a, survey.TrendQuery{By: p.By, Side: p.Side})
	var list []survey.Survey
	if err == nil {
		list, err = w.Surveys.List(ctx, a, survey.Query{State: survey.StateAnswered, Side: p.Side, Limit: 200})
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	p.Rates, p.Groups = figures.Rates, surveyGroups(figures.Points)
	for _, s := range list {
		if s.Answer != nil && s.Answer.Text != "" && len(p.Words) < surveyWords {
			p.Words = append(p.Words, s)
		}
	}
	w.show(c, http.StatusOK, "surveys", p)
}

// surveyGroups gathers what belongs to a topic, the whole first.
func surveyGroups(points []survey.TopicPoint) []surveyGroup {
	var out []surveyGroup
	of := func(v float64) int { return int(math.Round(v * 100 / survey.MaxScore)) }
	for _, p := range points {
		i := slices.IndexFunc(out, func(g surveyGroup) bool { return g.Kind == p.Kind && g.Side == p.Side && g.Topic == p.Topic })
		if i < 0 {
			i = len(out)
			out = append(out, surveyGroup{Kind: p.Kind, Side: p.Side, Topic: p.Topic})
		}
		bar := surveyPoint{TopicPoint: p, Mark: of(p.Mean), Left: of(p.Mean)}
		if p.Low != nil && p.High != nil {
			bar.Left, bar.Width = of(*p.Low), of(*p.High)-of(*p.Low)
		}
		out[i].Points = append(out[i].Points, bar)
	}
	slices.SortStableFunc(out, func(a, b surveyGroup) int {
		key := func(g surveyGroup) string {
			first := "1"
			if g.Topic == survey.Overall {
				first = "0"
			}
			return g.Kind + "/" + g.Side + first
		}
		return strings.Compare(key(a), key(b))
	})
	return out
}

// Range is an interval as people read it.
func (p surveyPoint) Range() string {
	if p.Low == nil || p.High == nil {
		return "–"
	}
	return fmt.Sprintf("%.1f–%.1f", *p.Low, *p.High)
}

// Score is the mean as people read it.
func (p surveyPoint) Score() string { return fmt.Sprintf("%.1f", p.Mean) }

// Points100 is the net share in points.
func (p surveyPoint) Points100() string { return fmt.Sprintf("%+.0f", 100*p.Net) }

func (w *Web) surveysCSV(c *gin.Context) {
	var b bytes.Buffer
	t, err := w.Surveys.Trend(c.Request.Context(), actor(c), survey.TrendQuery{By: c.Query("by"), Side: c.Query("side")})
	if err == nil {
		err = t.CSV(&b)
	}
	w.table(c, "survey-trend.csv", b.Bytes(), err)
}

func (w *Web) surveyAnswersCSV(c *gin.Context) {
	var b bytes.Buffer
	err := w.Surveys.AnswersCSV(c.Request.Context(), actor(c), survey.Query{Side: c.Query("side")}, &b)
	w.table(c, "survey-answers.csv", b.Bytes(), err)
}

// table sends a file for a spreadsheet.
func (w *Web) table(c *gin.Context, name string, data []byte, err error) {
	if err != nil {
		w.fail(c, err)
		return
	}
	c.Header("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	c.Data(http.StatusOK, "text/csv; charset=utf-8", data)
}
