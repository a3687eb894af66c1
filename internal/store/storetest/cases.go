package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/jobs"
)

// docketCase is an open case with every column set.
func docketCase(id string, rank int64) docket.Case {
	return docket.Case{ID: id, Origin: docket.OriginNotice, Notice: "n1", Account: "acme", Holder: "h1", Right: "r1", Marketplace: "alpha", Target: docket.TargetListing,
		Listing: "L-" + id, Seller: "shop-7", Subject: "alpha\nid:" + id + "\nr1", Reason: docket.ReasonMarkOnPage, Signal: "near_copy", Probability: 0.5, Band: "review",
		State: docket.StateOpen, Queue: "standard", OpenedAt: T0, DueAt: time.UnixMicro(rank).UTC(), Policy: "default"}
}

// put keeps cases, each with the rank of its deadline.
func put(t *testing.T, s Store, cases ...*docket.Case) {
	t.Helper()
	must(t, s.Update(ctx, func(tx docket.Tx) error {
		for _, c := range cases {
			if err := tx.PutCase(ctx, c, c.DueAt.UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	}))
}

func testCases(t *testing.T, s Store) {
	c := docketCase("c1", 100)
	put(t, s, &c)
	if c.Version != 1 {
		t.Errorf("version %d after the first put", c.Version)
	}
	same(t, "case", must2(s.Case(ctx, "c1")), c)
	if _, err := s.Case(ctx, "none"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("a case that is not there: %v", err)
	}
	again, stale := docketCase("c1", 100), c
	for name, twin := range map[string]*docket.Case{"a second insert": &again, "an old version": &stale} {
		c.Title += "x"
		if name == "an old version" {
			put(t, s, &c)
		}
		err := s.Update(ctx, func(tx docket.Tx) error { v := *twin; return tx.PutCase(ctx, &v, 1) })
		if !errors.Is(err, casework.ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	same(t, "case after the conflicts", must2(s.Case(ctx, "c1")).Version, c.Version)
	for _, q := range []docket.CaseQuery{{Account: "acme"}, {Holder: "h1"}, {Right: "r1"}, {Notice: "n1"}, {Marketplace: "alpha", Seller: "shop-7"}, {State: docket.StateOpen}} {
		q.Limit = 5
		if got := must2(s.Cases(ctx, q)); len(got) != 1 {
			t.Errorf("%+v finds %d", q, len(got))
		}
	}
	for _, q := range []docket.CaseQuery{{Account: "x"}, {Holder: "x"}, {Right: "x"}, {Notice: "x"}, {Marketplace: "x"}, {Seller: "x"}, {State: docket.StateDecided}, {Outcome: "declined"}, {Decided: true}, {Before: "c1"}} {
		q.Limit = 5
		if got := must2(s.Cases(ctx, q)); len(got) != 0 {
			t.Errorf("%+v finds %d", q, len(got))
		}
	}
	if got := must2(s.CasesOn(ctx, c.Subject, 5)); len(got) != 1 || got[0].ID != "c1" {
		t.Errorf("on the subject: %v", got)
	}
}

// testAtomic: of a transaction that fails nothing is there.
func testAtomic(t *testing.T, s Store) {
	broken := errors.New("broken")
	fill := func(tx docket.Tx, id string) error {
		c := docketCase(id, 1)
		n := docket.Notice{ID: "n-" + id, Account: "acme", Holder: "h1", Right: "r1", State: docket.NoticeOpen, CreatedAt: T0, Request: "key-" + id}
		tx.AddEvent(docket.Event{Kind: docket.EventOpened, Case: id, Account: "acme", At: T0, Data: []byte(`{"a":1}`)})
		tx.AddAudit(audit.Event{At: T0, Actor: "a", Action: "b", Subject: id})
		return errors.Join(tx.PutCase(ctx, &c, 1), tx.PutNotice(ctx, &n), tx.AddDecision(ctx, docket.Decision{ID: "d-" + id, Case: id, At: T0}),
			tx.PutEnforcement(ctx, docket.Enforcement{ID: "e-" + id, Case: id, Marketplace: "alpha", ToldAt: T0}), tx.Enqueue(ctx, job("j-"+id, "open", 0)))
	}
	there := func(id string) []bool {
		_, err1 := s.Case(ctx, id)
		_, err2 := s.Notice(ctx, "n-"+id)
		_, err3 := s.NoticeByRequest(ctx, "acme", "key-"+id)
		_, err4 := s.Enforcement(ctx, "e-"+id)
		return []bool{err1 == nil, err2 == nil, err3 == nil, err4 == nil, len(must2(s.Decisions(ctx, id))) == 1, len(must2(s.Audits(ctx, id, 0, 9))) == 1,
			len(must2(s.Events(ctx, docket.EventQuery{Case: id, Limit: 9}))) == 1, len(must2(s.ClaimJobs(ctx, "w", []string{"open"}, at(1), at(2), 9))) == 1}
	}
	err := s.Update(ctx, func(tx docket.Tx) error { return errors.Join(fill(tx, "x"), broken) })
	if !errors.Is(err, broken) || slices.Contains(there("x"), true) {
		t.Errorf("%v left %v", err, there("x"))
	}
	must(t, s.Update(ctx, func(tx docket.Tx) error { return fill(tx, "y") }))
	if got := there("y"); slices.Contains(got, false) {
		t.Errorf("of what was committed there is %v", got)
	}
	err = s.Update(ctx, func(tx docket.Tx) error {
		n := docket.Notice{ID: "other", Account: "acme", Request: "key-y"}
		return tx.PutNotice(ctx, &n)
	})
	if !errors.Is(err, casework.ErrConflict) {
		t.Errorf("the same request twice: %v", err)
	}
}

func testQueues(t *testing.T, s Store) {
	var all []*docket.Case
	for i := range 40 {
		c := docketCase(fmt.Sprintf("c%02d", i), int64(1_000-i/2)) // two of each rank
		c.Right, c.Seller, c.Band = fmt.Sprint("r", i%3), fmt.Sprint("s", i%5), []string{"review", "urgent"}[i%2]
		c.Signal, c.Holder, c.Marketplace = []string{"near_copy", "keyword_misuse"}[i/20], fmt.Sprint("h", i%4), []string{"alpha", "beta"}[i%2]
		c.OpenedAt = at(i)
		if i == 7 {
			c.State, c.Outcome = docket.StateDecided, docket.OutcomeDeclined
		}
		if i == 8 {
			c.Queue = "hard"
		}
		if i == 9 {
			c.Claim = &docket.Claim{By: "x", At: T0, Until: at(10)}
		}
		all = append(all, &c)
	}
	put(t, s, all...)
	check := func(name string, q docket.QueueQuery, fits func(docket.Case) bool) {
		t.Helper()
		var want, got []string
		for _, c := range all {
			if c.Waiting() && c.Queue == q.Queue && fits(*c) {
				want = append(want, c.ID)
			}
		}
		slices.SortFunc(want, func(a, b string) int {
			x, y := must2(s.Case(ctx, a)), must2(s.Case(ctx, b))
			return cmpBy(x.DueAt.Compare(y.DueAt), a, b)
		})
		q.Limit = 3
		for {
			page := must2(s.Queue(ctx, q))
			for _, e := range page {
				got = append(got, e.Case.ID)
			}
			if len(page) < q.Limit {
				break
			}
			q.AfterRank, q.AfterID = page[2].Rank, page[2].Case.ID
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	check("standard", docket.QueueQuery{Queue: "standard"}, func(docket.Case) bool { return true })
	check("hard", docket.QueueQuery{Queue: "hard"}, func(docket.Case) bool { return true })
	check("a right", docket.QueueQuery{Queue: "standard", Right: "r1"}, func(c docket.Case) bool { return c.Right == "r1" })
	check("a seller of a band", docket.QueueQuery{Queue: "standard", Seller: "s2", Band: "urgent"}, func(c docket.Case) bool { return c.Seller == "s2" && c.Band == "urgent" })
	check("a holder on a marketplace", docket.QueueQuery{Queue: "standard", Holder: "h1", Marketplace: "beta"}, func(c docket.Case) bool { return c.Holder == "h1" && c.Marketplace == "beta" })
	check("a signal", docket.QueueQuery{Queue: "standard", Signal: "near_copy"}, func(c docket.Case) bool { return c.Signal == "near_copy" })
	check("old ones", docket.QueueQuery{Queue: "standard", OpenedBefore: at(5)}, func(c docket.Case) bool { return c.OpenedAt.Before(at(5)) })
	check("free ones", docket.QueueQuery{Queue: "standard", FreeAt: at(9)}, func(c docket.Case) bool { return c.Claim == nil })
	check("free once the claim ended", docket.QueueQuery{Queue: "standard", FreeAt: at(10)}, func(docket.Case) bool { return true })
	counted := func() (n int64) {
		for _, c := range must2(s.QueueCounts(ctx)) {
			n += c.Waiting
		}
		return n
	}
	if n := counted(); n != 39 {
		t.Errorf("%d are counted of 39", n)
	}
	all[0].State, all[0].Outcome = docket.StateDecided, docket.OutcomeTakenDown
	all[1].Queue, all[2].Band = "hard", "block"
	put(t, s, all[0], all[1], all[2])
	want := map[string]int64{"hard/review": 1, "hard/urgent": 1, "standard/block": 1}
	for _, c := range must2(s.QueueCounts(ctx)) {
		if n, ok := want[c.Queue+"/"+c.Band]; ok && n != c.Waiting {
			t.Errorf("%+v, want %d", c, n)
		}
	}
	if n := counted(); n != 38 {
		t.Errorf("%d are counted of 38", n)
	}
}

func cmpBy(first int, a, b string) int {
	switch {
	case first != 0:
		return first
	case a < b:
		return -1
	}
	return 1
}

func testAlarms(t *testing.T, s Store) {
	var all []*docket.Case
	for i := range 6 {
		c := docketCase(fmt.Sprint("c", i), at(i).UnixMicro())
		c.Overdue = i == 3
		all = append(all, &c)
	}
	put(t, s, all...)
	same(t, "alarms", must2(s.Alarms(ctx, at(4), 10)), []string{"c0", "c1", "c2", "c4"})
	same(t, "the first alarm", must2(s.Alarms(ctx, at(4), 1)), []string{"c0"})
	must(t, s.Update(ctx, func(tx docket.Tx) error {
		for i := range 3 {
			when := at(i)
			e := docket.Enforcement{ID: fmt.Sprint("e", i), Case: "c1", Marketplace: "alpha", ToldAt: T0, ChaseAt: &when, Replaced: i == 0}
			if err := tx.PutEnforcement(ctx, e); err != nil {
				return err
			}
		}
		return nil
	}))
	same(t, "chases", must2(s.Chases(ctx, at(1), 10)), []string{"e0", "e1"})
	if got := must2(s.Enforcements(ctx, docket.EnforcementQuery{Marketplace: "alpha", Open: true, Limit: 10})); len(got) != 2 || got[0].ID != "e1" {
		t.Errorf("open: %+v", got)
	}
}

// testSalts: a salt comes back with its entry, and once it is erased the chain is as whole as before.
func testSalts(t *testing.T, s Store) {
	data := []byte("anna@example.org")
	must(t, s.Update(ctx, func(tx docket.Tx) error {
		for _, subject := range []string{"n1", "n2", "n1"} {
			tx.AddAudit(audit.Event{At: T0, Actor: "a", Action: "notice.file", Subject: subject}.Binding(data))
		}
		return nil
	}))
	opens := func() (n int) {
		for _, e := range must2(s.Audits(ctx, "", 0, 9)) {
			if (audit.Payload{Data: data, Salt: e.Salt}).Hash() == e.Payload {
				n++
			}
		}
		return n
	}
	same(t, "payloads that open", opens(), 3)
	must(t, s.Update(ctx, func(tx docket.Tx) error { return tx.EraseSalts(ctx, "n1") }))
	same(t, "after the erasure", opens(), 1)
	report, err := audit.Verifier{}.Verify(func(yield func(audit.Record, error) bool) {
		for _, e := range must2(s.Audits(ctx, "", 0, 9)) {
			if !yield(audit.Record{Entry: e}, nil) {
				return
			}
		}
	})
	if err != nil || report.Entries != 3 {
		t.Errorf("the chain: %+v, %v", report, err)
	}
}

// testFeed: whoever reads on from the last number sees every event once and in order, while many write.
func testFeed(t *testing.T, s Store) {
	const writers, each = 8, 25
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				err := s.Update(ctx, func(tx docket.Tx) error {
					for range 2 {
						tx.AddEvent(docket.Event{Kind: docket.EventOpened, Case: fmt.Sprint("c", w), Account: "acme", Marketplace: "alpha", At: at(i)})
						tx.AddAudit(audit.Event{At: at(i), Actor: "a", Action: "b", Subject: fmt.Sprint("c", w), Payload: audit.Open([]byte{byte(i)}).Hash()})
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	last, seen := int64(0), 0
	deadline, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for seen < writers*each*2 && deadline.Err() == nil && !t.Failed() {
		for _, e := range must2(s.Events(ctx, docket.EventQuery{After: last, Limit: 7})) {
			if e.Seq != last+1 {
				t.Fatalf("event %d comes behind %d", e.Seq, last)
			}
			last, seen = e.Seq, seen+1
		}
	}
	group.Wait()
	if got := must2(s.Events(ctx, docket.EventQuery{Case: "c3", Marketplace: "alpha", Account: "acme", Limit: 1000})); len(got) != 2*each {
		t.Errorf("%d events of a case, want %d", len(got), 2*each)
	}
	wholeChain(t, s, writers*each*2)
	if got := must2(s.Audits(ctx, "c3", 0, 1000)); len(got) != 2*each {
		t.Errorf("%d audit entries of a case, want %d", len(got), 2*each)
	}
}

// wholeChain verifies the audit chain, page by page.
func wholeChain(t *testing.T, s Store, want int64) {
	t.Helper()
	report, err := audit.Verifier{}.Verify(func(yield func(audit.Record, error) bool) {
		for after := int64(0); ; {
			page, err := s.Audits(ctx, "", after, 50)
			if err != nil && !yield(audit.Record{}, err) || len(page) == 0 {
				return
			}
			for _, e := range page {
				if after = e.Seq; !yield(audit.Record{Entry: e}, nil) {
					return
				}
			}
		}
	})
	if err != nil || want > 0 && report.Entries != want {
		t.Errorf("audit chain of %d entries, want %d: %v", report.Entries, want, err)
	}
}

func job(id, kind string, minute int) jobs.Job {
	return jobs.Job{ID: id, Kind: kind, Payload: []byte(`{"x":1}`), RunAt: at(minute), State: jobs.Waiting, CreatedAt: T0}
}

func testJobs(t *testing.T, s Store) {
	for i, id := range []string{"a", "b", "c", "a"} { // the second a is the first
		must(t, s.Enqueue(ctx, job(id, "open", i)))
	}
	must(t, s.Enqueue(ctx, job("z", "other", 0)))
	claim := func(owner string, now int) []jobs.Job {
		return must2(s.ClaimJobs(ctx, owner, []string{"open"}, at(now), at(now+10), 2))
	}
	got := claim("w1", 1)
	if len(got) != 2 || got[0].ID != "a" || got[0].Attempts != 1 || string(got[0].Payload) != `{"x":1}` || !got[1].RunAt.Equal(at(1)) {
		t.Fatalf("claimed %+v", got)
	}
	if again := claim("w2", 2); len(again) != 1 || again[0].ID != "c" {
		t.Errorf("another claims %+v", again)
	}
	must(t, s.FinishJob(ctx, "a", "w2")) // not its own
	if late := claim("w3", 11); len(late) != 2 || late[0].ID != "a" || late[0].Attempts != 2 {
		t.Errorf("after the lease %+v", late)
	}
	must(t, s.FinishJob(ctx, "a", "w1")) // it was taken over
	must(t, s.FinishJob(ctx, "b", "w3"))
	dead := job("a", "open", 20)
	dead.State, dead.Attempts, dead.Problem = jobs.Dead, 2, "no such notice"
	must(t, s.PutBackJob(ctx, dead, "w3"))
	if list := must2(s.DeadJobs(ctx, "", 10)); len(list) != 1 || list[0].Problem != "no such notice" || list[0].Attempts != 2 {
		t.Errorf("dead letters %+v", list)
	}
	if left := claim("w4", 60); len(left) != 1 || left[0].ID != "c" {
		t.Errorf("what is left: %+v", left)
	}
	if ok := must2(s.ReviveJob(ctx, "a", at(61))); !ok {
		t.Error("the dead one does not come back")
	}
	if ok := must2(s.ReviveJob(ctx, "c", at(61))); ok {
		t.Error("a living one came back")
	}
	if back := claim("w5", 62); len(back) != 1 || back[0].ID != "a" || back[0].Attempts != 1 {
		t.Errorf("revived: %+v", back)
	}
	testJobsAtOnce(t, s)
}

// testJobsAtOnce: of many workers each job has one.
func testJobsAtOnce(t *testing.T, s Store) {
	for i := range 60 {
		must(t, s.Enqueue(ctx, job(fmt.Sprint("p", i), "par", 0)))
	}
	var group sync.WaitGroup
	var mu sync.Mutex
	taken := map[string]int{}
	for w := range 6 {
		group.Go(func() {
			for {
				list, err := s.ClaimJobs(ctx, fmt.Sprint("w", w), []string{"par"}, at(1), at(100), 3)
				if err != nil {
					t.Error(err)
				}
				if len(list) == 0 {
					return
				}
				mu.Lock()
				for _, j := range list {
					taken[j.ID]++
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	for id, n := range taken {
		if n != 1 {
			t.Errorf("job %s was taken %d times", id, n)
		}
	}
	if len(taken) != 60 {
		t.Errorf("%d of 60 jobs were taken", len(taken))
	}
}

func testNotices(t *testing.T, s Store) {
	for i := range 5 {
		n := docket.Notice{ID: fmt.Sprint("n", i), Account: []string{"acme", "other"}[i%2], Holder: fmt.Sprint("h", i%2), Right: "r1", Marketplace: "alpha", State: docket.NoticeReceived,
			Items: []docket.Item{{Listing: "L", Case: "c"}}, Evidence: []docket.Evidence{{Blob: "x", Kind: "photo"}}, CreatedAt: T0, FiledBy: "k", Request: fmt.Sprint("key", i)}
		must(t, s.Update(ctx, func(tx docket.Tx) error {
			n.Version = 0
			return tx.PutNotice(ctx, &n)
		}))
		same(t, "notice", must2(s.Notice(ctx, n.ID)), n)
		same(t, "by request", must2(s.NoticeByRequest(ctx, n.Account, n.Request)).ID, n.ID)
	}
	if _, err := s.NoticeByRequest(ctx, "other", "key0"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("the key of another account: %v", err)
	}
	ids := func(q docket.NoticeQuery) (out []string) {
		for _, n := range must2(s.Notices(ctx, q)) {
			out = append(out, n.ID)
		}
		return out
	}
	same(t, "newest first", ids(docket.NoticeQuery{Limit: 2}), []string{"n4", "n3"})
	same(t, "the next page", ids(docket.NoticeQuery{Limit: 9, Before: "n3"}), []string{"n2", "n1", "n0"})
	same(t, "of an account", ids(docket.NoticeQuery{Limit: 9, Account: "other"}), []string{"n3", "n1"})
	same(t, "of a holder", ids(docket.NoticeQuery{Limit: 9, Holder: "h0", Right: "r1", State: docket.NoticeReceived}), []string{"n4", "n2", "n0"})
	n := must2(s.Notice(ctx, "n0"))
	n.State = docket.NoticeOpen
	old := n
	must(t, s.Update(ctx, func(tx docket.Tx) error { v := n; return tx.PutNotice(ctx, &v) }))
	if err := s.Update(ctx, func(tx docket.Tx) error { v := old; return tx.PutNotice(ctx, &v) }); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("an old version: %v", err)
	}
	if got := must2(s.Notice(ctx, "n0")); got.State != docket.NoticeOpen || got.Version != 2 {
		t.Errorf("%+v", got)
	}
}
