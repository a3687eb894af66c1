package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	signed "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/webhook"
	"touchstone/internal/httpapi/hooks"
	"touchstone/internal/jobs"
	"touchstone/internal/server"
)

// TestConnector goes the way of a marketplace's connector: it is told of a take-down by a signed message, carries it out and says so by another; a
// forged one and a replayed one are refused.
func TestConnector(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.market(t)
	token := w.issue(t, w.keys, server.KeyRequest{Account: "alpha-co", Name: "connector", Role: server.RolePipeline, Subject: "alpha"})
	var told []docket.Event
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, in *http.Request) {
		body, _ := io.ReadAll(in.Body)
		var m struct{ Data docket.Event }
		_ = json.Unmarshal(body, &m)
		told = append(told, m.Data)
	}))
	defer receiver.Close()
	send := func(path string, header map[string]string, body []byte, want int, out any) {
		t.Helper()
		r := w.do(t, call{method: http.MethodPost, path: path, token: token, body: bytes.NewReader(body), header: header})
		if r.status != want {
			t.Fatalf("%s answered %d, want %d: %s", path, r.status, want, r.body)
		}
		if out != nil {
			decodeInto(t, r.body, out)
		}
	}
	var own webhook.Issued
	send("/v1/webhooks", nil, encoded(t, object{"url": receiver.URL, "kinds": []string{"enforcement.*"}}), http.StatusCreated, &own)
	var n docket.Notice
	w.send(t, server.RoleHolder, "POST", "/v1/notices", aNotice(right.ID, "L1"), http.StatusCreated, &n)
	w.work(t)
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+n.Items[0].Case+"/claim", nil, http.StatusOK, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+n.Items[0].Case+"/decide", object{"outcome": "taken_down"}, http.StatusOK, nil)
	if err := w.hooks.Pump(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || told[0].Kind != docket.EventEnforcement || told[0].Marketplace != "alpha" {
		t.Fatalf("told %+v", told)
	}
	var order docket.Enforcement
	decodeInto(t, told[0].Data, &order)

	body := encoded(t, object{"type": webhook.CallbackConfirmed, "data": object{"enforcement_id": order.ID}})
	v, err := signed.NewWebhook(own.CallbackSecret)
	if err != nil {
		t.Fatal(err)
	}
	header := func(id string, at time.Time) map[string]string {
		signature, err := v.Sign(id, at, body)
		if err != nil {
			t.Fatal(err)
		}
		return map[string]string{"webhook-id": id, "webhook-timestamp": strconv.FormatInt(at.Unix(), 10), "webhook-signature": signature}
	}
	path := "/v1/webhooks/" + own.ID + "/callbacks"
	forged := header("m0", w.Clock())
	forged["webhook-signature"] = strings.ToLower(forged["webhook-signature"])
	send(path, forged, body, http.StatusForbidden, nil)
	send(path, nil, body, http.StatusUnprocessableEntity, nil)
	good := header("m1", w.Clock())
	send(path, good, body, http.StatusOK, &order)
	if order.ConfirmedAt == nil {
		t.Errorf("after its confirmation: %+v", order)
	}
	send(path, good, body, http.StatusConflict, nil)
	var log struct {
		Rows []struct{ Action, Subject string }
	}
	w.send(t, server.RoleAdmin, "GET", "/v1/audit?subject="+own.ID, nil, http.StatusOK, &log)
	var actions []string
	for _, r := range log.Rows {
		actions = append(actions, r.Action)
	}
	if want := []string{"webhook.add", "webhook.callback_refused", "webhook.callback_refused"}; !slices.Equal(actions, want) {
		t.Errorf("audited %v, want %v", actions, want)
	}
}

