package rollout

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// Child checks packs in a process of its own, which is given little memory and little time, writes no files, and knows nothing of the
// service but the folder of the pack: whatever a stranger's graph does to it, the service goes on.
type Child struct {
	Program string   // that calls Examine with the last of its arguments
	Args    []string // before the folder
	Env     []string // what the program needs to find its runtime
	Limits  Limits
}

// Limits bound the examination of one pack.
type Limits struct {
	Memory int64         // bytes of data; default 3 GiB
	CPU    time.Duration // of the processor, all cores together; default 2 minutes
	Time   time.Duration // on the clock; default 4 minutes
}

func (l Limits) withDefaults() Limits {
	if l.Memory <= 0 {
		l.Memory = 3 << 30
	}
	if l.CPU <= 0 {
		l.CPU = 2 * time.Minute
	}
	if l.Time <= 0 {
		l.Time = 4 * time.Minute
	}
	return l
}

// mostSaid is how much of what a child says is read.
const mostSaid = 64 << 10

// Check implements Checker.
func (c Child) Check(ctx context.Context, dir string) error {
	limits := c.Limits.withDefaults()
	timed, cancel := context.WithTimeout(ctx, limits.Time)
	defer cancel()
	cmd := exec.CommandContext(timed, c.Program, append(append([]string{}, c.Args...), dir)...)
	cmd.Env, cmd.WaitDelay = append(limits.environment(), c.Env...), time.Second
	said, complaint := &cappedBuffer{most: mostSaid}, &cappedBuffer{most: mostSaid}
	cmd.Stdout, cmd.Stderr = said, complaint
	diesWithParent(cmd)
	err := cmd.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var v verdict
	if err == nil && json.Unmarshal(said.Bytes(), &v) == nil && v.Examined {
		if v.Problem != "" {
			return fmt.Errorf("%w: %s", ErrRefused, v.Problem)
		}
		return nil
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && timed.Err() == nil {
		return fmt.Errorf("the process that checks packs cannot be started: %w", err)
	}
	return fmt.Errorf("%w: %s", ErrRefused, limits.why(timed.Err() != nil, err, complaint.String()))
}

// why says in a sentence what a child ended of that gave no verdict.
func (l Limits) why(late bool, err error, complaint string) string {
	switch {
	case late || outOfTime(err):
		return fmt.Sprintf("its check was ended after %s on the clock or %s of the processor; a pack whose models take that long cannot serve", l.Time, l.CPU)
	case strings.Contains(complaint, "out of memory") || strings.Contains(complaint, "bad_alloc") || strings.Contains(complaint, "cannot allocate memory"):
		return fmt.Sprintf("its models need more than %d MiB of memory", l.Memory>>20)
	}
	first, _, _ := strings.Cut(strings.TrimSpace(complaint), "\n")
	return fmt.Sprintf("its check broke down (%v: %.200s), as one of damaged or hostile files does", err, first)
}

// cappedBuffer keeps the beginning of what is written.
type cappedBuffer struct {
	bytes.Buffer
	most int
}

// Write implements io.Writer and never fails, so that a talkative child comes to its end.
func (b *cappedBuffer) Write(p []byte) (int, error) {
	if room := b.most - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
