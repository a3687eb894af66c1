package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/partner"
	"touchstone/internal/casework/survey"
	"touchstone/internal/web/sitetest"
)

// TestRefusedLinksAreTold: a link that is not ours, was taken back or has expired opens nothing, and each try is told for the audit log, without the
// token, which may be somebody's.
func TestRefusedLinksAreTold(t *testing.T) {
	s := sitetest.New(t)
	_, revoked, revokedPath := s.Linked(t, "Revoked")
	_, _, expired := s.Linked(t, "Expired")
	if _, err := s.Links.Revoke(t.Context(), casework.Actor{Account: "alpha", Role: "pipeline", Subject: "alpha"}, revoked.Case, revoked.ID); err != nil {
		t.Fatal(err)
	}
	tried := func(name, path string) {
		t.Helper()
		s.Refused = nil
		if got := s.Get(t, path); got.Status != http.StatusNotFound {
			t.Errorf("%s: answered %d", name, got.Status)
		}
		if len(s.Refused) != 1 {
			t.Fatalf("%s: told %d times: %+v", name, len(s.Refused), s.Refused)
		}
		r := s.Refused[0]
		token := path[strings.LastIndex(path, "/")+1:]
		if r.Status != http.StatusNotFound || !strings.HasSuffix(r.Route, "/:token") || r.Subject != "" || strings.Contains(r.Route, token) {
			t.Errorf("%s: told %+v", name, r)
		}
	}
	tried("a seller's link that was taken back", revokedPath)
	for name, path := range map[string]string{"a seller's": "/seller/", "a survey's": survey.PathPrefix, "a partner's": partner.PathPrefix} {
		tried(name+" link that is not ours", path+"AAAAAAAAAAAAAAAAAAAAAAAAAAAA")
		tried(name+" link that is no token", path+"%2e%2e")
	}
	if got := s.Get(t, expired); got.Status != http.StatusOK {
		t.Fatalf("a link in its time: %d", got.Status)
	}
	s.Pass(400 * 24 * time.Hour)
	tried("a seller's link that has expired", expired)
}
