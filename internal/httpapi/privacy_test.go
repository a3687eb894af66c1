package httpapi_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/privacy"
	"touchstone/internal/httpapi/desk"
	"touchstone/internal/server"
)

// logs is what the service logs, at every level.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *logs) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// TestPersonalDataIsNeverLogged sends requests full of names, addresses and telephone numbers, good ones, refused ones and broken ones, and
// looks for them in the log.
func TestPersonalDataIsNeverLogged(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.market(t)
	notice := aNotice(right.ID, "L1")
	notice["notifier"] = object{"name": "Zelda Marker", "email": "zelda@marker.example", "phone": "+49 30 5550142"}
	notice["signature"] = "Zelda Marker"
	var n docket.Notice
	w.send(t, server.RoleHolder, "POST", "/v1/notices", notice, http.StatusCreated, &n)
	w.work(t)
	w.send(t, server.RoleSeller, "POST", "/v1/notices", notice, http.StatusForbidden, nil)
	notice["notifier"] = object{"name": "Zelda Marker", "email": "zelda at marker.example"}
	w.send(t, server.RoleHolder, "POST", "/v1/notices", notice, http.StatusUnprocessableEntity, nil)
	question := aQuestion()
	question["text"] = "Zelda Marker, zelda@marker.example, asks for help."
	w.send(t, server.RoleHolder, "POST", "/v1/inquiries", question, http.StatusCreated, nil)
	id := n.Items[0].Case
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/claim", nil, http.StatusOK, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/decide", object{"outcome": "taken_down", "remark": "Zelda Marker is right."}, http.StatusOK, nil)
	w.send(t, server.RoleSeller, "POST", "/v1/cases/"+id+"/counter-notice", object{"statement": "Zelda Marker is wrong about my goods.", "sworn": true, "signature": "Zelda Marker"}, http.StatusNotFound, nil)
	person := object{"kind": "notifier", "account": "holder", "email": "zelda@marker.example"}
	w.send(t, server.RoleOperator, "POST", "/v1/privacy/exports", object{"person": person}, http.StatusOK, nil)
	w.send(t, server.RoleOperator, "POST", "/v1/privacy/erasures", object{"person": person}, http.StatusCreated, nil)
	w.send(t, server.RoleOperator, "GET", "/v1/cases?seller=zelda@marker.example", nil, http.StatusOK, nil)
	w.do(t, call{method: "GET", path: "/v1/cases/zelda@marker.example", token: w.tokens[server.RoleReviewer]})
	w.do(t, call{method: "POST", path: "/v1/inquiries", token: "ts_zelda@marker.example"})
	w.do(t, call{method: "POST", path: "/v1/notices", token: w.tokens[server.RoleHolder], body: strings.NewReader(`{"signature": "Zelda Marker"`)})
	w.do(t, call{method: "GET", path: "/v1/Zelda%20Marker"})
	log := strings.ToLower(w.logs.String())
	if strings.Count(log, `"msg":"request"`) < 10 {
		t.Fatalf("the requests are not in the log that was read: %.500s", log)
	}
	for _, secret := range []string{"zelda", "marker", "5550142"} {
		if at := strings.Index(log, secret); at >= 0 {
			t.Errorf("the log has %q: …%.300s", secret, log[max(0, at-150):])
		}
	}
}

func TestPrivacyOverTheAPI(t *testing.T) {
	w := newWorld(t, nil, nil)
	id := w.takenDown(t)
	person := object{"person": object{"kind": "seller", "marketplace": "alpha", "seller": "shop-7"}}
	var c privacy.Copy
	w.send(t, server.RoleOperator, "POST", "/v1/privacy/exports", person, http.StatusOK, &c)
	if len(c.Cases) != 1 || c.Cases[0].ID != id {
		t.Errorf("export %+v", c)
	}
	var e privacy.Erasure
	w.send(t, server.RoleOperator, "POST", "/v1/privacy/erasures", person, http.StatusCreated, &e)
	if e.State != privacy.StateOpen || e.Kept[0].ID != id || len(e.Kept[0].Why) < 10 {
		t.Errorf("erasure %+v", e)
	}
	var page desk.ErasurePage
	w.send(t, server.RoleOperator, "GET", "/v1/privacy/erasures", nil, http.StatusOK, &page)
	if len(page.Erasures) != 1 || page.Erasures[0].ID != e.ID {
		t.Errorf("page %+v", page)
	}
	w.send(t, server.RoleOperator, "POST", "/v1/privacy/erasures", object{"person": object{"kind": "seller"}}, http.StatusUnprocessableEntity, nil)
	w.send(t, server.RoleOperator, "POST", "/v1/privacy/exports", object{"person": object{"kind": "user", "user": "usr_none"}}, http.StatusNotFound, nil)
	w.send(t, server.RoleOperator, "GET", "/v1/privacy/erasures/era_none", nil, http.StatusNotFound, nil)
	team := []server.Role{server.RoleOperator, server.RoleAdmin}
	w.refuses(t, []route{
		{"POST", "/v1/privacy/exports", person, team, false},
		{"POST", "/v1/privacy/erasures", person, team, false},
		{"GET", "/v1/privacy/erasures", nil, team, false},
		{"GET", "/v1/privacy/erasures/" + e.ID, nil, team, false},
	}, nil, strings.NewReplacer(e.ID, "ERASURE"))
}
