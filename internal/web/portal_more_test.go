package web_test

import (
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
	"touchstone/internal/web/sitetest"
	"touchstone/internal/web/webtest"
)

// surveyPages: in the portal and by link, once, and what comes of it for staff.
func surveyPages(t *testing.T, s *site) {
	_, surveys := s.Asked(t, "Bag")
	mine, link := "/portal/surveys/"+surveys["notifier"].ID, s.Surveys.Path(operator, surveys["seller"])
	token := s.SignIn(t, "holder@example.com").Want(t, 200, "Answer in a minute").Token(t)
	s.Get(t, "/portal/surveys/"+surveys["seller"].ID).Want(t, 404)
	s.Get(t, mine).Want(t, 200, "How fair the decision was")
	s.Post(t, mine, url.Values{"token": {token}, "text": {sitetest.Nasty}}).Want(t, 422, "Choose a score", "&lt;script&gt;")
	s.Post(t, mine, url.Values{"token": {token}, "score_overall": {"11"}}).Want(t, 422, "choose 0 to 10")
	form := url.Values{"token": {token}, "score_overall": {"9"}, "score_speed": {"10"}, "text": {sitetest.Nasty}}
	s.Post(t, mine, form).Want(t, 200, "Thank you", "9 / 10", "&lt;script&gt;")
	form.Set("score_overall", "1")
	s.Post(t, mine, form).Want(t, 200, "9 / 10") // sent twice
	s.Post(t, "/sign-out", url.Values{"token": {token}})

	p := s.Get(t, link+"?language=de").Want(t, 200, "Wie waren wir?")
	s.Post(t, link, url.Values{"score_overall": {"3"}}).Want(t, 403)
	s.Post(t, link+"?language=de", url.Values{"token": {p.Token(t)}, "score_overall": {"3"}}).Want(t, 200, "Danke")
	s.Get(t, survey.PathPrefix+"x").Want(t, 404, "not valid")
	s.SignIn(t, "robin@example.com")
	s.Get(t, "/surveys?by=quarter").Want(t, 200, "9.0", "-100", "9 / 10", "&lt;script&gt;")
	if csv := s.Get(t, "/surveys/trend.csv").Want(t, 200); !strings.Contains(csv.Body, "overall,1,9.0000") {
		t.Errorf("%s", csv.Body)
	}
	s.Get(t, "/surveys/answers.csv").Want(t, 200, "notifier")
}

// TestPortalForms goes through forms of holders, over one site.
func TestPortalForms(t *testing.T) {
	s := newSite(t)
	for _, part := range []struct {
		name string
		test func(*testing.T, *site)
	}{{"import and agents", importAndAgents}, {"right with certificate", rightWithCertificate}, {"inquiries", inquiryPages}, {"surveys", surveyPages}} {
		t.Run(part.name, func(t *testing.T) {
			s.Pass(time.Minute) // or too many would sign in at once
			part.test(t, s)
		})
	}
}

