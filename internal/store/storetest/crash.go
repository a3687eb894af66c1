package storetest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"touchstone/internal/casework"
)

// crashPlace is set for the child of Crash.
const crashPlace = "STORETEST_CRASH_PLACE"

// crashRounds is how often the child is killed.
const crashRounds = 8

// Crash checks that nothing acknowledged is lost by kill -9. It runs the
// calling test again in a child process that writes from many goroutines and
// prints each acknowledged write; the child is killed in the middle of it and
// the store opened again, eight times over the same place. Call it as the only
// thing in a test.
func Crash(t *testing.T, open Opener, newPlace func(t *testing.T) string) {
	if p := os.Getenv(crashPlace); p != "" {
		crashChild(open, p)
	}
	if testing.Short() {
		t.Skip("kills processes; run without -short")
	}
	place, acked := newPlace(t), map[string]bool{}
	for round := range crashRounds {
		crashRound(t, place, round, 15+37*round, acked, (*os.Process).Kill)
		s := mustOpen(t, open, place)
		checkAcked(t, s, acked)
		closeStore(t, s)
	}
}

// crashChild writes until it is killed. Round and goroutine are in the IDs.
func crashChild(open Opener, place string) {
	s, err := open(ctx, place)
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	_ = s.CreateHolder(ctx, holder("h1", "acme")) // there already from the second round on
	_ = s.CreateRight(ctx, right("r1", "h1", "acme"))
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%s-%d-%d", os.Getenv("STORETEST_CRASH_ROUND"), g, i)
				if err := crashWrite(s, g, id); err != nil {
					fmt.Println("error", err)
					os.Exit(1)
				}
				fmt.Println("acked", g%2, id) // one write to the pipe, so never half a line
			}
		})
	}
	group.Wait()
}

func crashWrite(s Store, g int, id string) error {
	if g%2 == 0 {
		return s.SaveReport(ctx, report(id))
	}
	return s.AddReference(ctx, imageRef(id, "r1"))
}

// crashRound runs a child, kills it, or what it stands on, after some lines and
// adds every line that it printed to acked.
func crashRound(t *testing.T, place string, round, lines int, acked map[string]bool, kill func(child *os.Process) error) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
	cmd.Env = append(os.Environ(), crashPlace+"="+place, fmt.Sprintf("STORETEST_CRASH_ROUND=%d", round))
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	scan := bufio.NewScanner(out)
	n := 0
	for scan.Scan() {
		line, ok := strings.CutPrefix(scan.Text(), "acked ")
		if !ok && n >= lines {
			continue // it says that it lost what it stands on
		}
		if !ok {
			t.Errorf("child of round %d: %s", round, scan.Text())
			break
		}
		acked[line] = true
		if n++; n == lines {
			must(t, kill(cmd.Process))
		}
	}
	_ = cmd.Wait() // killed, which is the point
	if n < lines {
		t.Fatalf("the child of round %d ended by itself after %d writes", round, n)
	}
}

func checkAcked(t *testing.T, s Store, acked map[string]bool) {
	t.Helper()
	refs := map[string]casework.Reference{}
	for _, r := range must2(s.References(ctx, []string{"r1"})) {
		refs[r.ID] = r
	}
	for line := range acked {
		kind, id, _ := strings.Cut(line, " ")
		if kind == "0" {
			got, err := s.Report(ctx, id)
			must(t, err)
			same(t, "report "+id, got, report(id))
		} else {
			same(t, "reference "+id, refs[id], imageRef(id, "r1"))
		}
	}
}
