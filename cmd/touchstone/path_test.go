package main

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"touchstone/internal/casework"
	"touchstone/internal/httpapi"
	"touchstone/internal/policy"
	"touchstone/internal/web/webtest"
)

// wholeWay goes the whole way of a right in Chromium, by everybody who has a part in it: its holder registers it by the portal, a marketplace's
// pipeline scores a copy by the API, the holder files a notice, a reviewer decides by keys, the seller reads the statement by the signed link and sends
// a counter-notice, the holder answers, and two people put the listing back.
func wholeWay(t *testing.T, p *process, data string) {
	password, err := os.ReadFile(filepath.Join(data, demoPasswordFile))
	if err != nil {
		t.Fatal(err)
	}
	w := &way{T: t, p: p, b: webtest.Open(t, p.url, patience), password: string(password), picture: drawnPicture(t)}
	w.b.Look(webtest.Desk, false)
	w.register()
	w.score()
	w.complain()
	w.decide()
	w.counter()
	w.answer()
	w.reinstate()
	w.b.Calm()
}

// way is what is known on it so far.
type way struct {
	*testing.T
	p        *process
	b        *webtest.Browser
	password string
	picture  []byte

	right, market, notice, found, link string
}

const (
	wayListing = "whole-way-1"
	waySeller  = "whole-way-shop"
)

// as signs one of the demo's people in.
func (w *way) as(email string) {
	w.Helper()
	w.sign(email, w.password)
}

func (w *way) sign(email, password string) {
	w.Helper()
	w.b.Go("/sign-in")
	w.b.Run(chromedp.SendKeys("#email", email, chromedp.ByQuery), chromedp.SendKeys("#password", password, chromedp.ByQuery))
	w.b.Leave(chromedp.Click(".signin button.main", chromedp.ByQuery))
}

func (w *way) register() {
	file := filepath.Join(w.TempDir(), "front.jpg")
	if err := os.WriteFile(file, w.picture, 0o600); err != nil {
		w.Fatal(err)
	}
	w.as(demoHolder)
	w.b.Go("/portal/rights/new")
	w.b.Run(chromedp.SendKeys("#name", "Whole way print", chromedp.ByQuery), chromedp.SendKeys("#number", "018000777", chromedp.ByQuery), chromedp.SetUploadFiles("#pictures", []string{file}, chromedp.ByQuery))
	w.b.Leave(chromedp.Click(".form button.main", chromedp.ByQuery))
	if w.right = strings.TrimPrefix(w.b.Path(), "/portal/rights/"); !strings.HasPrefix(w.right, "rgt_") {
		w.Fatalf("registered, and at %s:\n%s", w.b.Path(), w.b.Text("main"))
	}
	w.p.client(w.p.key).must(w, "PUT", "/v1/rights/"+w.right+"/state", map[string]string{"state": "verified"}, new(any))
}

// key issues a key of a role.
func (w *way) key(role, subject string) *client {
	var made struct {
		Token string `json:"token"`
	}
	w.p.client(w.p.key).must(w, "POST", "/v1/keys", map[string]string{"account": "demo", "name": "whole way", "role": role, "subject": subject}, &made)
	return w.p.client(made.Token)
}

func (w *way) score() {
	var markets []casework.Marketplace
	w.p.client(w.p.key).must(w, "GET", "/v1/marketplaces", nil, &markets)
	i := slices.IndexFunc(markets, func(m casework.Marketplace) bool { return slices.Contains(m.Territories, "DE") })
	if i < 0 {
		w.Fatal("the demo has no marketplace where the right holds")
	}
	w.market = markets[i].ID
	var scored httpapi.Scored
	w.key("pipeline", w.market).must(w, "POST", "/v1/score", map[string]any{"id": wayListing, "marketplace": w.market, "seller": waySeller, "title": "Bag with a print", "pictures": []map[string]any{{"data": w.picture}}}, &scored)
	if len(scored.Report.Findings) == 0 || scored.Report.Findings[0].Right != w.right {
		w.Fatalf("the copy is not found: %+v", scored.Report.Findings)
	}
}

func (w *way) complain() {
	w.b.Go("/portal/notices/new?right=" + w.right)
	w.b.Run(chromedp.SetValue("#marketplace", w.market, chromedp.ByQuery), chromedp.SetValue("#reason", "copied_design", chromedp.ByQuery), chromedp.SendKeys("#listings", wayListing, chromedp.ByQuery),
		chromedp.SendKeys("#explanation", "The bag shows our registered print on goods that are not ours.", chromedp.ByQuery),
		chromedp.Click("[name=good_faith]", chromedp.ByQuery), chromedp.Click("[name=accuracy]", chromedp.ByQuery), chromedp.SendKeys("#signature", "Vera Demo", chromedp.ByQuery))
	w.b.Leave(chromedp.Click(".form button.main", chromedp.ByQuery))
	if w.notice = w.b.Path(); !strings.HasPrefix(w.notice, "/portal/notices/ntc_") {
		w.Fatalf("filed, and at %s:\n%s", w.notice, w.b.Text("main"))
	}
	w.until(w.notice, "tbody a")
}