// TestDeadJobs: work that was given up is listed and tried again.
func TestDeadJobs(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.jobs.Handle("test.work", func(_ context.Context, j jobs.Job) error {
		if string(j.Payload) == `"broken"` {
			return fmt.Errorf("%w: broken", jobs.ErrPermanent)
		}
		return nil
	})
	j, err := jobs.New("job/1", "test.work", "broken", w.Clock())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Store.Enqueue(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if _, err := w.jobs.Once(t.Context(), 9); err != nil {
		t.Fatal(err)
	}
	var page hooks.DeadJobs
	w.send(t, server.RoleOperator, "GET", "/v1/jobs/dead", nil, http.StatusOK, &page)
	if len(page.Jobs) != 1 || page.Jobs[0].ID != j.ID || !strings.Contains(page.Jobs[0].Problem, "broken") {
		t.Fatalf("%+v", page)
	}
	w.send(t, server.RoleOperator, "POST", "/v1/jobs/retry", object{"id": j.ID}, http.StatusOK, nil)
	w.send(t, server.RoleOperator, "POST", "/v1/jobs/retry", object{"id": j.ID}, http.StatusNotFound, nil)
	w.send(t, server.RoleOperator, "GET", "/v1/jobs/dead", nil, http.StatusOK, &page)
	if len(page.Jobs) != 0 {
		t.Errorf("still dead: %+v", page)
	}
}

// TestHookRoutesByRoleAndOwner sends every operation on webhooks with a key of every role, and with keys of others in the roles that may.
func TestHookRoutesByRoleAndOwner(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.market(t)
	own, err := w.hooks.Add(t.Context(), casework.Actor{Account: "elsewhere", Role: "operator"}, webhook.Hook{URL: "http://127.0.0.1:9/"})
	if err != nil {
		t.Fatal(err)
	}
	owner := []server.Role{server.RoleHolder, server.RoleAgent, server.RolePipeline, server.RoleOperator, server.RoleAdmin}
	connector := []server.Role{server.RolePipeline, server.RoleOperator, server.RoleAdmin}
	operators := []server.Role{server.RoleOperator, server.RoleAdmin}
	callback := object{"type": webhook.CallbackConfirmed, "data": object{"enforcement_id": "enf_1"}}
	path := "/v1/webhooks/" + own.ID
	routes := []struct {
		method, path string
		body         object
		roles        []server.Role
		list         bool
	}{
		{"GET", "/v1/webhooks", nil, owner, true},
		{"GET", path, nil, owner, false},
		{"POST", path + "/pause", nil, owner, false},
		{"POST", path + "/resume", nil, owner, false},
		{"POST", path + "/rotate-secrets", nil, owner, false},
		{"GET", path + "/deliveries", nil, owner, false},
		{"POST", path + "/deliveries/1/replay", nil, owner, false},
		{"POST", path + "/replay-dead", nil, owner, false},
		{"POST", path + "/callbacks", callback, connector, false},
		{"DELETE", path, nil, owner, false},
		{"POST", "/v1/webhooks", object{"url": "https://127.0.0.1:9/"}, owner, false},
		{"GET", "/v1/jobs/dead", nil, operators, true},
		{"POST", "/v1/jobs/retry", object{"id": "x"}, operators, false},
		{"POST", "/v1/enforcements/enf_1/fail", object{"reason": "no such listing"}, connector, false},
	}
	for _, r := range routes {
		t.Run(r.method+" "+strings.ReplaceAll(r.path, own.ID, "HOOK"), func(t *testing.T) {
			send := func(token string) reply {
				c := call{method: r.method, path: r.path, token: token, header: map[string]string{"webhook-id": "m", "webhook-timestamp": "1", "webhook-signature": "v1,x"}}
				if r.body != nil {
					c.body = bytes.NewReader(encoded(t, r.body))
				}
				return w.do(t, c)
			}
			if got := send(""); got.status != http.StatusUnauthorized {
				t.Errorf("without a key: %d", got.status)
			}
			for _, role := range server.Roles() {
				got := send(w.tokens[role])
				switch {
				case !slices.Contains(r.roles, role):
					if got.status != http.StatusForbidden {
						t.Errorf("role %s: %d %s", role, got.status, got.body)
					}
				case role == server.RoleOperator || role == server.RoleAdmin || r.path == "/v1/webhooks" && r.method == "POST":
				case r.list && got.status == http.StatusOK && !holdsAny(t, got.body), got.status == http.StatusNotFound:
				case strings.HasSuffix(r.path, "/fail") && got.status == http.StatusForbidden: // a pipeline that is bound to no marketplace
				default:
					t.Errorf("another's %s: %d %s", role, got.status, got.body)
				}
			}
		})
	}
}
