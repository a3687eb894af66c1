package rollout

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"
)

// confine puts limits on this process that nothing in it can lift: memory in bytes of data, seconds of the processor, no files
// written, no core dump, few files open.
func confine(memory, cpu int64) error {
	for _, l := range []struct {
		name       string
		which      int
		soft, hard uint64
	}{
		{"memory", syscall.RLIMIT_DATA, uint64(memory), uint64(memory)},
		{"processor", syscall.RLIMIT_CPU, uint64(cpu), uint64(cpu) + 1},
		{"files written", syscall.RLIMIT_FSIZE, 0, 0},
		{"core dump", syscall.RLIMIT_CORE, 0, 0},
		{"open files", syscall.RLIMIT_NOFILE, 256, 256},
	} {
		if err := syscall.Setrlimit(l.which, &syscall.Rlimit{Cur: l.soft, Max: l.hard}); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
	}
	return nil
}

// diesWithParent ends the child when this process is killed.
func diesWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// outOfTime says whether a child ended of the processor's limit.
func outOfTime(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && (status.Signal() == syscall.SIGXCPU || status.Signal() == syscall.SIGKILL)
}
