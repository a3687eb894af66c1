package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"touchstone/internal/web/webtest"
)

// docsPage opens the page in a browser, looks for operations and sends a request with the key.
func docsPage(t *testing.T, p *process) {
	b := webtest.Open(t, p.url, patience)
	var title, text, answer string
	var operations, entries int
	var loaded []string
	form, upload := `#list-marketplaces form`, `#score form`
	var scored string
	b.Run(
		chromedp.Navigate(p.url+"/docs"),
		chromedp.WaitVisible(`#score-batch`),
		chromedp.Title(&title),
		chromedp.Text(`#score`, &text),
		chromedp.Evaluate(`document.querySelectorAll("#operations article").length`, &operations),
		chromedp.Evaluate(`document.querySelectorAll("#contents a").length`, &entries),
		webtest.Shot("docs-top.png", false),
		chromedp.SendKeys(`#key`, p.key),
		chromedp.Click(`#list-marketplaces details:last-of-type > summary`),
		chromedp.WaitVisible(form+` button`),
		chromedp.Click(form+` button`),
		chromedp.WaitVisible(form+` .answer pre`),
		chromedp.Text(form+` .answer`, &answer),
		chromedp.Click(`#score details:last-of-type > summary`),
		chromedp.WaitVisible(upload+` input[type=file]`),
		chromedp.SetUploadFiles(upload+` input[type=file]`, []string{copied(t, p)}),
		chromedp.Evaluate(`document.querySelector("#score textarea").value = '{"id": "from-the-page"}'`, nil),
		chromedp.Click(upload+` button`),
		chromedp.WaitVisible(upload+` .answer pre`),
		chromedp.Text(upload+` .answer`, &scored),
		webtest.Shot("docs-upload.png", false),
		chromedp.Evaluate(`performance.getEntriesByType("resource").map((e) => e.name)`, &loaded),
		webtest.Shot("docs-answer.png", false),
	)
	if title != "Touchstone" || operations < 20 || entries != operations {
		t.Errorf("title %q, %d operations, %d entries in the contents", title, operations, entries)
	}
	contains(t, "the operation", text, "/v1/score", "Score a listing", "Roles:")
	contains(t, "the answer", answer, "200", `"listing_url"`)
	contains(t, "the answer to an upload", scored, "200", `"near_copy"`, `"from-the-page"`)
	for _, u := range loaded {
		if !strings.HasPrefix(u, p.url+"/") && !strings.HasPrefix(u, "data:") {
			t.Errorf("the page loads %s", u)
		}
	}
	if len(loaded) < 4 {
		t.Errorf("the page loaded only %v", loaded)
	}
	b.Calm()
}
