package web_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"touchstone/internal/casework"
	"touchstone/internal/casework/partner"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/people"
	"touchstone/internal/web/sitetest"
	"touchstone/internal/web/webtest"
)

var ops = casework.Actor{Account: "ops", Role: "operator", Key: "per_ops"}

// join takes a partner in, whose member is an account.
func (s *site) join(t *testing.T, account string) partner.Partner {
	t.Helper()
	p, err := s.Alliance.Make(t.Context(), ops, partner.Partner{Name: "Zollfahndung <b>", Kind: partner.KindLawEnforcement, Agreement: partner.Agreement{Reference: "A-1", From: s.Clock().AddDate(0, -1, 0),
		Until: s.Clock().AddDate(1, 0, 0), Territories: []string{"EU"}, Marketplaces: []string{"alpha"}, Rights: []string{s.Right.ID}, Fields: partner.Usual(partner.KindLawEnforcement)}})
	if err == nil {
		p, err = s.Alliance.AddMember(t.Context(), ops, p.ID, account)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// allies are an operator and somebody of a partner, who sign in.
func (s *site) allies(t *testing.T) {
	t.Helper()
	for _, p := range []people.Person{{ID: "per_3", Email: "ops@example.com", Role: "operator", Account: "ops"}, {ID: "per_4", Email: "ally@example.com", Name: "Ally", Role: "partner", Account: "zoll"}} {
		if _, err := s.People.Add(t.Context(), p, password); err != nil {
			t.Fatal(err)
		}
	}
}

// furnish gives a partner an alert, an action and a bundle.
func (s *site) furnish(t *testing.T, p partner.Partner) (partner.Action, partner.Bundle) {
	t.Helper()
	n := s.Complain(t, "Bag", "L1")
	s.TakeDown(t, n.Items[0].Case)
	ctx := t.Context()
	if _, err := s.Alliance.Share(ctx, partner.Attack{Right: s.Right.ID, At: s.Clock(), From: s.Clock().Add(-time.Hour), Forms: []string{"v3lmora"}, Markets: []partner.MarketCount{{Marketplace: "alpha", Listings: 12, Sellers: 4, Expected: 0.5}}}); err != nil {
		t.Fatal(err)
	}
	x, err := s.Alliance.Open(ctx, ops, partner.Plan{Kind: partner.ActionCriminal, Title: "Containers from <i>Ningbo</i>", Summary: "Bags that show the registered print, in three containers.", Authority: "StA Hamburg", Reference: "12 Js 3/26",
		Partners: []partner.Invitation{{Partner: p.ID, As: partner.PartLead}}})
	if err == nil {
		x, err = s.Alliance.Link(ctx, ops, x.ID, partner.Links{Rights: []string{s.Right.ID}, Cases: []string{n.Items[0].Case}})
	}
	if err == nil {
		x, err = s.Alliance.Move(ctx, ops, x.ID, partner.ActionFiled, "", "The complaint was filed.")
	}
	var b partner.Bundle
	if err == nil {
		b, err = s.Alliance.Bundle(ctx, ops, partner.Order{Partner: p.ID, Case: n.Items[0].Case, Action: x.ID, Purpose: "12 Js 3/26"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return x, b
}

// TestPartnersPages: an operator takes a partner in and changes its agreement; its people see what it names, and nothing when it is suspended.
func TestPartnersPages(t *testing.T) {
	s := newSite(t)
	s.allies(t)
	s.SignIn(t, "ops@example.com")
	list := s.Get(t, "/partners").Want(t, 200, "There are no partners yet")
	form := url.Values{"token": {list.Token(t)}, "name": {"Zoll"}, "kind": {"law_enforcement"}, "reference": {"A-7"}, "from": {s.Clock().Format(time.DateOnly)}, "until": {s.Clock().AddDate(1, 0, 0).Format(time.DateOnly)},
		"territories": {"DE, EU"}, "marketplaces": {"alpha"}, "rights": {s.Right.ID}}
	s.Post(t, "/partners", url.Values{"token": {list.Token(t)}, "name": {"Z"}, "kind": {"friend"}}).Want(t, 422, "choose one of those")
	s.Post(t, "/partners", form).Want(t, 200, "Zoll", "No account acts for", "Agreement")
	p, err := s.Alliance.List(t.Context(), ops, partner.Query{Limit: 1})
	if err != nil || len(p) != 1 {
		t.Fatal(p, err)
	}
	at := "/partners/" + p[0].ID
	s.Post(t, at+"/step", url.Values{"token": {list.Token(t)}, "step": {"join"}, "account": {"zoll"}}).Want(t, 200, "zoll", "The partner was changed")
	s.Post(t, at+"/step", url.Values{"token": {list.Token(t)}, "step": {"dance"}}).Want(t, 422, "none that there is")
	form.Del("kind")
	form["field"] = []string{"alert.right", "alert.counts", "case.right", "action.title", "action.entries", "action.documents"}
	s.Post(t, at+"/agreement", form).Want(t, 200, "The partner was changed")
	x, b := s.furnish(t, p[0])
	s.Get(t, at).Want(t, 200, "12 listings of 4 sellers", "12 Js 3/26", b.Link)
	s.Get(t, "/actions/"+x.ID).Want(t, 200, "StA Hamburg", "The complaint was filed.")
	s.Post(t, "/actions/"+x.ID+"/state", url.Values{"token": {list.Token(t)}, "state": {"decided"}}).Want(t, 422, "say what came of it")

	s.SignIn(t, "ally@example.com")
	own := s.Get(t, "/alliance").Want(t, 200, "12 listings of 4 sellers", "Velmora print", "Containers from &lt;i&gt;Ningbo")
	if strings.Contains(own.Body, "v3lmora") || strings.Contains(own.Body, "StA Hamburg") {
		t.Error("the page tells what the agreement does not name")
	}
	seen := s.Get(t, "/actions/"+x.ID).Want(t, 200, "The complaint was filed.")
	if strings.Contains(seen.Body, "StA Hamburg") || strings.Contains(seen.Body, "/state") {
		t.Errorf("the file tells, or offers, too much:\n%s", seen.Body)
	}
	s.Post(t, "/actions/"+x.ID+"/entries", url.Values{"token": {own.Token(t)}, "what": {"Three <b>containers</b> were opened"}, "at": {s.Clock().Format(time.DateOnly)}}).Want(t, 200, "Three &lt;b&gt;containers")
	s.Post(t, "/actions/"+x.ID+"/entries", url.Values{"token": {own.Token(t)}, "what": {"?"}}).Want(t, 422, "3 to 5")
	s.documents(t, x.ID, own.Token(t))
	s.observes(t, x.ID, p[0].ID)
	alerts, _, err := s.Alliance.Alerts(t.Context(), ops, partner.AlertQuery{Partner: p[0].ID, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	s.Post(t, "/alliance/alerts/"+alerts[0].ID+"/acknowledge", url.Values{"token": {own.Token(t)}, "note": {"Taken up."}}).Want(t, 200, "Taken up.", "acknowledged")
	if got := s.Get(t, "/bundles/"+b.ID); got.Status != 200 || got.Header.Get("Content-Type") != "application/zip" || !strings.HasPrefix(got.Body, "PK") {
		t.Errorf("bundle: %d %s", got.Status, got.Header.Get("Content-Type"))
	}
	s.Get(t, "/partners").Want(t, 403, "may not")
	s.Get(t, "/queue").Want(t, 403, "may not")

	// A court has the link alone.
	court := s.visitor(t, "")
	s.visit(t, court, "GET "+b.Link, nil).Want(t, 200, "Zoll", b.Hash)
	if got := s.visit(t, court, "POST "+b.Link, nil); got.Status != 200 || !strings.HasPrefix(got.Body, "PK") {
		t.Errorf("by its link: %d", got.Status)
	}
	if _, err := s.Alliance.Suspend(t.Context(), ops, p[0].ID, "They are looked into."); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/alliance", "/actions/" + x.ID, "/bundles/" + b.ID} {
		s.Get(t, path).Want(t, 403, "suspended")
	}
	s.visit(t, court, "POST "+b.Link, nil).Want(t, 404, "not valid")
}

// observes: a partner that merely observes an action is offered nothing to fill in.
func (s *site) observes(t *testing.T, action, as string) {
	t.Helper()
	change := func(part string) partner.Action {
		if _, err := s.Alliance.Dismiss(t.Context(), ops, action, as); err != nil {
			t.Fatal(err)
		}
		x, err := s.Alliance.Invite(t.Context(), ops, action, partner.Invitation{Partner: as, As: part})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	before := s.Get(t, "/actions/"+action).Want(t, 200, "/actions/"+action+"/entries", "/actions/"+action+"/documents\"")
	change(partner.PartObserver)
	if seen := s.Get(t, "/actions/"+action).Want(t, 200, "The complaint was filed."); strings.Contains(seen.Body, "<textarea") || strings.Contains(seen.Body, `type="file"`) {
		t.Errorf("an observer is offered forms:\n%s", seen.Body)
	}
	change(partner.PartMember)
	if after := s.Get(t, "/actions/"+action); strings.Count(after.Body, "<form") != strings.Count(before.Body, "<form") {
		t.Error("who takes part again is offered something else than before")
	}
}

// documents: somebody of a partner adds documents to an action and gets them back; what is none is refused with a sentence.
func (s *site) documents(t *testing.T, action, token string) {
	t.Helper()
	at, fields := "/actions/"+action+"/documents", map[string]string{"token": token}
	s.SendAs(t, at, fields, "document", "run.pdf", []byte("MZ\x90")).Want(t, 422, "the file is a program")
	s.SendAs(t, at, fields, "paper", "order.jpg", intaketest.Drawing(t, 5)).Want(t, 422, "it is needed")
	sent := intaketest.Drawing(t, 5)
	shown := s.SendAs(t, at, fields, "document", "../order <b>.jpg", sent).Want(t, 200, "order _b_.jpg")
	s.SendAs(t, at, fields, "document", "again.jpg", sent).Want(t, 422, "there already")
	sum := sha256.Sum256(sent)
	link := at + "/" + hex.EncodeToString(sum[:])
	if !strings.Contains(shown.Body, link) {
		t.Fatalf("the page does not link %s:\n%s", link, shown.Body)
	}
	if got := s.Get(t, link); got.Status != 200 || got.Body != string(sent) || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") || got.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the document: %d %v", got.Status, got.Header)
	}
	rows, err := s.Store.Audits(t.Context(), action, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var did []string
	for _, r := range rows {
		did = append(did, r.Action)
	}
	for _, want := range []string{"action.attach", "action.document"} {
		if !slices.Contains(did, want) {
			t.Errorf("the audit log has %v, lacks %s", did, want)
		}
	}
}

// TestPartnersBrowser: every page at both widths, in light and dark.
func TestPartnersBrowser(t *testing.T) {
	s := newSite(t)
	s.allies(t)
	p := s.join(t, "zoll")
	x, b := s.furnish(t, p)
	browser := webtest.Open(t, s.Server.URL, 2*time.Minute)
	sitetest.Enter(browser, "ops@example.com")
	sitetest.Both(browser, "/partners", "partners")
	sitetest.Both(browser, "/partners/"+p.ID, "partner")
	sitetest.Both(browser, "/actions/"+x.ID, "action")
	sitetest.Both(browser, b.Link, "shared bundle")
	browser.Go("/partners")
	browser.Leave(chromedp.Click(".top form[action='/sign-out'] button", chromedp.ByQuery))
	sitetest.Enter(browser, "ally@example.com")
	if browser.Path() != "/alliance" {
		t.Errorf("a partner begins at %s", browser.Path())
	}
	sitetest.Both(browser, "/alliance", "alliance")
	sitetest.Both(browser, "/actions/"+x.ID, "action of a partner")
	browser.Calm()
}
