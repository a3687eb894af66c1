package sitetest

import (
	"time"

	"github.com/chromedp/chromedp"

	"touchstone/internal/web/webtest"
)

// Loaded waits until every picture that a page shows at once is there.
var Loaded = chromedp.Poll("[...document.querySelectorAll('img[loading=eager]')].every((i) => i.complete && i.naturalWidth > 0)", nil)

// timed measures from the next key to the frame in which another page's body is shown, in milliseconds.
const timed = `delete window.shownAfter; addEventListener("keydown", () => { const at = performance.now();
	new MutationObserver((_, o) => { o.disconnect(); requestAnimationFrame(() => { window.shownAfter = performance.now() - at; }); }).observe(document.documentElement, {childList: true}); }, {once: true}); 0`

// Ready waits until the case behind the one that is shown is prepared.
func Ready(b *webtest.Browser) {
	b.T.Helper()
	b.Wait("document.documentElement.dataset.ahead === 'ready'")
}

// NextShown takes down the case that is shown, by its key, and gives how many milliseconds later the next one is, which was prepared.
func NextShown(b *webtest.Browser) float64 {
	b.T.Helper()
	Ready(b)
	b.Run(chromedp.Evaluate(timed, nil), chromedp.KeyEvent("t"))
	b.Wait("window.shownAfter !== undefined")
	return webtest.Is[float64](b, "window.shownAfter")
}

// DecideTen opens a queue, claims and decides ten cases by keys, a third of which are declined with the first reason, and gives how many keys that
// took and how long, with nobody thinking in between.
func DecideTen(b *webtest.Browser, queue string) (keys int, took time.Duration) {
	b.T.Helper()
	begin := time.Now()
	b.Go(queue)
	b.Leave(chromedp.KeyEvent("n"))
	keys++
	for i := range 10 {
		Ready(b)
		from := b.Path()
		if i%3 == 2 {
			b.Run(chromedp.KeyEvent("d"))
			if webtest.Is[bool](b, "document.querySelector('#codes') !== null") { // of a notice; what was found here has no reasons to choose from
				b.Run(chromedp.WaitVisible("#codes", chromedp.ByQuery), chromedp.KeyEvent("a"))
				keys++
			}
		} else {
			b.Run(chromedp.KeyEvent("t"))
		}
		keys++
		b.Wait("location.pathname !== '" + from + "'")
	}
	return keys, time.Since(begin)
}
