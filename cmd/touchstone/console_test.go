package main

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"touchstone/embed/onnx/onnxtest"
)

// consolePages goes a reviewer's way in a browser: sign in, claim, look closely, decide by keys, undo; then ten decisions in a row.
func consolePages(t *testing.T, p *process, data string) {
	password, err := os.ReadFile(filepath.Join(data, demoPasswordFile))
	if err != nil {
		t.Fatal(err)
	}
	axe := axeScript(t)
	ctx := browser(t)
	var against complaints
	chromedp.ListenTarget(ctx, against.hear)
	b := &reader{t: t, ctx: ctx, base: p.url, axe: axe}

	b.run(log.Enable(), chromedp.Navigate(p.url+"/queue"), chromedp.WaitVisible("#email"), shot("console-sign-in.png"))
	b.check("sign-in")
	b.run(chromedp.SendKeys("#email", demoReviewer), chromedp.SendKeys("#password", string(password)), chromedp.Submit("#password"), chromedp.WaitVisible("#claim"), shot("console-queue.png"))
	b.check("queue")

	started := time.Now()
	var path, title string
	b.run(chromedp.KeyEvent("n"))
	path = b.moved(p.url + "/queue")
	b.run(loadedPictures, shot("console-case.png"), chromedp.Text("h1", &title))
	b.check("case")
	b.look()
	b.run(chromedp.KeyEvent("t"))
	var said string
	next := b.moved(path)
	b.run(chromedp.Text("p.flash", &said))
	if !strings.Contains(said, "Decided") {
		t.Errorf("after a decision at %s, which says %q", next, said)
	}
	b.run(chromedp.Navigate(path), chromedp.WaitVisible("#undo"), chromedp.KeyEvent("u"), chromedp.WaitNotPresent("#undo"), chromedp.WaitVisible("p.flash"), chromedp.Text("p.flash", &said))
	if !strings.Contains(said, "taken back") {
		t.Errorf("undo says %q", said)
	}
	b.run(chromedp.Navigate(next), chromedp.WaitVisible("#decide"))
	keys := 2
	for i := range 9 {
		if i%3 == 2 { // a third is declined, with the first reason
			b.run(chromedp.KeyEvent("d"), chromedp.WaitVisible("#codes"), chromedp.KeyEvent("a"))
			keys++
		} else {
			b.run(chromedp.KeyEvent("t"))
		}
		keys++
		next = b.moved(next)
	}
	t.Logf("from the queue to the tenth decision: %d keys, %.1f s", keys, time.Since(started).Seconds())

	b.run(emulation.SetDeviceMetricsOverride(390, 844, 1, true))
	for _, page := range []string{"/queue", strings.TrimPrefix(path, p.url)} {
		var wide int
		b.run(chromedp.Navigate(p.url+page), chromedp.WaitVisible("main"), chromedp.Evaluate("document.documentElement.scrollWidth", &wide))
		if wide > 390 {
			t.Errorf("%s is %d wide on a screen of 390", page, wide)
		}
		b.check("phone")
	}
	b.foreign()
	against.mu.Lock()
	defer against.mu.Unlock()
	for _, c := range against.list {
		t.Errorf("the browser complains: %s", c)
	}
}

// loadedPictures waits until every picture that a page shows at once is there.
var loadedPictures = chromedp.Poll("[...document.querySelectorAll('img[loading=eager]')].every((i) => i.complete && i.naturalWidth > 0)", nil)

// reader is a browser at the console.
type reader struct {
	t    *testing.T
	ctx  context.Context
	base string
	axe  string
}

func (b *reader) run(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// moved waits until the browser is at another case than before, with its scripts at work, and tells where.
func (b *reader) moved(from string) string {
	b.t.Helper()
	for {
		var at, state string
		err := chromedp.Run(b.ctx, chromedp.Location(&at), chromedp.Evaluate("document.readyState + (document.querySelector('#decide') ? '' : ', no form')", &state))
		if b.ctx.Err() != nil {
			b.t.Fatalf("the browser stays at %s (%s): %v", from, state, err)
		}
		if err == nil && at != from && state == "complete" { // an error: the page is just going
			return at
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// look uses zoom, overlay and blink by keys.
func (b *reader) look() {
	b.t.Helper()
	var moved, pressed, upper, help string
	b.run(chromedp.KeyEvent("+"), chromedp.Evaluate("document.querySelectorAll('.compare .view img')[1].style.transform", &moved),
		chromedp.KeyEvent("o"), chromedp.WaitVisible(".overlay .upper", chromedp.ByQuery), chromedp.Poll("document.querySelector('.upper').naturalWidth > 0", nil),
		chromedp.Evaluate("const f = document.querySelector('.fade'); f.value = 0.3; f.dispatchEvent(new Event('input')); document.querySelector('.upper').style.opacity", &upper),
		shot("console-overlay.png"),
		chromedp.KeyEvent("p"), chromedp.Poll("(() => { const i = document.querySelector('.sheet[data-sheet=points] img'); return !i || i.complete && i.naturalWidth > 0 })()", nil), shot("console-points.png"),
		chromedp.KeyEvent("b"), chromedp.AttributeValue(".blink", "aria-pressed", &pressed, nil, chromedp.ByQuery),
		chromedp.KeyEvent("?"), chromedp.WaitVisible("#keys"), chromedp.Text("#keys", &help), chromedp.Click("#keys button"), chromedp.WaitNotVisible("#keys"))
	if !strings.Contains(moved, "scale(1.25)") || upper != "0.3" || pressed != "true" || !strings.Contains(help, "Overlay") {
		b.t.Errorf("zoom %q, overlay at %q, blinking %q, help %q", moved, upper, pressed, help)
	}
}

// check looks for barriers with axe-core: none may be serious or critical.
func (b *reader) check(page string) {
	b.t.Helper()
	var found []string
	b.run(chromedp.Evaluate(b.axe, nil), chromedp.Evaluate(`axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then((r) => r.violations.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) => v.id + ": " + v.help + " " + v.nodes.map((n) => n.target + " " + n.failureSummary).join(" | ")))`,
		&found, chromedp.EvalAsValue, awaited))
	for _, f := range found {
		b.t.Errorf("%s: %s", page, f)
	}
}

// foreign fails the test when the page loaded anything from elsewhere.
func (b *reader) foreign() {
	b.t.Helper()
	var loaded []string
	b.run(chromedp.Evaluate(`performance.getEntriesByType("resource").map((e) => e.name)`, &loaded))
	host, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, u := range loaded {
		if at, err := url.Parse(u); err != nil || at.Host != host.Host {
			b.t.Errorf("the page loads %s", u)
		}
	}
}

// axeScript is axe-core, or the test is missing it.
func axeScript(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join("..", "..", ".cache", "axe", "axe.min.js"))
	if errors.Is(err, fs.ErrNotExist) {
		onnxtest.Missing(t, "axe-core is not there: make axe")
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

// awaited has an evaluation wait for the promise that it gives.
func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
