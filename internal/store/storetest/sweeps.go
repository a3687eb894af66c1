package storetest

import (
	"fmt"
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/sweep"
)

func waiting(id, rightID string, minute int) sweep.Sweep {
	return sweep.Sweep{ID: id, RightID: rightID, Reason: sweep.ReasonAsked, State: sweep.StateWaiting, CreatedAt: at(minute), NotBefore: at(minute)}
}

func queued(t *testing.T, s Store, in sweep.Sweep) {
	t.Helper()
	_, fresh, err := s.QueueSweep(ctx, in)
	must(t, err)
	same(t, "queued "+in.ID, fresh, true)
}

func testSweeps(t *testing.T, s Store) {
	seed(t, s)
	in := waiting("s1", "r1", 0)
	queued(t, s, in)
	same(t, "sweep", must2(s.Sweep(ctx, "s1")), in)
	_, err := s.Sweep(ctx, "s9")
	fails(t, "unknown sweep", err, casework.ErrNotFound)
	_, _, err = s.QueueSweep(ctx, waiting("s2", "r9", 0))
	fails(t, "of no right", err, casework.ErrNotFound)
	kept, fresh, err := s.QueueSweep(ctx, waiting("s2", "r1", 5))
	must(t, err)
	same(t, "one that waits already", kept, in)
	same(t, "is not queued again", fresh, false)

	must(t, s.CreateHolder(ctx, holder("h2", "other")))
	must(t, s.CreateRight(ctx, right("r3", "h2", "other")))
	queued(t, s, waiting("s3", "r3", 1))
	list := func(q sweep.Query) (out string) {
		q.Limit = 9
		for _, x := range must2(s.Sweeps(ctx, q)) {
			out += x.ID + " "
		}
		return out
	}
	same(t, "all", list(sweep.Query{}), "s1 s3 ")
	same(t, "of an account", list(sweep.Query{Account: "other"}), "s3 ")
	same(t, "of a holder", list(sweep.Query{HolderID: "h1"}), "s1 ")
	same(t, "of a right", list(sweep.Query{RightID: "r1"}), "s1 ")
	same(t, "after", list(sweep.Query{After: "s1"}), "s3 ")
}

func testSweepQueue(t *testing.T, s Store) {
	seed(t, s)
	queued(t, s, waiting("s1", "r1", 5))
	queued(t, s, waiting("s2", "r2", 2))
	claim := func(owner string, minute int) string {
		t.Helper()
		c, ok, err := s.ClaimSweep(ctx, owner, at(minute), at(minute+3))
		must(t, err)
		if !ok {
			return ""
		}
		return c.ID
	}
	same(t, "before their time", claim("a", 1), "")
	same(t, "the first", claim("a", 6), "s2")
	same(t, "the other", claim("b", 6), "s1")
	same(t, "both are leased", claim("c", 7), "")

	at6 := at(6)
	run := sweep.Sweep{ID: "s2", RightID: "r2", Reason: sweep.ReasonAsked, State: sweep.StateRunning, Stage: sweep.StageWords, CreatedAt: at(2), NotBefore: at(2),
		StartedAt: &at6, Titles: 7, Cursor: "lst_x", Truncated: true, Attempts: 2, Problem: "p"}
	held, err := s.SaveSweep(ctx, run, "a", at(20))
	must(t, err)
	same(t, "saved by its owner", held, true)
	same(t, "as saved", must2(s.Sweep(ctx, "s2")), run)
	queued(t, s, waiting("s3", "r2", 7)) // one at work does not stand for one that is asked for now
	held, err = s.SaveSweep(ctx, run, "b", at(20))
	must(t, err)
	same(t, "saved by another", held, false)
	same(t, "whose lease ended", claim("c", 10), "s1")
	same(t, "a new one", claim("c", 10), "s3")
	same(t, "while the extended lease holds", claim("c", 19), "s1")
	same(t, "once it has ended", claim("c", 21), "s2")
	run.State = sweep.StateDone
	held, err = s.SaveSweep(ctx, run, "a", at(0))
	must(t, err)
	same(t, "by who lost it", held, false)
	held, err = s.SaveSweep(ctx, run, "c", at(0))
	must(t, err)
	same(t, "by who has it", held, true)
	for range 3 {
		if got := claim("d", 60); got == "s2" {
			t.Error("a sweep that is done is claimed")
		}
	}
}

