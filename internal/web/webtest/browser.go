package webtest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"touchstone/embed/onnx/onnxtest"
)

// Sizes at which pages must work.
var (
	Desk  = [2]int64{1280, 900}
	Phone = [2]int64{390, 844}
)

// Browser is one tab. It fails its test when an action does.
type Browser struct {
	T    testing.TB
	Ctx  context.Context
	Base string // address of the service
	axe  string // read when it is first needed

	mu    sync.Mutex
	heard []string
}

// Open opens a tab of a Chromium of its own, closed at the test's end, for at most so long. Without Chromium the test is missing
// it, with the sentence on how to get it; so is one that calls Axe without axe-core.
func Open(t testing.TB, base string, patience time.Duration) *Browser {
	t.Helper()
	path := program()
	if path == "" {
		onnxtest.Missing(t, "Chromium is not installed: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.WindowSize(int(Desk[0]), int(Desk[1])))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses its sandbox to root
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	// A newer Chromium than the library knows sends events that it cannot read; what matters is heard below.
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(cancel)
	b := &Browser{T: t, Ctx: ctx, Base: base}
	chromedp.ListenTarget(ctx, b.hear)
	b.Run(log.Enable(), page.SetLifecycleEventsEnabled(true))
	return b
}

func program() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	return ""
}

// axeScript is axe-core from the project's .cache, wherever the test runs.
func axeScript(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		script, err := os.ReadFile(filepath.Join(dir, ".cache", "axe", "axe.min.js"))
		if err == nil {
			return string(script)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil || dir == filepath.Dir(dir) {
			onnxtest.Missing(t, "axe-core is not there: make axe")
		}
	}
}

func (b *Browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		b.heard = append(b.heard, fmt.Sprintf("console.%s", e.Type))
	case *runtime.EventExceptionThrown:
		b.heard = append(b.heard, e.ExceptionDetails.Error())
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelWarning || e.Entry.Level == log.LevelError {
			b.heard = append(b.heard, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// Run does actions, or fails the test.
func (b *Browser) Run(actions ...chromedp.Action) {
	b.T.Helper()
	if err := chromedp.Run(b.Ctx, actions...); err != nil {
		b.T.Fatal(err)
	}
}

// Go opens a path of the service and waits until it is loaded.
func (b *Browser) Go(path string) {
	b.T.Helper()
	b.Run(chromedp.Navigate(b.Base+path), chromedp.WaitVisible("main", chromedp.ByQuery))
}

// Click clicks the first element that a selector finds.
func (b *Browser) Click(selector string) {
	b.T.Helper()
	b.Run(chromedp.Click(selector, chromedp.ByQuery))
}

// Leave does something that leads to another page, and waits until that is loaded; a page that puts the next one in its own place has led to it
// too: what stands on it is then another body.
func (b *Browser) Leave(actions ...chromedp.Action) {
	b.T.Helper()
	b.Run(chromedp.Evaluate("document.body.stillHere = true", nil))
	b.Run(actions...)
	b.Wait("document.body.stillHere === undefined && document.readyState === 'complete'")
}

// stepPatience is how long one step may take before its test is given up, while the tab still can tell where it stands; it is no expectation.
const stepPatience = 2 * time.Minute

// Wait waits until an expression holds; a page that is just going counts as no.
func (b *Browser) Wait(expression string) {
	b.T.Helper()
	for end := time.Now().Add(stepPatience); ; {
		var ok bool
		err := chromedp.Run(b.Ctx, chromedp.Evaluate("Boolean("+expression+")", &ok))
		if b.Ctx.Err() != nil {
			b.T.Fatalf("%s does not come true: %v", expression, b.Ctx.Err())
		}
		if time.Now().After(end) {
			b.T.Fatalf("%s does not come true: %v at %s\n%s", expression, err, b.Path(), b.Text("main"))
		}
		if err == nil && ok {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Path is where the browser is, without the host.
func (b *Browser) Path() string {
	var at string
	if chromedp.Run(b.Ctx, chromedp.Location(&at)) != nil {
		return ""
	}
	return strings.TrimPrefix(at, b.Base)
}

// Text is what an element says.
func (b *Browser) Text(selector string) string {
	b.T.Helper()
	var text string
	b.Run(chromedp.Evaluate(fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector), &text))
	return text
}

// Is evaluates an expression into a value.
func Is[T any](b *Browser, expression string) (v T) {
	b.T.Helper()
	b.Run(chromedp.Evaluate(expression, &v))
	return v
}

// Look sets size and colours: dark, or light.
func (b *Browser) Look(size [2]int64, dark bool) {
	b.T.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.Run(emulation.SetDeviceMetricsOverride(size[0], size[1], 1, size == Phone),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
}

// Forgive forgets what the browser said: after a step that is meant to be refused, which Chromium always reports.
func (b *Browser) Forgive() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard = nil
}

// Calm fails the test for every complaint of the browser so far.
func (b *Browser) Calm() {
	b.T.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.heard {
		b.T.Errorf("the browser complains: %s", c)
	}
	b.heard = nil
}

// Shot keeps a picture of the page, see the action of that name.
func (b *Browser) Shot(name string, whole bool) {
	b.T.Helper()
	b.Run(Shot(name, whole))
}

// webpQuality keeps the letters of a page clean.
const webpQuality = 88

// Shot keeps a picture of the page in the folder that TOUCHSTONE_SHOTS names, for people to look at; of the whole page, or as it is seen. A
// name that ends in .webp makes it small enough for documents.
func Shot(name string, whole bool) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		folder := os.Getenv("TOUCHSTONE_SHOTS")
		if folder == "" {
			return nil
		}
		var png []byte
		take := chromedp.CaptureScreenshot(&png)
		if strings.HasSuffix(name, ".webp") {
			take = chromedp.ActionFunc(func(ctx context.Context) (err error) {
				png, err = page.CaptureScreenshot().WithFormat(page.CaptureScreenshotFormatWebp).WithQuality(webpQuality).Do(ctx)
				return err
			})
		}
		if whole {
			take = chromedp.FullScreenshot(&png, 100)
		}
		if err := take.Do(ctx); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(folder, name), png, 0o644)
	})
}

// hosts are those that the page loaded anything from, but for its own.
func (b *Browser) hosts() []string {
	b.T.Helper()
	own, err := url.Parse(b.Base)
	if err != nil {
		b.T.Fatal(err)
	}
	var out []string
	for _, u := range Is[[]string](b, `performance.getEntriesByType("resource").map((e) => e.name)`) {
		if at, err := url.Parse(u); err != nil || at.Host != own.Host && at.Scheme != "data" && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}
