package walk

import (
	"strings"
	"testing"
	"time"

	"touchstone/internal/drift"
	"touchstone/internal/people"
	"touchstone/internal/web/sitetest"
	"touchstone/internal/web/webtest"
)

// TestLooks opens every page of staff with three hundred listings of very long, right-to-left names, in the language with the longest words and in
// the one with none of our letters, at both sizes and in both colours: nothing reaches out of the screen, weighs too much or bars anybody.
func TestLooks(t *testing.T) {
	s := sitetest.New(t, sitetest.Measured, sitetest.Drifting(new(*drift.Watch)))
	n := s.Complain(t, "حقيبة جلدية "+strings.Repeat("Donaudampfschifffahrts", 9), sitetest.Names(300)...)
	for _, it := range n.Items[:3] {
		s.TakeDown(t, it.Case)
	}
	for _, p := range []people.Person{{ID: "per_8", Email: "de@example.com", Name: strings.Repeat("Langername ", 12), Role: "admin", Account: "market", Language: "de"}, {ID: "per_9", Email: "zh@example.com", Name: "管理员", Role: "admin", Account: "market", Language: "zh"}} {
		if _, err := s.People.Add(t.Context(), p, sitetest.Password); err != nil {
			t.Fatal(err)
		}
		if err := s.People.Speak(t.Context(), p.ID, p.Language); err != nil {
			t.Fatal(err)
		}
	}
	open := "/cases/" + n.Items[9].Case
	b := webtest.Open(t, s.Server.URL, 6*time.Minute)
	for _, v := range []struct {
		language string
		paths    []string
	}{
		{"de", []string{"/queue", open, open + "/alike", "/cases/" + n.Items[0].Case, "/operations", "/operations/thresholds?at=0.5", "/operations/drift", "/operations/transparency", "/rings", "/people", "/account"}},
		{"zh", []string{"/queue", open, "/operations/thresholds"}},
	} {
		sitetest.Enter(b, v.language+"@example.com")
		for _, path := range v.paths {
			name := strings.NewReplacer(open, "case", "/cases/"+n.Items[0].Case, "decided", "/", "-", "?", "-").Replace(path)
			sitetest.Both(b, path, "looks-"+v.language+name)
		}
		b.Go("/account")
		b.Click("form[action='/sign-out'] button")
		b.Wait("document.querySelector('#email') !== null")
	}
	b.Calm()
}
