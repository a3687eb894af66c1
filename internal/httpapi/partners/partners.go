// Package partners is the operations of the JSON API for those who work with the desk from outside of it: partners with their agreements, joint actions, alerts
// and bundles.
package partners

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/partner"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/server"
)

// API is the operations over their use cases.
type API struct {
	rest.Errors
	Alliance *partner.Alliance
}

// Roles that may do what.
var (
	operators = []server.Role{server.RoleOperator, server.RoleAdmin}
	members   = []server.Role{server.RolePartner}
	both      = []server.Role{server.RolePartner, server.RoleOperator, server.RoleAdmin}
)

// tag of the operations in the document.
const tag = "Partners"

// Register adds all operations to the OpenAPI document and its router.
func (a *API) Register(api huma.API) {
	a.registerMemberships(api)
	a.registerSteps(api)
	a.registerAlerts(api)
	a.registerActions(api)
	a.registerActionSteps(api)
	a.registerDocuments(api)
	a.registerBundles(api)
}

// operation is an operation with statuses of its own beside those of all.
func operation(method, path, id, summary string, roles []server.Role, statuses ...int) huma.Operation {
	op := rest.Operation(method, path, id, summary, tag, roles)
	op.Errors = append(op.Errors, statuses...)
	return op
}

// made is an operation that makes something.
func made(path, id, summary string, roles []server.Role, statuses ...int) huma.Operation {
	op := operation(http.MethodPost, path, id, summary, roles, append(statuses, http.StatusUnprocessableEntity)...)
	op.DefaultStatus = http.StatusCreated
	return op
}

// step is an operation that changes something that there is.
func step(path, id, summary string, roles []server.Role) huma.Operation {
	op := operation(http.MethodPost, path, id, summary, roles, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	op.DefaultStatus = http.StatusOK
	return op
}

// file is an answer that is no JSON.
type file struct {
	ContentType  string `header:"Content-Type"`
	Disposition  string `header:"Content-Disposition"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

// fileResponse describes such an answer.
func fileResponse(media, description string) map[string]*huma.Response {
	return map[string]*huma.Response{"200": {Description: description, Content: map[string]*huma.MediaType{media: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}}
}
