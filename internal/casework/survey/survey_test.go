package survey_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/docket/dockettest"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/survey"
	"touchstone/internal/jobs"
	"touchstone/internal/policy"
	"touchstone/internal/signing"
)

var (
	holder   = casework.Actor{Account: "acme", Role: "holder", Key: "k1"}
	stranger = casework.Actor{Account: "other", Role: "holder", Key: "k2"}
	shop     = casework.Actor{Account: "shops", Role: "seller", Subject: "alpha/shop-7", Key: "k3"}
	rival    = casework.Actor{Account: "shops", Role: "seller", Subject: "alpha/shop-8", Key: "k4"}
	market   = casework.Actor{Account: "alpha", Role: "pipeline", Subject: "alpha", Key: "k5"}
	ann      = casework.Actor{Account: "desk", Role: "reviewer", Subject: "ann"}
	operator = casework.Actor{Account: "desk", Role: "operator", Subject: "eve"}
)

// world is surveys beside a docket and a desk.
type world struct {
	*dockettest.World
	*survey.Surveys
	desk  *inquiry.Desk
	jobs  *jobs.Runner
	right casework.Right
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

type scorer struct{}

func (scorer) Score(context.Context, docket.Target) (docket.Score, error) {
	return docket.Score{Known: true, Seller: "shop-7", Title: "Bag", Probability: 0.5}, nil
}

func newWorld(t testing.TB, how policy.Surveys) *world {
	t.Helper()
	w := &world{World: dockettest.Open(t, time.Date(2026, 8, 20, 9, 0, 0, 0, time.UTC), scorer{})}
	w.set(how)
	w.desk = inquiry.New(inquiry.Parts{Store: w.Store, Registry: w.Registry, Cases: w.Cases, Policies: w.Policies, Now: w.Clock})
	w.Surveys = survey.New(survey.Parts{Store: w.Store, Policies: w.Policies, Key: must(signing.New()), Now: w.Clock})
	w.jobs = jobs.NewRunner(w.Store, jobs.Config{}, "test", w.Clock, nil)
	for kind, h := range w.Cases.Handlers() {
		w.jobs.Handle(kind, h)
	}
	w.Market(t, "alpha", "DE")
	w.right = w.Verified(t, holder, "Velmora", "VELMORA", "018000001", "EU")
	return w
}

// set changes what policy says.
func (w *world) set(how policy.Surveys) {
	p := policy.Default()
	p.Rules = &policy.Rules{Version: "test", Surveys: &how}
	w.Policies["default"] = p
}

func rules() policy.Surveys { return *policy.DefaultRules().Surveys }

// decide files a notice about a listing and decides it.
func (w *world) decide(listing string, v docket.Verdict) string {
	ctx := context.Background()
	n := must(w.Cases.File(ctx, holder, docket.Notice{Right: w.right.ID, Marketplace: "alpha", Reason: docket.ReasonMarkOnPage, GoodFaith: true, Accuracy: true, Signature: "Ada",
		Explanation: "They use our mark in the title of other goods.", Notifier: docket.Notifier{Name: "Ada", Email: "ada@acme.example"}, Items: []docket.Item{{Listing: listing}}}))
	for must(w.jobs.Once(ctx, 100)) > 0 {
	}
	id := n.Items[0].Case
	must(w.Cases.Claim(ctx, ann, id))
	must(w.Cases.Decide(ctx, ann, id, v))
	return id
}

var down = docket.Verdict{Outcome: docket.OutcomeTakenDown}

// pass lets so many days go by, with what time brings.
func (w *world) pass(days int) {
	w.Now = w.Now.AddDate(0, 0, days)
	must(w.Tick(context.Background()))
}

// open are the surveys that an actor has been asked, by kind and side.
func (w *world) open(a casework.Actor) map[string]survey.Survey {
	out := map[string]survey.Survey{}
	for _, s := range must(w.List(context.Background(), a, survey.Query{State: survey.StateAsked, Limit: 100})) {
		out[s.Kind+" "+s.Side] = s
	}
	return out
}

func TestAskedAfterACaseAndEachQuarter(t *testing.T) {
	w, ctx := newWorld(t, rules()), context.Background()
	id := w.decide("L1", down)
	w.decide("L2", docket.Verdict{Outcome: docket.OutcomeDeclined, Code: docket.InsufficientEvidence})
	w.pass(2)
	if n := len(w.open(holder)) + len(w.open(shop)); n != 0 {
		t.Errorf("%d surveys before their time", n)
	}
	w.pass(1)
	mine, theirs := w.open(holder), w.open(shop)
	if s := mine["case notifier"]; len(mine) != 1 || s.Case != id || len(s.Topics) != 4 || !s.ClosesAt.Equal(w.Now.AddDate(0, 0, 28)) {
		t.Errorf("the notifier is asked %+v", mine)
	}
	if s := theirs["case seller"]; len(theirs) != 1 || s.Case != id || s.Account != "" {
		t.Errorf("the seller is asked %+v", theirs)
	}
	w.pass(29) // another case in the same quarter: nobody is asked about it
	w.decide("L3", down)
	w.pass(5)
	if n := len(w.open(holder)); n != 0 {
		t.Errorf("%d surveys in the quarter after the first", n)
	}
	if s := must(w.List(ctx, holder, survey.Query{Limit: 9})); len(s) != 1 || s[0].State != survey.StateLapsed {
		t.Errorf("the first one: %+v", s)
	}
	w.Now = time.Date(2026, 10, 8, 1, 0, 0, 0, time.UTC) // a week into the quarter
	w.pass(0)
	mine, theirs = w.open(holder), w.open(shop)
	if len(mine) != 2 || mine["quarter holder"].Period != "2026-Q3" || mine["quarter notifier"].Period != "2026-Q3" || theirs["quarter seller"].Marketplace != "alpha" {
		t.Errorf("about the quarter: %+v, %+v", mine, theirs)
	}
	if n := len(w.open(stranger)) + len(w.open(rival)); n != 0 {
		t.Errorf("%d surveys of others", n)
	}
	asked := 0
	for _, e := range must(w.Store.Events(ctx, docket.EventQuery{Limit: 1000})) {
		if e.Kind == survey.EventAsked {
			asked++
			if (e.Marketplace == "") == (e.Account == "") || !strings.Contains(string(e.Data), "srv_") {
				t.Errorf("event %+v", e)
			}
		}
	}
	if asked != 5 {
		t.Errorf("%d events, want 5", asked)
	}
}

func TestWhatIsTakenBackIsNotAsked(t *testing.T) {
	w, ctx := newWorld(t, rules()), context.Background()
	undone := w.decide("L1", down)
	w.pass(0)
	must(w.Cases.Undo(ctx, ann, undone, ""))
	w.pass(3)
	if n := len(w.open(holder)) + len(w.open(shop)); n != 0 {
		t.Errorf("%d surveys about a case that is open again", n)
	}
	contested := w.decide("L2", down)
	must(w.Cases.CounterNotice(ctx, shop, contested, docket.Objection{Statement: "These are our own goods, see the invoice.", Sworn: true, Signature: "Kim"}))
	w.pass(4)
	if n := len(w.open(shop)); n != 0 {
		t.Errorf("%d surveys while a counter-notice is open", n)
	}
}

func TestInquiriesCountForTheQuarter(t *testing.T) {
	w, ctx := newWorld(t, rules()), context.Background()
	i := must(w.desk.Ask(ctx, casework.Actor{Account: "acme", Role: "holder", Subject: w.right.HolderID}, inquiry.Question{Topic: inquiry.TopicOther, Title: "A question", Text: "How is it done, please?"}))
	must(w.desk.Answer(ctx, ann, i.ID, inquiry.Answer{Text: "Like this.", Resolve: true}))
	w.pass(0)
	w.Now = time.Date(2026, 10, 8, 1, 0, 0, 0, time.UTC)
	w.pass(0)
	if mine := w.open(holder); len(mine) != 1 || mine["quarter holder"].Subject != w.right.HolderID {
		t.Errorf("asked %+v", mine)
	}
}

func TestPolicySaysWhom(t *testing.T) {
	how := rules()
	how.Case.Ask, how.Quarter.Share = []string{policy.AskSeller}, 0
	w := newWorld(t, how)
	w.decide("L1", down)
	w.pass(100)
	w.decide("L2", down)
	w.pass(3)
	if n := len(w.open(holder)); n != 0 || len(w.open(shop)) != 1 {
		t.Errorf("%d of the holder, of the seller %+v", n, w.open(shop))
	}
}

func TestAnswer(t *testing.T) {
	w, ctx := newWorld(t, rules()), context.Background()
	w.decide("L1", down)
	w.pass(3)
	s, theirs := w.open(holder)["case notifier"], w.open(shop)["case seller"]
	good := survey.Reply{Score: 9, Topics: map[string]int{survey.TopicSpeed: 10, survey.TopicReasons: 3}, Text: " <b>fine</b> "}
	for name, c := range map[string]struct{ got, want error }{
		"a stranger":              {second(w.Answer(ctx, stranger, s.ID, good)), casework.ErrNotFound},
		"another holder's key":    {second(w.Answer(ctx, casework.Actor{Account: "acme", Role: "holder", Subject: "hld_none"}, s.ID, good)), casework.ErrNotFound},
		"another seller":          {second(w.Answer(ctx, rival, theirs.ID, good)), casework.ErrNotFound},
		"a seller a holder's":     {second(w.Answer(ctx, shop, s.ID, good)), casework.ErrNotFound},
		"the marketplace":         {second(w.Answer(ctx, market, theirs.ID, good)), casework.ErrForbidden},
		"a reviewer":              {second(w.Answer(ctx, ann, s.ID, good)), casework.ErrForbidden},
		"what is not there":       {second(w.Answer(ctx, holder, "srv_none", good)), casework.ErrNotFound},
		"a stranger's trend":      {second(w.Trend(ctx, holder, survey.TrendQuery{})), casework.ErrForbidden},
		"a stranger's table":      {w.AnswersCSV(ctx, holder, survey.Query{}, &bytes.Buffer{}), casework.ErrForbidden},
		"a pipeline of nowhere":   {second(w.List(ctx, casework.Actor{Account: "x", Role: "pipeline"}, survey.Query{Limit: 1})), casework.ErrForbidden},
		"a link that is not ours": {second(w.AnswerByLink(ctx, "AAAA", good)), survey.ErrLink},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	for name, r := range map[string]survey.Reply{
		"too much": {Score: 11}, "too little": {Score: -1}, "another topic": {Score: 1, Topics: map[string]int{survey.TopicDetection: 1}},
		"a topic's score": {Score: 1, Topics: map[string]int{survey.TopicSpeed: 11}}, "a long text": {Score: 1, Text: strings.Repeat("x", 4001)}, "control characters": {Score: 1, Text: "\x00"},
	} {
		var invalid *casework.ValidationError
		if _, err := w.Answer(ctx, holder, s.ID, r); !errors.As(err, &invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got := must(w.Answer(ctx, holder, s.ID, good))
	if again := must(w.Answer(ctx, holder, s.ID, good)); again.Version != got.Version || again.Answer.Text != "<b>fine</b>" {
		t.Errorf("the same answer again: %+v", again)
	}
	if _, err := w.Answer(ctx, holder, s.ID, survey.Reply{Score: 1}); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("another answer: %v", err)
	}
	if seen := must(w.Survey(ctx, ann, s.ID)); seen.Answer.By != policy.AskNotifier {
		t.Errorf("the desk sees who answered: %+v", seen.Answer)
	}

	path := w.Path(market, theirs)
	token := strings.TrimPrefix(path, survey.PathPrefix)
	if w.Path(ann, theirs) != "" || w.Path(rival, theirs) != "" || path != w.Path(operator, theirs) {
		t.Error("the link goes to others")
	}
	must(w.AnswerByLink(ctx, token, survey.Reply{Score: 2}))
	if seen := must(w.Survey(ctx, market, theirs.ID)); seen.Answer != nil {
		t.Errorf("the marketplace reads %+v", seen.Answer)
	}
	if rows := must(w.Store.Audits(ctx, s.ID, 0, 9)); len(rows) != 1 || rows[0].Action != "survey.answer" {
		t.Errorf("audit %+v", rows)
	}
	w.pass(29)
	if _, err := w.Follow(ctx, token); !errors.Is(err, survey.ErrLink) {
		t.Errorf("a link after its end: %v", err)
	}
	if n := must(w.Tick(ctx)); n != 0 {
		t.Errorf("%d due again", n)
	}
}

func second[T any](_ T, err error) error { return err }

func TestTrend(t *testing.T) {
	w, ctx := newWorld(t, rules()), context.Background()
	w.decide("L1", down)
	w.pass(3)
	must(w.Answer(ctx, holder, w.open(holder)["case notifier"].ID, survey.Reply{Score: 10, Topics: map[string]int{survey.TopicSpeed: 4}, Text: "=HYPERLINK(\"x\")"}))
	err := w.Store.Update(ctx, func(tx docket.Tx) error {
		return tx.(survey.Tx).AddSurveyScores(ctx, []survey.Score{
			{Survey: "a", Topic: survey.Overall, Month: "2026-09", Kind: "case", Side: "notifier", Score: 7},
			{Survey: "b", Topic: survey.Overall, Month: "2026-09", Kind: "case", Side: "notifier", Score: 4},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	trend := must(w.Trend(ctx, ann, survey.TrendQuery{By: survey.ByQuarter}))
	if len(trend.Points) != 2 || len(trend.Rates) != 2 {
		t.Fatalf("%+v", trend)
	}
	// 10, 7 and 4: mean 7, deviation 3, Student's 0.975 with 2 degrees 4.302653: 7 ± 7.4524, kept within 0 to 10. One promoter, one detractor of three.
	p := trend.Points[0]
	if p.Period != "2026-Q3" || p.Topic != survey.Overall || p.Answers != 3 || p.Mean != 7 || *p.Low != 0 || *p.High != 10 || math.Abs(p.Net) > 1e-12 || math.Abs(*p.NetHigh-1.96*math.Sqrt(2.0/9)) > 1e-9 {
		t.Errorf("%+v", p)
	}
	if p := trend.Points[1]; p.Answers != 1 || p.Low != nil || p.Mean != 4 || p.Detractors != 1 {
		t.Errorf("%+v", p)
	}
	if r := trend.Rates[0]; r.Side != "notifier" || r.Asked != 1 || r.Answered != 1 || trend.Rates[1].Answered != 0 {
		t.Errorf("%+v", trend.Rates)
	}
	if got := must(w.Trend(ctx, ann, survey.TrendQuery{From: "2026-09", Before: "2026-10"})); len(got.Points) != 1 || math.Abs(*got.Points[0].High-10) > 1e-9 || got.Points[0].Mean != 5.5 {
		t.Errorf("%+v", got)
	}
	var b bytes.Buffer
	if err := trend.CSV(&b); err != nil {
		t.Fatal(err)
	}
	if rows := must(csv.NewReader(&b).ReadAll()); len(rows) != 5 || rows[1][5] != "7.0000" || rows[3][13] != "1" {
		t.Errorf("table %q", rows)
	}
	if err := w.AnswersCSV(ctx, ann, survey.Query{}, &b); err != nil {
		t.Fatal(err)
	}
	rows := must(csv.NewReader(&b).ReadAll())
	if len(rows) != 2 || !strings.HasPrefix(rows[1][len(rows[1])-1], "'=HYPERLINK") || strings.Contains(strings.Join(rows[1], " "), "acme") {
		t.Errorf("answers %q", rows)
	}
	var invalid *casework.ValidationError
	if _, err := w.Trend(ctx, ann, survey.TrendQuery{From: "x", By: "day"}); !errors.As(err, &invalid) || len(invalid.Fields) != 2 {
		t.Errorf("%v", err)
	}
}

// TestNobodyTwiceAQuarter lets cases be decided and days pass in any order: no party is asked twice in a quarter for the same thing, never twice
// within the days of rest, and what was asked ends.
func TestNobodyTwiceAQuarter(t *testing.T) {
	w, ctx := newWorld(t, rules()), context.Background()
	listing := 0
	rapid.Check(t, func(r *rapid.T) {
		w.pass(250) // what was planned before ends
		begin, how := w.Now, rules()
		how.RestDays = rapid.IntRange(0, 60).Draw(r, "rest")
		how.Case.DelayDays, how.Quarter.DelayDays = rapid.IntRange(0, 30).Draw(r, "delay"), rapid.IntRange(0, 30).Draw(r, "delay of quarters")
		w.set(how)
		for range rapid.IntRange(1, 6).Draw(r, "steps") {
			if rapid.Bool().Draw(r, "decide") {
				listing++
				w.decide(fmt.Sprint("L", listing), down)
			}
			w.pass(rapid.IntRange(0, 50).Draw(r, "days"))
		}
		seen := map[string]bool{}
		list := must(w.Store.Surveys(ctx, survey.Query{Seen: true, Limit: 1000}))
		list = slices.DeleteFunc(list, func(s survey.Survey) bool { return s.AskedAt.Before(begin) })
		for _, s := range list {
			q := s.AskedAt.Format("2006") + string(rune('0'+(int(s.AskedAt.Month())+2)/3))
			key := s.Party + s.Kind + q
			if seen[key] {
				r.Fatalf("%s was asked twice: %s", s.Party, key)
			}
			seen[key] = true
			for _, other := range list {
				gap := s.AskedAt.Sub(*other.AskedAt).Abs()
				if other.ID != s.ID && other.Party == s.Party && gap < time.Duration(how.RestDays)*24*time.Hour {
					r.Fatalf("%s was asked twice within %s", s.Party, gap)
				}
			}
			if at := s.Alarm(); !at.IsZero() && !w.Now.Before(at) {
				r.Fatalf("%s is due since %s", s.ID, at)
			}
		}
	})
}
