//go:build cgo

package main

// While a thread runs C code, which during a model run it does for milliseconds, the runtime's watchdog (sysmon) sleeps 20 µs at a
// time, and on a virtual machine each of its wakings costs as much again: 6 to 9 % of the service's processor time under load.
// Linux may end a sleep later than asked, by the thread's timer slack, 50 µs unless told otherwise. A new thread inherits it, so that
// it must be set before the runtime begins. The watchdog, which the runtime starts before all other threads, has more of it: what others
// sleep, as while they wait for a fuller batch, is to end sooner. See docs/adr/0025-timer-slack.md.

/*
#cgo LDFLAGS: -Wl,--wrap=pthread_create

#include <pthread.h>
#include <sys/prctl.h>

// Nanoseconds.
#define USUAL 1000000UL
#define WATCHDOG 4000000UL

static void slack(unsigned long of) { prctl(PR_SET_TIMERSLACK, of, 0UL, 0UL, 0UL); } // best effort

__attribute__((constructor)) static void touchstone_timer_slack(void) { slack(USUAL); }

int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

// The runtime's calls of pthread_create come here. Threads that the watchdog starts are not to inherit from it.
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg) {
	static int begun;
	unsigned long own = prctl(PR_GET_TIMERSLACK, 0UL, 0UL, 0UL, 0UL);
	unsigned long wanted = __atomic_exchange_n(&begun, 1, __ATOMIC_RELAXED) ? USUAL : WATCHDOG;
	if (own != wanted) slack(wanted);
	int err = __real_pthread_create(thread, attr, start, arg);
	if (own != wanted) slack(own);
	return err;
}
*/
import "C"
