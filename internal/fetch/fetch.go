// Package fetch downloads listing pictures from addresses that strangers name, without letting them
// reach anything but the public internet (SSRF).
//
// Only http and https on the allowed ports are followed. The client resolves names itself, checks
// every address of a name, and connects to the very address it checked, so that a name which
// changes its answer in between (DNS rebinding) gains nothing. Each redirect is checked like a
// first request. No proxy, cookie or Referer is used. Size and time are bounded while the body is
// read, whatever its headers claim. The content type is ignored: what the bytes are is for the
// photo package to decide.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Kinds of failure. Errors of Get wrap one of them, or the context's error after a cancellation;
// their text is for whoever named the address and never holds a resolved one.
var (
	// ErrURL reports an address that is malformed or of a kind that is not fetched.
	ErrURL = errors.New("fetch: address not accepted")
	// ErrBlocked reports an address, or a redirect, that leads off the public internet.
	ErrBlocked = errors.New("fetch: address blocked")
	// ErrTooLarge reports a body above Config.MaxBytes.
	ErrTooLarge = errors.New("fetch: too large")
	// ErrTimeout reports that the whole answer did not arrive in time.
	ErrTimeout = errors.New("fetch: timed out")
	// ErrStatus reports an answer other than 200, or too many redirects.
	ErrStatus = errors.New("fetch: unusable answer")
	// ErrUnreachable reports that no answer could be had.
	ErrUnreachable = errors.New("fetch: unreachable")
	// ErrClosed reports a Get after Close.
	ErrClosed = errors.New("fetch: client closed")
)

// Resolver looks a host name up; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Config bounds a Client. Zero fields take the defaults named.
type Config struct {
	MaxBytes     int64                 // of a body; 20 MiB
	Timeout      time.Duration         // for a whole Get with its redirects; 15 s
	MaxRedirects int                   // 3; negative for none
	Allow        func(netip.Addr) bool // decides in place of Public which addresses may be reached; nil = Public
	AllowPorts   []uint16              // 80 and 443
	AnyPort      bool                  // AllowPorts is not asked: for tests, and for trying things out on one machine
	UserAgent    string                // "Touchstone"
	Resolver     Resolver              // the system's name servers
}

func (c Config) withDefaults() Config {
	if c.MaxBytes == 0 {
		c.MaxBytes = 20 << 20
	}
	if c.Timeout == 0 {
		c.Timeout = 15 * time.Second
	}
	if c.MaxRedirects == 0 {
		c.MaxRedirects = 3
	}
	if c.Allow == nil {
		c.Allow = Public
	}
	if len(c.AllowPorts) == 0 {
		c.AllowPorts = []uint16{80, 443}
	}
	if c.UserAgent == "" {
		c.UserAgent = "Touchstone"
	}
	if c.Resolver == nil {
		c.Resolver = absolute{&net.Resolver{PreferGo: true}}
	}
	return c
}

// Validate reports every fault of the configuration at once.
func (c Config) Validate() error {
	var faults []error
	if c.MaxBytes < 0 {
		faults = append(faults, fmt.Errorf("fetch: MaxBytes is %d, must not be negative", c.MaxBytes))
	}
	if c.Timeout < 0 {
		faults = append(faults, fmt.Errorf("fetch: Timeout is %v, must not be negative", c.Timeout))
	}
	if slices.Contains(c.AllowPorts, 0) {
		faults = append(faults, errors.New("fetch: AllowPorts holds port 0"))
	}
	if strings.ContainsAny(c.UserAgent, "\r\n") {
		faults = append(faults, errors.New("fetch: UserAgent has a line break"))
	}
	return errors.Join(faults...)
}

// absolute looks names up as they stand, never completed by the machine's search domains.
type absolute struct{ *net.Resolver }

func (a absolute) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	if !strings.HasSuffix(host, ".") {
		host += "."
	}
	return a.Resolver.LookupNetIP(ctx, network, host)
}

// Client downloads pictures. It is safe for concurrent use.
type Client struct {
	cfg       Config
	transport *http.Transport
	alive     context.Context // ends with Close
	end       context.CancelFunc
}

// New makes a client, or reports every fault of the configuration.
func New(cfg Config) (*Client, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	c := &Client{cfg: cfg.withDefaults()}
	c.alive, c.end = context.WithCancel(context.Background())
	c.transport = &http.Transport{
		Proxy:                  nil, // never from the environment: a proxy would connect for us, unchecked
		DialContext:            c.dial,
		DisableCompression:     true,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    c.cfg.Timeout,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return c, nil
}

// Close ends running downloads and closes idle connections. Later Gets fail with ErrClosed. A second Close
// does nothing.
func (c *Client) Close() {
	c.end()
	c.transport.CloseIdleConnections()
}

// Get downloads the body at address. The error wraps ErrURL, ErrBlocked, ErrTooLarge, ErrTimeout,
// ErrStatus, ErrUnreachable or ErrClosed, or is the cancellation of ctx.
func (c *Client) Get(ctx context.Context, address string) ([]byte, error) {
	if c.alive.Err() != nil {
		return nil, ErrClosed
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	defer context.AfterFunc(c.alive, cancel)()
	data, err := c.follow(ctx, address)
	if err != nil {
		return nil, c.explain(ctx, err)
	}
	return data, nil
}

// follow requests address and the redirects it leads to.
func (c *Client) follow(ctx context.Context, address string) ([]byte, error) {
	u, err := c.check(address)
	if err != nil {
		return nil, err
	}
	for hop := 0; ; hop++ {
		resp, err := c.request(ctx, u)
		if err != nil {
			return nil, err
		}
		next, data, err := c.receive(resp, u)
		if err != nil || next == nil {
			return data, err
		}
		if hop >= c.cfg.MaxRedirects {
			return nil, refuse(ErrStatus, "it redirects more than %d times; give the picture's final address", max(c.cfg.MaxRedirects, 0))
		}
		u = next
	}
}

func (c *Client) request(ctx context.Context, u *url.URL) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, refuse(ErrURL, "it is malformed; give an absolute http or https address")
	}
	req.Header.Set("User-Agent", c.cfg.UserAgent)
	req.Header.Set("Accept", "image/*")
	req.Header.Set("Accept-Encoding", "identity")
	// The transport and not http.Client: no cookies, no Referer, and redirects are ours to check.
	return c.transport.RoundTrip(req)
}

// receive reads an answer to a request for u: the next address of a redirect, or the body.
func (c *Client) receive(resp *http.Response, u *url.URL) (next *url.URL, data []byte, err error) {
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		data, err = c.read(resp)
		return nil, data, err
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		next, err = u.Parse(resp.Header.Get("Location"))
		if err != nil || resp.Header.Get("Location") == "" {
			return nil, nil, refuse(ErrStatus, "it redirects to no valid address; give the picture's final address")
		}
		next, err = c.check(next.String())
		return next, nil, err
	}
	return nil, nil, refuse(ErrStatus, "its server answered %d; check that the picture can be seen without signing in", resp.StatusCode)
}

// read takes the body up to the cap, whatever its declared length.
func (c *Client) read(resp *http.Response) ([]byte, error) {
	tooLarge := func() error {
		return refuse(ErrTooLarge, "the picture has more than %d bytes; give a smaller version", c.cfg.MaxBytes)
	}
	if resp.ContentLength > c.cfg.MaxBytes {
		return nil, tooLarge()
	}
	if e := resp.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, refuse(ErrStatus, "its server compressed the picture although asked not to; give an address that serves it plainly")
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, c.cfg.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > c.cfg.MaxBytes {
		return nil, tooLarge()
	}
	return data, nil
}
