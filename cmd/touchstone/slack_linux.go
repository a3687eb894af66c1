//go:build cgo

package main

// While a thread runs C code, which during a model run it does for milliseconds, the runtime's watchdog (sysmon) sleeps 20 µs at a
// time, and on a virtual machine each of its wakings costs as much again: 6 to 9 % of the service's processor time under load.
// Linux may end a sleep later than asked, by the thread's timer slack, 50 µs unless told otherwise. A new thread inherits it, so that
// it must be set before the runtime begins. See docs/adr/0025-timer-slack.md.

/*
#include <sys/prctl.h>

__attribute__((constructor)) static void touchstone_timer_slack(void) {
	prctl(PR_SET_TIMERSLACK, 1000000UL, 0UL, 0UL, 0UL); // nanoseconds; best effort
}
*/
import "C"
