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
