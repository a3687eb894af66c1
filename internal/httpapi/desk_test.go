package httpapi_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/onboarding"
	"touchstone/internal/httpapi"
	"touchstone/internal/httpapi/desk"
	"touchstone/internal/server"
)

func aQuestion() object {
	return object{"topic": "notice", "title": "<script>alert(1)</script>", "text": "How do I prove that the goods are copies?"}
}

func TestInquiryFromQuestionToCase(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.market(t)
	var i inquiry.Inquiry
	q := aQuestion()
	q["about"] = object{"right_id": right.ID}
	w.send(t, server.RoleHolder, "POST", "/v1/inquiries", q, http.StatusCreated, &i)
	at := "/v1/inquiries/" + i.ID
	var queue desk.InquiryPage
	w.send(t, server.RoleReviewer, "GET", "/v1/inquiry-queue?unassigned=true", nil, http.StatusOK, &queue)
	if len(queue.Inquiries) != 1 || queue.Inquiries[0].ID != i.ID || queue.Next != "" {
		t.Errorf("queue %+v", queue)
	}
	w.send(t, server.RoleReviewer, "POST", at+"/assign", object{}, http.StatusOK, nil)
	w.send(t, server.RoleReviewer, "POST", at+"/sort", object{"priority": "urgent"}, http.StatusOK, &i)
	if i.Priority != "urgent" || !i.RespondBy.Equal(i.OpenedAt.Add(4*time.Hour)) {
		t.Errorf("sorted: %+v", i)
	}
	w.send(t, server.RoleReviewer, "POST", at+"/messages", object{"canned": "evidence_needed", "wait": true}, http.StatusOK, nil)
	w.send(t, server.RoleReviewer, "POST", at+"/messages", object{"text": "A note.", "internal": true}, http.StatusOK, nil)
	w.send(t, server.RoleHolder, "POST", at+"/messages", object{"text": "See our test buy.", "resolve": true}, http.StatusUnprocessableEntity, nil)
	w.send(t, server.RoleHolder, "POST", at+"/messages", object{"text": "See our test buy."}, http.StatusOK, &i)
	if i.State != inquiry.StateOpen || i.Assignee != inquiry.SideDesk {
		t.Errorf("the holder sees %+v", i)
	}
	var thread desk.Thread
	w.send(t, server.RoleHolder, "GET", at, nil, http.StatusOK, &thread)
	if len(thread.Thread) != 3 || thread.Thread[1].Side != inquiry.SideDesk {
		t.Errorf("thread %+v", thread)
	}
	w.send(t, server.RoleReviewer, "GET", at+"?limit=2", nil, http.StatusOK, &thread)
	if len(thread.Thread) != 2 || thread.Next == "" {
		t.Errorf("first page %+v", thread)
	}
	w.send(t, server.RoleReviewer, "GET", at+"?limit=2&after="+thread.Next, nil, http.StatusOK, &thread)
	if len(thread.Thread) != 2 || !thread.Thread[0].Internal {
		t.Errorf("second page %+v", thread)
	}
	var done desk.Escalated
	w.send(t, server.RoleReviewer, "POST", at+"/escalate", object{"right_id": right.ID, "marketplace": "alpha", "listing": "L9", "text": "The test buy shows a copy."}, http.StatusOK, &done)
	if done.Case.Queue != "hard" || done.Inquiry.Escalated != done.Case.ID {
		t.Errorf("escalated %+v", done)
	}
	w.send(t, server.RoleReviewer, "POST", at+"/resolve", nil, http.StatusConflict, nil)
	w.send(t, server.RoleReviewer, "POST", at+"/reopen", nil, http.StatusOK, nil)
	w.send(t, server.RoleHolder, "POST", at+"/withdraw", nil, http.StatusOK, &i)
	if i.Outcome != inquiry.OutcomeWithdrawn {
		t.Errorf("withdrawn %+v", i)
	}
	var ready desk.ReadyAnswers
	w.send(t, server.RoleReviewer, "GET", "/v1/canned-answers?language=zh&topic=privacy", nil, http.StatusOK, &ready)
	if len(ready.Answers) != 1 || !strings.Contains(ready.Answers[0].Title, "数据") {
		t.Errorf("ready answers %+v", ready)
	}
}

