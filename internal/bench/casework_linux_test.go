//go:build bench

package bench

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/policy"
	"touchstone/internal/store/sqlite"
)

var (
	benchCases  = flag.Int("cases", 1_000_000, "cases of TestBenchCasework")
	benchAudits = flag.Int("audits", 10_000_000, "audit rows of TestBenchCasework")
	benchCalls  = flag.Int("calls", 400, "calls of each kind in TestBenchCasework")
)

// benchRegistry is one right of one account, on one marketplace.
type benchRegistry struct{}

func (benchRegistry) Right(context.Context, casework.Actor, string) (casework.Right, error) {
	return casework.Right{ID: "rgt_0", HolderID: "hld_0", Account: "acme", Type: casework.TrademarkWord, Territories: []string{"WW"}, State: casework.StateVerified}, nil
}

func (b benchRegistry) Snapshot(ctx context.Context, ids []string) (map[string]casework.RightView, error) {
	r, err := b.Right(ctx, casework.Actor{}, "")
	return map[string]casework.RightView{ids[0]: {Right: r}}, err
}

func (benchRegistry) Marketplace(context.Context, string) (casework.Marketplace, error) {
	return casework.Marketplace{ID: "alpha", Territories: []string{"DE"}}, nil
}

// TestBenchCasework fills a SQLite store with cases, half of which wait, and with an audit log, and prints how long the calls of reviewers and
// notifiers take: the use cases in this process (50th and 95th percentile of wall time, and CPU of the process), then the calls of the API.
func TestBenchCasework(t *testing.T) {
	data := t.TempDir()
	s, err := sqlite.Open(t.Context(), filepath.Join(data, "touchstone.db")) // where the program looks for it
	must(t, err)
	defer s.Close()
	begin := time.Now()
	fillRegistry(t, s, *benchCases)
	fillCases(t, s, *benchCases)
	fillAudits(t, s, *benchAudits)
	fmt.Printf("SQLite: %d cases and %d audit rows were written in %.0f s\n\n", *benchCases, *benchAudits, time.Since(begin).Seconds())
	timeCasework(t, s)
	must(t, s.Close())
	timeCaseworkHTTP(t, data)
}

// timeCasework prints how long the calls of reviewers and notifiers take on a filled store.
func timeCasework(t *testing.T, s docket.Store) {
	t.Helper()
	d := docket.New(docket.Parts{Store: s, Registry: benchRegistry{}, Policies: policy.Set{"default": policy.Default()}})
	reviewer, holder := casework.Actor{Account: "desk", Role: "reviewer", Key: "k"}, casework.Actor{Account: "acme", Role: "holder"}
	ctx := t.Context()
	var claimed []string
	var after docket.QueueQuery
	calls := []struct {
		name string
		call func(i int) error
	}{
		{"file a notice of 10 listings", func(i int) error { _, err := d.File(ctx, holder, benchNotice(i)); return err }},
		{"pre-check of 10 listings", func(i int) error { _, err := d.Precheck(ctx, holder, benchNotice(i)); return err }},
		{"first page of a queue (50)", func(int) error {
			_, err := d.Queue(ctx, reviewer, docket.QueueQuery{Queue: policy.QueueStandard, Limit: 50})
			return err
		}},
		{"next pages of a queue", func(int) error {
			after.Queue, after.Limit = policy.QueueStandard, 50
			page, err := d.Queue(ctx, reviewer, after)
			if len(page) > 0 {
				after.AfterRank, after.AfterID = page[len(page)-1].Rank, page[len(page)-1].Case.ID
			}
			return err
		}},
		{"queue of one right", func(i int) error {
			_, err := d.Queue(ctx, reviewer, docket.QueueQuery{Queue: policy.QueueStandard, Right: fmt.Sprint("rgt_", i), Limit: 50})
			return err
		}},
		{"queue of one seller in one band", func(i int) error {
			_, err := d.Queue(ctx, reviewer, docket.QueueQuery{Queue: policy.QueueStandard, Seller: fmt.Sprint("shop-", i), Band: "block", Limit: 50})
			return err
		}},
		{"queue of a rare band", func(int) error {
			_, err := d.Queue(ctx, reviewer, docket.QueueQuery{Queue: policy.QueueStandard, Band: "block", Limit: 50})
			return err
		}},
		{"counts of the queues", func(int) error { _, err := d.QueueCounts(ctx, reviewer); return err }},
		{"claim the next case", func(int) error {
			list, err := d.ClaimNext(ctx, reviewer, docket.QueueQuery{Queue: policy.QueueStandard}, 1)
			for _, c := range list {
				claimed = append(claimed, c.ID)
			}
			return err
		}},
		{"read a case", func(i int) error { _, _, err := d.Case(ctx, reviewer, claimed[i%len(claimed)]); return err }},
		{"decide a case", func(i int) error {
			_, err := d.Decide(ctx, reviewer, claimed[i], docket.Verdict{Outcome: docket.OutcomeTakenDown})
			return err
		}},
		{"undo a decision", func(i int) error { _, err := d.Undo(ctx, reviewer, claimed[i], ""); return err }},
		{"cases of a right, newest first", func(i int) error {
			_, err := d.Cases(ctx, reviewer, docket.CaseQuery{Right: fmt.Sprint("rgt_", i), Limit: 50})
			return err
		}},
		{"events of a marketplace (100)", func(i int) error {
			_, err := d.Events(ctx, reviewer, docket.EventQuery{Marketplace: "alpha", After: int64(i), Limit: 100})
			return err
		}},
		{"audit log of one case", func(i int) error {
			_, err := s.Audits(ctx, claimed[i], 0, 100)
			return err
		}},
	}
	fmt.Printf("%-34s %10s %10s %12s\n", "call", "p50 ms", "p95 ms", "CPU ms")
	for _, c := range calls {
		var took []time.Duration
		cpu := processCPU()
		for i := range *benchCalls {
			from := time.Now()
			if err := c.call(i); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			took = append(took, time.Since(from))
		}
		cpu = processCPU() - cpu
		slices.Sort(took)
		ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
		fmt.Printf("%-34s %10.2f %10.2f %12.3f\n", c.name, ms(took[len(took)/2]), ms(took[len(took)*95/100]), ms(cpu)/float64(len(took)))
	}
}

