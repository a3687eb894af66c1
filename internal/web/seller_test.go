package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
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
	"touchstone/internal/web/webtest"
)

// linked is a case that was taken down, and the path of its seller's page.
func linked(t *testing.T, s *site, title string) (docket.Case, sellerlink.Link, string) {
	t.Helper()
	id := s.complain(t, title, "L1").Items[0].Case
	s.takeDown(t, id)
	l, err := s.links.Issue(t.Context(), casework.Actor{Account: "alpha", Role: "pipeline", Subject: "alpha"}, id, "de", 0)
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Store.Case(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c, l, s.links.Path(l)
}

// send sends the seller's form with files by name.
func (s *site) send(t *testing.T, path string, fields map[string]string, files map[string][]byte) page {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range files {
		f, err := m.CreateFormFile("files", name)
		if err == nil {
			_, err = f.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	res, err := s.client.Post(s.server.URL+path, m.FormDataContentType(), &b)
	return read(t, res, err)
}

// sendAs sends a form with one file under a name of its own.
func (s *site) sendAs(t *testing.T, path string, fields map[string]string, field, name string, data []byte) page {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	f, err := m.CreateFormFile(field, name)
	if err == nil {
		_, err = f.Write(data)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	res, err := s.client.Post(s.server.URL+path, m.FormDataContentType(), &b)
	return read(t, res, err)
}

// TestSellerPage: what a seller sees by the link, in their language, and what they do not.
func TestSellerPage(t *testing.T) {
	s := newSite(t)
	c, _, path := linked(t, s, `Tasche "<img src=x onerror=alert(1)>" العربية`)
	p := s.get(t, path).want(t, 200, "Entscheidung über Ihr Angebot", "Velmora print", "The print is the registered one.", "Gegendarstellung absenden", "&lt;img")
	for _, hidden := range []string{"market/per_9", "per_9", "a@example.com", "log-odds", "0.9", "onerror=alert(1)>"} {
		if strings.Contains(p.body, hidden) {
			t.Errorf("the seller sees %q", hidden)
		}
	}
	if got := p.header.Get("X-Robots-Tag") + p.header.Get("Cache-Control") + p.header.Get("Referrer-Policy"); got != "noindex, nofollowno-storesame-origin" || len(p.header.Values("Set-Cookie")) != 0 {
		t.Errorf("%v", p.header)
	}
	s.get(t, path+"?language=zh").want(t, 200, "反通知")
	s.get(t, path+"/findings/0/listing").want(t, 200)
	s.get(t, path+"/findings/0/reference").want(t, 200)
	for _, no := range []string{"/findings/0/side-by-side", "/findings/9/listing", "/findings/-1/listing", "/findings/x/listing"} {
		s.get(t, path+no).want(t, 404)
	}
	if _, err := s.Registry.SetRightState(t.Context(), operator, c.Right, casework.StateExpired); err != nil {
		t.Fatal(err)
	}
	s.get(t, path+"/findings/0/reference").want(t, 404) // no longer in a register
	s.get(t, path).want(t, 200, "nicht öffentlich")
}

// TestSellerLinkEnds: a link that is altered, ended, revoked or of an undone decision opens nothing, and all say the same.
func TestSellerLinkEnds(t *testing.T) {
	s := newSite(t)
	c, l, path := linked(t, s, "Bag")
	flip := "A"
	if strings.HasSuffix(path, "A") {
		flip = "B"
	}
	for _, bad := range []string{path[:len(path)-1] + flip, sellerlink.PathPrefix + "x", sellerlink.PathPrefix + strings.Repeat("A", 5000), path + "AAAA"} {
		s.get(t, bad).want(t, 404, "Ask the marketplace")
	}
	s.get(t, path).want(t, 200)
	s.Pass(time.Duration(sellerlink.DefaultDays) * 24 * time.Hour)
	s.get(t, path).want(t, 404)
	s.Pass(-time.Duration(sellerlink.DefaultDays) * 24 * time.Hour)
	if _, err := s.links.Revoke(t.Context(), operator, c.ID, l.ID); err != nil {
		t.Fatal(err)
	}
	s.get(t, path).want(t, 404)
	s.send(t, path, map[string]string{"statement": strings.Repeat("x", 30)}, nil).want(t, 404)
	again, err := s.links.Issue(t.Context(), operator, c.ID, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.docket.Undo(t.Context(), operator, c.ID, ""); err != nil {
		t.Fatal(err)
	}
	s.get(t, s.links.Path(again)).want(t, 404)
}

// TestSellerForm: what is wrong is said at once and nothing typed is lost; what is right is a counter-notice with its pictures.
func TestSellerForm(t *testing.T) {
	s := newSite(t)
	c, _, path := linked(t, s, "Bag")
	token := s.get(t, path+"?language=en").token(t)
	form := map[string]string{"token": token, "language": "en", "statement": "too <short>"}
	p := s.send(t, path, form, map[string][]byte{"virus.exe": []byte("MZ not a picture")}).want(t, 422, "virus.exe is not a picture", "too &lt;short&gt;")
	if strings.Contains(p.body, "counter-notice was sent") {
		t.Error("it says that it was sent")
	}
	s.send(t, path, form, nil).want(t, 422, "at least 20 characters", "Tick the declaration", "full name")
	many := map[string][]byte{}
	for _, name := range strings.Split("abcdefg", "") {
		many[name] = intaketest.Drawing(t, 1)
	}
	s.send(t, path, form, many).want(t, 422, "at most 6")
	s.send(t, path, map[string]string{"statement": strings.Repeat("x", 30)}, nil).want(t, 403, "older than your session")
	form["statement"], form["sworn"], form["signature"] = "These are our own goods, see the invoice.", "yes", "Kim Shop"
	s.send(t, path, form, map[string][]byte{"invoice\n.jpg": intaketest.Drawing(t, 7), "same.jpg": intaketest.Drawing(t, 7)}).want(t, 200, "We received your answer", "The holder of the right can answer")
	s.send(t, path, form, nil).want(t, 200, "We received your answer") // sent twice
	got, err := s.Store.Case(t.Context(), c.ID)
	if err != nil || got.State != docket.StateContest || got.Contest.Kind != docket.CounterNotice || len(got.Contest.Evidence) != 1 {
		t.Fatalf("%+v, %v", got.Contest, err)
	}
	file := got.Contest.Evidence[0].Blob
	s.signIn(t, "robin@example.com")
	s.get(t, "/cases/"+c.ID).want(t, 200, file)
	if p := s.get(t, "/cases/"+c.ID+"/files/"+file).want(t, 200); p.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%v", p.header)
	}
	s.get(t, "/cases/"+c.ID+"/files/"+strings.Repeat("a", 64)).want(t, 404)
	s.get(t, "/cases/"+c.ID+"/files/../../x").want(t, 404)
}

// TestSellerBrowser goes a seller's way in Chromium: read, be told what is missing, answer with a picture; and the reviewer puts the
// listing back.
func TestSellerBrowser(t *testing.T) {
	s := newSite(t)
	c, _, path := linked(t, s, "Tasche mit Aufdruck "+strings.Repeat("sehrlangername", 12))
	picture := filepath.Join(t.TempDir(), "invoice.jpg")
	if err := os.WriteFile(picture, intaketest.Drawing(t, 9), 0o600); err != nil {
		t.Fatal(err)
	}
	b := webtest.Open(t, s.server.URL, time.Minute)
	for _, look := range []struct {
		name string
		size [2]int64
		dark bool
	}{{"desk", webtest.Desk, false}, {"phone", webtest.Phone, true}} {
		b.Look(look.size, look.dark)
		for _, language := range []string{"en", "zh", "de"} {
			b.Go(path + "?language=" + language)
			b.Run(scrolled)
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
	reinstate(t, s, c.ID)
	b.Go(path + "?language=en")
	if text := b.Text("main"); !strings.Contains(text, "may be sold") || !strings.Contains(text, "taken back") {
		t.Errorf("after it was put back:\n%s", text)
	}
	b.Shot("seller-reinstated.png", true)
	b.Fits("seller page, put back")
}

// scrolled goes through the whole page, so that what loads when it is seen has loaded.
var scrolled = chromedp.Tasks{
	chromedp.Evaluate("for (const i of document.images) i.loading = 'eager'", nil),
	chromedp.Poll("[...document.images].every((i) => i.complete)", nil),
}

// reinstate answers for the holder and puts the listing back.
func reinstate(t *testing.T, s *site, id string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	judge := casework.Actor{Account: "market", Role: "reviewer", Key: "per_8"}
	_, err := s.docket.Answer(ctx, holder, id, "We still hold it to be ours.", nil)
	if err == nil {
		_, err = s.docket.Claim(ctx, judge, id)
	}
	if err == nil {
		_, err = s.docket.Reinstate(ctx, judge, id, "", "")
	}
	judge.Key = "per_7" // policy wants a second person
	if err == nil {
		_, err = s.docket.Claim(ctx, judge, id)
	}
	if err == nil {
		_, err = s.docket.Second(ctx, judge, id, true, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	s.work(t)
}
