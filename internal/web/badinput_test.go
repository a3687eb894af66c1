package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"touchstone/internal/casework/docket"
	"touchstone/internal/people"
	"touchstone/internal/web/webtest"
)

// TestBackAfterDeciding: the way back shows the case as it is, decided, and offers no second decision, whether the next case was put in
// place or came as a page of its own.
func TestBackAfterDeciding(t *testing.T) {
	d := newDesk(t, 3)
	for _, ready := range []bool{true, false} {
		d.claim(ready)
		at := d.Path()
		if ready {
			d.Run(chromedp.KeyEvent("t"))
			d.Wait("location.pathname !== '" + at + "'")
		} else {
			d.Leave(chromedp.Evaluate("document.querySelector('#decide').elements.next.value = ''; document.querySelector('#decide [value=taken_down]').click()", nil))
		}
		if c := d.state(t, at); c.State != docket.StateDecided {
			t.Fatalf("%s is %s", at, c.State)
		}
		d.Leave(chromedp.Evaluate("history.back()", nil))
		d.Wait("document.querySelector('#undo') !== null")
		if d.Path() != at || webtest.Is[bool](d.Browser, "document.querySelector('#decide') !== null") {
			t.Errorf("back at %s:\n%s", d.Path(), d.Text("main"))
		}
		if got, err := d.Store.Decisions(t.Context(), strings.TrimPrefix(at, "/cases/")); err != nil || len(got) != 1 {
			t.Errorf("%d decisions, %v", len(got), err)
		}
	}
	d.Forgive() // what a page that goes away has asked for
}

// TestSlowService: an answer that is late is said to be, the form is sent once, and nothing is lost.
func TestSlowService(t *testing.T) {
	d := newDesk(t, 1)
	d.claim(false)
	at := d.Path()
	d.Run(chromedp.SendKeys("#remark", "slow and sure", chromedp.ByQuery), chromedp.KeyEvent("\x1b"), network.EmulateNetworkConditions(false, 4000, -1, -1))
	d.Run(chromedp.Evaluate("setTimeout(() => document.querySelector('#decide [value=taken_down]').click(), 0)", nil))
	d.Wait("location.pathname !== '" + at + "' || !document.getElementById('slow').hidden")
	if text := d.Text("#slow"); d.Path() == at && !strings.Contains(text, "Nothing is lost") {
		t.Errorf("it says %q", text)
	}
	if d.Path() == at && !webtest.Is[bool](d.Browser, "[...document.querySelectorAll('#decide button')].every((b) => b.disabled)") {
		t.Error("the form can be sent again while it waits")
	}
	d.Run(network.EmulateNetworkConditions(false, 0, -1, -1))
	d.Wait("location.pathname !== '" + at + "'")
	got, err := d.Store.Decisions(t.Context(), strings.TrimPrefix(at, "/cases/"))
	if err != nil || len(got) != 1 || got[0].Remark != "slow and sure" {
		t.Errorf("decisions %+v, %v", got, err)
	}
	d.Calm()
}

// TestNoCaseIsLeftBehind: a case that was claimed for a page that never came to show it is opened again by who holds it when nothing else is free, and
// is not opened by anybody else.
func TestNoCaseIsLeftBehind(t *testing.T) {
	s := newSite(t)
	id := s.Complain(t, "Bag", "L1").Items[0].Case
	c, err := s.Store.Case(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	queue := url.Values{"queue": {c.Queue}}
	robin, other := s.visitor(t, "robin@example.com"), s.visitor(t, "robin@example.com")
	if p := s.visit(t, robin, "POST /queue/ahead?queue="+c.Queue, nil); p.Status != http.StatusOK || !strings.Contains(p.Body, id) {
		t.Fatalf("made ready: %d %s", p.Status, p.Body)
	}
	for _, v := range []visitor{robin, other} { // two windows of one person
		if p := s.visit(t, v, "POST /queue/claim", queue); p.Header.Get("Location") != "/cases/"+id {
			t.Errorf("claimed again, and at %s", p.Header.Get("Location"))
		}
	}
	if _, err := s.People.Add(t.Context(), people.Person{ID: "per_second", Email: "second@example.com", Role: "reviewer", Account: "market"}, password); err != nil {
		t.Fatal(err)
	}
	if p := s.visit(t, s.visitor(t, "second@example.com"), "POST /queue/claim", queue); !strings.HasPrefix(p.Header.Get("Location"), "/queue?") {
		t.Errorf("somebody else is at %s", p.Header.Get("Location"))
	}
	if p := s.visit(t, robin, "POST /queue/ahead?queue="+c.Queue, nil); strings.Contains(p.Body, id) {
		t.Errorf("made ready twice: %s", p.Body)
	}
}
