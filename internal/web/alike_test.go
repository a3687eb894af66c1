package web_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"touchstone/internal/casework/docket"
	"touchstone/internal/web/sitetest"
)

var hidden = regexp.MustCompile(`<input type="(?:hidden|checkbox)" name="([a-z]+)" value="([^"]*)"`)

// fields are those of a page's form that a path takes.
func fields(t *testing.T, p page, action string) url.Values {
	t.Helper()
	_, form, ok := strings.Cut(p.Body, `action="`+action+`"`)
	if !ok {
		t.Fatalf("no form for %s:\n%s", action, p.Body)
	}
	form, _, _ = strings.Cut(form, "</form>")
	v := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(form, -1) {
		v.Add(m[1], html.UnescapeString(m[2]))
	}
	return v
}

// TestManyAlike: one decision on more listings with the same pictures than one call takes goes on until all are decided, tells how far it is and what
// could not be done, and is taken back as a whole.
func TestManyAlike(t *testing.T) {
	const all = 130
	s := newSite(t)
	n := s.Complain(t, "Bag", sitetest.Names(all)...)
	s.SignIn(t, "robin@example.com")
	at := "/cases/" + n.Items[0].Case + "/alike"
	p := s.Get(t, at).Want(t, 200, "130 listings show these pictures")
	form := fields(t, p, at)
	if got := len(form["case"]); got != all {
		t.Fatalf("%d cases on the page", got)
	}
	taken := n.Items[all-1].Case
	if _, err := s.Docket.Claim(t.Context(), colleague, taken); err != nil { // while the page is open
		t.Fatal(err)
	}
	form.Set("outcome", docket.OutcomeTakenDown)
	form.Set("remark", "the <b>print</b>")
	p = s.Post(t, at, form).Want(t, 200, " of 130 cases decided", `max="130" value="100"`, "30 are still to come")
	rest := fields(t, p, at)
	p = s.Post(t, at, rest).Want(t, 200, "129 of 130 cases decided", "1 could not be done", "somebody else has it", "Take all 129 back")
	s.Post(t, at, rest).Want(t, 200, " of 130 cases decided", "could not be done") // sent once more: nothing is decided twice
	for _, it := range n.Items {
		list, err := s.Store.Decisions(t.Context(), it.Case)
		if want := map[bool]int{true: 0, false: 1}[it.Case == taken]; err != nil || len(list) != want || want == 1 && list[0].Remark != "the <b>print</b>" {
			t.Fatalf("%s has decisions %+v, %v", it.Case, list, err)
		}
	}
	undo := fields(t, p, at+"/undo")
	p = s.Post(t, at+"/undo", undo).Want(t, 200, "100 of 129 decisions taken back", "29 are still to come")
	s.Post(t, at+"/undo", fields(t, p, at+"/undo")).Want(t, 200, "129 of 129 decisions taken back")
	for _, it := range n.Items[:all-1] {
		if c := s.Case(t, it.Case); c.State != docket.StateOpen || c.Decision != nil {
			t.Fatalf("%s is %s", it.Case, c.State)
		}
	}
	form["case"] = sitetest.Names(301)
	s.Post(t, at, form).Want(t, 422, "at most 300")
	form["case"] = nil
	s.Post(t, at, form).Want(t, 422, "at least one")
}
