package server

import (
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"time"
)

// Config configures a Server. Start from DefaultConfig.
type Config struct {
	Addr string // host:port; default 127.0.0.1:8080

	ReadHeaderTimeout time.Duration // until the header is in; default 5 s
	ReadTimeout       time.Duration // until the body is in; default 60 s
	WriteTimeout      time.Duration // until the answer is out; default 120 s
	IdleTimeout       time.Duration // of a kept-alive connection; default 120 s
	MaxHeaderBytes    int           // default 32 KiB
	MaxBody           int64         // bytes; default 32 MiB, more is 413

	MaxInFlight int           // requests at work; default 8 a core
	MaxQueue    int           // requests waiting for that; default 128, more is 503
	QueueWait   time.Duration // longest wait; default 5 s, then 503

	// Streaming lists routes ("/v1/score/batch") whose body and answer flow at
	// the same time for as long as StreamTimeout (default 1 h). They are free of
	// MaxBody, the queue, the read and write timeouts and idempotency: their
	// handlers bound each line, with Charge and Admit.
	Streaming     []string
	StreamTimeout time.Duration

	// Secret lists routes ("/v1/keys") whose answer holds a secret that is shown
	// once. With an Idempotency-Key they happen once like others, but the answer
	// is not stored: a retry hears that the request was carried out.
	Secret []string

	IdempotencyTTL   time.Duration // how long an answer is kept; default 24 h
	IdempotencyLease time.Duration // after which a request that vanished may be tried again; default 5 min

	ShutdownTimeout time.Duration // for draining and all hooks together; default 30 s
}

// DefaultConfig returns the defaults above.
func DefaultConfig() Config {
	return Config{
		Addr:              "127.0.0.1:8080",
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       60 * time.Second,
		WriteTimeout:      120 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    32 << 10,
		MaxBody:           32 << 20,
		MaxInFlight:       8 * runtime.GOMAXPROCS(0),
		MaxQueue:          128,
		QueueWait:         5 * time.Second,
		StreamTimeout:     time.Hour,
		IdempotencyTTL:    24 * time.Hour,
		IdempotencyLease:  5 * time.Minute,
		ShutdownTimeout:   30 * time.Second,
	}
}

// Validate reports every fault at once, joined.
func (c Config) Validate() error {
	var errs []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	_, _, err := net.SplitHostPort(c.Addr)
	fault(err != nil, "Addr must be host:port such as 127.0.0.1:8080, not %q", c.Addr)
	for _, d := range []struct {
		name  string
		value time.Duration
	}{
		{"ReadHeaderTimeout", c.ReadHeaderTimeout}, {"ReadTimeout", c.ReadTimeout}, {"WriteTimeout", c.WriteTimeout},
		{"IdleTimeout", c.IdleTimeout}, {"QueueWait", c.QueueWait}, {"StreamTimeout", c.StreamTimeout},
		{"IdempotencyTTL", c.IdempotencyTTL}, {"IdempotencyLease", c.IdempotencyLease}, {"ShutdownTimeout", c.ShutdownTimeout},
	} {
		fault(d.value <= 0, "%s must be more than 0, not %v", d.name, d.value)
	}
	fault(c.WriteTimeout <= c.ReadTimeout, "WriteTimeout (%v) must be longer than ReadTimeout (%v), or a slow body leaves no time to answer", c.WriteTimeout, c.ReadTimeout)
	fault(c.IdempotencyLease < c.WriteTimeout, "IdempotencyLease (%v) must not be shorter than WriteTimeout (%v), or a slow request would run twice", c.IdempotencyLease, c.WriteTimeout)
	fault(c.IdempotencyTTL < c.IdempotencyLease, "IdempotencyTTL (%v) must not be shorter than IdempotencyLease (%v)", c.IdempotencyTTL, c.IdempotencyLease)
	fault(c.MaxHeaderBytes < 1024, "MaxHeaderBytes must be at least 1024, not %d", c.MaxHeaderBytes)
	fault(c.MaxBody < 1, "MaxBody must be at least 1 byte, not %d", c.MaxBody)
	fault(c.MaxInFlight < 1, "MaxInFlight must be at least 1, not %d", c.MaxInFlight)
	fault(c.MaxQueue < 0, "MaxQueue must not be negative, not %d", c.MaxQueue)
	for _, r := range c.Streaming {
		fault(!strings.HasPrefix(r, apiPrefix), "Streaming route %q must begin with %s", r, apiPrefix)
	}
	for _, r := range c.Secret {
		fault(!strings.HasPrefix(r, apiPrefix), "Secret route %q must begin with %s", r, apiPrefix)
	}
	return errors.Join(errs...)
}
