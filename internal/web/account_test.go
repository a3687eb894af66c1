package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"touchstone/internal/people"
	"touchstone/internal/people/oidc"
	"touchstone/internal/people/oidc/oidctest"
	"touchstone/internal/web"
	"touchstone/internal/web/webtest"
)

// TestAccountBrowser goes through what people do with their own account, in Chromium: codes, recovery codes, password, sessions.
func TestAccountBrowser(t *testing.T) {
	s := newSite(t)
	s.SignIn(t, "robin@example.com") // another browser
	b := webtest.Open(t, s.Server.URL, time.Minute)
	signIn := func(password, code string) {
		t.Helper()
		b.Go("/sign-in?next=/account")
		b.Run(chromedp.SendKeys("#email", "robin@example.com", chromedp.ByQuery), chromedp.SendKeys("#password", password, chromedp.ByQuery))
		if code != "" {
			b.Run(chromedp.SendKeys("#code", code, chromedp.ByQuery))
		}
		b.Leave(chromedp.Click(".signin button", chromedp.ByQuery))
	}
	signIn(password, "")
	for _, look := range []struct {
		name string
		size [2]int64
		dark bool
	}{{"desk", webtest.Desk, false}, {"phone", webtest.Phone, true}} {
		b.Look(look.size, look.dark)
		b.Go("/account")
		b.Axe("account, " + look.name)
		b.Fits("account, " + look.name)
		b.Shot("account-"+look.name+".png", true)
	}
	b.Look(webtest.Desk, false)
	if w := webtest.Is[int](b, "document.querySelector('.enrol img').naturalWidth"); w != 220 {
		t.Errorf("the QR code is %d wide", w)
	}
	secret := strings.ReplaceAll(b.Text(".secret"), " ", "")
	code, err := totp.GenerateCode(secret, s.Clock())
	if err != nil {
		t.Fatal(err)
	}
	b.Run(chromedp.SendKeys("#code", code, chromedp.ByQuery))
	b.Leave(chromedp.Click("[action='/account/codes'] button", chromedp.ByQuery))
	recovery := strings.Fields(b.Text(".codes"))
	if len(recovery) != 10 {
		t.Fatalf("recovery codes: %q", recovery)
	}
	b.Axe("account, recovery codes")
	b.Shot("account-recovery.png", true)

	b.Go("/account")
	b.Run(chromedp.SendKeys("#old", password, chromedp.ByQuery), chromedp.SendKeys("#new", "quite another one", chromedp.ByQuery), chromedp.SendKeys("#again", "quite another one", chromedp.ByQuery))
	b.Leave(chromedp.Click("[action='/account/password'] button.main", chromedp.ByQuery))
	if said := b.Text(".flash"); !strings.Contains(said, "signed out everywhere else") {
		t.Errorf("after the change: %q", said)
	}
	if p := s.Get(t, "/queue"); p.Path != "/sign-in" {
		t.Errorf("the other browser is at %s", p.Path)
	}
	if n := webtest.Is[int](b, "document.querySelectorAll('.sessions li').length"); n != 1 {
		t.Errorf("%d sessions are left", n)
	}
	b.Leave(chromedp.Click("[action='/sign-out'] button", chromedp.ByQuery))
	signIn("quite another one", "")
	if !strings.Contains(b.Text("main"), "code from your app") {
		t.Errorf("no code is asked for:\n%s", b.Text("main"))
	}
	signIn("quite another one", recovery[0])
	if b.Path() != "/account" || !strings.Contains(b.Text("main"), "9 recovery codes") {
		t.Errorf("with a recovery code at %s:\n%s", b.Path(), b.Text("main"))
	}
	b.Calm()
}

