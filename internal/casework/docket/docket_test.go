package docket_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/policy"
)

// TestTriage: what facts and scores lead to, case by case.
func TestTriage(t *testing.T) {
	expired := t0.AddDate(0, 0, -3)
	tests := []struct {
		name    string
		change  func(*desk, *docket.Notice)
		outcome string
		code    string // of the decision, or of the first fact before a reviewer
		queue   string
	}{
		{"an unknown listing", func(*desk, *docket.Notice) {}, "", "", policy.QueueStandard},
		{"certain by a measured signal", func(d *desk, _ *docket.Notice) {
			d.scores["L"] = docket.Score{Known: true, Probability: 0.9, Signals: map[string]float64{"near_copy": 0.99}}
		}, docket.OutcomeTakenDown, docket.ReasonMarkOnPage, ""},
		{"certain by a signal that was measured with another pack", func(d *desk, _ *docket.Notice) {
			d.scores["L"] = docket.Score{Known: true, Probability: 0.9, Pack: "other@2", Signals: map[string]float64{"near_copy": 0.99}}
		}, "", "measured_precision", policy.QueueExpress},
		{"certain by a signal without a threshold", func(d *desk, _ *docket.Notice) {
			d.scores["L"] = docket.Score{Known: true, Probability: 0.95, Signals: map[string]float64{"keyword_misuse": 1}}
		}, "", "", policy.QueueExpress},
		{"nothing alike, all looked at", func(d *desk, _ *docket.Notice) {
			d.scores["L"] = docket.Score{Known: true, Complete: true, Probability: 0.001}
		}, docket.OutcomeDeclined, docket.ListingRightMismatch, ""},
		{"nothing alike, not all looked at", func(d *desk, _ *docket.Notice) { d.scores["L"] = docket.Score{Known: true, Probability: 0.001} }, "", "", policy.QueueStandard},
		{"nothing alike, but goods were bought", func(d *desk, n *docket.Notice) {
			d.scores["L"] = docket.Score{Known: true, Complete: true, Probability: 0.001}
			n.TestBuy = &docket.TestBuy{Order: "1", BoughtOn: t0.AddDate(0, 0, -1), Result: "The label is false."}
		}, "", "", policy.QueueStandard},
		{"the right is pending", func(d *desk, _ *docket.Notice) {
			d.right(func(r *casework.RightView) { r.Right.State = casework.StatePending })
		}, docket.OutcomeDeclined, docket.RightNotVerified, ""},
		{"the right expired", func(d *desk, _ *docket.Notice) { d.right(func(r *casework.RightView) { r.Right.ExpiresOn = &expired }) }, docket.OutcomeDeclined, docket.RightExpired, ""},
		{"another territory", func(d *desk, _ *docket.Notice) {
			d.right(func(r *casework.RightView) { r.Right.Territories = []string{"US"} })
		}, docket.OutcomeDeclined, docket.WrongTerritory, ""},
		{"a reason of another kind of right", func(_ *desk, n *docket.Notice) { n.Reason = docket.ReasonCopiedDesign }, docket.OutcomeDeclined, docket.WrongReasonCode, ""},
		{"an authorised seller, however certain", func(d *desk, _ *docket.Notice) {
			d.scores["L"] = docket.Score{Known: true, Seller: "shop-7", Signals: map[string]float64{"near_copy": 1}}
			d.right(func(r *casework.RightView) {
				r.AuthorizedSellers = []casework.AuthorizedSeller{{RightID: "word", Seller: "shop-7"}}
			})
		}, docket.OutcomeDeclined, docket.AuthorisedSeller, ""},
		{"other goods", func(d *desk, _ *docket.Notice) {
			d.scores["L"] = docket.Score{Known: true, Goods: []string{"09"}, Signals: map[string]float64{"near_copy": 1}}
		}, docket.OutcomeDeclined, docket.GoodsClassMismatch, ""},
		{"the goods of the right", func(d *desk, _ *docket.Notice) {
			d.scores["L"] = docket.Score{Known: true, Goods: []string{"9", "18"}, Signals: map[string]float64{"near_copy": 1}}
		}, docket.OutcomeTakenDown, docket.ReasonMarkOnPage, ""},
		{"compatible use goes to a person", func(d *desk, _ *docket.Notice) {
			d.scores["L"] = docket.Score{Known: true, Signals: map[string]float64{"near_copy": 1}, Against: []docket.Fact{{Code: "compatible_use", Text: "for"}}}
		}, "", docket.DescriptiveUse, policy.QueueStandard},
		{"parallel imports are hard", func(_ *desk, n *docket.Notice) { n.Reason = docket.ReasonParallelImport }, "", "", policy.QueueHard},
		{"a storefront is hard", func(_ *desk, n *docket.Notice) { n.Target, n.Storefront = docket.TargetStorefront, "shop-7" }, "", "", policy.QueueHard},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			d := newDesk(t, policies())
			n := notice("L")
			tc.change(d, &n)
			forecast, err := d.Precheck(ctx, holder, n)
			if err != nil {
				t.Fatal(err)
			}
			c := d.file(t, n)[0]
			if c.Outcome != tc.outcome {
				t.Fatalf("outcome %q, want %q: %+v", c.Outcome, tc.outcome, c)
			}
			if tc.outcome == "" && (c.State != docket.StateOpen || c.Queue != tc.queue) {
				t.Errorf("state %s in queue %s, want %s", c.State, c.Queue, tc.queue)
			}
			if tc.outcome != "" && (c.Decision.Code != tc.code || c.Decision.Sentence == "" || c.Decision.Automatic != docket.AutomationFull || c.Decision.PolicyVer == "") {
				t.Errorf("decision %+v, want code %s", c.Decision, tc.code)
			}
			if tc.outcome == "" && tc.code != "" && c.Notes[0].Code != tc.code {
				t.Errorf("facts %+v, want %s", c.Notes, tc.code)
			}
			declined := tc.outcome == docket.OutcomeDeclined
			if (forecast.Declines == 1) != declined || declined && forecast.Items[0].Decline != tc.code {
				t.Errorf("the pre-check said %+v", forecast)
			}
		})
	}
}

