package web_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/people"
	"touchstone/internal/policy"
	"touchstone/internal/web/sitetest"
	"touchstone/internal/web/webtest"
)

// desk is a reviewer in Chromium with cases that wait.
type desk struct {
	*site
	*webtest.Browser
	notice docket.Notice
	queue  string
}

func newDesk(t *testing.T, listings int) *desk {
	t.Helper()
	s := newSite(t)
	var names []string
	for i := range listings {
		names = append(names, fmt.Sprintf("L%d", i))
	}
	d := &desk{site: s, notice: s.Complain(t, "Bag with print العربية "+strings.Repeat("Verylongname", 8), names...)}
	d.Browser = webtest.Open(t, s.Server.URL, 2*time.Minute)
	sitetest.Enter(d.Browser, "robin@example.com")
	for _, q := range policy.Queues() {
		list, err := s.Store.Queue(t.Context(), docket.QueueQuery{Queue: q, Limit: 1})
		if err == nil && len(list) > 0 {
			d.queue = q
		}
	}
	return d
}

// claim claims the next case by its key, and waits until the one behind it is ready, if that is asked for. Cases of a page that was left are given back on the
// way, so that at first there may be none.
func (d *desk) claim(ready bool) {
	d.T.Helper()
	for claimed := false; !claimed; claimed = webtest.Is[bool](d.Browser, "document.querySelector('#decide') !== null") {
		d.Go("/queue?queue=" + d.queue)
		d.Leave(chromedp.KeyEvent("n"))
	}
	if ready {
		sitetest.Ready(d.Browser)
	}
}

