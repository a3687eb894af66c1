package fetch

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

const (
	maxAddress  = 4096 // bytes
	hostLetters = "abcdefghijklmnopqrstuvwxyz0123456789-._"
)

// names maps host names as browsers do. Underscores and double hyphens, against the letter of the
// standards, are in use by picture hosts.
var names = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(false), idna.CheckHyphens(false))

// check parses an address and refuses what is not plain http or https on an allowed port. The
// host of the result is in ASCII. Literal IP addresses are checked here already; names when they
// are dialled.
func (c *Client) check(address string) (*url.URL, error) {
	if len(address) > maxAddress {
		return nil, refuse(ErrURL, "it is longer than %d bytes; give a shorter one", maxAddress)
	}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Opaque != "" || !utf8.ValidString(address) {
		return nil, refuse(ErrURL, "it is malformed; give an absolute http or https address")
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, refuse(ErrURL, "only http and https are fetched; give such an address, or send the picture itself")
	}
	if u.User != nil {
		return nil, refuse(ErrURL, "it holds a user name or password; give an address that needs none")
	}
	port, err := c.port(u)
	if err != nil {
		return nil, err
	}
	host, err := c.host(u.Hostname())
	if err != nil {
		return nil, err
	}
	u.Host = host
	if strings.Contains(host, ":") {
		u.Host = "[" + host + "]"
	}
	if port != "" {
		u.Host += ":" + port
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// port returns the explicit port in plain decimal, "" for the scheme's own.
func (c *Client) port(u *url.URL) (string, error) {
	number, explicit := uint64(80), u.Port()
	if u.Scheme == "https" {
		number = 443
	}
	if explicit != "" {
		var err error
		if number, err = strconv.ParseUint(explicit, 10, 16); err != nil {
			return "", refuse(ErrURL, "its port is no number; leave the port out")
		}
		explicit = strconv.FormatUint(number, 10)
	}
	if !c.cfg.AnyPort && !slices.Contains(c.cfg.AllowPorts, uint16(number)) {
		return "", refuse(ErrURL, "port %d is not fetched from; give an address on the usual port", number)
	}
	return explicit, nil
}

// host brings a host to ASCII. IPv4 addresses in any spelling but four decimal numbers (2130706433,
// 0177.0.0.1, 0x7f.1, 127.1) are refused: resolvers disagree on them.
func (c *Client) host(host string) (string, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return host, c.literal(addr)
	}
	ascii, err := names.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil || len(ascii) > 253 || strings.Trim(ascii, hostLetters) != "" || strings.Contains("."+ascii+".", "..") {
		return "", refuse(ErrURL, "its host name is not valid; check the spelling")
	}
	// Full-width digits and the like become ASCII only now.
	if addr, err := netip.ParseAddr(ascii); err == nil {
		return ascii, c.literal(addr)
	}
	if last := ascii[strings.LastIndexByte(ascii, '.')+1:]; numeric(last) {
		return "", refuse(ErrURL, "its host looks like a number; write IPv4 addresses as four decimal numbers")
	}
	return ascii, nil
}

func (c *Client) literal(addr netip.Addr) error {
	if addr.Zone() != "" || !c.allowed(addr) {
		return blocked()
	}
	return nil
}

// numeric reports whether a label would be read as a number by some resolver: decimal, octal or
// hexadecimal with 0x.
func numeric(label string) bool {
	digits, hex := label, false
	if len(label) >= 2 && label[0] == '0' && (label[1] == 'x' || label[1] == 'X') {
		digits, hex = label[2:], true
	}
	if digits == "" {
		return hex
	}
	return strings.IndexFunc(digits, func(r rune) bool {
		letter := r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F'
		return (r < '0' || r > '9') && !(hex && letter)
	}) < 0
}
