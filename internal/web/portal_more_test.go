package web_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/survey"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/people"
	"touchstone/internal/web/webtest"
)

// nasty is text as strangers send it: markup, both directions, and long words.
const nasty = `<script>alert(1)</script> "><img src=x onerror=alert(1)> حقيبة جلدية من فيلمورا ` + "\u202e" + `evil` + "\u202c" + ` Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen侵权商品非常长的标题没有空格也应该换行显示`

// clip is the beginning of it, in characters.
func clip(n int) string {
	r := []rune(nasty)
	return string(r[:min(n, len(r))])
}

// asked has a case taken down, and both sides asked about it.
func asked(t *testing.T, s *site, title string) (docket.Case, map[string]survey.Survey) {
	t.Helper()
	id := s.complain(t, title, "L1").Items[0].Case
	s.takeDown(t, id)
	s.Pass(4 * 24 * time.Hour)
	if _, err := s.surveys.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := s.surveys.List(t.Context(), operator, survey.Query{State: survey.StateAsked, Limit: 9})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]survey.Survey{}
	for _, v := range list {
		out[v.Side] = v
	}
	c, err := s.Store.Case(t.Context(), id)
	if err != nil || len(out) != 2 {
		t.Fatalf("surveys %+v, %v", out, err)
	}
	return c, out
}

// TestSurveyPages: in the portal and by link, once, and what comes of it for staff.
func TestSurveyPages(t *testing.T) {
	s := newSite(t)
	_, surveys := asked(t, s, "Bag")
	mine, link := "/portal/surveys/"+surveys["notifier"].ID, s.surveys.Path(operator, surveys["seller"])
	token := s.signIn(t, "holder@example.com").want(t, 200, "Answer in a minute").token(t)
	s.get(t, "/portal/surveys/"+surveys["seller"].ID).want(t, 404)
	s.get(t, mine).want(t, 200, "How fair the decision was")
	s.post(t, mine, url.Values{"token": {token}, "text": {nasty}}).want(t, 422, "Choose a score", "&lt;script&gt;")
	s.post(t, mine, url.Values{"token": {token}, "score_overall": {"11"}}).want(t, 422, "choose 0 to 10")
	form := url.Values{"token": {token}, "score_overall": {"9"}, "score_speed": {"10"}, "text": {nasty}}
	s.post(t, mine, form).want(t, 200, "Thank you", "9 / 10", "&lt;script&gt;")
	form.Set("score_overall", "1")
	s.post(t, mine, form).want(t, 200, "9 / 10") // sent twice
	s.post(t, "/sign-out", url.Values{"token": {token}})

	p := s.get(t, link+"?language=de").want(t, 200, "Wie waren wir?")
	s.post(t, link, url.Values{"score_overall": {"3"}}).want(t, 403)
	s.post(t, link+"?language=de", url.Values{"token": {p.token(t)}, "score_overall": {"3"}}).want(t, 200, "Danke")
	s.get(t, survey.PathPrefix+"x").want(t, 404, "not valid")
	s.signIn(t, "robin@example.com")
	s.get(t, "/surveys?by=quarter").want(t, 200, "9.0", "-100", "9 / 10", "&lt;script&gt;")
	if csv := s.get(t, "/surveys/trend.csv").want(t, 200); !strings.Contains(csv.body, "overall,1,9.0000") {
		t.Errorf("%s", csv.body)
	}
	s.get(t, "/surveys/answers.csv").want(t, 200, "notifier")
}