// processCPU is the user and system time of the process so far.
func processCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func benchNotice(i int) docket.Notice {
	n := docket.Notice{Right: "rgt_0", Marketplace: "alpha", Reason: docket.ReasonMarkOnPage, Explanation: "The title names our registered mark.", GoodFaith: true, Accuracy: true,
		Signature: "A", Notifier: docket.Notifier{Name: "A", Email: "a@b.example"}}
	for j := range 10 {
		n.Items = append(n.Items, docket.Item{Listing: fmt.Sprintf("new-%d-%d", i, j)})
	}
	return n
}

// fillCases writes cases: every second one waits, the others were decided; one of a hundred is in the band block.
func fillCases(t *testing.T, s *sqlite.Store, n int) {
	t.Helper()
	const batch = 1000
	triage := policy.DefaultTriage()
	for from := 0; from < n; from += batch {
		err := s.Update(t.Context(), func(tx docket.Tx) error {
			for i := from; i < min(from+batch, n); i++ {
				c := benchCase(i)
				if err := tx.PutCase(t.Context(), &c, c.Rank(triage)); err != nil {
					return err
				}
				tx.AddEvent(docket.Event{Kind: docket.EventOpened, Case: c.ID, Account: c.Account, Holder: c.Holder, Marketplace: c.Marketplace, At: c.OpenedAt})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// benchCase is the i-th case.
func benchCase(i int) docket.Case {
	at := benchCaseAt(i)
	origin, notice := docket.OriginProactive, benchNoticeID(i)
	if notice != "" {
		origin = docket.OriginNotice
	}
	c := docket.Case{ID: casework.NewID("cas"), Origin: origin, Notice: notice, Account: "acme", Holder: fmt.Sprint("hld_", i%benchHolders),
		Right: fmt.Sprint("rgt_", i%benchRights), Marketplace: "alpha", Target: docket.TargetListing, Listing: fmt.Sprint("L", i), Seller: fmt.Sprint("shop-", i%20_000),
		Subject: fmt.Sprintf("alpha\nid:L%d\nrgt_%d", i, i%benchRights), Reason: docket.ReasonMarkOnPage, Regime: docket.RegimeDSA, Title: "Leather bag with a long name, brown, new",
		Signal: "near_copy", Report: fmt.Sprint("rep_", i%benchRights), Probability: float64(i%100) / 100, Band: "review", State: docket.StateOpen, Queue: policy.QueueStandard, Priority: i % 100,
		OpenedAt: at, DueAt: at.Add(24 * time.Hour), Policy: "default", Overdue: true}
	if i%100 == 0 {
		c.Band = "block"
	}
	if i%2 == 0 && i%100 != 0 {
		later := at.AddDate(1, 0, 0)
		c.State, c.Outcome, c.AppealBy = docket.StateDecided, docket.OutcomeTakenDown, &later
	}
	return c
}

// benchCaseAt is when the i-th case was opened.
func benchCaseAt(i int) time.Time {
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 20 * time.Second)
}

func fillAudits(t *testing.T, s *sqlite.Store, n int) {
	t.Helper()
	const batch = 5000
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for from := 0; from < n; from += batch {
		err := s.Update(t.Context(), func(tx docket.Tx) error {
			for i := from; i < min(from+batch, n); i++ {
				tx.AddAudit(audit.Event{At: at, Actor: "reviewer:desk/k", Action: "case.view", Subject: fmt.Sprint("cas_", i%1_000_000), Payload: audit.Open([]byte{byte(i)}).Hash()})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