func (d *desk) right(change func(*casework.RightView)) {
	v := d.rights.rights["word"]
	change(&v)
	d.rights.rights["word"] = v
}

// TestRepeated: what is open or was taken down is not asked again, and a request key makes one notice.
func TestRepeated(t *testing.T) {
	d := newDesk(t, policies())
	first := d.file(t, notice("L"))[0]
	if c := d.file(t, notice("L"))[0]; c.Decision == nil || c.Decision.Code != docket.Duplicate {
		t.Errorf("the second notice: %+v", c.Decision)
	}
	d.decide(t, ann, first.ID, takeDown)
	if c := d.file(t, notice("L"))[0]; c.Decision == nil || c.Decision.Code != docket.AlreadyActioned {
		t.Errorf("a notice after the take-down: %+v", c.Decision)
	}
	n := notice("M")
	n.Request = "abc"
	a, err := d.File(ctx, holder, n)
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.File(ctx, holder, n)
	if err != nil || a.ID != b.ID {
		t.Errorf("the same request made notice %s and %s: %v", a.ID, b.ID, err)
	}
}

// TestNoticeTakesOverAFinding: a notice about what detection has found is no duplicate; its case takes the place of the other and keeps the
// listing held back. A notice that is declined leaves the finding's case as it is.
func TestNoticeTakesOverAFinding(t *testing.T) {
	d := newDesk(t, policies())
	find := func(listing string) docket.Case {
		f := docket.Finding{Marketplace: "alpha", Listing: listing, Right: "word", ContentHash: "h", Band: policy.BandBlock, Held: true, Score: docket.Score{Known: true, Probability: 0.9, Report: "rep"}}
		if err := d.Observe(ctx, []docket.Finding{f}); err != nil {
			t.Fatal(err)
		}
		list, err := d.store.CasesOn(ctx, "alpha\nid:"+listing+"\nword", 9)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		return list[0]
	}
	found := find("L")
	c := d.file(t, notice("L"))[0]
	if old := d.get(t, found.ID); old.State != docket.StateClosed || old.MergedInto != c.ID || old.Waiting() {
		t.Errorf("the finding's case: %+v", old)
	}
	if c.State != docket.StateOpen || c.Effect != docket.EffectHeld {
		t.Errorf("the notice's case: %+v", c)
	}
	found = find("M")
	n := notice("M")
	n.Reason = docket.ReasonCopiedDesign
	if c := d.file(t, n)[0]; c.Outcome != docket.OutcomeDeclined {
		t.Errorf("%+v", c)
	}
	if old := d.get(t, found.ID); old.State != docket.StateOpen || old.Effect != docket.EffectHeld {
		t.Errorf("after a declined notice: %+v", old)
	}
}

