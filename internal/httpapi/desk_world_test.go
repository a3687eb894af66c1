package httpapi_test

import (
	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/onboarding"
	"touchstone/internal/casework/refusals"
	"touchstone/internal/httpapi/desk"
	"touchstone/internal/server"
)

// desk adds the operations of who runs the service.
func (w *world) desk(api huma.API) {
	w.inquiries = inquiry.New(inquiry.Parts{Store: w.Store, Registry: w.Registry, Cases: w.docket, Policies: w.Policies, Now: w.Clock})
	(&desk.API{
		Inquiries:  w.inquiries,
		Onboarding: onboarding.Guide{Registry: w.Registry, Notices: w.docket, Now: w.Clock},
	}).Register(api)
}

// refused brings what the server refuses to the audit log, as the program does.
func (w *world) refused(r server.Refusal) {
	w.refusals.Note(refusals.Refusal{Actor: casework.Actor{Account: r.Account, Role: string(r.Role), Subject: r.Subject, Key: r.KeyID},
		Method: r.Method, Route: r.Route, Subject: r.ID, Status: r.Status})
}
