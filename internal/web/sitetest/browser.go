package sitetest

import (
	"strings"

	"github.com/chromedp/chromedp"

	"touchstone/internal/web/webtest"
)

// Enter signs in by the page.
func Enter(b *webtest.Browser, email string) {
	b.T.Helper()
	b.Go("/sign-in")
	Sign(b, email)
}

// Sign fills in the page for signing in, where the browser is already.
func Sign(b *webtest.Browser, email string) {
	b.T.Helper()
	b.Run(chromedp.SendKeys("#email", email, chromedp.ByQuery), chromedp.SendKeys("#password", Password, chromedp.ByQuery))
	b.Leave(chromedp.Click(".signin button.main", chromedp.ByQuery))
}

// Both looks at a page as a phone in the dark and a desk in the light show it: barriers, width, weight, complaints; with TOUCHSTONE_SHOTS each is kept.
func Both(b *webtest.Browser, path, name string) {
	b.T.Helper()
	for _, look := range []struct {
		name string
		size [2]int64
		dark bool
	}{{"phone", webtest.Phone, true}, {"desk", webtest.Desk, false}} {
		b.Look(look.size, look.dark)
		b.Go(path)
		b.Run(Scrolled)
		b.Axe(name + ", " + look.name)
		b.Fits(name + ", " + look.name)
		b.Shot(strings.ReplaceAll(name, " ", "-")+"-"+look.name+".png", true)
	}
}

// Scrolled goes through the whole page, so that what loads when it is seen has loaded.
var Scrolled = chromedp.Tasks{
	chromedp.Evaluate("for (const i of document.images) i.loading = 'eager'", nil),
	chromedp.Poll("[...document.images].every((i) => i.complete)", nil),
}
