package httpapi_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"touchstone/internal/casework/evidence"
	"touchstone/internal/httpapi"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/server"
	"touchstone/internal/tracing"
)

// linked tells of a crowd and of two stores with one payee, and gives the ring of these.
func (w *world) linked(t *testing.T) string {
	t.Helper()
	w.market(t)
	tell := func(seller, payee string) tracing.Observed {
		t.Helper()
		var o tracing.Observed
		w.send(t, server.RoleOperator, "PUT", "/v1/sellers", object{"marketplace": "alpha", "seller": seller, "country": "CN",
			"contacts": []object{{"kind": "payee", "value": payee, "verified": true}, {"kind": "phone", "value": "00000000"}}}, http.StatusOK, &o)
		return o
	}
	for i := range 40 {
		tell(fmt.Sprintf("honest-%d", i), fmt.Sprintf("DE8937040044%010d", i))
	}
	tell("shop-1", "GB29NWBK60161331926819")
	o := tell("shop-2", "GB29NWBK60161331926819")
	if o.Risk.Ring == "" || len(o.Unused) != 1 {
		t.Fatalf("no ring: %+v", o)
	}
	return o.Risk.Ring
}

func TestLinkedSellersOverTheAPI(t *testing.T) {
	w := newWorld(t, nil, nil)
	ring := w.linked(t)
	var list httpapi.RingList
	w.send(t, server.RoleReviewer, "GET", "/v1/rings", nil, http.StatusOK, &list)
	var r tracing.Ring
	w.send(t, server.RoleReviewer, "GET", "/v1/rings/"+ring, nil, http.StatusOK, &r)
	if len(list.Rings) != 1 || list.Rings[0].ID != ring || len(r.Members) != 2 || len(r.Links) != 1 {
		t.Errorf("rings %+v, ring %+v", list, r)
	}
	var f tracing.Family
	w.send(t, server.RoleReviewer, "POST", "/v1/rings/"+ring+"/families", object{"sellers": []string{"alpha/shop-1", "alpha/shop-2"}, "note": "one payee"}, http.StatusCreated, &f)
	w.send(t, server.RoleReviewer, "POST", "/v1/families/"+f.ID+"/end", nil, http.StatusOK, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/families/"+f.ID+"/end", nil, http.StatusConflict, nil)
	bundle := w.send(t, server.RoleOperator, "POST", "/v1/rings/"+ring+"/evidence-bundle", object{"made_for": "customs, agreement 7"}, http.StatusOK, nil)
	checked, err := evidence.Verify(bytes.NewReader(bundle.body), int64(len(bundle.body)), w.signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	if got := checked.Content.Ring; got == nil || len(got.Stores) != 2 || got.Links[0].Shared[0].Value != "withheld-1" || bytes.Contains(bundle.body, []byte("gb29")) {
		t.Errorf("bundle: %+v", checked.Content)
	}
	told := w.send(t, server.RoleOperator, "POST", "/v1/rings/"+ring+"/evidence-bundle", object{"made_for": "customs", "told": []string{"payee"}}, http.StatusOK, nil)
	if checked, err = evidence.Verify(bytes.NewReader(told.body), int64(len(told.body)), nil); err != nil || checked.Content.Ring.Links[0].Shared[0].Value != "gb29nwbk60161331926819" {
		t.Errorf("what the agreement allows is not told: %v %+v", err, checked.Content.Ring)
	}
	w.send(t, server.RoleOperator, "POST", "/v1/rings/"+ring+"/evidence-bundle", object{"made_for": "customs", "told": []string{"picture"}}, http.StatusUnprocessableEntity, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/links/judge", object{"a": "alpha/shop-1", "b": "alpha/shop-2", "answer": "different"}, http.StatusOK, nil)
	w.send(t, server.RoleReviewer, "GET", "/v1/rings/"+ring, nil, http.StatusNotFound, nil)

	// What listings show is a sighting by itself.
	for i, seller := range []string{"shop-1", "shop-3"} {
		w.send(t, server.RolePipeline, "POST", "/v1/score", object{"id": fmt.Sprint("L", i), "marketplace": "alpha", "seller": seller, "title": "a lamp",
			"pictures": []object{{"data": intaketest.Drawing(t, 1)}}}, http.StatusOK, nil)
	}
	w.sweepNow(t)
	var v tracing.SellerView
	w.send(t, server.RoleReviewer, "GET", "/v1/sellers?marketplace=alpha&seller=shop-3", nil, http.StatusOK, &v)
	if len(v.Links) != 1 || v.Links[0].Linked || v.Links[0].Evidence[0].Kind != "picture" {
		t.Errorf("who shows a picture of another: %+v", v)
	}
	w.send(t, server.RoleOperator, "POST", "/v1/sellers/forget?marketplace=alpha&seller=shop-3", nil, http.StatusNoContent, nil)
	w.send(t, server.RoleReviewer, "GET", "/v1/sellers?marketplace=alpha&seller=shop-3", nil, http.StatusNotFound, nil)
}

func TestTracingRoutesByRole(t *testing.T) {
	w := newWorld(t, nil, nil)
	ring := w.linked(t)
	judge := []server.Role{server.RoleReviewer, server.RoleOperator, server.RoleAdmin}
	run := judge[1:]
	parties := append([]server.Role{server.RoleHolder, server.RoleAgent}, judge...)
	node := object{"place": "supplier", "name": "page"}
	for _, r := range []struct {
		method, path string
		body         object
		roles        []server.Role
	}{
		{"PUT", "/v1/sellers", object{"marketplace": "alpha", "seller": "x"}, append([]server.Role{server.RolePipeline}, run...)},
		{"GET", "/v1/sellers?marketplace=alpha&seller=shop-1", nil, judge},
		{"POST", "/v1/sellers/forget?marketplace=alpha&seller=shop-1", nil, run},
		{"GET", "/v1/rings", nil, judge}, {"GET", "/v1/rings/" + ring, nil, judge}, {"GET", "/v1/rings/refused", nil, judge},
		{"GET", "/v1/rings/" + ring + "/sources", nil, judge}, {"POST", "/v1/rings/recompute", nil, run},
		{"POST", "/v1/links/judge", object{"a": "alpha/shop-1", "b": "alpha/shop-2", "answer": "same"}, judge},
		{"POST", "/v1/rings/" + ring + "/families", object{"sellers": []string{"alpha/shop-1", "alpha/shop-2"}, "note": "n"}, judge},
		{"POST", "/v1/rings/" + ring + "/evidence-bundle", object{"made_for": "x"}, run},
		{"POST", "/v1/families/fam_1/end", nil, judge}, {"GET", "/v1/families", nil, judge},
		{"POST", "/v1/flows", object{"from": node, "to": object{"place": "store", "name": "alpha/shop-1"}, "what": "parcel"}, judge},
		{"POST", "/v1/sightings", object{"node": node, "what": "h", "at": "2026-01-01T00:00:00Z"}, judge},
		{"GET", "/v1/trends", nil, parties}, {"GET", "/v1/trends/alerts", nil, parties}, {"GET", "/v1/rights/rgt_x/suggested-aliases", nil, parties},
	} {
		t.Run(r.method+" "+strings.ReplaceAll(r.path, ring, "RING"), func(t *testing.T) {
			for _, role := range append(server.Roles(), "") {
				if slices.Contains(r.roles, role) {
					continue
				}
				c := call{method: r.method, path: r.path, token: w.tokens[role]}
				if r.body != nil {
					c.body = bytes.NewReader(encoded(t, r.body))
				}
				want := http.StatusForbidden
				if role == "" {
					want = http.StatusUnauthorized
				}
				if got := w.do(t, c); got.status != want {
					t.Errorf("role %q: %d %s", role, got.status, got.body)
				}
			}
		})
	}
	// A holder names a right of its own.
	w.send(t, server.RoleHolder, "GET", "/v1/trends", nil, http.StatusForbidden, nil)
	w.send(t, server.RoleHolder, "GET", "/v1/trends?right=rgt_x", nil, http.StatusNotFound, nil)
	w.send(t, server.RoleReviewer, "GET", "/v1/trends?by=colour", nil, http.StatusUnprocessableEntity, nil)
	w.send(t, server.RoleReviewer, "GET", "/v1/rings?after=x", nil, http.StatusUnprocessableEntity, nil)
	w.send(t, server.RoleOperator, "PUT", "/v1/sellers", object{"marketplace": "nowhere", "seller": "x"}, http.StatusNotFound, nil)
	w.send(t, server.RoleOperator, "PUT", "/v1/sellers", object{"marketplace": "alpha", "seller": "x", "country": "Germany"}, http.StatusUnprocessableEntity, nil)
}
