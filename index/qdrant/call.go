package qdrant

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	client "github.com/qdrant/go-client/qdrant"
	"github.com/sethvargo/go-retry"
	"github.com/sony/gobreaker/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"touchstone/index"
)

// Pauses between repetitions, and of the circuit breaker.
const (
	firstPause   = 50 * time.Millisecond
	longestPause = 2 * time.Second
	breakAfter   = 5 // failures in a row
)

// A budget is how long a kind of call may take, repetitions included.
type budget func(Config) time.Duration

func reading(c Config) time.Duration { return c.Timeout }
func writing(c Config) time.Duration { return c.WriteTimeout }

// caller makes calls: each with a deadline, repetitions and the circuit breaker.
type caller struct {
	cfg     Config
	breaker *gobreaker.CircuitBreaker[any]
}

func newCaller(cfg Config) *caller {
	return &caller{cfg: cfg, breaker: gobreaker.NewCircuitBreaker[any](gobreaker.Settings{
		Name: cfg.Address(), MaxRequests: 1, Timeout: cfg.breakFor,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= breakAfter },
		// What the server answers with a reason, and calls that their caller gave up, say nothing against the server.
		IsSuccessful: func(err error) bool {
			return err == nil || !errors.Is(err, index.ErrUnavailable) || errors.Is(err, context.Canceled)
		},
	})}
}

// do makes a call of the client. Its error is one of package index's, or the context's if the caller gave up.
func do[T any](ctx context.Context, c *caller, limit budget, call func(context.Context) (T, error)) (T, error) {
	whole, cancel := context.WithTimeout(ctx, limit(c.cfg))
	defer cancel()
	pauses := retry.WithMaxRetries(uint64(max(0, c.cfg.Retries)),
		retry.WithJitterPercent(50, retry.WithCappedDuration(longestPause, retry.NewExponential(firstPause))))
	var result T
	var last error
	err := retry.Do(whole, pauses, func(whole context.Context) error {
		_, last = c.breaker.Execute(func() (any, error) {
			var raw error
			if result, raw = call(whole); raw != nil {
				return nil, c.fault(ctx, raw)
			}
			return nil, nil
		})
		if errors.Is(last, gobreaker.ErrOpenState) || errors.Is(last, gobreaker.ErrTooManyRequests) {
			last = fmt.Errorf("%w: %s failed %d times in a row and is left alone for up to %s", index.ErrUnavailable, c.cfg.Address(), breakAfter, c.cfg.breakFor)
		}
		if passing(last) {
			return retry.RetryableError(last)
		}
		return last
	})
	if err == nil {
		return result, nil
	}
	var none T
	if ctx.Err() != nil && !errors.Is(last, ctx.Err()) {
		return none, errors.Join(fmt.Errorf("%w: the caller's time was up: %w", index.ErrUnavailable, ctx.Err()), last)
	}
	return none, last
}

// passing says whether trying again may help within the call's time. All calls can be repeated without harm.
func passing(err error) bool {
	var limited *client.QdrantResourceExhaustedError
	if errors.As(err, &limited) {
		return limited.RetryAfterS <= int(longestPause/time.Second)
	}
	switch status.Code(cause(err)) {
	case codes.Unavailable, codes.Aborted, codes.Internal, codes.Unknown, codes.ResourceExhausted:
		return errors.Is(err, index.ErrUnavailable)
	}
	return false
}

// cause digs the gRPC status out of what wraps it; what never was one is OK, which nobody repeats.
func cause(err error) error {
	var s interface{ GRPCStatus() *status.Status }
	if errors.As(err, &s) {
		return s.GRPCStatus().Err()
	}
	return nil
}

// fault turns an error of the client into one of package index's with a sentence; ctx is the caller's own.
func (c *caller) fault(ctx context.Context, err error) error {
	kind, advice := index.ErrUnavailable, "see that it runs and can be reached, and try again"
	code := status.Code(cause(err))
	switch text := err.Error(); {
	case strings.Contains(text, "No space left on device") || strings.Contains(text, "OutOfMemory"):
		kind, advice = index.ErrFull, "give the server more room; what is there can still be searched"
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("index: given up: %w", ctx.Err())
	case ctx.Err() != nil || code == codes.DeadlineExceeded || errors.Is(err, context.DeadlineExceeded):
		advice = "it took too long; see its load, or give it more time (timeout=)"
	case code == codes.NotFound:
		kind, advice = index.ErrNotFound, "it was dropped meanwhile"
	case code == codes.InvalidArgument:
		kind, advice = index.ErrInvalid, "nothing was changed"
	case code == codes.Unauthenticated || code == codes.PermissionDenied:
		advice = "the API key was refused; set TOUCHSTONE_QDRANT_API_KEY to one that may read and write"
	case code == codes.DataLoss:
		kind, advice = index.ErrCorrupt, "restore the server from a snapshot"
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%w: Qdrant at %s: %s (%w: %w)", kind, c.cfg.Address(), advice, ctx.Err(), err)
	}
	return fmt.Errorf("%w: Qdrant at %s: %s (%w)", kind, c.cfg.Address(), advice, err)
}
