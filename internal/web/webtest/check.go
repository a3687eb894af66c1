package webtest

import (
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// MaxWeight is how many bytes a page may load besides pictures.
const MaxWeight = 150_000

// barriers runs axe-core over the rules of WCAG 2.2 AA and gives what is serious or critical.
const barriers = `axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then((r) => r.violations
	.filter((v) => v.impact === "serious" || v.impact === "critical")
	.map((v) => v.id + ": " + v.help + " " + v.nodes.map((n) => n.target + " " + n.failureSummary).join(" | ")))`

// Axe fails the test for every barrier on the page as it is now.
func (b *Browser) Axe(name string) {
	b.T.Helper()
	if b.axe == "" {
		b.axe = axeScript(b.T)
	}
	var found []string
	b.Run(chromedp.Evaluate(b.axe, nil), chromedp.Evaluate(barriers, &found, chromedp.EvalAsValue, awaited))
	for _, f := range found {
		b.T.Errorf("%s: %s", name, f)
	}
}

// awaited has an evaluation wait for the promise that it gives.
func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// Fits fails the test when the page is wider than the screen, weighs too much, loads from another host, or the browser complained.
func (b *Browser) Fits(name string) {
	b.T.Helper()
	if wide := Is[int](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); wide > 0 {
		b.T.Errorf("%s is %d pixels wider than the screen: %s", name, wide, Is[string](b, widest))
	}
	if weight := b.Weight(); weight > MaxWeight {
		b.T.Errorf("%s weighs %d bytes without pictures", name, weight)
	}
	for _, u := range b.hosts() {
		b.T.Errorf("%s loads %s", name, u)
	}
	b.Calm()
}

// widest names the elements that reach out of the screen.
const widest = `[...document.querySelectorAll("main *, header *")].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).slice(0, 5).map((e) => e.tagName + "." + e.className + "#" + e.id).join(" ")`

// Weight is how many bytes the page loaded besides pictures, kept files counted at their size.
func (b *Browser) Weight() int {
	b.T.Helper()
	return Is[int](b, `performance.getEntriesByType("navigation")[0].encodedBodySize + performance.getEntriesByType("resource").filter((e) => e.initiatorType !== "img").reduce((n, e) => n + e.encodedBodySize, 0)`)
}

// Painted is when the largest thing on the page was painted, in milliseconds after its request.
func (b *Browser) Painted() float64 {
	b.T.Helper()
	var at float64
	b.Run(chromedp.Evaluate(`new Promise((done) => new PerformanceObserver((l) => done(l.getEntries().at(-1).startTime)).observe({type: "largest-contentful-paint", buffered: true}))`, &at, awaited))
	return at
}
