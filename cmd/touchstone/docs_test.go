package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"touchstone/embed/onnx/onnxtest"
)

// browser opens Chromium without a window, or the test is missing it.
func browser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		onnxtest.Missing(t, "Chromium is not installed: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.WindowSize(1280, 900))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses its sandbox to root
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	// A newer Chromium than the library knows sends events that it cannot read; what matters is checked below.
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(cancel)
	return ctx
}

// complaints are what the browser's console and its log say against a page.
type complaints struct {
	mu   sync.Mutex
	list []string
}

func (c *complaints) hear(event any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		c.list = append(c.list, fmt.Sprintf("console.%s", e.Type))
	case *runtime.EventExceptionThrown:
		c.list = append(c.list, e.ExceptionDetails.Error())
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelWarning || e.Entry.Level == log.LevelError {
			c.list = append(c.list, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// docsPage opens the page in a browser, looks for operations and sends a request with the key.
func docsPage(t *testing.T, p *process) {
	ctx := browser(t)
	var against complaints
	chromedp.ListenTarget(ctx, against.hear)
	var title, text, answer string
	var operations, entries int
	var loaded []string
	form, upload := `#list-marketplaces form`, `#score form`
	var scored string
	err := chromedp.Run(ctx,
		log.Enable(),
		chromedp.Navigate(p.url+"/docs"),
		chromedp.WaitVisible(`#score-batch`),
		chromedp.Title(&title),
		chromedp.Text(`#score`, &text),
		chromedp.Evaluate(`document.querySelectorAll("#operations article").length`, &operations),
		chromedp.Evaluate(`document.querySelectorAll("#contents a").length`, &entries),
		shot("docs-top.png"),
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
		shot("docs-upload.png"),
		chromedp.Evaluate(`performance.getEntriesByType("resource").map((e) => e.name)`, &loaded),
		shot("docs-answer.png"),
	)
	if err != nil {
		t.Fatal(err)
	}
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
	against.mu.Lock()
	defer against.mu.Unlock()
	for _, c := range against.list {
		t.Errorf("the browser complains: %s", c)
	}
}

// shot keeps a picture of the page in the folder that TOUCHSTONE_SHOTS names, for people to look at.
func shot(name string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		folder := os.Getenv("TOUCHSTONE_SHOTS")
		if folder == "" {
			return nil
		}
		var png []byte
		if err := chromedp.CaptureScreenshot(&png).Do(ctx); err != nil {
			return err
		}
		return os.WriteFile(folder+"/"+name, png, 0o644)
	})
}
