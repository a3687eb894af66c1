package httpapi_test

import (
	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/onboarding"
	"touchstone/internal/httpapi/desk"
)

// desk adds the operations of who runs the service.
func (w *world) desk(api huma.API) {
	w.inquiries = inquiry.New(inquiry.Parts{Store: w.Store, Registry: w.Registry, Cases: w.docket, Policies: w.Policies, Now: w.Clock})
	(&desk.API{
		Inquiries:  w.inquiries,
		Onboarding: onboarding.Guide{Registry: w.Registry, Notices: w.docket, Now: w.Clock},
	}).Register(api)
}