func TestSameQuestionTwice(t *testing.T) {
	w := newWorld(t, nil, nil)
	ids := map[string]bool{}
	for range 2 {
		r := w.do(t, call{method: "POST", path: "/v1/inquiries", token: w.tokens[server.RoleHolder], body: bytes.NewReader(encoded(t, aQuestion())), header: map[string]string{"Idempotency-Key": "once"}})
		var i inquiry.Inquiry
		decodeInto(t, r.body, &i)
		if r.status != http.StatusCreated {
			t.Fatalf("%d %s", r.status, r.body)
		}
		ids[i.ID] = true
	}
	if len(ids) != 1 {
		t.Errorf("the same request opened %d inquiries", len(ids))
	}
}

func TestOnboarding(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.market(t)
	var c onboarding.Checklist
	w.send(t, server.RoleHolder, "GET", "/v1/holders/"+right.HolderID+"/onboarding?language=de", nil, http.StatusOK, &c)
	state := map[string]string{}
	for _, s := range c.Steps {
		state[s.Key] = s.State
	}
	if c.Ready || state[onboarding.StepVerified] != onboarding.StateDone || state[onboarding.StepReferences] != onboarding.StateTodo || state[onboarding.StepNotice] != onboarding.StateOptional {
		t.Errorf("%+v", c)
	}
	w.send(t, server.RoleHolder, "POST", "/v1/rights/"+right.ID+"/references", object{"word": "VELMORA"}, http.StatusCreated, nil)
	w.send(t, server.RoleHolder, "POST", "/v1/notices", aNotice(right.ID, "L1"), http.StatusCreated, nil)
	w.send(t, server.RoleHolder, "GET", "/v1/holders/"+right.HolderID+"/onboarding", nil, http.StatusOK, &c)
	for _, s := range c.Steps {
		state[s.Key] = s.State
	}
	if state[onboarding.StepReferences] != onboarding.StateDone || state[onboarding.StepNotice] != onboarding.StateDone {
		t.Errorf("%+v", c)
	}
}

// route is an operation with the roles that may call it.
type route struct {
	method, path string
	body         object
	roles        []server.Role
	list         bool // others in these roles get an empty list, and no 404
}

// refuses sends every route without a key, with a key of every role, and with the keys of others in the roles that may.
func (w *world) refuses(t *testing.T, routes []route, others map[server.Role]string, names *strings.Replacer) {
	t.Helper()
	for _, r := range routes {
		t.Run(r.method+" "+names.Replace(r.path), func(t *testing.T) {
			send := func(token string) reply {
				c := call{method: r.method, path: r.path, token: token}
				if r.body != nil {
					c.body = bytes.NewReader(encoded(t, r.body))
				}
				return w.do(t, c)
			}
			if got := send(""); got.status != http.StatusUnauthorized {
				t.Errorf("without a key: %d", got.status)
			}
			for _, role := range server.Roles() {
				if got := send(w.tokens[role]); !slices.Contains(r.roles, role) && got.status != http.StatusForbidden {
					t.Errorf("role %s: %d %s", role, got.status, got.body)
				}
			}
			for role, token := range others {
				if !slices.Contains(r.roles, role) {
					continue
				}
				got := send(token)
				if r.list && got.status == http.StatusOK && !holdsAny(t, got.body) || got.status == http.StatusNotFound {
					continue
				}
				t.Errorf("another's %s: %d %s", role, got.status, got.body)
			}
		})
	}
}

