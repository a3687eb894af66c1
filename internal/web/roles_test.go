package web_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"touchstone/internal/drift"
	"touchstone/internal/people"
	"touchstone/internal/rollout"
	"touchstone/internal/web"
	"touchstone/internal/web/sitetest"
)

// Who may see a page. Roles are letters: r(eviewer), o(perator), admin x, h(older), a(gent), s(cientist).
const (
	public = "public"  // anybody: a page that lets people in, and the files of pages
	byLink = "link"    // who has the link in the path, which opens one case
	signed = "roxhasn" // everybody who is signed in, about themselves
	staff  = "rox"     // whom every case is shown to
	makers = "sox"     // who makes models and who runs the service
	weighs = "srox"    // whom figures of the models are shown to
	runs   = "ox"      // who looks after partners
	allies = "nox"     // and partners, about what they take part in
	ally   = "n"       // partners alone
	party  = "ha"      // about what is theirs; another's is not found
	admin  = "x"       // people
)

var pageLetters = map[rune]string{'r': "reviewer", 'o': "operator", 'x': "admin", 'h': "holder", 'a': "agent", 's': "scientist", 'n': "partner"}

// pages is who may see each page and send each form. Whoever adds a page adds its row; TestPageRoles fails without.
var pages = map[string]string{
	"GET /static/*file":                             public,
	"GET /sign-in":                                  public,
	"POST /sign-in":                                 public,
	"GET /sign-in/provider":                         public,
	"GET /sign-in/callback":                         public,
	"GET /survey/:token":                            byLink,
	"POST /survey/:token":                           byLink,
	"GET /seller/:token":                            byLink,
	"POST /seller/:token":                           byLink,
	"GET /seller/:token/findings/:finding/:picture": byLink,

	"POST /sign-out":                 signed,
	"POST /language":                 signed,
	"GET /account":                   signed,
	"GET /account/code.png":          signed,
	"POST /account/password":         signed,
	"POST /account/codes":            signed,
	"POST /account/codes/off":        signed,
	"POST /account/codes/new":        signed,
	"POST /account/sessions/:id/end": signed,
	"POST /account/sessions/end":     signed,

	"GET /people":              admin,
	"POST /people":             admin,
	"POST /people/:id/disable": admin,
	"POST /people/:id/enable":  admin,
	"POST /people/:id/reset":   admin,

	"GET /partners":                             runs,
	"POST /partners":                            runs,
	"GET /partners/:id":                         runs,
	"POST /partners/:id/agreement":              runs,
	"POST /partners/:id/step":                   runs,
	"POST /partners/:id/bundles":                runs,
	"POST /partners/:id/bundles/:bundle/revoke": runs,
	"POST /actions":                             runs,
	"POST /actions/:id/state":                   runs,
	"POST /actions/:id/partners":                runs,
	"POST /actions/:id/links":                   runs,
	"GET /actions/:id":                          allies,
	"POST /actions/:id/entries":                 allies,
	"POST /actions/:id/documents":               allies,
	"GET /actions/:id/documents/:hash":          allies,
	"GET /bundles/:id":                          allies,
	"GET /alliance":                             ally,
	"POST /alliance/alerts/:id/acknowledge":     ally,
	"GET /shared/:token":                        byLink,
	"POST /shared/:token":                       byLink,

	"GET /portal":                          party,
	"GET /portal/cases.csv":                party,
	"GET /portal/rights/new":               party,
	"POST /portal/rights":                  party,
	"GET /portal/rights/:id":               party,
	"POST /portal/rights/:id/pictures":     party,
	"POST /portal/rights/:id/words":        party,
	"POST /portal/rights/:id/sellers":      party,
	"GET /portal/rights/:id/pictures/:ref": party,
	"GET /portal/notices/new":              party,
	"POST /portal/notices/check":           party,
	"POST /portal/notices":                 party,
	"GET /portal/notices/:id":              party,
	"GET /portal/cases/:id":                party,
	"POST /portal/cases/:id/answer":        party,
	"POST /portal/cases/:id/appeal":        party,

	"GET /operations/thresholds":                                       weighs,
	"GET /operations/drift":                                            weighs,
	"GET /operations/packs":                                            makers,
	"POST /operations/packs/rollouts":                                  makers,
	"GET /operations/packs/rollouts/:id":                               makers,
	"POST /operations/packs/rollouts/:id/stop":                         makers,
	"GET /operations/packs/rollouts/:id/differences/:difference/:side": makers,

	"POST /portal/pictures/check":                            party,
	"GET /portal/surveys/:id":                                party,
	"POST /portal/surveys/:id":                               party,
	"GET /portal/inquiries":                                  party,
	"GET /portal/inquiries/new":                              party,
	"POST /portal/inquiries":                                 party,
	"GET /portal/inquiries/:id":                              party,
	"POST /portal/inquiries/:id":                             party,
	"POST /portal/inquiries/:id/withdraw":                    party,
	"GET /portal/files/:hash":                                party,
	"GET /portal/import":                                     party,
	"POST /portal/import":                                    party,
	"GET /portal/rights.csv":                                 party,
	"POST /portal/rights/:id/certificates":                   party,
	"POST /portal/rights/:id/certificates/:certificate/drop": party,
	"GET /portal/agents":                                     party,
	"POST /portal/agents":                                    party,
	"POST /portal/agents/:id/revoke":                         party,

	"GET /inquiries":                            staff,
	"GET /inquiries/:id":                        staff,
	"POST /inquiries/:id/answer":                staff,
	"POST /inquiries/:id/assign":                staff,
	"POST /inquiries/:id/sort":                  staff,
	"POST /inquiries/:id/resolve":               staff,
	"POST /inquiries/:id/reopen":                staff,
	"POST /inquiries/:id/escalate":              staff,
	"GET /inquiry-files/:hash":                  staff,
	"GET /surveys":                              staff,
	"GET /surveys/trend.csv":                    staff,
	"GET /surveys/answers.csv":                  staff,
	"GET /queue":                                staff,
	"GET /operations":                           staff,
	"GET /operations/transparency":              staff,
	"GET /operations/transparency.csv":          staff,
	"POST /queue/claim":                         staff,
	"POST /queue/views":                         staff,
	"POST /queue/views/drop":                    staff,
	"POST /queue/ahead":                         staff,
	"GET /cases/:id":                            staff,
	"GET /cases/:id/picture":                    staff,
	"GET /cases/:id/alike":                      staff,
	"POST /cases/:id/alike":                     staff,
	"POST /cases/:id/alike/undo":                staff,
	"POST /cases/:id/leave":                     staff,
	"POST /cases/:id/claim":                     staff,
	"POST /cases/:id/release":                   staff,
	"POST /cases/:id/decide":                    staff,
	"POST /cases/:id/second":                    staff,
	"POST /cases/:id/clarify":                   staff,
	"POST /cases/:id/undo":                      staff,
	"POST /cases/:id/seller-links":              staff,
	"POST /cases/:id/seller-links/:link/revoke": staff,
	"GET /cases/:id/files/:hash":                staff,
	"GET /cases/:id/findings/:finding/:picture": staff,
	"GET /rings":                                staff,
	"GET /rings/:id":                            staff,
	"GET /rings/:id/link":                       staff,
	"POST /rings/:id/judge":                     staff,
	"POST /rings/:id/family":                    staff,
	"POST /rings/:id/family/:family/end":        staff,
}

