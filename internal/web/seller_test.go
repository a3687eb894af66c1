package web_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/web/sitetest"
	"touchstone/internal/web/webtest"
)

// TestSeller goes through what a seller may see and send, over one site.
func TestSeller(t *testing.T) {
	s := newSite(t)
	t.Run("form", func(t *testing.T) { sellerForm(t, s) })
	t.Run("link ends", func(t *testing.T) { sellerLinkEnds(t, s) })
	t.Run("page", func(t *testing.T) { sellerPage(t, s) }) // last: the right expires
}

// sellerPage: what a seller sees by the link, in their language, and what they do not.
func sellerPage(t *testing.T, s *site) {
	c, _, path := s.Linked(t, `Tasche "<img src=x onerror=alert(1)>" العربية`)
	p := s.Get(t, path).Want(t, 200, "Entscheidung über Ihr Angebot", "Velmora print", "The print is the registered one.", "Gegendarstellung absenden", "&lt;img")
	for _, hidden := range []string{"market/per_9", "per_9", "a@example.com", "log-odds", "0.9", "onerror=alert(1)>"} {
		if strings.Contains(p.Body, hidden) {
			t.Errorf("the seller sees %q", hidden)
		}
	}
	if got := p.Header.Get("X-Robots-Tag") + p.Header.Get("Cache-Control") + p.Header.Get("Referrer-Policy"); got != "noindex, nofollowno-storesame-origin" || len(p.Header.Values("Set-Cookie")) != 0 {
		t.Errorf("%v", p.Header)
	}
	s.Get(t, path+"?language=zh").Want(t, 200, "反通知")
	s.Get(t, path+"/findings/0/listing").Want(t, 200)
	s.Get(t, path+"/findings/0/reference").Want(t, 200)
	for _, no := range []string{"/findings/0/side-by-side", "/findings/9/listing", "/findings/-1/listing", "/findings/x/listing"} {
		s.Get(t, path+no).Want(t, 404)
	}
	if _, err := s.Registry.SetRightState(t.Context(), operator, c.Right, casework.StateExpired); err != nil {
		t.Fatal(err)
	}
	s.Get(t, path+"/findings/0/reference").Want(t, 404) // no longer in a register
	s.Get(t, path).Want(t, 200, "nicht öffentlich")
}

// sellerLinkEnds: a link that is altered, ended, revoked or of an undone decision opens nothing, and all say the same.
func sellerLinkEnds(t *testing.T, s *site) {
	c, l, path := s.Linked(t, "Bag")
	flip := "A"
	if strings.HasSuffix(path, "A") {
		flip = "B"
	}
	for _, bad := range []string{path[:len(path)-1] + flip, sellerlink.PathPrefix + "x", sellerlink.PathPrefix + strings.Repeat("A", 5000), path + "AAAA"} {
		s.Get(t, bad).Want(t, 404, "Ask the marketplace")
	}
	s.Get(t, path).Want(t, 200)
	s.Pass(time.Duration(sellerlink.DefaultDays) * 24 * time.Hour)
	s.Get(t, path).Want(t, 404)
	s.Pass(-time.Duration(sellerlink.DefaultDays) * 24 * time.Hour)
	if _, err := s.Links.Revoke(t.Context(), operator, c.ID, l.ID); err != nil {
		t.Fatal(err)
	}
	s.Get(t, path).Want(t, 404)
	s.Send(t, path, map[string]string{"statement": strings.Repeat("x", 30)}, nil).Want(t, 404)
	again, err := s.Links.Issue(t.Context(), operator, c.ID, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Docket.Undo(t.Context(), operator, c.ID, ""); err != nil {
		t.Fatal(err)
	}
	s.Get(t, s.Links.Path(again)).Want(t, 404)
}

// sellerForm: what is wrong is said at once and nothing typed is lost; what is right is a counter-notice with its pictures.
func sellerForm(t *testing.T, s *site) {
	c, _, path := s.Linked(t, "Bag")
	token := s.Get(t, path+"?language=en").Token(t)
	form := map[string]string{"token": token, "language": "en", "statement": "too <short>"}
	p := s.Send(t, path, form, map[string][]byte{"virus.exe": []byte("MZ not a picture")}).Want(t, 422, "virus.exe is not a picture", "too &lt;short&gt;")
	if strings.Contains(p.Body, "counter-notice was sent") {
		t.Error("it says that it was sent")
	}
	s.Send(t, path, form, nil).Want(t, 422, "at least 20 characters", "Tick the declaration", "full name")
	many := map[string][]byte{}
	for _, name := range strings.Split("abcdefg", "") {
		many[name] = intaketest.Drawing(t, 1)
	}
	s.Send(t, path, form, many).Want(t, 422, "at most 6")
	s.Send(t, path, map[string]string{"statement": strings.Repeat("x", 30)}, nil).Want(t, 403, "older than your session")
	form["statement"], form["sworn"], form["signature"] = "These are our own goods, see the invoice.", "yes", "Kim Shop"
	s.Send(t, path, form, map[string][]byte{"invoice\n.jpg": intaketest.Drawing(t, 7), "same.jpg": intaketest.Drawing(t, 7)}).Want(t, 200, "We received your answer", "The holder of the right can answer")
	s.Send(t, path, form, nil).Want(t, 200, "We received your answer") // sent twice
	got, err := s.Store.Case(t.Context(), c.ID)
	if err != nil || got.State != docket.StateContest || got.Contest.Kind != docket.CounterNotice || len(got.Contest.Evidence) != 1 {
		t.Fatalf("%+v, %v", got.Contest, err)
	}
	file := got.Contest.Evidence[0].Blob
	s.SignIn(t, "robin@example.com")
	s.Get(t, "/cases/"+c.ID).Want(t, 200, file)
	if p := s.Get(t, "/cases/"+c.ID+"/files/"+file).Want(t, 200); p.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%v", p.Header)
	}
	s.Get(t, "/cases/"+c.ID+"/files/"+strings.Repeat("a", 64)).Want(t, 404)
	s.Get(t, "/cases/"+c.ID+"/files/../../x").Want(t, 404)
}

