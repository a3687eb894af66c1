package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// refusal is an error whose text is safe to show to strangers. The cause, which may name internal
// addresses, can be matched with errors.Is and errors.As but is not part of the text.
type refusal struct {
	kind     error
	sentence string
	cause    error
}

func (r *refusal) Error() string { return r.kind.Error() + ": " + r.sentence }

func (r *refusal) Unwrap() []error {
	if r.cause == nil {
		return []error{r.kind}
	}
	return []error{r.kind, r.cause}
}

func refuse(kind error, format string, args ...any) error {
	return &refusal{kind: kind, sentence: fmt.Sprintf(format, args...)}
}

// explain turns whatever the transport reports into one of the package's errors.
func (c *Client) explain(ctx context.Context, err error) error {
	var known *refusal
	if errors.As(err, &known) {
		return known
	}
	if c.alive.Err() != nil {
		return ErrClosed
	}
	var timeout net.Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("fetch: %w", context.Canceled)
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return &refusal{ErrTimeout, "the whole picture did not arrive in time; try again, or send the picture itself", err}
	}
	return &refusal{ErrUnreachable, "its server gave no complete answer; check the address, or send the picture itself", err}
}