// visitor is somebody's browser, which follows no redirect.
type visitor struct {
	client *http.Client
	token  string // of their forms
}

func (s *site) visitor(t *testing.T, email string) visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := visitor{client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if email == "" {
		return v
	}
	res, err := v.client.PostForm(s.Server.URL+"/sign-in", url.Values{"email": {email}, "password": {password}})
	if got := sitetest.Read(t, res, err); got.Status != http.StatusSeeOther {
		t.Fatalf("%s may not sign in: %d", email, got.Status)
	}
	res, err = v.client.Get(s.Server.URL + "/account")
	v.token = sitetest.Read(t, res, err).Token(t)
	return v
}

func (s *site) visit(t *testing.T, v visitor, route string, form url.Values) page {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	if method == http.MethodGet {
		res, err := v.client.Get(s.Server.URL + path)
		return sitetest.Read(t, res, err)
	}
	if form == nil {
		form = url.Values{}
	}
	form.Set("token", v.token)
	res, err := v.client.PostForm(s.Server.URL+path, form)
	return sitetest.Read(t, res, err)
}

// TestPageRoles walks every page and form as everybody: who may is what the table says and nobody else; who is not signed in is asked to; another's is not
// found; and every refusal is told of.
func TestPageRoles(t *testing.T) {
	s := newSite(t, withPacks(t, new(*rollout.Manager)), sitetest.Drifting(new(*drift.Watch)))
	n := s.Complain(t, "Bag", "L1")
	s.TakeDown(t, n.Items[0].Case)
	refs, err := s.Registry.References(t.Context(), holder, s.Right.ID)
	if err != nil {
		t.Fatal(err)
	}
	who := map[string]visitor{"": s.visitor(t, "")}
	for _, role := range []string{"reviewer", "operator", "admin", "holder", "agent", "scientist", "partner"} {
		if _, err := s.People.Add(t.Context(), people.Person{ID: "per_s" + role, Email: role + "@stranger.example", Role: role, Account: "stranger"}, password); err != nil {
			t.Fatal(err)
		}
		who[role] = s.visitor(t, role+"@stranger.example")
	}
	s.join(t, "stranger")
	seen := map[string]bool{}
	for _, r := range s.Engine.Routes() {
		route := r.Method + " " + r.Path
		seen[route] = true
		may, ok := pages[route]
		switch {
		case !ok:
			t.Errorf("%s is in no row: say in the table of this test who may", route)
			continue
		case may == public:
			continue
		case may == byLink: // a link that is none; TestSellerLinkEnds tries those that have ended
			if got := s.visit(t, who[""], strings.NewReplacer(":token", "AAAA", ":finding", "0", ":picture", "listing").Replace(route), nil); got.Status != http.StatusNotFound && got.Status != http.StatusForbidden {
				t.Errorf("%s without a link: %d", route, got.Status)
			}
			continue
		case route == "POST /sign-out" || strings.HasPrefix(route, "POST /account"): // these would end the visit
			if got := s.visit(t, who[""], strings.ReplaceAll(route, ":id", "0"), nil); got.Status != http.StatusUnauthorized {
				t.Errorf("%s by nobody: %d", route, got.Status)
			}
			continue
		}
		s.tryPage(t, route, may, who, owned(s.Right.ID, n.ID, n.Items[0].Case, refs[0].ID, route))
	}
	for route := range pages {
		if !seen[route] && !strings.HasPrefix(route, "GET /sign-in/") { // those need an identity provider, see TestProvider
			t.Errorf("the table names %s, which is no page any more", route)
		}
	}
}