// TestInquiryPages: a question with a file goes to the desk and back, and becomes a case.
func TestInquiryPages(t *testing.T) {
	s := newSite(t)
	token := s.signIn(t, "holder@example.com").token(t)
	fields := map[string]string{"token": token, "topic": "notice", "title": clip(60), "text": "too", "request": "r1"}
	s.send(t, "/portal/inquiries", fields, nil).want(t, 422, "10 to 10000 characters", "&lt;script&gt;")
	fields["text"] = "How do I prove that these are copies?\n" + nasty
	s.send(t, "/portal/inquiries", fields, map[string][]byte{"tool.exe": []byte("MZ\x90\x00 a program")}).want(t, 422, "How do I prove")
	p := s.send(t, "/portal/inquiries", fields, map[string][]byte{"proof.jpg": intaketest.Drawing(t, 7)}).want(t, 200, "with the team", "/portal/files/")
	if again := s.send(t, "/portal/inquiries", fields, nil); again.path != p.path {
		t.Errorf("sent twice: %s and %s", p.path, again.path)
	}
	_, behind, _ := strings.Cut(p.body, "/portal/files/")
	file := "/portal/files/" + behind[:min(64, len(behind))]
	if f := s.get(t, file).want(t, 200); f.header.Get("Content-Disposition") == "" || f.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%v", f.header)
	}
	id := strings.TrimPrefix(p.path, "/portal/inquiries/")
	if _, err := s.people.Add(t.Context(), people.Person{ID: "per_5", Email: "other@example.com", Role: "holder", Account: "other"}, password); err != nil {
		t.Fatal(err)
	}
	other := s.signIn(t, "other@example.com").token(t)
	s.get(t, p.path).want(t, 404)
	s.get(t, file).want(t, 404)
	s.post(t, p.path, url.Values{"token": {other}, "text": {"Hello"}}).want(t, 404)
	s.get(t, "/inquiries").want(t, 403)

	desk := s.signIn(t, "robin@example.com").token(t)
	s.get(t, "/inquiries?whom=nobody").want(t, 200, id, "first answer by")
	at := "/inquiries/" + id
	s.post(t, at+"/answer", url.Values{"token": {desk}, "how": {"answer"}}).want(t, 422, "1 to 10000")
	s.post(t, at+"/answer", url.Values{"token": {desk}, "how": {"note"}, "text": {"They are new."}}).want(t, 200, "note of the team")
	s.post(t, at+"/sort", url.Values{"token": {desk}, "topic": {"other"}, "priority": {"urgent"}}).want(t, 200, "urgent")
	s.post(t, at+"/answer", url.Values{"token": {desk}, "how": {"wait"}, "canned": {"evidence_needed"}}).want(t, 200, "waits for you")
	s.get(t, "/inquiry-files/"+file[len("/portal/files/"):]).want(t, 200)

	token = s.signIn(t, "holder@example.com").want(t, 200, "waits for you").token(t)
	if q := s.get(t, p.path).want(t, 200, "clock stands still"); strings.Contains(q.body, "They are new.") {
		t.Error("the holder reads a note of the desk")
	}
	s.post(t, p.path, url.Values{"token": {token}, "text": {"Here it is."}}).want(t, 200, "with the team")
	desk = s.signIn(t, "robin@example.com").token(t)
	s.post(t, at+"/escalate", url.Values{"token": {desk}, "why": {"short"}}).want(t, 422)
	made := s.post(t, at+"/escalate", url.Values{"token": {desk}, "right": {s.right.ID}, "marketplace": {"alpha"}, "listing": {"L9"}, "why": {"The holder shows that it is a copy."}}).want(t, 200, "The holder shows")
	if !strings.HasPrefix(made.path, "/cases/") {
		t.Errorf("escalated to %s", made.path)
	}
	if i, err := s.Store.Inquiry(t.Context(), id); err != nil || i.Outcome != inquiry.OutcomeEscalated {
		t.Errorf("%+v, %v", i, err)
	}
}

