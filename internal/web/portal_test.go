package web_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/people"
	"touchstone/internal/web/sitetest"
	"touchstone/internal/web/webtest"
)

// TestPortalBrowser goes a holder's way in Chromium: register a right with a picture, see what to expect of it, file a notice that was checked
// while it was typed, follow it, and answer.
func TestPortalBrowser(t *testing.T) {
	s := newSite(t)
	if err := s.Store.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := webtest.Open(t, s.Server.URL, 2*time.Minute)
	b.Go("/sign-in")
	b.Run(chromedp.SendKeys("#email", "holder@example.com", chromedp.ByQuery), chromedp.SendKeys("#password", password, chromedp.ByQuery))
	b.Leave(chromedp.Click(".signin button.main", chromedp.ByQuery))
	if b.Path() != "/portal" || !strings.Contains(b.Text("main"), "Velmora print") {
		t.Fatalf("a holder begins at %s:\n%s", b.Path(), b.Text("main"))
	}
	sitetest.Both(b, "/portal", "portal")

	picture := filepath.Join(t.TempDir(), "front.jpg")
	if err := os.WriteFile(picture, intaketest.Drawing(t, 31), 0o600); err != nil {
		t.Fatal(err)
	}
	sitetest.Both(b, "/portal/rights/new", "register a right")
	b.Run(chromedp.SendKeys("#name", "Velmora <i>bag</i> حقيبة", chromedp.ByQuery), chromedp.SendKeys("#number", "2", chromedp.ByQuery), chromedp.SetUploadFiles("#pictures", []string{picture}, chromedp.ByQuery))
	b.Wait("document.querySelector('.thumbs li')?.innerText.includes('120 × 90')")
	if got := b.Text(".thumbs"); !strings.Contains(got, "a larger one finds more") {
		t.Errorf("the small picture: %q", got)
	}
	b.Leave(chromedp.Click(".form button.main", chromedp.ByQuery))
	right := b.Path()
	if text := b.Text("main"); !strings.HasPrefix(right, "/portal/rights/rgt_") || !strings.Contains(text, "Velmora <i>bag</i>") || !strings.Contains(text, "searched for") {
		t.Fatalf("at %s:\n%s", right, text)
	}
	sitetest.Both(b, right, "right")
	b.Run(chromedp.SendKeys("#seller", "shop-1", chromedp.ByQuery))
	b.Leave(chromedp.Click("[action$='/sellers'] button", chromedp.ByQuery))
	if !strings.Contains(b.Text("main"), "shop-1") {
		t.Error("the authorised seller is not listed")
	}

	sitetest.Both(b, "/portal/notices/new?right="+s.Right.ID, "file a notice")
	b.Run(chromedp.SendKeys("#listings", "L7\nhttps://alpha.example/L8", chromedp.ByQuery))
	b.Wait("document.getElementById('check').innerText.includes('of 2 would be declined')")
	b.Axe("file a notice, checked")
	b.Run(chromedp.SendKeys("#explanation", "These listings show our registered print on goods that are not ours.", chromedp.ByQuery), chromedp.SendKeys("#nn", "Ada", chromedp.ByQuery),
		chromedp.Click("[name=good_faith]", chromedp.ByQuery), chromedp.Click("[name=accuracy]", chromedp.ByQuery), chromedp.SendKeys("#signature", "Ada Velmora", chromedp.ByQuery))
	b.Leave(chromedp.Click(".form button.main", chromedp.ByQuery))
	if !strings.HasPrefix(b.Path(), "/portal/notices/ntc_") || !strings.Contains(b.Text(".flash"), "receipt") {
		t.Fatalf("after filing at %s:\n%s", b.Path(), b.Text("main"))
	}
	s.Work(t)
	sitetest.Both(b, b.Path(), "notice")
	if n := webtest.Is[int](b, "document.querySelectorAll('tbody a').length"); n != 2 {
		t.Errorf("%d cases:\n%s", n, b.Text("main"))
	}
	b.Leave(chromedp.Click("tbody a", chromedp.ByQuery))
	sitetest.Both(b, b.Path(), "case of a party")
	b.Calm()
}

