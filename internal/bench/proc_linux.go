package bench

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// clockTick is the unit of processor time in /proc: USER_HZ, which is 100 a second on every Linux that Go runs on.
const clockTick = time.Second / 100

// ownCPU is the processor time, user and system, that this process has had.
func ownCPU() (time.Duration, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, fmt.Errorf("processor time of this process: %w", err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), nil
}

// usage is what some processes have taken together.
type usage struct {
	cpu      time.Duration // user and system, in steps of a clock tick
	resident int64         // bytes of memory that are resident now
	// anonymous is those of them that no file stands behind, so that the system cannot drop them to read them again.
	anonymous int64
}

// usageOf adds up what processes have taken so far.
func usageOf(pids ...int) (usage, error) {
	var sum usage
	for _, pid := range pids {
		stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
		if err != nil {
			return sum, err
		}
		_, cpu, err := parseStat(stat)
		if err != nil {
			return sum, err
		}
		status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
		if err != nil {
			return sum, err
		}
		resident, err := parseStatus(status, "VmRSS")
		if err != nil {
			return sum, err
		}
		anonymous, err := parseStatus(status, "RssAnon")
		if err != nil {
			return sum, err
		}
		sum.cpu, sum.resident, sum.anonymous = sum.cpu+cpu, sum.resident+resident, sum.anonymous+anonymous
	}
	return sum, nil
}

// parseStat reads the parent's ID and the processor time out of /proc/PID/stat. The name in parentheses may hold anything.
func parseStat(stat []byte) (parent int, cpu time.Duration, err error) {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0, 0, errors.New("/proc/PID/stat has another form than expected")
	}
	parent, err = strconv.Atoi(string(fields[1]))
	user, err1 := strconv.ParseInt(string(fields[11]), 10, 64)
	system, err2 := strconv.ParseInt(string(fields[12]), 10, 64)
	return parent, time.Duration(user+system) * clockTick, errors.Join(err, err1, err2)
}

// parseStatus reads an amount of memory, VmRSS for one, in bytes, out of /proc/PID/status. A process that is ending has none.
func parseStatus(status []byte, field string) (int64, error) {
	for line := range strings.Lines(string(status)) {
		value, found := strings.CutPrefix(line, field+":")
		if !found {
			continue
		}
		kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		return kib << 10, err
	}
	return 0, fmt.Errorf("/proc/PID/status has no %s", field)
}

// childrenOf lists the processes that a process has started, in ascending order.
func childrenOf(pid int) ([]int, error) {
	entries, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	var children []int
	for _, path := range entries {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		parent, _, err := parseStat(stat)
		if err != nil || parent != pid {
			continue
		}
		child, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			return nil, err
		}
		children = append(children, child)
	}
	slices.Sort(children)
	return children, nil
}

// commandOf is the command line of a process, its words separated by spaces; "" when it has ended.
func commandOf(pid int) string {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(strings.ReplaceAll(string(data), "\x00", " "))
}