// TestImportAndAgents: rights in bulk after a trial, out again, and who may act for whom.
func TestImportAndAgents(t *testing.T) {
	s := newSite(t)
	token := s.signIn(t, "holder@example.com").token(t)
	table := "name,type,territories,registration_number\nOne,design,EU,77\n=cmd()|x,design,EU,78\nBad,nothing,EU,79\nVelmora print,design,EU,1\n"
	fields := map[string]string{"token": token, "holder": s.right.HolderID, "table": table, "mode": "dry"}
	p := s.send(t, "/portal/import", fields, nil).want(t, 200, "What would happen", "Register these 2 rights", "there already", "refused", "choose one of those")
	if n, err := s.Registry.Rights(t.Context(), holder, casework.RightQuery{Limit: 10}); err != nil || len(n.Rights) != 1 {
		t.Fatalf("a trial registered something: %d, %v", len(n.Rights), err)
	}
	if !strings.Contains(p.body, "=cmd()|x,design") {
		t.Error("the table is not kept for the second step")
	}
	fields["mode"] = "apply"
	s.send(t, "/portal/import", fields, nil).want(t, 200, "What was registered", "/portal/rights/")
	csv := s.get(t, "/portal/rights.csv").want(t, 200, "One,design")
	if strings.Contains(csv.body, "\n=cmd") {
		t.Errorf("a formula in the table:\n%s", csv.body)
	}
	fields["table"] = "nonsense\n1\n"
	s.send(t, "/portal/import", fields, nil).want(t, 422, "cannot be taken")
	fields["holder"] = "hld_other"
	s.send(t, "/portal/import", fields, nil).want(t, 404)

	grant := url.Values{"token": {token}, "holder": {s.right.HolderID}, "agent": {"agency"}, "scope": {"registry", "notices"}, "to": {"2031-01-01"}}
	a := s.post(t, "/portal/agents", grant).want(t, 200, "agency", "in force", "2031-01-01")
	if _, err := s.people.Add(t.Context(), people.Person{ID: "per_6", Email: "agent@example.com", Role: "agent", Account: "agency"}, password); err != nil {
		t.Fatal(err)
	}
	s.signIn(t, "agent@example.com")
	s.get(t, "/portal/rights/"+s.right.ID).want(t, 200, "Velmora print") // by its power
	_, rest, _ := strings.Cut(a.body, "/portal/agents/")
	id, _, _ := strings.Cut(rest, "/")
	token = s.signIn(t, "holder@example.com").token(t)
	s.post(t, "/portal/agents/"+id+"/revoke", url.Values{"token": {token}}).want(t, 200, "ended")
	s.signIn(t, "agent@example.com")
	s.get(t, "/portal/rights/"+s.right.ID).want(t, 403)
	grant.Del("agent")
	grant.Set("token", s.signIn(t, "holder@example.com").token(t))
	s.post(t, "/portal/agents", grant).want(t, 422)
}

// TestRightWithCertificate: one form registers a right with its certificate once, however often it is sent.
func TestRightWithCertificate(t *testing.T) {
	s := newSite(t)
	token := s.signIn(t, "holder@example.com").token(t)
	fields := map[string]string{"token": token, "holder": s.right.HolderID, "name": clip(80), "type": "design", "territories": "EU", "number": "018000009", "request": "once"}
	p := s.send(t, "/portal/rights", fields, nil).want(t, 200, "&lt;script&gt;")
	if again := s.send(t, "/portal/rights", fields, nil); again.path != p.path {
		t.Errorf("sent twice: %s and %s", p.path, again.path)
	}
	s.sendAs(t, p.path+"/certificates", map[string]string{"token": token, "kind": "registration"}, "certificate", "run.exe", []byte("MZ\x90")).want(t, 422)
	s.sendAs(t, p.path+"/certificates", map[string]string{"token": token, "kind": "registration"}, "certificate", "scan.jpg", intaketest.Drawing(t, 9)).want(t, 200, "scan.jpg", "being read")
	s.work(t)
	s.get(t, p.path).want(t, 200, "could not be read") // there is no pack that reads pictures here
	s.post(t, "/portal/pictures/check", url.Values{"token": {token}}).want(t, 200, "empty file")
	part := s.sendAs(t, "/portal/pictures/check", map[string]string{"token": token}, "pictures", "same.jpg", intaketest.Drawing(t, 1)).want(t, 200, "Velmora print")
	if strings.Contains(part.body, "<html") {
		t.Error("a part of a page is a whole page")
	}
	fields["request"], fields["territories"], fields["type"] = "two", "Europe", "nothing"
	s.post(t, "/language", url.Values{"token": {token}, "language": {"de"}})
	s.send(t, "/portal/rights", fields, nil).want(t, 422, "Gebiete", "Art: Wählen Sie")
}