// TestSellerBrowser goes a seller's way in Chromium: read, be told what is missing, answer with a picture; and the reviewer puts the
// listing back.
func TestSellerBrowser(t *testing.T) {
	s := newSite(t)
	c, _, path := s.Linked(t, "Tasche mit Aufdruck "+strings.Repeat("sehrlangername", 12))
	picture := filepath.Join(t.TempDir(), "invoice.jpg")
	if err := os.WriteFile(picture, intaketest.Drawing(t, 9), 0o600); err != nil {
		t.Fatal(err)
	}
	b := webtest.Open(t, s.Server.URL, time.Minute)
	for _, look := range []struct {
		name string
		size [2]int64
		dark bool
	}{{"desk", webtest.Desk, false}, {"phone", webtest.Phone, true}} {
		b.Look(look.size, look.dark)
		for _, language := range []string{"en", "zh", "de"} {
			b.Go(path + "?language=" + language)
			b.Run(sitetest.Scrolled)
			b.Fits("seller page, " + look.name + ", " + language)
			b.Shot("seller-"+look.name+"-"+language+".png", true)
		}
		b.Axe("seller page, " + look.name)
	}
	b.Look(webtest.Desk, false)
	b.Go(path + "?language=en")
	b.Run(chromedp.SendKeys("#statement", "We make these bags ourselves since 2019.", chromedp.ByQuery))
	b.Go(path + "?language=en") // come back later
	if got := webtest.Is[string](b, "document.getElementById('statement').value"); !strings.HasPrefix(got, "We make") {
		t.Errorf("the draft is %q", got)
	}
	b.Run(chromedp.SetUploadFiles("#files", []string{picture}, chromedp.ByQuery), chromedp.Click("[name=sworn]", chromedp.ByQuery), chromedp.SendKeys("#signature", "Kim Shop", chromedp.ByQuery))
	b.Leave(chromedp.Click("#answer button.main", chromedp.ByQuery))
	if text := b.Text("main"); !strings.Contains(text, "We received your answer") || strings.Contains(text, "Full name") {
		t.Errorf("after sending:\n%s", text)
	}
	b.Axe("seller page, answered")
	b.Fits("seller page, answered")
	s.Reinstate(t, c.ID)
	b.Go(path + "?language=en")
	if text := b.Text("main"); !strings.Contains(text, "may be sold") || !strings.Contains(text, "taken back") {
		t.Errorf("after it was put back:\n%s", text)
	}
	b.Shot("seller-reinstated.png", true)
	b.Fits("seller page, put back")
}
