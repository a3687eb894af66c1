package fetch

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

// maxTries bounds how many addresses of one name are tried.
const maxTries = 4

func blocked() error {
	return refuse(ErrBlocked, "it leads to an address that is not on the public internet; give a public address, or send the picture itself")
}

// allowed asks the configuration about an address. IPv4 in IPv6 clothes is asked about as IPv4.
func (c *Client) allowed(addr netip.Addr) bool {
	return addr.IsValid() && c.cfg.Allow(addr.Unmap())
}

// dial resolves the host of hostport, checks every address and connects to one of those checked. One
// refused address refuses the name: honest names do not mix public and private.
func (c *Client) dial(ctx context.Context, _, hostport string) (net.Conn, error) {
	// The transport lets a dial outlive the request that asked for it; not longer than this.
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	defer context.AfterFunc(c.alive, cancel)()
	host, portText, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, err
	}
	addrs, err := c.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, addr := range addrs {
		if addr.Zone() != "" || !c.allowed(addr) {
			return nil, blocked()
		}
	}
	return c.connect(ctx, addrs[:min(len(addrs), maxTries)], uint16(port))
}

func (c *Client) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}
	addrs, err := c.cfg.Resolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(addrs) == 0 {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &refusal{ErrUnreachable, "its host name cannot be found; check the spelling", err}
	}
	return addrs, nil
}

// connect tries the addresses in turn, giving each its share of the time left.
func (c *Client) connect(ctx context.Context, addrs []netip.Addr, port uint16) (conn net.Conn, err error) {
	dialer := &net.Dialer{Control: c.control}
	for i, addr := range addrs {
		dialer.Deadline = time.Time{}
		if deadline, ok := ctx.Deadline(); ok {
			dialer.Deadline = time.Now().Add(time.Until(deadline) / time.Duration(len(addrs)-i))
		}
		conn, err = dialer.DialContext(ctx, "tcp", netip.AddrPortFrom(addr.Unmap(), port).String())
		if err == nil || ctx.Err() != nil {
			return conn, err
		}
	}
	return nil, err
}

// control checks once more, on the address that the socket is about to connect to: whatever is
// changed above, this stands.
func (c *Client) control(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || !c.allowed(ap.Addr()) {
		return blocked()
	}
	return nil
}