// TestPeopleBrowser: an administrator invites somebody, who must change the password before anything else.
func TestPeopleBrowser(t *testing.T) {
	s := newSite(t)
	if _, err := s.People.Add(t.Context(), people.Person{ID: "per_5", Email: "root@example.com", Name: "مدير " + strings.Repeat("long", 20), Role: "admin", Account: "ops"}, password); err != nil {
		t.Fatal(err)
	}
	b := webtest.Open(t, s.Server.URL, time.Minute)
	in := func(email, password string) {
		t.Helper()
		b.Go("/sign-in?next=/people")
		b.Run(chromedp.SendKeys("#email", email, chromedp.ByQuery), chromedp.SendKeys("#password", password, chromedp.ByQuery))
		b.Leave(chromedp.Click(".signin button", chromedp.ByQuery))
	}
	in("root@example.com", password)
	for _, look := range []struct {
		name string
		size [2]int64
		dark bool
	}{{"phone", webtest.Phone, true}, {"desk", webtest.Desk, false}} {
		b.Look(look.size, look.dark)
		b.Go("/people")
		b.Axe("people, " + look.name)
		b.Fits("people, " + look.name)
		b.Shot("people-"+look.name+".png", true)
	}
	b.Run(chromedp.SendKeys("#email", "new@example.com", chromedp.ByQuery), chromedp.SendKeys("#account", "market", chromedp.ByQuery))
	b.Leave(chromedp.Click(".invite button.main", chromedp.ByQuery))
	made := b.Text(".secret")
	if len(made) != 16 {
		t.Fatalf("the password is %q:\n%s", made, b.Text("main"))
	}
	b.Leave(chromedp.Click("[action='/sign-out'] button", chromedp.ByQuery))
	in("new@example.com", made)
	b.Go("/queue")
	if b.Path() != "/account" || !strings.Contains(b.Text("main"), "Change it first") {
		t.Errorf("before the change at %s:\n%s", b.Path(), b.Text("main"))
	}
	b.Run(chromedp.SendKeys("#old", made, chromedp.ByQuery), chromedp.SendKeys("#new", "a password of mine", chromedp.ByQuery), chromedp.SendKeys("#again", "a password of mine", chromedp.ByQuery))
	b.Leave(chromedp.Click("[action='/account/password'] button.main", chromedp.ByQuery))
	b.Go("/queue")
	if b.Path() != "/queue" {
		t.Errorf("after the change at %s", b.Path())
	}
	b.Forgive() // the first attempt at /people is refused, as it must be for a reviewer
}

// TestAccountForms: what is wrong is said, nothing happens without the session's token, and only administrators see people.
func TestAccountForms(t *testing.T) {
	s := newSite(t)
	p := s.SignIn(t, "robin@example.com").Want(t, 200)
	token := p.Token(t)
	s.Post(t, "/account/password", url.Values{"token": {token}, "old": {"wrong wrong wrong"}, "new": {"quite another one"}, "again": {"quite another one"}}).Want(t, 422, "The password is wrong")
	s.Post(t, "/account/password", url.Values{"token": {token}, "old": {password}, "new": {"short"}, "again": {"short"}}).Want(t, 422, "needs 10 to 200")
	s.Post(t, "/account/password", url.Values{"token": {token}, "old": {password}, "new": {"quite another one"}, "again": {"x"}}).Want(t, 422, "not the same twice")
	s.Post(t, "/account/codes", url.Values{"token": {token}, "code": {"000000"}}).Want(t, 422, "not the code")
	for _, path := range []string{"/account/password", "/account/codes", "/account/codes/off", "/account/codes/new", "/account/sessions/end", "/account/sessions/x/end", "/people", "/people/per_1/reset", "/people/per_1/disable"} {
		s.Post(t, path, url.Values{"old": {password}}).Want(t, 403)
	}
	s.Get(t, "/people").Want(t, 403)
	s.Post(t, "/people/per_2/disable", url.Values{"token": {token}}).Want(t, 403)
	s.SignIn(t, "holder@example.com")
	s.Get(t, "/people").Want(t, 403)
}

// TestStaffCodes: where the service asks for codes, staff gets no further without; others do.
func TestStaffCodes(t *testing.T) {
	s := newSite(t, func(w *web.Web) { w.StaffCodes = true })
	if p := s.SignIn(t, "robin@example.com").Want(t, 200, "Staff sign in with codes"); p.Path != "/account" {
		t.Errorf("at %s", p.Path)
	}
	if p := s.Get(t, "/queue"); p.Path != "/account" {
		t.Errorf("at %s", p.Path)
	}
}

// TestProvider: somebody comes back from an identity provider, to where they wanted to go; a stranger does not get in.
func TestProvider(t *testing.T) {
	there := oidctest.New(t)
	there.Email, there.Verified = "robin@example.com", true
	s := newSite(t, func(w *web.Web) { w.StaffCodes = true }, func(w *web.Web) {
		var err error
		if w.Provider, err = oidc.New(oidc.Config{Issuer: there.URL, ID: oidctest.Client, Secret: oidctest.Secret, Callback: w.Address + "/sign-in/callback", Name: "Staff <login>"}); err != nil {
			t.Fatal(err)
		}
	})
	link := regexp.MustCompile(`href="(/sign-in/provider[^"]*)"`).FindStringSubmatch(s.Get(t, "/sign-in?next=/queue").Want(t, 200, "Sign in with Staff &lt;login&gt;").Body)
	if link == nil {
		t.Fatal("no link to the provider")
	}
	if p := s.Get(t, link[1]).Want(t, 200, "Robin"); p.Path != "/queue" {
		t.Errorf("back at %s", p.Path)
	}
	s.Get(t, "/sign-in/callback?code=x&state=y").Want(t, 403, "did not sign you in")
	there.Subject, there.Email = "8", "stranger@example.com"
	s.Get(t, "/sign-in/provider").Want(t, 403, "Nobody here has the address stranger@example.com")
}