// TestTwoReviewersAtOnce: of many who claim and decide a case at the same moment, one does; the others hear why not.
func TestTwoReviewersAtOnce(t *testing.T) {
	d := newDesk(t, policies())
	c := d.file(t, notice("L"))[0]
	if _, err := d.Claim(ctx, ann, c.ID); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		group.Go(func() {
			v := takeDown
			if i%2 == 0 {
				v = docket.Verdict{Outcome: docket.OutcomeDeclined, Code: docket.MarkDiffers}
			}
			who := ann
			if i%3 == 0 {
				who = bob
				if _, err := d.Claim(ctx, bob, c.ID); err == nil {
					t.Error("claimed by two")
				}
			}
			_, errs[i] = d.Decide(ctx, who, c.ID, v)
		})
	}
	group.Wait()
	done := 0
	for _, err := range errs {
		switch {
		case err == nil:
			done++
		case !errors.Is(err, casework.ErrConflict) || len(strings.Fields(err.Error())) < 6:
			t.Errorf("unclear refusal: %v", err)
		}
	}
	list, err := d.store.Decisions(ctx, c.ID)
	if err != nil || done != 1 || len(list) != 1 {
		t.Errorf("%d succeeded, %d decisions are kept (%v)", done, len(list), err)
	}
}

// TestCounterNotice follows one to the holder's silence, and one to their answer.
func TestCounterNotice(t *testing.T) {
	d := newDesk(t, policies())
	for _, l := range []string{"L1", "L2"} {
		d.scores[l] = docket.Score{Known: true, Seller: "shop-7", Probability: 0.5}
	}
	n := notice("L1", "L2")
	n.Regime = docket.RegimePlatform
	cases := d.file(t, n)
	var until time.Time
	for _, c := range cases {
		c = d.decide(t, ann, c.ID, takeDown)
		c, err := d.CounterNotice(ctx, shop, c.ID, objection)
		if err != nil {
			t.Fatal(err)
		}
		until = *c.Contest.Until
		if c.State != docket.StateContest || c.Waiting() {
			t.Errorf("%+v", c)
		}
	}
	if want := time.Date(2026, 3, 5, 23, 0, 0, 0, time.UTC); !until.Equal(want) { // the end of Thursday in Berlin, three working days behind Monday
		t.Errorf("the holder has until %v, want %v", until, want)
	}
	if _, err := d.Answer(ctx, holder, cases[1].ID, "They are not ours: the serial number is false.", nil); err != nil {
		t.Fatal(err)
	}
	d.pass(until.Sub(t0))
	d.tick(t)
	silent, answered := d.get(t, cases[0].ID), d.get(t, cases[1].ID)
	if silent.State != docket.StateReversed || silent.Effect != docket.EffectNone || silent.Decision.Code != "HOLDER_SILENT" || !silent.Contest.Silence {
		t.Errorf("after silence: %+v", silent)
	}
	if answered.State != docket.StateContest || answered.Queue != policy.QueueHard || !answered.Waiting() {
		t.Errorf("after the answer: %+v", answered)
	}
	if _, err := d.Claim(ctx, ann, answered.ID); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("who took it down claims the counter-notice: %v", err)
	}
	c := d.decide(t, bob, answered.ID, docket.Verdict{Outcome: docket.OutcomeUpheld})
	if c.State != docket.StateUpheld || c.Effect != docket.EffectRemoved || c.Decision.OnContest != c.Contest.ID {
		t.Errorf("upheld: %+v", c)
	}
}

// TestFourEyes: the first opinion takes no effect, its giver cannot be the second person, and the second one's word counts.
func TestFourEyes(t *testing.T) {
	d := newDesk(t, policies(policy.FourEyesTakeDown))
	for _, agree := range []bool{true, false} {
		c := d.file(t, notice("L"+map[bool]string{true: "1", false: "2"}[agree]))[0]
		c = d.decide(t, ann, c.ID, takeDown)
		if c.State != docket.StateSecond || c.Effect != docket.EffectNone || c.Decision != nil {
			t.Fatalf("after one opinion: %+v", c)
		}
		if list, err := d.ClaimNext(ctx, ann, docket.QueueQuery{Queue: policy.QueueHard}, 5); err != nil || len(list) > 0 {
			t.Errorf("the first person is given it again: %v %v", list, err)
		}
		if list, err := d.ClaimNext(ctx, bob, docket.QueueQuery{Queue: policy.QueueHard}, 5); err != nil || len(list) != 1 {
			t.Fatalf("the second person is given %v, %v", list, err)
		}
		c, err := d.Second(ctx, bob, c.ID, agree, "Look at the label.")
		if err != nil {
			t.Fatal(err)
		}
		if agree && (c.Outcome != docket.OutcomeTakenDown || c.Decision.Agreed != bob.Person() || c.Decision.By != ann.Person()) {
			t.Errorf("agreed: %+v", c)
		}
		if !agree && (c.State != docket.StateOpen || c.Queue != policy.QueueHard || c.Opinion != nil || !strings.Contains(c.Notes[len(c.Notes)-1].Text, "label")) {
			t.Errorf("disagreed: %+v", c)
		}
		if c.Claim != nil {
			_, _ = d.Release(ctx, bob, c.ID)
		}
		if !agree {
			d.decide(t, bob, c.ID, docket.Verdict{Outcome: docket.OutcomeDeclined, Code: docket.MarkDiffers})
		}
	}
}

