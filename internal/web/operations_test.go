package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"touchstone/internal/web/sitetest"
	"touchstone/internal/web/webtest"
)

// TestOperations: the figures are those of the decisions, empty and not.
func TestOperations(t *testing.T) {
	s := newSite(t)
	s.SignIn(t, "robin@example.com")
	s.Get(t, "/operations").Want(t, 200, "Nothing was decided in this period")
	n := s.Complain(t, "Bag", "L1", "L2", "L3")
	for _, it := range n.Items[:2] {
		s.TakeDown(t, it.Case)
	}
	s.Pass(2 * time.Minute) // figures are kept for one
	s.Get(t, "/operations?days=7").Want(t, 200, "Decisions by day", "brand", "2 / 2", "The last 2 scored cases")
	s.Get(t, "/operations?days=-1").Want(t, 200, "30 days")
	s.SignIn(t, "holder@example.com")
	s.Get(t, "/operations").Want(t, 403)

	b := webtest.Open(t, s.Server.URL, time.Minute)
	b.Go("/sign-in?next=/operations")
	b.Run(chromedp.SendKeys("#email", "robin@example.com", chromedp.ByQuery), chromedp.SendKeys("#password", password, chromedp.ByQuery))
	b.Leave(chromedp.Click(".signin button.main", chromedp.ByQuery))
	sitetest.Both(b, "/operations?days=90", "operations")
	if bars := webtest.Is[int](b, "document.querySelectorAll('.days .s1').length"); bars != 90 {
		t.Errorf("%d days", bars)
	}
	b.Click("details summary")
	if !strings.Contains(b.Text("details table"), time.Now().UTC().Format(time.DateOnly)) {
		t.Error("the numbers lack today")
	}
}

// TestTransparencyPage: the report of a period is a page and a table; a period that is none is refused with a sentence.
func TestTransparencyPage(t *testing.T) {
	s := newSite(t)
	c, _, _ := s.Linked(t, "Bag")
	s.SignIn(t, "robin@example.com")
	p := s.Get(t, "/operations/transparency").Want(t, 200, "by notice", "copied design", "partly automated", "100.0 %", "1 / 1")
	day := s.Clock().Format(time.DateOnly)
	s.Get(t, "/operations/transparency?from="+day+"&to="+day).Want(t, 200, "by notice")
	s.Get(t, "/operations/transparency?from=2020-01-01&to=2020-02-01").Want(t, 200, "None in this period.")
	s.Get(t, "/operations/transparency?from=2020-01-01&to=2026-01-01").Want(t, 422, "at most a year after it")
	s.Get(t, "/operations/transparency?from=yesterday").Want(t, 422, "must be a day such as")
	if csv := s.Get(t, "/operations/transparency.csv?from="+day+"&to="+day); csv.Status != 200 || !strings.HasPrefix(csv.Header.Get("Content-Type"), "text/csv") || !strings.Contains(csv.Body, "copied_design") {
		t.Errorf("table of case %s: %d %s\n%s", c.ID, csv.Status, csv.Header.Get("Content-Type"), csv.Body)
	}
	if !strings.Contains(p.Body, "/operations/transparency.csv?from="+s.Clock().Format("2006")+"-01-01&amp;to="+day) {
		t.Errorf("the page has no table of its own period:\n%s", p.Body)
	}
	browser := webtest.Open(t, s.Server.URL, 2*time.Minute)
	sitetest.Enter(browser, "robin@example.com")
	sitetest.Both(browser, "/operations/transparency", "transparency")
	browser.Calm()
}
