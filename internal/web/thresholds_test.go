package web_test

import (
	"testing"
	"time"

	"touchstone/internal/casework/docket"
	"touchstone/internal/people"
	"touchstone/internal/web/sitetest"
	"touchstone/internal/web/webtest"
)

// TestThresholds: the simulator tells by hand-checked numbers what thresholds do, on the pack's sets and on decided cases, and says what is missing.
func TestThresholds(t *testing.T) {
	s := newSite(t, sitetest.Measured)
	if _, err := s.People.Add(t.Context(), people.Person{ID: "per_5", Email: "lab@example.com", Role: "scientist", Account: "lab"}, password); err != nil {
		t.Fatal(err)
	}
	if p := s.SignIn(t, "lab@example.com"); p.Path != "/operations/thresholds" {
		t.Fatalf("a scientist begins at %s", p.Path)
	}
	// Of 10,000 listings 1,000 infringe: at 0.8 it takes 600 rightly and none wrongly, in 20 hours; at 0.4 900 and 90, in 33.
	s.Get(t, "/operations/thresholds?base=10&listings=10000&minutes=2&at=0.8&precision=90+99.9").Want(t, 200, "held-out sets &lt;b&gt;", ">600<", ">900<", ">90<", ">20<", ">33<", "90.0 %", "innocent listings, none of them taken down", `<path class="band l2"`)
	s.Get(t, "/operations/thresholds?base=-1&at=7&precision=abc").Want(t, 200, "Some numbers could not be used")
	s.Get(t, "/operations/thresholds?of=history&marketplace=none").Want(t, 200, "no marketplace", "none")
	s.Get(t, "/operations/thresholds?of=history&signal=near_copy").Want(t, 200, "There are 0 infringing and 0 innocent listings")
	s.Get(t, "/operations/thresholds?signal=near_copy").Want(t, 200, "both are needed") // the pack brought nothing for it
	s.Get(t, "/operations").Want(t, 403)
	s.Get(t, "/queue").Want(t, 403)
	s.SignIn(t, "holder@example.com")
	s.Get(t, "/operations/thresholds").Want(t, 403)
}

// TestThresholdsOfHistory: decided cases are weighed, and the page looks as it should in both sizes and colours.
func TestThresholdsOfHistory(t *testing.T) {
	s := newSite(t, sitetest.Measured)
	n := s.Complain(t, "Bag", "L1", "L2", "L3")
	for _, it := range n.Items[:2] {
		s.TakeDown(t, it.Case)
	}
	if _, err := s.Docket.Claim(t.Context(), colleague, n.Items[2].Case); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Docket.Decide(t.Context(), colleague, n.Items[2].Case, docket.Verdict{Outcome: docket.OutcomeDeclined, Code: docket.DeclineCodes()[0]}); err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Minute)
	s.Work(t)
	s.SignIn(t, "robin@example.com")
	s.Get(t, "/operations/thresholds?of=history&population=notices&days=30").Want(t, 200, "Weighed on 2 infringing and 1 innocent listings", "3 decided cases")

	b := webtest.Open(t, s.Server.URL, time.Minute)
	sitetest.Enter(b, "robin@example.com")
	sitetest.Both(b, "/operations/thresholds?at=0.55&base=5", "thresholds")
	sitetest.Both(b, "/operations/thresholds?of=history", "thresholds-empty")
}
