package httpapi_test

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/onboarding"
	"touchstone/internal/casework/privacy"
	"touchstone/internal/casework/refusals"
	"touchstone/internal/casework/survey"
	"touchstone/internal/casework/webhook"
	"touchstone/internal/fetch"
	"touchstone/internal/httpapi/desk"
	"touchstone/internal/httpapi/hooks"
	"touchstone/internal/server"
	"touchstone/internal/signing"
)

// desk adds the operations of who runs the service.
func (w *world) desk(api huma.API) {
	w.inquiries = inquiry.New(inquiry.Parts{Store: w.Store, Registry: w.Registry, Cases: w.docket, Files: w.dossier, Policies: w.Policies, Now: w.Clock})
	key, err := signing.New()
	if err != nil {
		panic(err)
	}
	w.surveys = survey.New(survey.Parts{Store: w.Store, Policies: w.Policies, Key: key, Now: w.Clock})
	w.office = privacy.New(privacy.Parts{Store: w.Store, Policies: w.Policies, Now: w.Clock})
	(&desk.API{
		Privacy:    w.office,
		Surveys:    w.surveys,
		Inquiries:  w.inquiries,
		Onboarding: onboarding.Guide{Registry: w.Registry, Notices: w.docket, Now: w.Clock},
	}).Register(api)
}

// refused brings what the server refuses to the audit log, as the program does.
func (w *world) refused(r server.Refusal) {
	w.refusals.Note(refusals.Refusal{Actor: casework.Actor{Account: r.Account, Role: string(r.Role), Subject: r.Subject, Key: r.KeyID},
		Method: r.Method, Route: r.Route, Subject: r.ID, Status: r.Status})
}

// refusedPartner brings what a partner was refused to the audit log, as the program does.
func (w *world) refusedPartner(a casework.Actor, what, subject string) {
	w.refusals.Note(refusals.Refusal{Actor: a, Method: "partner", Route: what, Subject: subject, Status: http.StatusForbidden})
}

// connectors adds the operations of webhooks, which may come to this machine.
func (w *world) connectors(t *testing.T, api huma.API) {
	t.Helper()
	client, err := fetch.New(fetch.Config{AnyPort: true, Allow: func(a netip.Addr) bool { return a.IsLoopback() }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	w.hooks = webhook.New(webhook.Parts{Store: w.Store, Send: client, Orders: w.docket, Local: true, Now: w.Clock})
	(&hooks.API{Hooks: w.hooks, Jobs: w.Store, Wake: w.jobs.Wake}).Register(api)
}
