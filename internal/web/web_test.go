package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"touchstone/internal/policy"
	"touchstone/internal/web"
	"touchstone/internal/web/sitetest"
)

const password = sitetest.Password

// site is a site with what these tests do to it.
type site struct{ *sitetest.Site }

type page = sitetest.Page

var (
	operator = sitetest.Operator
	holder   = sitetest.Holder
)

func newSite(t *testing.T, change ...func(*web.Web)) *site {
	t.Helper()
	return &site{sitetest.New(t, change...)}
}

// TestReviewer goes a reviewer's way: sign in, claim, look, decide, undo.
func TestReviewer(t *testing.T) {
	s := newSite(t)
	s.Complain(t, `Bag "<script>alert(1)</script>" العربية`, "L1", "L2")
	if p := s.Get(t, "/queue"); p.Path != "/sign-in" {
		t.Fatalf("a stranger sees %s", p.Path)
	}
	queue := s.SignIn(t, "robin@example.com").Want(t, 200, "Robin &lt;b&gt;", "Claim next")
	if queue.Path != "/queue" || strings.Contains(queue.Body, "<script>alert") {
		t.Fatalf("%s:\n%s", queue.Path, queue.Body)
	}
	name := "express"
	for _, q := range policy.Queues() {
		if strings.Contains(s.Get(t, "/queue?queue="+q).Body, "/cases/") {
			name = q
		}
	}
	c := s.Post(t, "/queue/claim", url.Values{"token": {queue.Token(t)}, "queue": {name}}).Want(t, 200, "Velmora print", "Take down", "Copied picture", "العربية")
	if !strings.HasPrefix(c.Path, "/cases/") {
		t.Fatalf("claimed, and at %s", c.Path)
	}
	first := c.Path
	finding := regexp.MustCompile(`src="(/cases/[^"]+/listing)"`).FindStringSubmatch(c.Body)
	if finding == nil {
		t.Fatalf("no picture:\n%s", c.Body)
	}
	for _, kind := range []string{"listing", "reference", "overlay", "side-by-side"} {
		p := s.Get(t, strings.Replace(finding[1], "/listing", "/"+kind, 1)).Want(t, 200)
		if p.Header.Get("Content-Type") != "image/jpeg" || p.Header.Get("Cache-Control") != "private, max-age=300" || !strings.HasPrefix(p.Body, "\xff\xd8") {
			t.Errorf("%s: %v", kind, p.Header)
		}
	}
	s.Get(t, strings.Replace(finding[1], "/listing", "/secret", 1)).Want(t, 404)
	s.Post(t, first+"/decide", url.Values{"token": {c.Token(t)}, "outcome": {"declined"}, "code": {"NO_SUCH_CODE"}}).Want(t, 422, "reason_code")
	next := s.Post(t, first+"/decide", url.Values{"token": {c.Token(t)}, "outcome": {"taken_down"}, "remark": {"clear copy"}, "request": {"r1"}}).Want(t, 200, "Decided.")
	if next.Path == first || !strings.HasPrefix(next.Path, "/cases/") {
		t.Fatalf("after deciding at %s", next.Path)
	}
	s.Get(t, first).Want(t, 200, "clear copy", "Undo this decision")
	s.Post(t, first+"/undo", url.Values{"token": {c.Token(t)}}).Want(t, 200, "The decision was taken back")
	s.Post(t, "/language", url.Values{"token": {c.Token(t)}, "language": {"zh"}, "next": {"/queue"}}).Want(t, 200, "队列")
	out := s.Post(t, "/sign-out", url.Values{"token": {c.Token(t)}})
	if out.Path != "/sign-in" {
		t.Errorf("after signing out at %s", out.Path)
	}
	s.Post(t, first+"/decide", url.Values{"token": {c.Token(t)}, "outcome": {"taken_down"}}).Want(t, 401, "Sign in") // the cookie is gone
}

// TestDoors: who may go where, and what forms must bring.
func TestDoors(t *testing.T) {
	s := newSite(t)
	s.Get(t, "/cases/case_1").Want(t, 200, "Sign in")
	wrong := s.Post(t, "/sign-in", url.Values{"email": {"robin@example.com"}, "password": {"wrong wrong wrong"}}).Want(t, 422, "wrong")
	if len(wrong.Header.Values("Set-Cookie")) != 0 {
		t.Error("a wrong password gave a cookie")
	}
	p := s.SignIn(t, "robin@example.com").Want(t, 200)
	s.Get(t, "/cases/case_1").Want(t, 404, "There is nothing here")
	s.Post(t, "/queue/claim", url.Values{"queue": {"express"}}).Want(t, 403, "older than your session")
	s.Post(t, "/queue/claim", url.Values{"token": {p.Token(t)}, "queue": {strings.Repeat("x", 300<<10)}}).Want(t, 413)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Server.URL+"/queue/claim", strings.NewReader("token="+p.Token(t)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := s.Client.Do(req)
	sitetest.Read(t, res, err).Want(t, 403, "another site")
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)"} {
		res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).
			PostForm(s.Server.URL+"/sign-in", url.Values{"email": {"robin@example.com"}, "password": {password}, "next": {next}})
		if got := sitetest.Read(t, res, err); got.Header.Get("Location") != "/queue" {
			t.Errorf("next=%s leads to %s", next, got.Header.Get("Location"))
		}
	}
	s.SignIn(t, "holder@example.com")
	s.Get(t, "/queue").Want(t, 403, "may not")
	headers(t, s)
}

// headers: no page allows a script or style that is not a file of ours.
func headers(t *testing.T, s *site) {
	p := s.Get(t, "/sign-in").Want(t, 200)
	policy := p.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	if p.Header.Get("Cache-Control") != "no-store" || regexp.MustCompile(`(?i)<script(?: [^>]*)?>[^<]|style="|onclick=|https?://`).MatchString(p.Body) {
		t.Errorf("%v\n%s", p.Header, p.Body)
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`).FindAllStringSubmatch(p.Body, -1) {
		if a := s.Get(t, strings.ReplaceAll(m[1], "&amp;", "&")).Want(t, 200); !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %v", m[1], a.Header)
		}
	}
	s.Get(t, "/static/../web.go").Want(t, 404)
}

// TestTriesAreBounded: guessing from one address ends soon.
func TestTriesAreBounded(t *testing.T) {
	s := newSite(t)
	for range 10 {
		s.Post(t, "/sign-in", url.Values{"email": {"nobody@example.com"}, "password": {"wrong wrong wrong"}})
	}
	if p := s.SignIn(t, "robin@example.com").Want(t, 429); p.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}
