package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"touchstone/internal/casework"
	"touchstone/internal/casework/catalogue"
	"touchstone/internal/casework/docket"
	"touchstone/internal/drift"
	"touchstone/internal/people"
	"touchstone/internal/rollout"
	"touchstone/internal/web/sitetest"
)

// typed is what people of the site typed in English, which no page translates.
var typed = []string{"The print is the registered one.", "These listings show our registered print on goods that are not ours.", "We still hold it to be ours.", "held-out sets <b>", "Velmora print",
	"Bags that show the registered print, in three containers.", "The complaint was filed.", "European Union Intellectual Property Office", strings.Join(catalogue.Columns, ", ")} // names

// english are words that no German sentence has.
var english = regexp.MustCompile(`(?i)\b(the|of|and|is|are|this|that|with|which|were|has|have|be|by|from|to|for|it|does|cannot|there|needs|must)\b`)

// run is four words or more in Latin letters, as no Chinese sentence has them.
var run = regexp.MustCompile(`(?:\b[A-Za-z]{2,}[,.;:]? ){3,}[A-Za-z]{2,}`)

// foreign is what of a text is English in a page of another language.
func foreign(language, text string) string {
	for _, t := range typed {
		text = strings.ReplaceAll(text, t, "")
	}
	if language == "zh" {
		return run.FindString(text)
	}
	if found := english.FindAllString(text, -1); len(found) > 1 {
		return text
	}
	return ""
}

// said are the texts of a page that people read or hear: between tags, and of attributes that are read out.
func said(t *testing.T, body string) (out []string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && !apart(n) {
			out = append(out, strings.Join(strings.Fields(n.Data), " "))
		}
		for _, a := range n.Attr {
			if slices.Contains([]string{"alt", "title", "aria-label", "placeholder", "data-small", "data-not"}, a.Key) {
				out = append(out, a.Val)
			}
		}
	}
	return out
}

// apart tells whether a text is no sentence for people, or says itself that it is in another language.
func apart(n *html.Node) bool {
	for p := range n.Ancestors() {
		if slices.Contains([]string{"script", "style", "noscript", "code"}, p.Data) || p.Data != "html" && slices.ContainsFunc(p.Attr, func(a html.Attribute) bool { return a.Key == "lang" }) {
			return true
		}
	}
	return false
}

// speaks fails the test for what a page says in English.
func (s *site) speaks(t *testing.T, language string, p page) {
	t.Helper()
	if !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") { // a picture, a table, an archive
		return
	}
	for _, text := range said(t, p.Body) {
		if f := foreign(language, text); f != "" {
			t.Errorf("%s in %s says: %s", p.Path, language, text)
		}
	}
	if hx := strings.Contains(p.Body, " hx-"); hx != strings.Contains(p.Body, "htmx.min.js") {
		t.Errorf("%s has parts to fetch: %v, but loads htmx otherwise", p.Path, hx)
	}
}

// TestTongues: no page says anything in English to somebody who reads German or Chinese, but for what people typed: every sentence comes from the
// messages. Every page that there is is read by those whom it is shown to, about something that the site has.
func TestTongues(t *testing.T) {
	var packs *rollout.Manager
	s := newSite(t, sitetest.Measured, sitetest.Drifting(new(*drift.Watch)), withPacks(t, &packs))
	paths := s.Furnish(t, "حقيبة جلدية")
	s.uncertain(t)
	s.allies(t)
	s.Add(t, people.Person{ID: "per_7", Email: "admin@example.com", Role: "admin", Account: "market"})
	has := s.everything(t, packs, paths)
	walks := []struct {
		person, email string
		letter        rune
		more          []string
	}{
		{"per_2", sitetest.Party, 'h', slices.Concat(paths.Party, []string{"/portal/rights/rgt_none"})},
		{"per_4", "ally@example.com", 'n', []string{"/actions/act_none"}},
		{"per_7", "admin@example.com", 'x', slices.Concat(paths.Staff, []string{"/operations/thresholds?at=0.5&base=-1", "/operations/thresholds?of=history", "/cases/case_none", "/queue?queue=express&band=block",
			"/rings?marketplace=alpha&seller=shop-003", has["/rings/:id"] + "/link?a=alpha/shop-004&b=alpha/shop-005"})},
	}
	for _, language := range []string{"de", "zh"} {
		for _, walk := range walks {
			if err := s.People.Speak(t.Context(), walk.person, language); err != nil {
				t.Fatal(err)
			}
			s.Pass(time.Minute) // or too many would sign in at once
			token := s.SignIn(t, walk.email).Token(t)
			if walk.person == "per_2" {
				s.forms(t, language, token)
			}
			for _, path := range slices.Concat(s.shownTo(t, walk.letter, has), walk.more) {
				s.speaks(t, language, s.Get(t, path))
			}
		}
		for _, path := range append(paths.Linked, has["/shared/:token"], "/seller/AAAA", "/survey/x", "/shared/AAAA") {
			s.speaks(t, language, s.in(t, language, path))
		}
	}
}

