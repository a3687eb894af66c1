package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
)

// mostAnswer is how much of an answer to a Post is read, so that the connection can be used again.
const mostAnswer = 64 << 10

// Check refuses an address that could never be fetched from or posted to: malformed, of another kind, on another port, or a literal one
// that is not public. A name is checked when it is dialled. The error wraps ErrURL or ErrBlocked.
func (c *Client) Check(address string) error {
	_, err := c.check(address)
	return err
}

// Post sends a body to an address, under the same guards as Get, and returns the status of the answer; redirects are answers here and are
// not followed, for a body must not be sent where nobody said. The error wraps ErrURL, ErrBlocked, ErrTimeout, ErrUnreachable or
// ErrClosed, or is the cancellation of ctx.
func (c *Client) Post(ctx context.Context, address string, header http.Header, body []byte) (status int, err error) {
	if c.alive.Err() != nil {
		return 0, ErrClosed
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	defer context.AfterFunc(c.alive, cancel)()
	u, err := c.check(address)
	if err != nil {
		return 0, posting(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return 0, refuse(ErrURL, "it is malformed; give an absolute http or https address")
	}
	req.Header = header.Clone()
	req.Header.Set("User-Agent", c.cfg.UserAgent)
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return 0, posting(c.explain(ctx, err))
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, mostAnswer) // the status is the answer
	return resp.StatusCode, nil
}

// posting says of a failure what concerns who is posted to: the sentences of Get speak of pictures.
func posting(err error) error {
	for kind, sentence := range map[error]string{
		ErrBlocked: "it leads to an address that is not on the public internet", ErrTimeout: "it did not answer in time", ErrUnreachable: "no answer could be had from it",
	} {
		if errors.Is(err, kind) {
			return &refusal{kind, sentence, err}
		}
	}
	return err
}