// TestSilenceOnAQuestion declines; before that the clock stands still.
func TestSilenceOnAQuestion(t *testing.T) {
	d := newDesk(t, policies())
	c := d.file(t, notice("L"))[0]
	d.pass(time.Hour)
	if _, err := d.Claim(ctx, ann, c.ID); err != nil {
		t.Fatal(err)
	}
	c, err := d.Clarify(ctx, ann, c.ID, "Which part of the title do you mean?")
	if err != nil || c.Question.Left != 23*time.Hour {
		t.Fatalf("%v: %+v", err, c.Question)
	}
	d.pass(6 * 24 * time.Hour)
	d.tick(t)
	if got := d.get(t, c.ID); got.State != docket.StateClarify || got.Overdue {
		t.Fatalf("within the time for an answer: %+v", got)
	}
	d.pass(3 * 24 * time.Hour)
	d.tick(t)
	if got := d.get(t, c.ID); got.Decision == nil || got.Decision.Code != docket.ClarificationNeeded || got.Decision.Automatic != docket.AutomationFull {
		t.Errorf("after silence: %+v", got)
	}
}

// TestChasing: what a marketplace does not confirm is told again, later and later, and ends with its word.
func TestChasing(t *testing.T) {
	d := newDesk(t, policies())
	c := d.file(t, notice("L"))[0]
	d.decide(t, ann, c.ID, takeDown)
	var pauses []time.Duration
	last := d.clock()
	for range 600 {
		d.pass(10 * time.Minute)
		before := chased(t, d)
		d.tick(t)
		if chased(t, d) > before {
			pauses = append(pauses, d.clock().Sub(last))
			last = d.clock()
		}
	}
	if len(pauses) < 5 || !slices.IsSorted(pauses) || pauses[len(pauses)-1] > 25*time.Hour {
		t.Errorf("told again after %v", pauses)
	}
	list, err := d.Enforcements(ctx, market, docket.EnforcementQuery{Open: true, Limit: 9})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	raised, err := d.Enforcements(ctx, operator, docket.EnforcementQuery{Escalated: true, Limit: 9})
	if err != nil || len(raised) != 1 || raised[0].EscalatedAt == nil || told(t, d, docket.EventEscalated) != 1 {
		t.Errorf("told %d times, escalated: %+v, %v", list[0].Told, raised, err)
	}
	if _, err := d.Confirm(ctx, market, list[0].ID, nil); err != nil {
		t.Fatal(err)
	}
	before := chased(t, d)
	d.pass(100 * time.Hour)
	d.tick(t)
	if chased(t, d) != before {
		t.Error("told again after it was confirmed")
	}
	if raised, err := d.Enforcements(ctx, operator, docket.EnforcementQuery{Escalated: true, Limit: 9}); err != nil || len(raised) != 0 {
		t.Errorf("confirmed and still escalated: %+v, %v", raised, err)
	}
}