// owned is a route with names of what the holder of the site has.
func owned(right, notice, found, ref, route string) string {
	is := map[string]string{"/rights/": right, "/notices/": notice, "/cases/": found, "/people/": "per_none", "/rings/": "ring_none", "/rollouts/": "rol_none", "/surveys/": "srv_none", "/inquiries/": "inq_none", "/agents/": "pow_none"}
	for part, id := range is {
		route = strings.ReplaceAll(route, part+":id", part+id)
	}
	return strings.NewReplacer(":ref", ref, ":link", "lnk_0", ":hash", "0", ":finding", "0", ":picture", "listing", ":family", "fam_0", ":difference", "dif_0", ":side", "shadow", ":certificate", "crt_0").Replace(route)
}

// tryPage sends one route as everybody.
func (s *site) tryPage(t *testing.T, route, may string, who map[string]visitor, path string) {
	t.Helper()
	before, err := s.Store.Case(t.Context(), caseOf(path))
	watched := err == nil
	want := http.StatusUnauthorized
	if strings.HasPrefix(route, "GET") {
		want = http.StatusSeeOther
	}
	if got := s.visit(t, who[""], path, nil); got.Status != want || want == http.StatusSeeOther && !strings.HasPrefix(got.Header.Get("Location"), "/sign-in") {
		t.Errorf("%s by nobody: %d to %s", route, got.Status, got.Header.Get("Location"))
	}
	for letter, role := range pageLetters {
		s.Refused = nil
		got := s.visit(t, who[role], path, url.Values{"word": {"stolen"}, "seller": {"thief"}, "answer": {"I would like to complain about this."}})
		allowed, refused := strings.ContainsRune(may, letter), got.Status == http.StatusForbidden
		if byState := route == "POST /cases/:id/undo" && allowed; byState { // a reviewer takes back their own decisions alone
			continue
		}
		if allowed == refused {
			t.Errorf("%s by a %s: %d", route, role, got.Status)
		}
		theirs := may == party && strings.Contains(route, ":id")
		if theirs && allowed && got.Status != http.StatusNotFound {
			t.Errorf("%s of another by a %s: %d\n%.500s", route, role, got.Status, got.Body)
		}
		if (refused || got.Status == http.StatusNotFound) && !slices.ContainsFunc(s.Refused, func(r web.Refusal) bool {
			return r.Actor.Account == "stranger" && r.Actor.Role == role && r.Method+" "+r.Route == route && r.Status == got.Status
		}) {
			t.Errorf("%s: nobody heard that a %s was refused: %+v", route, role, s.Refused)
		}
	}
	if !watched || may != party {
		return
	}
	if after, err := s.Store.Case(t.Context(), caseOf(path)); err != nil || after.Version != before.Version {
		t.Errorf("%s: a stranger changed the case: %v", route, err)
	}
}

// caseOf is the case that a path names, if it does.
func caseOf(path string) string {
	_, behind, _ := strings.Cut(path, "/cases/")
	id, _, _ := strings.Cut(behind, "/")
	return id
}
