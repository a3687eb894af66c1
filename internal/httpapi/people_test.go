package httpapi_test

import (
	"net/http"
	"slices"
	"testing"

	"touchstone/internal/httpapi"
	"touchstone/internal/server"
)

// TestPeople: the admin key makes the first administrator, and nobody else makes anybody.
func TestPeople(t *testing.T) {
	w := newWorld(t, nil, nil)
	body := object{"email": "Ada@Example.com", "name": "Ada <b>", "role": "admin", "account": "ops"}
	for _, role := range server.Roles() {
		if role == server.RoleAdmin {
			continue
		}
		for _, path := range []string{"/v1/people", "/v1/people/per_1/reset", "/v1/people/per_1/disable", "/v1/people/per_1/enable"} {
			w.send(t, role, "POST", path, body, http.StatusForbidden, nil)
		}
		w.send(t, role, "GET", "/v1/people", nil, http.StatusForbidden, nil)
	}
	var made httpapi.SigningPerson
	w.send(t, server.RoleAdmin, "POST", "/v1/people", body, http.StatusCreated, &made)
	if made.Email != "ada@example.com" || made.Password == "" || !made.Invited {
		t.Fatalf("%+v", made)
	}
	w.send(t, server.RoleAdmin, "POST", "/v1/people", body, http.StatusConflict, nil)
	w.send(t, server.RoleAdmin, "POST", "/v1/people", object{"email": "nobody", "role": "admin", "account": "ops"}, http.StatusUnprocessableEntity, nil)
	w.send(t, server.RoleAdmin, "POST", "/v1/people", object{"email": "x@example.com", "role": "pipeline", "account": "ops"}, http.StatusUnprocessableEntity, nil)
	var again httpapi.SigningPerson
	w.send(t, server.RoleAdmin, "POST", "/v1/people/"+made.ID+"/reset", nil, http.StatusOK, &again)
	if again.Password == "" || again.Password == made.Password {
		t.Errorf("%+v", again)
	}
	w.send(t, server.RoleAdmin, "POST", "/v1/people/"+made.ID+"/disable", nil, http.StatusOK, &again)
	w.send(t, server.RoleAdmin, "POST", "/v1/people/per_none/disable", nil, http.StatusNotFound, nil)
	var list httpapi.PeopleList
	w.send(t, server.RoleAdmin, "GET", "/v1/people", nil, http.StatusOK, &list)
	if len(list.People) != 1 || !list.People[0].Disabled || list.People[0].Password != "" {
		t.Errorf("%+v", list)
	}
	w.send(t, server.RoleAdmin, "POST", "/v1/people/"+made.ID+"/enable", nil, http.StatusOK, &again)
	if again.Disabled {
		t.Errorf("%+v", again)
	}
	if slices.ContainsFunc(w.stored.seen, func(r server.StoredResponse) bool { return len(r.Body) > 0 }) {
		t.Error("an answer with a password is stored")
	}
}
