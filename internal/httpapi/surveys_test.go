package httpapi_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/survey"
	"touchstone/internal/httpapi/desk"
	"touchstone/internal/server"
)

// surveyed has a case taken down and everybody asked about it.
func surveyed(t *testing.T, w *world) (notifier, seller desk.SurveyView) {
	t.Helper()
	right := w.market(t)
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"id": "L1", "marketplace": "alpha", "seller": "shop-7", "title": "Leather bag"}, http.StatusOK, nil)
	var n docket.Notice
	w.send(t, server.RoleHolder, "POST", "/v1/notices", aNotice(right.ID, "L1"), http.StatusCreated, &n)
	w.work(t)
	at := "/v1/cases/" + n.Items[0].Case
	w.send(t, server.RoleReviewer, "POST", at+"/claim", nil, http.StatusOK, nil)
	w.send(t, server.RoleReviewer, "POST", at+"/decide", object{"outcome": "taken_down"}, http.StatusOK, nil)
	w.Pass(4 * 24 * time.Hour)
	if _, err := w.surveys.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	var page desk.SurveyPage
	w.send(t, server.RoleOperator, "GET", "/v1/surveys?state=asked", nil, http.StatusOK, &page)
	for _, s := range page.Surveys {
		if s.Side == "seller" {
			seller = s
		} else {
			notifier = s
		}
	}
	return notifier, seller
}

func TestSurveys(t *testing.T) {
	w := newWorld(t, nil, nil)
	mine, _ := surveyed(t, w)
	if !strings.HasPrefix(mine.Path, survey.PathPrefix) {
		t.Fatalf("survey %+v", mine)
	}
	at := "/v1/surveys/" + mine.ID
	w.send(t, server.RoleHolder, "POST", at+"/answer", object{"score": 11}, http.StatusUnprocessableEntity, nil)
	w.send(t, server.RoleHolder, "POST", at+"/answer", object{"score": 5, "topics": object{"weather": 3}}, http.StatusUnprocessableEntity, nil)
	answer := object{"score": 8, "topics": object{"speed": 10}, "text": "+1 <script>"}
	var s desk.SurveyView
	w.send(t, server.RoleHolder, "POST", at+"/answer", answer, http.StatusOK, &s)
	if s.State != survey.StateAnswered || s.Answer.Score != 8 {
		t.Errorf("answered %+v", s)
	}
	w.send(t, server.RoleHolder, "POST", at+"/answer", answer, http.StatusOK, nil)
	w.send(t, server.RoleHolder, "POST", at+"/answer", object{"score": 1}, http.StatusConflict, nil)
	var trend survey.Figures
	w.send(t, server.RoleReviewer, "GET", "/v1/survey-trend?by=quarter&side=notifier", nil, http.StatusOK, &trend)
	if len(trend.Points) != 2 || trend.Points[0].Mean != 8 || trend.Rates[0].Answered != 1 {
		t.Errorf("trend %+v", trend)
	}
	w.send(t, server.RoleReviewer, "GET", "/v1/survey-trend?from=yesterday", nil, http.StatusUnprocessableEntity, nil)
	w.send(t, server.RoleReviewer, "GET", "/v1/surveys?before=x", nil, http.StatusUnprocessableEntity, nil)
	for path, want := range map[string]string{"/v1/survey-trend.csv": "overall,1,8.0000", "/v1/survey-answers.csv?side=notifier": "'+1 <script>"} {
		r := w.do(t, call{method: "GET", path: path, token: w.tokens[server.RoleReviewer]})
		if r.status != http.StatusOK || !bytes.Contains(r.body, []byte(want)) || !strings.HasPrefix(r.header.Get("Content-Type"), "text/csv") {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
}

func TestSurveyRoutesByRoleAndOwner(t *testing.T) {
	w := newWorld(t, nil, nil)
	_, sellers := surveyed(t, w)
	team := []server.Role{server.RoleReviewer, server.RoleOperator, server.RoleAdmin}
	parties := []server.Role{server.RoleHolder, server.RoleAgent, server.RoleSeller}
	readers := append(append([]server.Role{server.RolePipeline}, parties...), team...)
	others := map[server.Role]string{}
	for role, subject := range map[server.Role]string{server.RoleHolder: "", server.RoleAgent: "", server.RoleSeller: "alpha/shop-8", server.RolePipeline: "beta"} {
		others[role] = w.issue(t, w.keys, server.KeyRequest{Account: "stranger", Name: "other", Role: role, Subject: subject})
	}
	at := "/v1/surveys/" + sellers.ID
	w.refuses(t, []route{
		{"GET", "/v1/surveys", nil, readers, true},
		{"GET", at, nil, readers, false},
		{"POST", at + "/answer", object{"score": 1}, parties, false},
		{"GET", "/v1/survey-trend", nil, team, false},
		{"GET", "/v1/survey-trend.csv", nil, team, false},
		{"GET", "/v1/survey-answers.csv", nil, team, false},
	}, others, strings.NewReplacer(sellers.ID, "SURVEY"))
	if sellers.ID == "" {
		t.Error("no survey of a seller to try")
	}
}