// TestFailing: what a marketplace cannot carry out is for people to look into at once, and is told again.
func TestFailing(t *testing.T) {
	d := newDesk(t, policies())
	c := d.file(t, notice("L"))[0]
	d.decide(t, ann, c.ID, takeDown)
	list, err := d.Enforcements(ctx, market, docket.EnforcementQuery{Open: true, Limit: 9})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	for range 2 {
		if _, err := d.Fail(ctx, market, list[0].ID, "no such listing"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Fail(ctx, casework.Actor{Account: "beta", Role: "pipeline", Subject: "beta"}, list[0].ID, "x"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("another marketplace: %v", err)
	}
	e, err := d.store.Enforcement(ctx, list[0].ID)
	if err != nil || e.Problem != "no such listing" || e.EscalatedAt == nil || e.ChaseAt == nil || told(t, d, docket.EventEscalated) != 1 || told(t, d, docket.EventFailed) != 2 {
		t.Errorf("%+v, %v", e, err)
	}
	if e, err = d.Confirm(ctx, market, e.ID, nil); err != nil || e.ConfirmedAt == nil {
		t.Errorf("%+v, %v", e, err)
	}
}

func chased(t *testing.T, d *desk) int { t.Helper(); return told(t, d, docket.EventChased) }

// told counts events of a kind.
func told(t *testing.T, d *desk, kind string) (n int) {
	t.Helper()
	list, err := d.store.Events(ctx, docket.EventQuery{Limit: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// TestWhoSeesWhat holds cases, notices and events against every role.
func TestWhoSeesWhat(t *testing.T) {
	d := newDesk(t, policies())
	d.scores["L"] = docket.Score{Known: true, Seller: "shop-7", Probability: 0.5}
	open, done := d.file(t, notice("L"))[0], d.file(t, notice("M"))[0]
	d.scores["M"] = docket.Score{}
	done = d.decide(t, ann, done.ID, takeDown)
	bound := casework.Actor{Account: "acme", Role: "holder", Subject: "hld_2"}
	otherShop, otherMarket := casework.Actor{Account: "shops", Role: "seller", Subject: "alpha/shop-8"}, casework.Actor{Account: "beta", Role: "pipeline", Subject: "beta"}
	scientist := casework.Actor{Account: "acme", Role: "scientist"}
	tests := []struct {
		name               string
		who                casework.Actor
		open, done, notice bool
	}{
		{"reviewer", ann, true, true, true}, {"operator", operator, true, true, true}, {"holder", holder, true, true, true},
		{"agent of the account", casework.Actor{Account: "acme", Role: "agent"}, true, true, true},
		{"holder of another account", stranger, false, false, false}, {"holder bound to another", bound, false, false, false},
		{"its marketplace", market, true, true, false}, {"another marketplace", otherMarket, false, false, false},
		{"an unbound pipeline", casework.Actor{Account: "acme", Role: "pipeline"}, false, false, false},
		{"seller before the decision, and of nothing known", shop, false, false, false}, {"another seller", otherShop, false, false, false},
		{"scientist", scientist, false, false, false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			_, _, err1 := d.Case(ctx, tc.who, open.ID)
			_, _, err2 := d.Case(ctx, tc.who, done.ID)
			_, err3 := d.Notice(ctx, tc.who, open.Notice)
			got := []bool{err1 == nil, err2 == nil, err3 == nil}
			if diff := cmp.Diff([]bool{tc.open, tc.done, tc.notice}, got); diff != "" {
				t.Error(diff)
			}
			for _, err := range []error{err1, err2, err3} {
				if err != nil && !errors.Is(err, casework.ErrNotFound) {
					t.Errorf("another answer than that there is nothing: %v", err)
				}
			}
			list, err := d.Cases(ctx, tc.who, docket.CaseQuery{Limit: 10})
			if err != nil && !errors.Is(err, casework.ErrForbidden) {
				t.Error(err)
			}
			if (len(list) > 0) != (tc.open || tc.done) {
				t.Errorf("lists %d cases", len(list))
			}
		})
	}
	d.decide(t, ann, open.ID, takeDown)
	if _, _, err := d.Case(ctx, shop, open.ID); err != nil {
		t.Errorf("the seller does not see the decision: %v", err)
	}
	c := d.get(t, open.ID).For(shop)
	if c.Decision.By != "reviewer" || c.Probability != 0 || c.Handled != nil {
		t.Errorf("the seller sees too much: %+v", c)
	}
}

// TestAViewingIsOneRow: what somebody looks at of a version of a case within a while is one row of the audit log; another person, another
// version and another day are others.
func TestAViewingIsOneRow(t *testing.T) {
	d, ctx := newDesk(t, policies()), t.Context()
	c := d.file(t, notice("L1"))[0]
	views := func() (n int) {
		list, err := d.store.Audits(ctx, c.ID, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			if e.Action == "case.view" {
				n++
			}
		}
		return n
	}
	look := func(a casework.Actor, want int, when string) {
		t.Helper()
		if _, _, err := d.Docket.Case(ctx, a, c.ID); err != nil {
			t.Fatal(err)
		}
		if got := views(); got != want {
			t.Errorf("%s: %d rows, want %d", when, got, want)
		}
	}
	look(ann, 1, "first")
	look(ann, 1, "again")
	look(bob, 2, "another person")
	d.pass(docket.ViewingMinutes * time.Minute)
	look(ann, 3, "later")
	if _, err := d.Claim(ctx, ann, c.ID); err != nil {
		t.Fatal(err)
	}
	look(ann, 4, "another version")
	if _, _, err := d.Docket.Case(ctx, stranger, c.ID); !errors.Is(err, casework.ErrNotFound) || views() != 4 {
		t.Errorf("a stranger: %v", err)
	}
}
