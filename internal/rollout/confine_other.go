//go:build !linux

package rollout

import "os/exec"

// confine puts no limits where the system has none that hold; time is bounded by the parent.
func confine(_, _ int64) error { return nil }

func diesWithParent(*exec.Cmd) {}

func outOfTime(error) bool { return false }
