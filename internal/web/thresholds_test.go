package web_test

import (
	"testing"
	"time"

	"touchstone/internal/casework/docket"
	"touchstone/internal/people"
	"touchstone/internal/threshold"
	"touchstone/internal/web"
	"touchstone/internal/web/webtest"
)

// measuredPack lets a site's pack bring a curve: a hundred listings that infringe and a thousand that do not, of which the lower threshold takes ten.
func measuredPack(w *web.Web) {
	book := threshold.NewBook()
	book.AddPack("test@1.0.0", map[string]threshold.Curve{"infringement": {Kind: threshold.KindLabelled, Source: "held-out sets <b>", Infringing: 100, Innocent: 1000,
		Steps: []threshold.CurveStep{{At: 0.4, Taken: 90, Wrong: 10}, {At: 0.8, Taken: 60, Wrong: 0}}}})
	w.Followup.Measured, w.Followup.Pack = book, func() string { return "test@1.0.0" }
}

// TestThresholds: the simulator tells by hand-checked numbers what thresholds do, on the pack's sets and on decided cases, and says what is missing.
func TestThresholds(t *testing.T) {
	s := newSite(t, measuredPack)
	if _, err := s.people.Add(t.Context(), people.Person{ID: "per_5", Email: "lab@example.com", Role: "scientist", Account: "lab"}, password); err != nil {
		t.Fatal(err)
	}
	if p := s.signIn(t, "lab@example.com"); p.path != "/operations/thresholds" {
		t.Fatalf("a scientist begins at %s", p.path)
	}
	// Of 10,000 listings 1,000 infringe: at 0.8 it takes 600 rightly and none wrongly, in 20 hours; at 0.4 900 and 90, in 33.
	s.get(t, "/operations/thresholds?base=10&listings=10000&minutes=2&at=0.8&precision=90+99.9").want(t, 200, "held-out sets &lt;b&gt;", ">600<", ">900<", ">90<", ">20<", ">33<", "90.0 %", "innocent listings, none of them taken down", `<path class="band l2"`)
	s.get(t, "/operations/thresholds?base=-1&at=7&precision=abc").want(t, 200, "Some numbers could not be used")
	s.get(t, "/operations/thresholds?of=history&marketplace=none").want(t, 200, "no marketplace", "none")
	s.get(t, "/operations/thresholds?of=history&signal=near_copy").want(t, 200, "There are 0 infringing and 0 innocent listings")
	s.get(t, "/operations/thresholds?signal=near_copy").want(t, 200, "both are needed") // the pack brought nothing for it
	s.get(t, "/operations").want(t, 403)
	s.get(t, "/queue").want(t, 403)
	s.signIn(t, "holder@example.com")
	s.get(t, "/operations/thresholds").want(t, 403)
}

// TestThresholdsOfHistory: decided cases are weighed, and the page looks as it should in both sizes and colours.
func TestThresholdsOfHistory(t *testing.T) {
	s := newSite(t, measuredPack)
	n := s.complain(t, "Bag", "L1", "L2", "L3")
	for _, it := range n.Items[:2] {
		s.takeDown(t, it.Case)
	}
	if _, err := s.docket.Claim(t.Context(), colleague, n.Items[2].Case); err != nil {
		t.Fatal(err)
	}
	if _, err := s.docket.Decide(t.Context(), colleague, n.Items[2].Case, docket.Verdict{Outcome: docket.OutcomeDeclined, Code: docket.DeclineCodes()[0]}); err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Minute)
	s.work(t)
	s.signIn(t, "robin@example.com")
	s.get(t, "/operations/thresholds?of=history&population=notices&days=30").want(t, 200, "Weighed on 2 infringing and 1 innocent listings", "3 decided cases")

	b := webtest.Open(t, s.server.URL, time.Minute)
	enter(b, "robin@example.com")
	both(b, "/operations/thresholds?at=0.55&base=5", "thresholds")
	both(b, "/operations/thresholds?of=history", "thresholds-empty")
}
