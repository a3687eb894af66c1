// Package desk is the operations of the JSON API for who runs the service and who deals with it beyond notices and cases: inquiries, the
// first steps of new holders, requests about personal data, and surveys.
package desk

import (
	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/onboarding"
	"touchstone/internal/casework/privacy"
	"touchstone/internal/casework/survey"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/server"
)

// API is the operations over their use cases.
type API struct {
	rest.Errors
	Inquiries  *inquiry.Desk
	Onboarding onboarding.Guide
	Privacy    *privacy.Office
	Surveys    *survey.Surveys
}

// Roles that may do what. An admin may do everything that operators may.
var (
	askers    = []server.Role{server.RoleHolder, server.RoleAgent, server.RoleSeller, server.RolePipeline}
	team      = []server.Role{server.RoleReviewer, server.RoleOperator, server.RoleAdmin}
	parties   = append(append([]server.Role{}, askers...), team...)
	operators = []server.Role{server.RoleOperator, server.RoleAdmin}
	registrar = []server.Role{server.RoleHolder, server.RoleAgent, server.RoleReviewer, server.RoleOperator, server.RoleAdmin}
)

// Register adds all operations to the OpenAPI document and its router.
func (a *API) Register(api huma.API) {
	a.registerInquiries(api)
	a.registerTriage(api)
	a.registerOnboarding(api)
	a.registerPrivacy(api)
	a.registerSurveys(api)
}
