package bench

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	const tail = " S 17 41 41 0 -1 4194560 1 0 0 0 250 75 9 9 20 0 1 0 100 1000 10\n"
	for name, tc := range map[string]struct {
		stat   string
		parent int
		cpu    time.Duration
		wrong  bool
	}{
		"plain":             {"41 (touchstone)" + tail, 17, 3250 * time.Millisecond, false},
		"spaces in a name":  {"41 (a b) S 1 (c)" + tail, 17, 3250 * time.Millisecond, false},
		"empty":             {"", 0, 0, true},
		"cut short":         {"41 (touchstone) S 17 41", 0, 0, true},
		"letters for ticks": {"41 (x) S 17 41 41 0 -1 4194560 1 0 0 0 many 75 9 9", 17, 750 * time.Millisecond, true},
	} {
		parent, cpu, err := parseStat([]byte(tc.stat))
		if parent != tc.parent || cpu != tc.cpu || (err != nil) != tc.wrong {
			t.Errorf("%s: parent %d, cpu %v, error %v; want %d, %v, %v", name, parent, cpu, err, tc.parent, tc.cpu, tc.wrong)
		}
	}
}

func TestParseStatus(t *testing.T) {
	got, err := parseStatus([]byte("Name:\tx\nVmHWM:\t  9 kB\nVmRSS:\t    2048 kB\nRssAnon:\t 7 kB\nThreads:\t1\n"), "VmRSS")
	if err != nil || got != 2<<20 {
		t.Errorf("got %d, %v; want %d", got, err, 2<<20)
	}
	if got, err := parseStatus([]byte("Name:\tx\nState:\tZ (zombie)\n"), "VmRSS"); err == nil {
		t.Errorf("a process without memory has %d bytes", got)
	}
	if got, err := parseStatus([]byte("VmRSS:\t much kB\n"), "VmRSS"); err == nil {
		t.Errorf("not a number was read as %d", got)
	}
}

// The figures of this very process: work shows in both ways of counting, by about as much.
func TestUsage(t *testing.T) {
	before, err := usageOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	own, err := ownCPU()
	if err != nil {
		t.Fatal(err)
	}
	for x, now := uint32(1), own; now < own+200*time.Millisecond; {
		for range 1_000_000 {
			x = x*1664525 + 1013904223
		}
		if now, err = ownCPU(); err != nil || x == 0 && now == 0 {
			t.Fatal(err)
		}
	}
	after, err := usageOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if grown := after.cpu - before.cpu; grown < 150*time.Millisecond {
		t.Errorf("200 ms of work by getrusage are %v in /proc", grown)
	}
	if before.resident < 1<<20 {
		t.Errorf("resident memory of %d bytes", before.resident)
	}
	if twice, err := usageOf(os.Getpid(), os.Getpid()); err != nil || twice.cpu < 2*after.cpu {
		t.Errorf("two processes: %v, %v; one has %v", twice, err, after)
	}
}

func TestChildren(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Skip("there is no sleep to start: ", err)
	}
	children, err := childrenOf(os.Getpid())
	command := commandOf(cmd.Process.Pid)
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // killed
	if err != nil || !slices.Contains(children, cmd.Process.Pid) {
		t.Errorf("children %v, %v; want %d among them", children, err, cmd.Process.Pid)
	}
	if !strings.HasSuffix(command, "sleep 60") {
		t.Errorf("command %q", command)
	}
	if got := commandOf(cmd.Process.Pid); got != "" {
		t.Errorf("command %q of a process that has ended", got)
	}
}
