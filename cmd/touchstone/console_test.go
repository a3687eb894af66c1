package main

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"touchstone/internal/web/webtest"
)

// consolePages goes a reviewer's way in a browser: sign in, claim, look closely, decide by keys, undo; then ten decisions in a row.
func consolePages(t *testing.T, p *process, data string) {
	password, err := os.ReadFile(filepath.Join(data, demoPasswordFile))
	if err != nil {
		t.Fatal(err)
	}
	b := reader{webtest.Open(t, p.url, patience)}
	b.Look(webtest.Desk, false)

	b.Run(chromedp.Navigate(p.url+"/queue"), chromedp.WaitVisible("#email"), webtest.Shot("console-sign-in.png", false))
	b.Axe("sign-in")
	b.Run(chromedp.SendKeys("#email", demoReviewer), chromedp.SendKeys("#password", string(password)), chromedp.Submit("#password"), chromedp.WaitVisible("#claim"), webtest.Shot("console-queue.webp", false))
	b.Axe("queue")
	b.Go("/queue") // signing in hashes a password on purpose slowly
	t.Logf("the queue's largest content is painted after %.0f ms, %d bytes", b.Painted(), b.Weight())

	started := time.Now()
	var path, title string
	b.Run(chromedp.KeyEvent("n"))
	path = b.moved(p.url + "/queue")
	b.Run(loadedPictures, chromedp.Text("h1", &title))
	b.Axe("case")
	t.Logf("the case's largest content is painted after %.0f ms, with claiming it; %d bytes", b.Painted(), b.Weight())
	b.Run(chromedp.KeyEvent("t"))
	var said string
	next := b.moved(path)
	b.Run(chromedp.Text("p.flash", &said))
	if !strings.Contains(said, "Decided") {
		t.Errorf("after a decision at %s, which says %q", next, said)
	}
	b.Run(chromedp.Navigate(path), chromedp.WaitVisible("#undo"), chromedp.KeyEvent("u"), chromedp.WaitNotPresent("#undo"), chromedp.WaitVisible("p.flash"), chromedp.Text("p.flash", &said))
	if !strings.Contains(said, "taken back") {
		t.Errorf("undo says %q", said)
	}
	b.Run(chromedp.Navigate(next), chromedp.WaitVisible("#decide"), loadedPictures, webtest.Shot("console-case.webp", false))
	b.look()
	keys, down := 2, next
	for i := range 9 {
		if i%3 == 2 { // a third is declined, with the first reason
			b.Run(chromedp.KeyEvent("d"), chromedp.WaitVisible("#codes"), chromedp.KeyEvent("a"))
			keys++
		} else {
			b.Run(chromedp.KeyEvent("t"))
		}
		keys++
		next = b.moved(next)
	}
	t.Logf("from the queue to the tenth decision: %d keys, %.1f s", keys, time.Since(started).Seconds())

	b.Run(emulation.SetDeviceMetricsOverride(390, 844, 1, true))
	for _, page := range []string{"/queue", strings.TrimPrefix(path, p.url)} {
		var wide int
		b.Run(chromedp.Navigate(p.url+page), chromedp.WaitVisible("main"), chromedp.Evaluate("document.documentElement.scrollWidth", &wide))
		if wide > 390 {
			t.Errorf("%s is %d wide on a screen of 390", page, wide)
		}
		b.Axe("phone")
	}
	b.foreign()
	b.Calm()
	b.others(strings.TrimPrefix(down, p.url), string(password))
}

