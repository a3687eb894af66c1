//go:build cgo

package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestTimerSlack: the threads of the program may sleep a millisecond longer than they asked, whoever started them.
func TestTimerSlack(t *testing.T) {
	const getTimerSlack = 30 // PR_GET_TIMERSLACK
	var group sync.WaitGroup
	for range 8 { // whichever threads they run on
		group.Go(func() {
			slack, _, errno := syscall.Syscall(syscall.SYS_PRCTL, getTimerSlack, 0, 0)
			if errno != 0 || time.Duration(slack) != time.Millisecond {
				t.Errorf("timer slack %v, %v", time.Duration(slack), errno)
			}
		})
	}
	group.Wait()
}

// TestWatchdogSlack: of all threads one may sleep longer, the runtime's watchdog.
func TestWatchdogSlack(t *testing.T) {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	longer := 0
	for _, task := range tasks {
		slack, err := os.ReadFile(filepath.Join("/proc", task.Name(), "timerslack_ns"))
		switch {
		case errors.Is(err, fs.ErrPermission): // of other threads only a privileged process is told
			return
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ESRCH): // it has ended meanwhile
		case err != nil:
			t.Fatal(err)
		case strings.TrimSpace(string(slack)) == "4000000":
			longer++
		}
	}
	if longer != 1 {
		t.Errorf("%d threads may sleep 4 ms longer, want one", longer)
	}
}