// TestPortalDoors: a holder sees and changes nothing of another's, and staff pages stay closed.
func TestPortalDoors(t *testing.T) {
	s := newSite(t)
	n := s.Complain(t, "=HYPERLINK(1)", "L1")
	id := n.Items[0].Case
	s.TakeDown(t, id)
	for _, p := range []people.Person{{ID: "per_3", Email: "other@example.com", Role: "holder", Account: "other"}, {ID: "per_4", Email: "bound@example.com", Role: "agent", Account: "brand", Subject: "hld_none"}} {
		if _, err := s.People.Add(t.Context(), p, password); err != nil {
			t.Fatal(err)
		}
	}
	owned := []string{"/portal/rights/" + s.Right.ID, "/portal/notices/" + n.ID, "/portal/cases/" + id}
	s.SignIn(t, "holder@example.com")
	for _, path := range owned {
		s.Get(t, path).Want(t, 200)
	}
	if csv := s.Get(t, "/portal/cases.csv").Want(t, 200, id); strings.Contains(csv.Body, ",=HYPERLINK") {
		t.Errorf("a formula in the table:\n%s", csv.Body)
	}
	refs, err := s.Registry.References(t.Context(), holder, s.Right.ID)
	if err != nil {
		t.Fatal(err)
	}
	owned = append(owned, "/portal/rights/"+s.Right.ID+"/pictures/"+refs[0].ID)
	s.Get(t, owned[3]).Want(t, 200)
	for _, email := range []string{"other@example.com", "bound@example.com"} {
		token := s.SignIn(t, email).Want(t, 200).Token(t)
		for _, path := range owned {
			s.Get(t, path).Want(t, 404)
		}
		if csv := s.Get(t, "/portal/cases.csv").Want(t, 200); strings.Contains(csv.Body, id) {
			t.Errorf("%s reads another's cases", email)
		}
		for path, form := range map[string]url.Values{
			"/portal/rights/" + s.Right.ID + "/words":   {"word": {"stolen"}},
			"/portal/rights/" + s.Right.ID + "/sellers": {"seller": {"thief"}},
			"/portal/cases/" + id + "/answer":           {"answer": {"yes"}},
			"/portal/cases/" + id + "/appeal":           {"answer": {"I would like to complain about this."}},
		} {
			s.Post(t, path, form).Want(t, 403)
			form.Set("token", token)
			s.Post(t, path, form).Want(t, 404)
		}
	}
	s.SignIn(t, "robin@example.com")
	s.Get(t, "/portal").Want(t, 403)
}

// TestPartyAnswers: a question and a counter-notice are answered on the case's page, and what is wrong is said with the text kept.
func TestPartyAnswers(t *testing.T) {
	s := newSite(t)
	id := s.Complain(t, "Bag", "L1").Items[0].Case
	judge := casework.Actor{Account: "market", Role: "reviewer", Key: "per_9"}
	_, err := s.Docket.Claim(t.Context(), judge, id)
	if err == nil {
		_, err = s.Docket.Clarify(t.Context(), judge, id, "Which picture do you mean?")
	}
	if err != nil {
		t.Fatal(err)
	}
	token := s.SignIn(t, "holder@example.com").Want(t, 200, "Waits for your answer").Token(t)
	p := s.Get(t, "/portal/cases/"+id).Want(t, 200, "Which picture do you mean?")
	if strings.Contains(p.Body, "per_9") {
		t.Error("the holder sees who asks")
	}
	s.Post(t, "/portal/cases/"+id+"/answer", url.Values{"token": {token}, "answer": {" "}}).Want(t, 422, "answer")
	s.Post(t, "/portal/cases/"+id+"/answer", url.Values{"token": {token}, "answer": {"The <first> one."}}).Want(t, 200, "The &lt;first&gt; one.")
	if c, err := s.Store.Case(t.Context(), id); err != nil || c.State != docket.StateOpen {
		t.Errorf("%s, %v", c.State, err)
	}
}