// others looks at the pages around: what models do, what a seller gets by a link, what a holder sees.
func (b reader) others(down, password string) {
	b.T.Helper()
	b.Look(webtest.Desk, false)
	for _, at := range []string{"/operations", "/operations/drift", "/operations/thresholds?population=notices"} {
		b.Go(at)
		b.Axe(at)
		b.Fits(at)
	}
	b.Shot("operations-thresholds.webp", false)
	b.Go(down)
	b.Leave(chromedp.Click("form[action$=seller-links] button", chromedp.ByQuery))
	link := webtest.Is[string](b.Browser, "new URL(document.querySelector('.handed a').href).pathname")
	b.Go(link)
	b.Axe("seller")
	b.Fits("seller")
	b.Shot("seller.webp", false)
	b.Go("/account")
	b.Leave(chromedp.Click("form[action='/sign-out'] button", chromedp.ByQuery))
	b.Run(chromedp.SendKeys("#email", demoHolder, chromedp.ByQuery), chromedp.SendKeys("#password", password, chromedp.ByQuery))
	b.Leave(chromedp.Click(".signin button.main", chromedp.ByQuery))
	if b.Path() != "/portal" {
		b.T.Errorf("a holder begins at %s:\n%s", b.Path(), b.Text("main"))
	}
	b.Axe("portal")
	b.Fits("portal")
	if text := b.Text("main"); !strings.Contains(text, "Answer in a minute") || !strings.Contains(text, "other listings come down") {
		b.T.Errorf("the portal of a demo shows no survey or no inquiry:\n%s", text)
	}
	b.Shot("portal.webp", false)
}

// loadedPictures waits until every picture that a page shows at once is there.
var loadedPictures = chromedp.Poll("[...document.querySelectorAll('img[loading=eager]')].every((i) => i.complete && i.naturalWidth > 0)", nil)

// reader is a browser at the console.
type reader struct{ *webtest.Browser }

// moved waits until the browser is at another case than before, with its scripts at work, and tells where.
func (b reader) moved(from string) string {
	b.T.Helper()
	for {
		var at, state string
		err := chromedp.Run(b.Ctx, chromedp.Location(&at), chromedp.Evaluate("document.readyState + (document.querySelector('#decide') ? '' : ', no form')", &state))
		if b.Ctx.Err() != nil {
			b.T.Fatalf("the browser stays at %s (%s): %v", from, state, err)
		}
		if err == nil && at != from && state == "complete" { // an error: the page is just going
			return at
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// look uses zoom, overlay and blink by keys.
func (b reader) look() {
	b.T.Helper()
	var moved, pressed, upper, help string
	b.Run(chromedp.KeyEvent("+"), chromedp.Evaluate("document.querySelectorAll('.compare .view img')[1].style.transform", &moved),
		chromedp.KeyEvent("o"), chromedp.WaitVisible(".overlay .upper", chromedp.ByQuery), chromedp.Poll("document.querySelector('.upper').naturalWidth > 0", nil),
		chromedp.Evaluate("const f = document.querySelector('.fade'); f.value = 0.3; f.dispatchEvent(new Event('input')); document.querySelector('.upper').style.opacity", &upper),
		chromedp.Evaluate("document.querySelector('.overlay').scrollIntoView({block: 'end'})", nil), webtest.Shot("console-overlay.webp", false),
		chromedp.KeyEvent("p"), chromedp.Poll("(() => { const i = document.querySelector('.sheet[data-sheet=points] img'); return !i || i.complete && i.naturalWidth > 0 })()", nil), webtest.Shot("console-points.png", false),
		chromedp.KeyEvent("b"), chromedp.AttributeValue(".blink", "aria-pressed", &pressed, nil, chromedp.ByQuery),
		chromedp.KeyEvent("?"), chromedp.WaitVisible("#keys"), chromedp.Text("#keys", &help), chromedp.Click("#keys button"), chromedp.WaitNotVisible("#keys"))
	if !strings.Contains(moved, "scale(1.25)") || upper != "0.3" || pressed != "true" || !strings.Contains(help, "Overlay") {
		b.T.Errorf("zoom %q, overlay at %q, blinking %q, help %q", moved, upper, pressed, help)
	}
}

// foreign fails the test when the page loaded anything from elsewhere.
func (b reader) foreign() {
	b.T.Helper()
	host, err := url.Parse(b.Base)
	if err != nil {
		b.T.Fatal(err)
	}
	for _, u := range webtest.Is[[]string](b.Browser, `performance.getEntriesByType("resource").map((e) => e.name)`) {
		if at, err := url.Parse(u); err != nil || at.Host != host.Host {
			b.T.Errorf("the page loads %s", u)
		}
	}
}