func testCandidates(t *testing.T, s Store) {
	seed(t, s)
	queued(t, s, waiting("s1", "r1", 0))
	queued(t, s, waiting("s2", "r2", 0))
	must(t, s.AddCandidates(ctx, "s1", []string{"l2", "l1", "l3", "l4"}))
	must(t, s.AddCandidates(ctx, "s1", []string{"l3", "l1"}))
	same(t, "candidates", must2(s.NextCandidates(ctx, "s1", 9)), []string{"l1", "l2", "l3", "l4"})
	finding := func(n int, sweepID, entry string) sweep.Finding {
		return sweep.Finding{ID: fmt.Sprintf("rep_%d", n), SweepID: sweepID, RightID: "r1", Entry: entry, Marketplace: "shop", Listing: "L", Seller: "s", Title: "t",
			Original: "rep_o", Probability: 0.75, Band: "urgent", CreatedAt: at(n), Account: "acct-" + entry, ContentHash: "h", Pack: "p@1", RightState: "verified"}
	}
	finish := func(f sweep.Finding) string {
		t.Helper()
		r := report(f.ID)
		as, err := s.FinishCandidate(ctx, f.SweepID, f.Entry, sweep.OutcomeFound, &r, &f)
		must(t, err)
		return as
	}
	f1, f2 := finding(1, "s1", "l1"), finding(2, "s1", "l2")
	same(t, "found", finish(f1), sweep.OutcomeFound)
	same(t, "found too", finish(f2), sweep.OutcomeFound)
	same(t, "the report", must2(s.Report(ctx, "rep_1")).ID, "rep_1")
	as, err := s.FinishCandidate(ctx, "s1", "l3", sweep.OutcomeClear, nil, nil)
	must(t, err)
	same(t, "clear", as, sweep.OutcomeClear)
	must(t, s.AddCandidates(ctx, "s1", []string{"l1"})) // as after a kill
	same(t, "left", must2(s.NextCandidates(ctx, "s1", 9)), []string{"l4"})

	must(t, s.AddCandidates(ctx, "s2", []string{"l1"}))
	same(t, "what was found before", finish(finding(3, "s2", "l1")), sweep.OutcomeKnown)
	_, err = s.Report(ctx, "rep_3")
	fails(t, "its report", err, casework.ErrNotFound)
	got := must2(s.Sweep(ctx, "s1"))
	same(t, "progress", []int{got.Candidates, got.Scored, got.Found, got.Known}, []int{4, 3, 2, 0})
	got = must2(s.Sweep(ctx, "s2"))
	same(t, "progress of the other", []int{got.Candidates, got.Scored, got.Found, got.Known}, []int{1, 1, 0, 1})

	same(t, "findings", must2(s.SweepFindings(ctx, sweep.Query{SweepID: "s1", Limit: 9})), []sweep.Finding{f1, f2})
	same(t, "of an account", must2(s.SweepFindings(ctx, sweep.Query{Account: "acct-l2", Limit: 9})), []sweep.Finding{f2})
	same(t, "page", must2(s.SweepFindings(ctx, sweep.Query{RightID: "r1", After: "rep_1", Limit: 1})), []sweep.Finding{f2})

	scoredAs(t, s, listing("l1", "rep_l1", 0, "a"))
	scoredAs(t, s, listing("l2", "rep_l2", 1))
	same(t, "titles", must2(s.ListingTitles(ctx, "", 1)), []sweep.Title{{Entry: "l1", Title: "Tasche \"l1\" 袋", Territories: []string{"DE"}}})
	same(t, "more titles", len(must2(s.ListingTitles(ctx, "l1", 9))), 1)
	same(t, "listings that wait", []int{must2(s.ListingsWaiting(ctx, at(-1))), must2(s.ListingsWaiting(ctx, at(0)))}, []int{0, 1})
}