// everything makes what the pages of partners, sellers and packs show, and gives for each kind of page the path of one that shows something.
func (s *site) everything(t *testing.T, packs *rollout.Manager, paths sitetest.Paths) map[string]string {
	t.Helper()
	p := s.join(t, "zoll")
	action, bundle := s.furnish(t, p)
	ring := s.ringOf(t, 6)
	if _, err := packs.Shelf.Add(t.Context(), blindPack(t).Dir()); err != nil {
		t.Fatal(err)
	}
	token := s.SignIn(t, "admin@example.com").Token(t)
	started := s.Post(t, "/operations/packs/rollouts", url.Values{"token": {token}, "kind": {"shadow"}, "pack": {"test@2.0.0"}, "share": {"100"}}).Want(t, 200)
	has := map[string]string{"/rights/:id": "/rights/" + s.Right.ID, "/partners/:id": "/partners/" + p.ID, "/actions/:id": "/actions/" + action.ID, "/bundles/:id": "/bundles/" + bundle.ID, "/rings/:id": "/rings/" + ring,
		"/operations/packs/rollouts/:id": started.Path, "/shared/:token": bundle.Link}
	for _, path := range slices.Concat(paths.Party, paths.Staff) {
		for _, kind := range []string{"/notices/", "/cases/", "/inquiries/", "/surveys/"} {
			if at := strings.Index(path, kind); at >= 0 && !strings.Contains(path, kind+"new") {
				has[kind+":id"], _, _ = strings.Cut(path[at:], "?")
			}
		}
	}
	has["/cases/:id"] = strings.TrimSuffix(has["/cases/:id"], "/alike")
	return has
}

// shownTo are the paths of all pages that a role is shown, with what the site has in the place of names; what a page shows a part of may be of none.
func (s *site) shownTo(t *testing.T, role rune, has map[string]string) (out []string) {
	t.Helper()
	parts := strings.NewReplacer(":ref", "ref_none", ":hash", "0", ":finding", "0", ":picture", "listing", ":difference", "dif_none", ":side", "shadow")
	for _, r := range s.Engine.Routes() {
		may := pages[r.Method+" "+r.Path]
		if r.Method != http.MethodGet || may == public || may == byLink || !strings.ContainsRune(may, role) {
			continue
		}
		path := r.Path
		for kind, one := range has {
			path = strings.Replace(path, kind, one, 1)
		}
		path = parts.Replace(path)
		if strings.Contains(path, ":") {
			t.Errorf("nothing stands for a name in %s: say in this test what the site has", r.Path)
			continue
		}
		out = append(out, path)
	}
	return out
}

// in reads a page as somebody whose browser asks for a language.
func (s *site) in(t *testing.T, language, path string) page {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Server.URL+path+"?language="+language, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Language", language)
	res, err := http.DefaultClient.Do(req)
	return sitetest.Read(t, res, err)
}

// forms sends what is wrong, so that pages say why.
func (s *site) forms(t *testing.T, language, token string) {
	t.Helper()
	listings := "linked-1\nL1\nL2\nL9\nhttps://alpha.example/L8"
	for _, f := range []struct {
		path string
		form url.Values
	}{
		{"/portal/notices/check", url.Values{"right": {s.Right.ID}, "marketplace": {"alpha"}, "reason": {docket.ReasonMarkOnPage}, "listings": {listings}}},
		{"/portal/notices/check", url.Values{"right": {s.Right.ID}, "marketplace": {"alpha"}, "reason": {docket.ReasonCopiedDesign}, "listings": {listings + "\nL1"}}},
		{"/portal/notices", url.Values{"right": {s.Right.ID}, "marketplace": {"none"}, "listings": {"ftp://x\n"}}},
		{"/portal/rights", url.Values{"holder_name": {""}, "territories": {"Europe"}, "type": {"nothing"}, "nice": {"99"}}},
		{"/portal/agents", url.Values{"holder": {s.Right.HolderID}, "scope": {"nothing"}, "to": {"1999-01-01"}}},
		{"/portal/inquiries", url.Values{"topic": {"nothing"}}},
		{"/portal/pictures/check", nil},
	} {
		if f.form == nil {
			f.form = url.Values{}
		}
		f.form.Set("token", token)
		s.speaks(t, language, s.Post(t, f.path, f.form))
	}
	for _, table := range []string{"nonsense\n1\n", "name,type,territories,registration_number,nice,expires_on\nOne,design,EU,77,,\nBad,nothing,EU,79,,\nVelmora print,design,EU,1,,\nX,design,Europe,80,99,yesterday\n,design,,,,\n"} {
		s.speaks(t, language, s.Send(t, "/portal/import", map[string]string{"token": token, "holder": s.Right.HolderID, "table": table, "mode": "dry"}, nil))
	}
	s.speaks(t, language, s.SendAs(t, "/portal/rights/"+s.Right.ID+"/certificates", map[string]string{"token": token, "kind": "registration"}, "certificate", "run.exe", []byte("MZ\x90")))
	s.speaks(t, language, s.SendAs(t, "/portal/pictures/check", map[string]string{"token": token}, "pictures", "x.jpg", []byte("no picture")))
}

// uncertain makes cases about rights and sellers that something speaks against.
func (s *site) uncertain(t *testing.T) {
	t.Helper()
	r, err := s.Registry.CreateRight(t.Context(), holder, casework.Right{HolderID: s.Right.HolderID, Name: "حق", Type: casework.TrademarkWord, Territories: []string{"US"}, RegistrationNumber: "9"})
	if err != nil {
		t.Fatal(err)
	}
	n := docket.Notice{Right: r.ID, Marketplace: "alpha", Regime: docket.RegimeDSA, Target: docket.TargetListing, Reason: docket.ReasonCopiedDesign, Explanation: typed[1], GoodFaith: true, Accuracy: true, Signature: "A",
		Notifier: docket.Notifier{Name: "A", Email: "a@example.com"}, Items: []docket.Item{{Listing: "L77"}}}
	if _, err := s.Docket.File(t.Context(), holder, n); err != nil {
		t.Fatal(err)
	}
	s.Work(t)
}
