package storetest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/policy"
)

// crashRegistry is one right and one marketplace.
type crashRegistry struct{}

func (crashRegistry) Right(context.Context, casework.Actor, string) (casework.Right, error) {
	r := right("r1", "h1", "acme")
	r.State = casework.StateVerified
	return r, nil
}

func (c crashRegistry) Snapshot(ctx context.Context, _ []string) (map[string]casework.RightView, error) {
	r, err := c.Right(ctx, casework.Actor{}, "")
	return map[string]casework.RightView{"r1": {Right: r}}, err
}

func (crashRegistry) Marketplace(context.Context, string) (casework.Marketplace, error) {
	return casework.Marketplace{ID: "alpha", Territories: []string{"DE"}}, nil
}

func crashDocket(s docket.Store) *docket.Docket {
	return docket.New(docket.Parts{Store: s, Registry: crashRegistry{}, Policies: policy.Set{"default": policy.Default()}})
}

// CrashCases kills a process that files, claims and decides from many goroutines, several reviewers at the same cases, and checks that
// nothing acknowledged is lost and nothing is decided twice. Call it as the only thing in a test.
func CrashCases(t *testing.T, open Opener, newPlace func(t *testing.T) string) {
	crashCases(t, open, newPlace, (*os.Process).Kill, func(*testing.T) {})
}

// CrashServer is CrashCases for a store that is a server: kill ends that at once, as kill -9 does, and the process with it; restart
// brings it back.
func CrashServer(t *testing.T, open Opener, newPlace func(t *testing.T) string, kill func() error, restart func(t *testing.T)) {
	crashCases(t, open, newPlace, func(*os.Process) error { return kill() }, restart)
}

func crashCases(t *testing.T, open Opener, newPlace func(t *testing.T) string, kill func(*os.Process) error, restart func(t *testing.T)) {
	if p := os.Getenv(crashPlace); p != "" {
		crashCasesChild(open, p)
	}
	if testing.Short() {
		t.Skip("kills processes; run without -short")
	}
	place, acked := newPlace(t), map[string]bool{}
	for round := range crashRounds / 2 {
		crashRound(t, place, round, 15+37*round, acked, kill)
		restart(t)
		s := mustOpen(t, open, place)
		checkCases(t, s, acked)
		closeStore(t, s)
	}
}

func crashCasesChild(open Opener, place string) {
	s, err := open(ctx, place)
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	d := crashDocket(s)
	var group sync.WaitGroup
	for g := range 6 {
		group.Go(func() {
			for i := 0; ; i++ {
				if err := crashFile(d, fmt.Sprintf("%s-%d-%d", os.Getenv("STORETEST_CRASH_ROUND"), g, i)); err != nil {
					fmt.Println("error", err)
					os.Exit(1)
				}
				crashDecide(d, g)
			}
		})
	}
	group.Wait()
}

func crashFile(d *docket.Docket, id string) error {
	n, err := d.File(ctx, casework.Actor{Account: "acme", Role: "holder"}, docket.Notice{Right: "r1", Marketplace: "alpha", Reason: docket.ReasonMarkOnPage, Explanation: "The title names our mark.",
		GoodFaith: true, Accuracy: true, Signature: "A", Notifier: docket.Notifier{Name: "A", Email: "a@b.example"}, Items: []docket.Item{{Listing: id + "a"}, {Listing: id + "b"}}, Request: id})
	if err == nil {
		fmt.Println("acked notice", n.ID)
		err = d.OpenCases(ctx, n.ID)
	}
	return err
}

// crashDecide has a reviewer claim and decide, and decide again what another one may have decided.
func crashDecide(d *docket.Docket, g int) {
	who := casework.Actor{Account: "desk", Role: "reviewer", Key: fmt.Sprint("k", g)}
	list, err := d.ClaimNext(ctx, who, docket.QueueQuery{Queue: policy.QueueStandard}, 3)
	if err != nil {
		return
	}
	for _, c := range list {
		for range 2 {
			if c, err := d.Decide(ctx, who, c.ID, docket.Verdict{Outcome: docket.OutcomeTakenDown}); err == nil {
				fmt.Println("acked decision", c.ID, c.Decision.ID)
			}
		}
	}
}

func checkCases(t *testing.T, s Store, acked map[string]bool) {
	t.Helper()
	for line := range acked {
		kind, id, _ := strings.Cut(line, " ")
		if kind == "notice" {
			if _, err := s.Notice(ctx, id); err != nil {
				t.Errorf("acknowledged and lost: %v", err)
			}
			continue
		}
		id, decision, _ := strings.Cut(id, " ")
		c, list := must2(s.Case(ctx, id)), must2(s.Decisions(ctx, id))
		told := must2(s.Enforcements(ctx, docket.EnforcementQuery{Case: id, Limit: 9}))
		if len(list) != 1 || list[0].ID != decision || c.Decision == nil || c.Decision.ID != decision || len(told) != 1 {
			t.Errorf("case %s: decisions %v, orders %v, want the one that was acknowledged, %s", id, list, told, decision)
		}
	}
	wholeChain(t, s, 0)
	last := int64(0)
	for {
		page := must2(s.Events(ctx, docket.EventQuery{After: last, Limit: 500}))
		for _, e := range page {
			if e.Seq != last+1 {
				t.Fatalf("event %d comes behind %d", e.Seq, last)
			}
			last = e.Seq
		}
		if len(page) == 0 {
			break
		}
	}
	waiting := int64(0)
	for _, c := range must2(s.QueueCounts(ctx)) {
		waiting += c.Waiting
	}
	open := 0
	for _, c := range must2(s.Cases(ctx, docket.CaseQuery{State: docket.StateOpen, Limit: 1_000_000})) {
		if c.Waiting() {
			open++
		}
	}
	if int(waiting) != open {
		t.Errorf("%d cases wait, %d are counted", open, waiting)
	}
}