func TestInquiryRoutesByRoleAndOwner(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.market(t)
	var i inquiry.Inquiry
	w.send(t, server.RoleHolder, "POST", "/v1/inquiries", aQuestion(), http.StatusCreated, &i)
	askers := []server.Role{server.RoleHolder, server.RoleAgent, server.RoleSeller, server.RolePipeline}
	team := []server.Role{server.RoleReviewer, server.RoleOperator, server.RoleAdmin}
	all := append(slices.Clone(askers), team...)
	readers := append([]server.Role{server.RoleHolder, server.RoleAgent}, team...)
	others := map[server.Role]string{}
	for role, subject := range map[server.Role]string{server.RoleHolder: "", server.RoleAgent: "", server.RoleSeller: "alpha/shop-8", server.RolePipeline: "beta"} {
		others[role] = w.issue(t, w.keys, server.KeyRequest{Account: "stranger", Name: "other", Role: role, Subject: subject})
	}
	mine := "/v1/inquiries/" + i.ID
	w.refuses(t, []route{
		{"GET", "/v1/inquiries", nil, all, true},
		{"GET", mine, nil, all, false},
		{"POST", mine + "/messages", object{"text": "And?"}, all, false},
		{"POST", mine + "/withdraw", nil, askers, false},
		{"GET", "/v1/inquiry-queue", nil, team, false},
		{"GET", "/v1/canned-answers", nil, team, false},
		{"POST", mine + "/assign", object{}, team, false},
		{"POST", mine + "/sort", object{"topic": "other"}, team, false},
		{"POST", mine + "/resolve", nil, team, false},
		{"POST", mine + "/reopen", nil, team, false},
		{"POST", mine + "/escalate", object{"case_id": "cas_1", "text": "Please look at it."}, team, false},
		{"GET", "/v1/holders/" + right.HolderID + "/onboarding", nil, readers, false},
	}, others, strings.NewReplacer(i.ID, "INQUIRY", right.HolderID, "HOLDER"))
	for _, role := range []server.Role{server.RoleReviewer, server.RoleOperator, server.RoleAdmin, server.RoleScientist} {
		w.send(t, role, "POST", "/v1/inquiries", aQuestion(), http.StatusForbidden, nil)
	}
	q := aQuestion()
	q["about"] = object{"right_id": right.ID}
	r := w.do(t, call{method: "POST", path: "/v1/inquiries", token: others[server.RoleHolder], body: bytes.NewReader(encoded(t, q))})
	if r.status != http.StatusUnprocessableEntity || !bytes.Contains(r.body, []byte("body.about.right_id")) {
		t.Errorf("about another's right: %d %s", r.status, r.body)
	}
}

// TestRefusalsAreAudited: what somebody without a key, of the wrong role or of another account was refused stands in the audit log, under what they
// asked for.
func TestRefusalsAreAudited(t *testing.T) {
	w := newWorld(t, nil, nil)
	var i inquiry.Inquiry
	w.send(t, server.RoleHolder, "POST", "/v1/inquiries", aQuestion(), http.StatusCreated, &i)
	w.do(t, call{method: "GET", path: "/v1/inquiries/" + i.ID})
	w.send(t, server.RoleScientist, "GET", "/v1/inquiries/"+i.ID, nil, http.StatusForbidden, nil)
	w.send(t, server.RoleAgent, "GET", "/v1/inquiries/"+i.ID, nil, http.StatusNotFound, nil)
	if err := w.refusals.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	var page httpapi.AuditPage
	w.send(t, server.RoleOperator, "GET", "/v1/audit?subject="+i.ID, nil, http.StatusOK, &page)
	got := map[string]bool{}
	for _, row := range page.Rows {
		got[strings.SplitN(row.Actor, ":", 2)[0]+" "+row.Action] = true
	}
	for _, want := range []string{"nobody request.refused 401 GET /v1/inquiries/:id x1", "scientist request.refused 403 GET /v1/inquiries/:id x1", "agent request.refused 404 GET /v1/inquiries/:id x1"} {
		if !got[want] {
			t.Errorf("no row %q among %v", want, got)
		}
	}
}