func (d *desk) state(t *testing.T, path string) docket.Case {
	t.Helper()
	c, err := d.Store.Case(t.Context(), strings.TrimPrefix(path, "/cases/"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var colleague = casework.Actor{Account: "market", Role: "reviewer", Key: "per_9"}

// TestNextIsReady: a decision by key shows the next case at once, which was claimed and read before; going away gives it back.
func TestNextIsReady(t *testing.T) {
	d := newDesk(t, 4)
	d.claim(true)
	first := d.Path()
	d.Run(chromedp.SendKeys("#remark", "clear copy", chromedp.ByQuery), chromedp.KeyEvent("\x1b"))
	t.Logf("the next case shows %.0f ms after the key", sitetest.NextShown(d.Browser))
	d.Wait("location.pathname !== " + fmt.Sprintf("%q", first))
	if c := d.state(t, first); c.State != docket.StateDecided || c.Decision.Remark != "clear copy" {
		t.Errorf("%s: %+v", c.State, c.Decision)
	}
	if said := d.Text("#decided"); !strings.Contains(said, "Decided") {
		t.Errorf("it says %q", said)
	}
	second := d.Path()
	if c := d.state(t, second); c.Claim == nil {
		t.Error("the case that shows is not claimed")
	}
	sitetest.Ready(d.Browser) // the page that was put in place prepares the next one as well
	third := "/cases/" + webtest.Is[string](d.Browser, "document.querySelector('#decide').elements.next.value")
	if c := d.state(t, third); c.Claim == nil {
		t.Error("the case that is ready is not claimed")
	}
	d.Axe("case, put in place")
	d.Fits("case, put in place")
	d.Leave(chromedp.KeyEvent("q"))
	for range 100 { // what the page sends as it goes arrives when it arrives
		if d.state(t, third).Claim == nil {
			break
		}
		d.Wait("true")
		time.Sleep(20 * time.Millisecond)
	}
	if c := d.state(t, third); c.Claim != nil {
		t.Errorf("the case that was ready is still claimed: %+v", c.Claim)
	}
	d.Go(first)
	d.Leave(chromedp.KeyEvent("u"))
	if said := d.Text(".flash"); !strings.Contains(said, "taken back") {
		t.Errorf("undo says %q", said)
	}
	d.Calm()
}

// TestSessionEndsWhileDeciding: nothing typed is lost, and signing in leads back to the case.
func TestSessionEndsWhileDeciding(t *testing.T) {
	d := newDesk(t, 1)
	d.claim(false)
	at := d.Path()
	d.Run(chromedp.SendKeys("#remark", "an hour of thought", chromedp.ByQuery), network.ClearBrowserCookies())
	d.Leave(chromedp.Click("#decide button.down", chromedp.ByQuery))
	if !strings.Contains(d.Text("main"), "Your session has ended") {
		t.Fatalf("it says:\n%s", d.Text("main"))
	}
	d.Axe("session ended")
	d.Leave(chromedp.Click("main a.main", chromedp.ByQuery))
	d.Run(chromedp.SendKeys("#email", "robin@example.com", chromedp.ByQuery), chromedp.SendKeys("#password", password, chromedp.ByQuery))
	d.Leave(chromedp.Click(".signin button.main", chromedp.ByQuery))
	if got := webtest.Is[string](d.Browser, "document.querySelector('#remark').value"); d.Path() != at || got != "an hour of thought" {
		t.Errorf("back at %s with %q", d.Path(), got)
	}
	d.Leave(chromedp.Click("#decide button.down", chromedp.ByQuery))
	if c := d.state(t, at); c.Decision == nil || c.Decision.Remark != "an hour of thought" {
		t.Errorf("%+v", c.Decision)
	}
	d.Go(at)
	if webtest.Is[bool](d.Browser, "Object.keys(sessionStorage).some((k) => k.startsWith('draft:'))") {
		t.Error("the draft stays after the decision")
	}
	d.Forgive() // the refused request
}

// TestOvertaken: somebody else decided while the page was open; it says so, shows the case as it is, and keeps what was typed.
func TestOvertaken(t *testing.T) {
	d := newDesk(t, 1)
	d.claim(false)
	at := d.Path()
	d.Run(chromedp.SendKeys("#remark", "my view of it", chromedp.ByQuery))
	d.Pass(time.Hour) // the claim runs out
	id := strings.TrimPrefix(at, "/cases/")
	_, err := d.Docket.Claim(t.Context(), colleague, id)
	if err == nil {
		_, err = d.Docket.Decide(t.Context(), colleague, id, docket.Verdict{Outcome: docket.OutcomeTakenDown})
	}
	if err != nil {
		t.Fatal(err)
	}
	d.Leave(chromedp.Click("#decide button.down", chromedp.ByQuery))
	text := d.Text("main")
	if d.Path() != at || !strings.Contains(text, "the case changed meanwhile") || !strings.Contains(text, "per_9") || !strings.Contains(text, "Since you last looked") {
		t.Errorf("at %s:\n%s", d.Path(), text)
	}
	if kept := webtest.Is[string](d.Browser, "sessionStorage.getItem('draft:"+id+"')"); kept != "my view of it" {
		t.Errorf("the draft is %q", kept)
	}
	if got, err := d.Store.Decisions(t.Context(), id); err != nil || len(got) != 1 {
		t.Errorf("%d decisions, %v", len(got), err)
	}
	d.Axe("overtaken")
	d.Fits("overtaken")
	d.Shot("case-overtaken.png", false)
}

// TestOfflineAndMissing: without a connection nothing is sent and nothing lost; a picture that is gone says so in its place.
func TestOfflineAndMissing(t *testing.T) {
	d := newDesk(t, 2)
	d.claim(true)
	at := d.Path()
	d.Run(chromedp.SendKeys("#remark", "kept", chromedp.ByQuery), network.EmulateNetworkConditions(true, 0, -1, -1))
	d.Wait("!navigator.onLine && !document.getElementById('offline').hidden")
	d.Run(chromedp.KeyEvent("\x1b"), chromedp.KeyEvent("t"))
	if c := d.state(t, at); c.Decision != nil || d.Path() != at {
		t.Errorf("decided without a connection, at %s", d.Path())
	}
	d.Run(network.EmulateNetworkConditions(false, 0, -1, -1))
	d.Wait("document.getElementById('offline').hidden")
	d.Forgive() // what failed while there was none
	finding := webtest.Is[string](d.Browser, "document.querySelector('.view img').getAttribute('src')")
	d.Run(chromedp.Evaluate(fmt.Sprintf("document.querySelector('.view img').src = %q", strings.Replace(finding, "/listing", "/gone", 1)), nil))
	d.Wait("!document.querySelector('.view .nopicture').hidden")
	d.Axe("picture missing")
	d.Forgive() // the picture's 404
	d.Leave(chromedp.Evaluate("document.querySelector('#decide [value=taken_down]').click(); setTimeout(() => document.querySelector('#decide [value=taken_down]')?.click(), 0); setTimeout(() => location.reload(), 1500)", nil))
	if got, err := d.Store.Decisions(t.Context(), strings.TrimPrefix(at, "/cases/")); err != nil || len(got) != 1 {
		t.Errorf("sent twice: %d decisions, %v", len(got), err)
	}
}

// TestDamagedPicture: a picture whose bytes are not those that came says so in its place, and the case can be decided by the rest.
func TestDamagedPicture(t *testing.T) {
	d := newDesk(t, 1)
	d.damage(t, d.picture(t))
	d.claim(false)
	at := d.Path()
	d.Wait("[...document.querySelectorAll('.view .nopicture')].some((p) => !p.hidden)")
	if text := d.Text(".view .nopicture:not([hidden])"); text == "" {
		t.Error("a damaged picture says nothing")
	}
	d.Axe("picture damaged")
	d.Forgive() // the picture's 404
	d.Get(t, "/sign-in")
	d.SignIn(t, "robin@example.com")
	d.Get(t, at+"/findings/0/reference").Want(t, 404, "damaged in the store")
	d.Leave(chromedp.Click("#decide button.down", chromedp.ByQuery))
	if c := d.state(t, at); c.State != docket.StateDecided {
		t.Errorf("%s is %s", at, c.State)
	}
}

// TestFourEyes: the second person decides without seeing the first's outcome, and the same one agrees.
func TestFourEyes(t *testing.T) {
	d := newDesk(t, 1)
	id := d.notice.Items[0].Case
	d.TakeDown(t, id)
	seller := casework.Actor{Account: "s", Role: "seller", Subject: "alpha/shop-7"}
	if _, err := d.Docket.Appeal(t.Context(), seller, id, docket.Objection{Statement: "These are our own goods, see the invoice."}); err != nil {
		t.Fatal(err)
	}
	other := casework.Actor{Account: "market", Role: "reviewer", Key: "per_8"}
	_, err := d.Docket.Claim(t.Context(), other, id)
	if err == nil {
		_, err = d.Docket.Reinstate(t.Context(), other, id, "the invoice fits", "")
	}
	if err != nil {
		t.Fatal(err)
	}
	d.Go("/cases/" + id)
	d.Leave(chromedp.KeyEvent("n"))
	if text := d.Text("main"); !strings.Contains(text, "four eyes") || strings.Contains(text, "the invoice fits") {
		t.Errorf("before deciding:\n%s", text)
	}
	d.Axe("four eyes")
	d.Shot("case-foureyes.png", false)
	d.Leave(chromedp.KeyEvent("d"))
	if c := d.state(t, id); c.State != docket.StateReversed || c.Decision.Agreed == "" || !strings.Contains(d.Text(".flash"), "You agree") {
		t.Errorf("%s, %+v: %s", c.State, c.Decision, d.Text(".flash"))
	}
	d.Calm()
}

// TestBulkAndViews: cases of listings with the same pictures are decided together, and a filter is saved under a name.
func TestBulkAndViews(t *testing.T) {
	d := newDesk(t, 3)
	d.claim(false)
	at := d.Path()
	d.Leave(chromedp.Click("a[href$='/alike']", chromedp.ByQuery))
	if n := webtest.Is[int](d.Browser, "document.querySelectorAll('[name=case]').length"); n != 3 && n != 2 { // one may be claimed for who comes next
		t.Fatalf("%d cases:\n%s", n, d.Text("main"))
	}
	for _, size := range [][2]int64{webtest.Phone, webtest.Desk} {
		d.Look(size, size == webtest.Phone)
		d.Run(sitetest.Scrolled)
		d.Axe("alike")
		d.Fits("alike")
		d.Shot(fmt.Sprintf("alike-%d.png", size[0]), true)
	}
	d.Leave(chromedp.Click(".verdict button.down", chromedp.ByQuery))
	if text := d.Text("main"); !strings.Contains(text, "cases decided") || d.state(t, at).State != docket.StateDecided {
		t.Errorf("after deciding together:\n%s", text)
	}
	d.Axe("alike, decided")
	d.Leave(chromedp.Click("#undo button", chromedp.ByQuery))
	if said := d.Text("main"); !strings.Contains(said, "taken back") || d.state(t, at).State != docket.StateOpen {
		t.Errorf("undo says %q", said)
	}
	d.Go("/queue?queue=" + d.queue + "&marketplace=alpha")
	d.Run(chromedp.SendKeys("#view", "Alpha <b> أ", chromedp.ByQuery))
	d.Leave(chromedp.Click(".keep button", chromedp.ByQuery))
	if got := d.Text(".views a[aria-current]"); got != "Alpha <b> أ" {
		t.Errorf("the view is called %q", got)
	}
	for _, look := range []struct {
		size [2]int64
		dark bool
	}{{webtest.Desk, true}, {webtest.Phone, false}} {
		d.Look(look.size, look.dark)
		d.Go("/queue?queue=" + d.queue + "&marketplace=alpha")
		d.Axe("queue")
		d.Fits("queue")
		d.Shot(fmt.Sprintf("queue-%d.png", look.size[0]), true)
	}
	d.Leave(chromedp.Click(".views button.link", chromedp.ByQuery))
	if webtest.Is[int](d.Browser, "document.querySelectorAll('.view').length") != 0 {
		t.Error("the view is still there")
	}
	d.Calm()
}

// TestCaseDoors: pages and forms of cases are for those who judge.
func TestCaseDoors(t *testing.T) {
	s := newSite(t)
	id := s.Complain(t, "Bag", "L1").Items[0].Case
	if _, err := s.People.Add(t.Context(), people.Person{ID: "per_4", Email: "agent@example.com", Role: "agent", Account: "brand"}, password); err != nil {
		t.Fatal(err)
	}
	for _, email := range []string{"", "holder@example.com", "agent@example.com"} {
		if email != "" {
			s.SignIn(t, email)
		}
		for _, path := range []string{"/queue", "/cases/" + id, "/cases/" + id + "/alike", "/cases/" + id + "/picture"} {
			if p := s.Get(t, path); p.Status != http.StatusForbidden && p.Path != "/sign-in" {
				t.Errorf("%q reads %s: %d at %s", email, path, p.Status, p.Path)
			}
		}
		for _, path := range []string{"/queue/claim", "/queue/ahead", "/queue/views", "/queue/views/drop", "/cases/" + id + "/decide", "/cases/" + id + "/second", "/cases/" + id + "/alike", "/cases/" + id + "/leave", "/cases/" + id + "/undo", "/cases/" + id + "/seller-links"} {
			if p := s.Post(t, path, nil); p.Status != http.StatusForbidden && p.Status != http.StatusUnauthorized {
				t.Errorf("%q posts to %s: %d", email, path, p.Status)
			}
		}
	}
}

// picture is the hash of the registered picture.
func (d *desk) picture(t *testing.T) string {
	t.Helper()
	refs, err := d.Registry.References(t.Context(), holder, d.Right.ID)
	if err != nil {
		t.Fatal(err)
	}
	return refs[0].Blob
}

// damage breaks a kept picture as a bad disk would: other bytes under its hash.
func (d *desk) damage(t *testing.T, hash string) {
	t.Helper()
	broken := 0
	err := filepath.WalkDir(d.Dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasPrefix(e.Name(), hash) {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil || len(raw) < 200 {
			return err // a mark of who holds it
		}
		broken++
		copy(raw[100:], "not what came")
		return os.WriteFile(path, raw, 0o600)
	})
	if err != nil || broken == 0 {
		t.Fatal("nothing was broken: ", err)
	}
}
