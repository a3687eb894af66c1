//go:build !unix

package eval

import "time"

// cpuTime is not known on this system; CPU seconds are reported as zero.
func cpuTime() time.Duration { return 0 }
