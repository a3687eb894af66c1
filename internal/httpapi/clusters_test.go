package httpapi_test

import (
	"fmt"
	"net/http"
	"testing"

	"touchstone/internal/httpapi"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/server"
)

// TestClusterOverTheAPI: three listings show one picture, two of one market and one of another.
func TestClusterOverTheAPI(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.tokens["other"] = w.issue(t, w.keys, server.KeyRequest{Account: "other", Name: "test", Role: server.RolePipeline})
	var entries []string
	for i, who := range []server.Role{server.RolePipeline, server.RolePipeline, "other", server.RolePipeline} {
		drawing := uint64(1)
		if i == 3 {
			drawing = 9
		}
		var s httpapi.Scored
		w.send(t, who, "POST", "/v1/score", object{"id": fmt.Sprint(i), "seller": "s", "pictures": []object{{"data": intaketest.Drawing(t, drawing)}}}, http.StatusOK, &s)
		entries = append(entries, s.Entry)
	}
	w.sweepNow(t)
	read := func(role server.Role, path string) (c httpapi.Cluster) {
		t.Helper()
		w.send(t, role, "GET", "/v1/listings/"+path, nil, http.StatusOK, &c)
		return c
	}
	own, all, alone := read(server.RolePipeline, entries[0]+"/cluster"), read(server.RoleReviewer, entries[2]+"/cluster"), read(server.RoleReviewer, entries[3]+"/cluster")
	if own.ID == "" || own.ID != all.ID || own.Size != 3 || len(own.Members) != 2 || len(all.Members) != 3 || own.Pictures[0].Listings != 3 || own.Pictures[0].Common {
		t.Errorf("to the pipeline %+v, to a reviewer %+v", own, all)
	}
	if alone.ID != "" || alone.Size != 1 || len(alone.Members) != 1 {
		t.Errorf("a listing that shares nothing: %+v", alone)
	}
	page := read(server.RoleReviewer, entries[0]+"/cluster?limit=2")
	rest := read(server.RoleReviewer, entries[0]+"/cluster?limit=2&after="+page.Next)
	if len(page.Members) != 2 || len(rest.Members) != 1 || rest.Next != "" {
		t.Errorf("pages %+v and %+v", page, rest)
	}
	w.try(t, server.RolePipeline, []row{
		{"another account's listing", call{method: "GET", path: "/v1/listings/" + entries[2] + "/cluster"}, 404, "", entries[2]},
		{"no listing", call{method: "GET", path: "/v1/listings/lst_missing/cluster"}, 404, "", "lst_missing"},
		{"no page", call{method: "GET", path: "/v1/listings/" + entries[0] + "/cluster?after=x"}, 422, "query.after", "lst_"},
		{"a holder", call{method: "GET", path: "/v1/listings/" + entries[0] + "/cluster", token: w.tokens[server.RoleHolder]}, 403, "", "may not"},
	})
}
