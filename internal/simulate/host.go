package simulate

import (
	"context"

	"touchstone/internal/threshold"
)

// A Host is the service under trial. It runs on a Clock and answers over HTTP on loopback; what time brings it does when told to, so that
// a month passes in minutes and nothing happens twice or late because the machine was busy.
type Host interface {
	// URL is where it answers, without a slash at the end, and AdminKey a key of an administrator.
	URL() string
	AdminKey() string
	// Work does what is due at the clock's time: jobs, and with tick deadlines and penalties as well.
	Work(ctx context.Context, tick bool) error
	Close() error
}

// Setup says how a service is to be started.
type Setup struct {
	Folder    string // for its data, empty
	Policy    string // policy file
	Clock     *Clock
	Proactive bool // scoring opens cases by itself

	Measured []threshold.Kept // what was measured of the policy's thresholds
}

// A Starter starts a service.
type Starter func(ctx context.Context, s Setup) (Host, error)
