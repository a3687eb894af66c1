//go:build cgo

package main

import (
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestTimerSlack: the threads of the program may sleep a millisecond longer than they asked.
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