// inquiryPages: a question with a file goes to the desk and back, and becomes a case.
func inquiryPages(t *testing.T, s *site) {
	token := s.SignIn(t, "holder@example.com").Token(t)
	fields := map[string]string{"token": token, "topic": "notice", "title": sitetest.Clip(60), "text": "too", "request": "r1"}
	s.Send(t, "/portal/inquiries", fields, nil).Want(t, 422, "10 to 10000 characters", "&lt;script&gt;")
	fields["text"] = "How do I prove that these are copies?\n" + sitetest.Nasty
	s.Send(t, "/portal/inquiries", fields, map[string][]byte{"tool.exe": []byte("MZ\x90\x00 a program")}).Want(t, 422, "How do I prove")
	p := s.Send(t, "/portal/inquiries", fields, map[string][]byte{"proof.jpg": intaketest.Drawing(t, 7)}).Want(t, 200, "with the team", "/portal/files/")
	if again := s.Send(t, "/portal/inquiries", fields, nil); again.Path != p.Path {
		t.Errorf("sent twice: %s and %s", p.Path, again.Path)
	}
	_, behind, _ := strings.Cut(p.Body, "/portal/files/")
	file := "/portal/files/" + behind[:min(64, len(behind))]
	if f := s.Get(t, file).Want(t, 200); f.Header.Get("Content-Disposition") == "" || f.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%v", f.Header)
	}
	id := strings.TrimPrefix(p.Path, "/portal/inquiries/")
	if _, err := s.People.Add(t.Context(), people.Person{ID: "per_5", Email: "other@example.com", Role: "holder", Account: "other"}, password); err != nil {
		t.Fatal(err)
	}
	other := s.SignIn(t, "other@example.com").Token(t)
	s.Get(t, p.Path).Want(t, 404)
	s.Get(t, file).Want(t, 404)
	s.Post(t, p.Path, url.Values{"token": {other}, "text": {"Hello"}}).Want(t, 404)
	s.Get(t, "/inquiries").Want(t, 403)

	desk := s.SignIn(t, "robin@example.com").Token(t)
	s.Get(t, "/inquiries?whom=nobody").Want(t, 200, id, "first answer by")
	at := "/inquiries/" + id
	s.Post(t, at+"/answer", url.Values{"token": {desk}, "how": {"answer"}}).Want(t, 422, "1 to 10000")
	s.Post(t, at+"/answer", url.Values{"token": {desk}, "how": {"note"}, "text": {"They are new."}}).Want(t, 200, "note of the team")
	s.Post(t, at+"/sort", url.Values{"token": {desk}, "topic": {"other"}, "priority": {"urgent"}}).Want(t, 200, "urgent")
	s.Post(t, at+"/answer", url.Values{"token": {desk}, "how": {"wait"}, "canned": {"evidence_needed"}}).Want(t, 200, "waits for you")
	s.Get(t, "/inquiry-files/"+file[len("/portal/files/"):]).Want(t, 200)
	s.Get(t, at).Want(t, 200, "<strong>Asked by</strong>")

	token = s.SignIn(t, "holder@example.com").Want(t, 200, "waits for you").Token(t)
	if q := s.Get(t, p.Path).Want(t, 200, "clock stands still", "<strong>You</strong>", "<strong>Team</strong>"); strings.Contains(q.Body, "They are new.") || strings.Contains(q.Body, "Asked by") {
		t.Error("the holder reads a note of the desk, or of themselves as of another")
	}
	s.Post(t, p.Path, url.Values{"token": {token}, "text": {"Here it is."}}).Want(t, 200, "with the team")
	desk = s.SignIn(t, "robin@example.com").Token(t)
	s.Post(t, at+"/escalate", url.Values{"token": {desk}, "why": {"short"}}).Want(t, 422)
	made := s.Post(t, at+"/escalate", url.Values{"token": {desk}, "right": {s.Right.ID}, "marketplace": {"alpha"}, "listing": {"L9"}, "why": {"The holder shows that it is a copy."}}).Want(t, 200, "The holder shows")
	if !strings.HasPrefix(made.Path, "/cases/") {
		t.Errorf("escalated to %s", made.Path)
	}
	if i, err := s.Store.Inquiry(t.Context(), id); err != nil || i.Outcome != inquiry.OutcomeEscalated {
		t.Errorf("%+v, %v", i, err)
	}
}