// TestEveryPageFits walks all pages of holders and sellers in each language on a phone with nasty text: none is wider than the screen, no script of
// strangers runs, and none has a barrier.
func TestEveryPageFits(t *testing.T) {
	s := newSite(t)
	c, surveys := asked(t, s, nasty)
	ctx := context.WithoutCancel(t.Context())
	judge := casework.Actor{Account: "market", Role: "reviewer", Key: "per_9"}
	open := s.complain(t, nasty, "L2").Items[0].Case
	if _, err := s.docket.Claim(ctx, judge, open); err != nil {
		t.Fatal(err)
	}
	if _, err := s.docket.Clarify(ctx, judge, open, nasty); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		q := inquiry.Question{Topic: inquiry.TopicOther, Title: clip(150), Text: nasty + nasty}
		if i == 1 {
			q.Topic, q.Title = inquiry.TopicPrivacy, strings.Repeat("W", 200)
		}
		made, err := s.desk.Ask(ctx, casework.Actor{Account: "brand", Role: "holder", Key: "per_2"}, q)
		if err == nil && i == 0 {
			_, err = s.desk.Answer(ctx, judge, made.ID, inquiry.Answer{Text: nasty, Wait: true})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	day := s.Clock().AddDate(0, 2, 0)
	r, err := s.Registry.CreateRight(ctx, holder, casework.Right{HolderID: s.right.HolderID, Name: clip(200), Type: casework.TrademarkWord, Office: "EUIPO", Territories: []string{"EU", "CN", "US"}, RegistrationNumber: "018123456", ExpiresOn: &day, Nice: []string{"18", "25"}})
	if err == nil {
		_, err = s.papers.AddCertificate(ctx, holder, r.ID, "registration", strings.Repeat("long", 25)+".jpg", intaketest.Drawing(t, 3))
	}
	if err == nil {
		_, err = s.Registry.AddAuthorizedSeller(ctx, holder, casework.AuthorizedSeller{RightID: r.ID, Seller: strings.Repeat("seller", 40), Marketplace: "alpha", Proof: clip(200)})
	}
	if err != nil {
		t.Fatal(err)
	}
	s.work(t)
	list, err := s.desk.List(ctx, holder, inquiry.Query{Limit: 9})
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.links.Issue(ctx, judge, c.ID, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	inside := []string{"/portal", "/portal/rights/new", "/portal/rights/" + s.right.ID, "/portal/rights/" + r.ID, "/portal/notices/new", "/portal/notices/" + c.Notice, "/portal/cases/" + c.ID, "/portal/cases/" + open,
		"/portal/inquiries", "/portal/inquiries/new?topic=decision&case=" + c.ID, "/portal/inquiries/" + list[0].ID, "/portal/inquiries/" + list[1].ID, "/portal/import", "/portal/agents", "/portal/surveys/" + surveys["notifier"].ID, "/account"}
	outside := []string{s.links.Path(l), s.surveys.Path(operator, surveys["seller"])}
	staff := []string{"/inquiries", "/inquiries/" + list[0].ID, "/inquiries/" + list[1].ID, "/surveys"}

	b := webtest.Open(t, s.server.URL, 4*time.Minute)
	b.Look(webtest.Phone, true)
	name := func(path string) string {
		parts := strings.Split(strings.Split(strings.Trim(path, "/"), "?")[0], "/")
		for i, p := range parts {
			if len(p) > 20 {
				parts[i] = "it"
			}
		}
		return strings.Join(parts, "-")
	}
	for _, path := range outside {
		for _, language := range []string{"de", "zh", "en"} {
			b.Go(path + "?language=" + language)
			b.Fits(path + " in " + language)
		}
		b.Axe(path)
		b.Shot("walk-"+name(path)+"-phone.png", true)
	}
	s.walk(t, b, "holder@example.com", inside, name)
	s.walk(t, b, "robin@example.com", staff, name)
}

// walk signs in and looks at pages on a phone in each language, then at a desk; with TOUCHSTONE_SHOTS each is kept.
func (s *site) walk(t *testing.T, b *webtest.Browser, email string, paths []string, name func(string) string) {
	t.Helper()
	b.Look(webtest.Phone, true)
	b.Go("/sign-in")
	b.Run(chromedp.SendKeys("#email", email, chromedp.ByQuery), chromedp.SendKeys("#password", password, chromedp.ByQuery))
	b.Leave(chromedp.Click(".signin button.main", chromedp.ByQuery))
	for _, language := range []string{"de", "zh", "en"} {
		who := map[string]string{"holder@example.com": "per_2", "robin@example.com": "per_1"}[email]
		if err := s.people.Speak(t.Context(), who, language); err != nil {
			t.Fatal(err)
		}
		for i, path := range paths {
			b.Go(path)
			b.Run(scrolled)
			at := path + " in " + language
			b.Fits(at)
			if webtest.Is[bool](b, "document.documentElement.lang !== '"+language+"'") {
				t.Errorf("%s speaks another language", at)
			}
			if language == "de" {
				b.Axe(at)
				b.Shot("walk-"+name(path)+string(rune('a'+i))+"-phone.png", true)
			}
		}
	}
	b.Look(webtest.Desk, false)
	for i, path := range paths {
		b.Go(path)
		b.Fits(path + " at a desk")
		b.Axe(path + " at a desk")
		b.Shot("walk-"+name(path)+string(rune('a'+i))+"-desk.png", true)
	}
	b.Leave(chromedp.Click("[action='/sign-out'] button", chromedp.ByQuery))
}

// TestNothingTypedIsLost: a session that ends while a notice is written takes nothing with it; what was sent does not come back.
func TestNothingTypedIsLost(t *testing.T) {
	s := newSite(t)
	b := webtest.Open(t, s.server.URL, 2*time.Minute)
	signIn := func() {
		b.Run(chromedp.SendKeys("#email", "holder@example.com", chromedp.ByQuery), chromedp.SendKeys("#password", password, chromedp.ByQuery))
		b.Leave(chromedp.Click(".signin button.main", chromedp.ByQuery))
	}
	b.Go("/sign-in")
	signIn()
	b.Go("/portal/notices/new")
	b.Run(chromedp.SendKeys("#listings", "L7", chromedp.ByQuery), chromedp.SendKeys("#explanation", "These listings show our registered print on other goods.", chromedp.ByQuery),
		chromedp.SendKeys("#nn", "Ada", chromedp.ByQuery), chromedp.Click("[name=good_faith]", chromedp.ByQuery), chromedp.Click("[name=accuracy]", chromedp.ByQuery),
		chromedp.SendKeys("#signature", "Ada Velmora", chromedp.ByQuery), chromedp.Click("summary", chromedp.ByQuery), chromedp.SendKeys("#order", "B-1", chromedp.ByQuery))
	if err := s.Store.DropSessions(t.Context(), "per_2"); err != nil {
		t.Fatal(err)
	}
	b.Leave(chromedp.Click("#file button.main", chromedp.ByQuery))
	if !strings.Contains(b.Text("main"), "Your session has ended") {
		t.Fatalf("without a session: %s", b.Text("main"))
	}
	b.Forgive()
	b.Leave(chromedp.Click("main a.button", chromedp.ByQuery))
	signIn()
	if b.Path() != "/portal/notices/new" {
		t.Fatalf("signing in leads to %s", b.Path())
	}
	got := webtest.Is[[]string](b, `["listings", "explanation", "nn", "signature", "order"].map((id) => document.getElementById(id).value)`)
	if strings.Join(got, "|") != "L7|These listings show our registered print on other goods.|Ada|Ada Velmora|B-1" || !webtest.Is[bool](b, "document.querySelector('[name=good_faith]').checked && document.querySelector('#order').closest('details').open") {
		t.Errorf("what was typed is gone: %q", got)
	}
	b.Run(chromedp.Evaluate("document.getElementById('order').value = ''", nil))
	b.Leave(chromedp.Click("#file button.main", chromedp.ByQuery))
	if !strings.HasPrefix(b.Path(), "/portal/notices/ntc_") {
		t.Fatalf("filed, and at %s:\n%s", b.Path(), b.Text("main"))
	}
	b.Leave(chromedp.NavigateBack()) // and sent once more, from the page that was gone back to
	b.Wait("document.querySelector('#file')")
	b.Run(chromedp.Evaluate(`for (const [id, v] of [["listings", "L7"], ["explanation", "These listings show our registered print on other goods."], ["nn", "Ada"], ["signature", "Ada"]]) document.getElementById(id).value = v; document.querySelector('[name=good_faith]').checked = document.querySelector('[name=accuracy]').checked = true`, nil))
	before := webtest.Is[string](b, "document.querySelector('[name=request]').value")
	b.Leave(chromedp.Click("#file button.main", chromedp.ByQuery))
	list, err := s.docket.Notices(t.Context(), holder, docket.NoticeQuery{Limit: 9})
	if err != nil || before == "" {
		t.Fatal(before, err)
	}
	t.Logf("%d notices after going back and sending again", len(list))
	b.Go("/portal/notices/new")
	if v := webtest.Is[string](b, "document.getElementById('listings').value"); v != "" {
		t.Errorf("what was sent comes back: %q", v)
	}
	b.Calm()
}