// until opens a page again and again until it has something on it, which jobs bring.
func (w *way) until(path, selector string) {
	w.Helper()
	for w.b.Ctx.Err() == nil {
		w.b.Go(path)
		if webtest.Is[bool](w.b, "document.querySelector(\""+selector+"\") !== null") {
			return
		}
	}
	w.Fatalf("%s never has %s:\n%s", path, selector, w.b.Text("main"))
}

func (w *way) decide() {
	w.as(demoReviewer)
	for _, queue := range policy.Queues() {
		w.b.Go("/queue?queue=" + queue + "&seller=" + waySeller)
		if webtest.Is[bool](w.b, "document.querySelector('#waiting tbody a') !== null") {
			break
		}
	}
	w.b.Leave(chromedp.KeyEvent("n"))
	w.found = w.b.Path()
	if !strings.HasPrefix(w.found, "/cases/") || !strings.Contains(w.b.Text("h1"), "Bag with a print") {
		w.Fatalf("claimed, and at %s:\n%s", w.found, w.b.Text("main"))
	}
	w.b.Leave(chromedp.KeyEvent("t"))
	w.b.Go(w.found)
	w.b.Wait("document.querySelector('#undo') !== null")
	w.b.Leave(chromedp.Click("form[action$=seller-links] button", chromedp.ByQuery))
	w.link = webtest.Is[string](w.b, "new URL(document.querySelector('.handed a').href).pathname") + "?language=en"
}

func (w *way) counter() {
	w.until(w.link, ".letter h3")
	if text := w.b.Text("main"); !strings.Contains(text, "Whole way print") || !strings.Contains(text, "Article 17") && !strings.Contains(text, "Legal basis") {
		w.Errorf("the statement says:\n%s", text)
	}
	w.b.Run(chromedp.SendKeys("#statement", "We have drawn this print ourselves; the sketches are dated.", chromedp.ByQuery), chromedp.Click("[name=sworn]", chromedp.ByQuery), chromedp.SendKeys("#signature", "Kim Shop", chromedp.ByQuery))
	w.b.Leave(chromedp.Click("#answer button.main", chromedp.ByQuery))
	if text := w.b.Text("main"); !strings.Contains(text, "We received your answer") {
		w.Fatalf("the counter-notice was sent, and the page says:\n%s", text)
	}
}

func (w *way) answer() {
	w.as(demoHolder)
	w.b.Go("/portal" + w.found)
	if text := w.b.Text("main"); !strings.Contains(text, "We have drawn this print ourselves") {
		w.Errorf("the holder reads:\n%s", text)
	}
	w.b.Run(chromedp.SendKeys("#answer", "The sketches are older than ours. We withdraw our claim to it.", chromedp.ByQuery))
	w.b.Leave(chromedp.Click("form[action$='/answer'] button", chromedp.ByQuery))
}

// reinstate takes two people who have not judged the case before: each decides by the same key, the second without seeing the first's.
func (w *way) reinstate() {
	for _, email := range []string{"second@demo.example", "third@demo.example"} {
		w.invited(email)
		w.b.Go(w.found)
		w.b.Leave(chromedp.KeyEvent("n"))
		w.b.Wait("document.querySelector('#decide [data-key=d]') !== null")
		w.b.Leave(chromedp.KeyEvent("d"))
	}
	w.b.Go(w.link)
	if text := w.b.Text("main"); !strings.Contains(text, "may be sold") || !strings.Contains(text, "taken back") {
		w.Errorf("put back, and the seller reads:\n%s", text)
	}
	w.b.Fits("seller page, put back")
}

// invited lets another reviewer in, by the password that the invitation brings and that they change first.
func (w *way) invited(email string) {
	w.Helper()
	var made httpapi.SigningPerson
	w.p.client(w.p.key).must(w, "POST", "/v1/people", map[string]string{"email": email, "role": "reviewer", "account": "demo"}, &made)
	w.sign(email, made.Password)
	w.b.Run(chromedp.SendKeys("#old", made.Password, chromedp.ByQuery), chromedp.SendKeys("#new", "quite another one", chromedp.ByQuery), chromedp.SendKeys("#again", "quite another one", chromedp.ByQuery))
	w.b.Leave(chromedp.Click("[action='/account/password'] button.main", chromedp.ByQuery))
}

// drawnPicture is a JPEG of rectangles that nothing of the demo resembles.
func drawnPicture(t *testing.T) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(77, 2))
	img := image.NewNRGBA(image.Rect(0, 0, 640, 480))
	for range 60 {
		c, x, y := color.NRGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}, r.IntN(640), r.IntN(480)
		for dy := range 30 + r.IntN(90) {
			for dx := range 120 {
				img.SetNRGBA(x+dx-60, y+dy-45, c)
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