// importAndAgents: rights in bulk after a trial, out again, and who may act for whom.
func importAndAgents(t *testing.T, s *site) {
	token := s.SignIn(t, "holder@example.com").Token(t)
	table := "name,type,territories,registration_number\nOne,design,EU,77\n=cmd()|x,design,EU,78\nBad,nothing,EU,79\nVelmora print,design,EU,1\n"
	fields := map[string]string{"token": token, "holder": s.Right.HolderID, "table": table, "mode": "dry"}
	p := s.Send(t, "/portal/import", fields, nil).Want(t, 200, "What would happen", "Register these 2 rights", "there already", "refused", "choose one of those")
	if n, err := s.Registry.Rights(t.Context(), holder, casework.RightQuery{Limit: 10}); err != nil || len(n.Rights) != 1 {
		t.Fatalf("a trial registered something: %d, %v", len(n.Rights), err)
	}
	if !strings.Contains(p.Body, "=cmd()|x,design") {
		t.Error("the table is not kept for the second step")
	}
	fields["mode"] = "apply"
	s.Send(t, "/portal/import", fields, nil).Want(t, 200, "What was registered", "/portal/rights/")
	csv := s.Get(t, "/portal/rights.csv").Want(t, 200, "One,design")
	if strings.Contains(csv.Body, "\n=cmd") {
		t.Errorf("a formula in the table:\n%s", csv.Body)
	}
	fields["table"] = "nonsense\n1\n"
	s.Send(t, "/portal/import", fields, nil).Want(t, 422, "cannot be taken")
	fields["holder"] = "hld_other"
	s.Send(t, "/portal/import", fields, nil).Want(t, 404)

	grant := url.Values{"token": {token}, "holder": {s.Right.HolderID}, "agent": {"agency"}, "scope": {"registry", "notices"}, "to": {"2031-01-01"}}
	a := s.Post(t, "/portal/agents", grant).Want(t, 200, "agency", "in force", "2031-01-01")
	if _, err := s.People.Add(t.Context(), people.Person{ID: "per_6", Email: "agent@example.com", Role: "agent", Account: "agency"}, password); err != nil {
		t.Fatal(err)
	}
	s.SignIn(t, "agent@example.com")
	s.Get(t, "/portal/rights/"+s.Right.ID).Want(t, 200, "Velmora print") // by its power
	_, rest, _ := strings.Cut(a.Body, "/portal/agents/")
	id, _, _ := strings.Cut(rest, "/")
	token = s.SignIn(t, "holder@example.com").Token(t)
	s.Post(t, "/portal/agents/"+id+"/revoke", url.Values{"token": {token}}).Want(t, 200, "ended")
	s.SignIn(t, "agent@example.com")
	s.Get(t, "/portal/rights/"+s.Right.ID).Want(t, 403)
	grant.Del("agent")
	grant.Set("token", s.SignIn(t, "holder@example.com").Token(t))
	s.Post(t, "/portal/agents", grant).Want(t, 422)
}

// rightWithCertificate: one form registers a right with its certificate once, however often it is sent.
func rightWithCertificate(t *testing.T, s *site) {
	token := s.SignIn(t, "holder@example.com").Token(t)
	fields := map[string]string{"token": token, "holder": s.Right.HolderID, "name": sitetest.Clip(80), "type": "design", "territories": "EU", "number": "018000009", "request": "once"}
	p := s.Send(t, "/portal/rights", fields, nil).Want(t, 200, "&lt;script&gt;")
	if again := s.Send(t, "/portal/rights", fields, nil); again.Path != p.Path {
		t.Errorf("sent twice: %s and %s", p.Path, again.Path)
	}
	s.SendAs(t, p.Path+"/certificates", map[string]string{"token": token, "kind": "registration"}, "certificate", "run.exe", []byte("MZ\x90")).Want(t, 422)
	s.SendAs(t, p.Path+"/certificates", map[string]string{"token": token, "kind": "registration"}, "certificate", "scan.jpg", intaketest.Drawing(t, 9)).Want(t, 200, "scan.jpg", "being read")
	s.Work(t)
	s.Get(t, p.Path).Want(t, 200, "could not be read") // there is no pack that reads pictures here
	s.Post(t, "/portal/pictures/check", url.Values{"token": {token}}).Want(t, 200, "empty file")
	part := s.SendAs(t, "/portal/pictures/check", map[string]string{"token": token}, "pictures", "same.jpg", intaketest.Drawing(t, 1)).Want(t, 200, "Velmora print")
	if strings.Contains(part.Body, "<html") {
		t.Error("a part of a page is a whole page")
	}
	fields["request"], fields["territories"], fields["type"] = "two", "Europe", "nothing"
	s.Post(t, "/language", url.Values{"token": {token}, "language": {"de"}})
	s.Send(t, "/portal/rights", fields, nil).Want(t, 422, "Gebiete", "Art: Wählen Sie")
	s.Post(t, "/language", url.Values{"token": {token}, "language": {"en"}})
}

// TestNothingTypedIsLost: a session that ends while a notice is written takes nothing with it; what was sent does not come back.
func TestNothingTypedIsLost(t *testing.T) {
	s := newSite(t)
	b := webtest.Open(t, s.Server.URL, 2*time.Minute)
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
	list, err := s.Docket.Notices(t.Context(), holder, docket.NoticeQuery{Limit: 9})
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
