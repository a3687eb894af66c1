package fetch

import "net/netip"

// Networks that are not the public internet, from IANA's special-purpose registries (RFC 6890 and
// its successors). IPv6 is allowed by what is assigned (2000::/3), so only exceptions inside are
// listed.
var (
	reserved4 = prefixes(
		"0.0.0.0/8",        // this network
		"10.0.0.0/8",       // private
		"100.64.0.0/10",    // carrier-grade NAT
		"127.0.0.0/8",      // loopback
		"168.63.129.16/32", // Azure's platform service, public by number only
		"169.254.0.0/16",   // link-local, with the metadata services of clouds
		"172.16.0.0/12",    // private
		"192.0.0.0/24",     // IETF protocol assignments
		"192.0.2.0/24",     // documentation
		"192.31.196.0/24",  // AS112
		"192.52.193.0/24",  // AMT
		"192.88.99.0/24",   // 6to4 relays
		"192.168.0.0/16",   // private
		"192.175.48.0/24",  // AS112
		"198.18.0.0/15",    // benchmarks
		"198.51.100.0/24",  // documentation
		"203.0.113.0/24",   // documentation
		"224.0.0.0/4",      // multicast
		"240.0.0.0/4",      // reserved, broadcast
	)
	global6   = netip.MustParsePrefix("2000::/3")
	reserved6 = prefixes(
		"2001::/23",         // IETF protocol assignments: Teredo, benchmarks, ORCHID
		"2001:db8::/32",     // documentation
		"2002::/16",         // 6to4, which carries an IPv4 address
		"2620:4f:8000::/48", // AS112
		"3ffe::/16",         // the former 6bone
		"3fff::/20",         // documentation
	)
	// nat64 carries an IPv4 address in its last 4 bytes (RFC 6052). Networks without IPv4 reach
	// the public one through it, so the address inside decides.
	nat64 = netip.MustParsePrefix("64:ff9b::/96")
)

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		out[i] = netip.MustParsePrefix(t)
	}
	return out
}

// Public reports whether addr is a unicast address of the public internet. Forms of IPv6 that carry
// an IPv4 address (mapped, NAT64, ISATAP) are public only if that is; compatible, 6to4 and
// Teredo addresses never are.
func Public(addr netip.Addr) bool {
	addr = addr.Unmap()
	switch {
	case !addr.IsValid() || addr.Zone() != "":
		return false
	case addr.Is4():
		return !within(reserved4, addr)
	case nat64.Contains(addr):
		return Public(last4(addr))
	case !global6.Contains(addr) || within(reserved6, addr):
		return false
	}
	return !isatap(addr) || Public(last4(addr))
}

func within(nets []netip.Prefix, addr netip.Addr) bool {
	for _, n := range nets {
		if n.Contains(addr) {
			return true
		}
	}
	return false
}

// isatap reports an interface identifier of 0000:5efe or 0200:5efe (RFC 5214).
func isatap(addr netip.Addr) bool {
	b := addr.As16()
	return b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe
}

func last4(addr netip.Addr) netip.Addr {
	b := addr.As16()
	return netip.AddrFrom4([4]byte(b[12:]))
}
