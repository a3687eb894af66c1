package fetch

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func client(t testing.TB, cfg Config) *Client {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestCheckAccepts(t *testing.T) {
	c := client(t, Config{})
	for in, want := range map[string]string{
		"https://img.example.com/a.jpg?x=1#top":      "https://img.example.com/a.jpg?x=1",
		"  http://example.com ":                      "http://example.com",
		"HTTP://EXAMPLE.com:80/A":                    "http://example.com:80/A",
		"https://example.com:0443/":                  "https://example.com:443/",
		"https://example.com./a":                     "https://example.com/a",
		"https://bücher.example/é.png":               "https://xn--bcher-kva.example/%C3%A9.png",
		"https://my_shop.example.com/":               "https://my_shop.example.com/",
		"https://r3---sn.example.com/":               "https://r3---sn.example.com/",
		"http://8.8.8.8/":                            "http://8.8.8.8/",
		"http://[2606:4700::1111]/":                  "http://[2606:4700::1111]/",
		"https://[2606:4700::1111]:443/":             "https://[2606:4700::1111]:443/",
		"http://127.0.0.1.example.com/":              "http://127.0.0.1.example.com/",
		"http://3com.example/":                       "http://3com.example/",
		"https://example.com/" + "a?b=%2e%2e/etc&c=": "https://example.com/a?b=%2e%2e/etc&c=",
	} {
		u, err := c.check(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
		} else if u.String() != want {
			t.Errorf("%q became %q, want %q", in, u, want)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	c := client(t, Config{})
	tests := map[error][]string{
		ErrURL: {
			"", "/a.jpg", "example.com/a.jpg", "ftp://example.com/a", "file:///etc/passwd", "gopher://example.com/",
			"data:image/png;base64,AAAA", "javascript:alert(1)", "http:example.com", "http://", "http:///a", "//example.com/",
			"http://user@example.com/", "http://user:secret@example.com/", "http://:@example.com/",
			"http://example.com:22/", "http://example.com:8080/", "http://example.com:0/", "http://example.com:99999/",
			"http://example.com:http/", "http://exa mple.com/", "http://exa%00mple.com/", "http://a\x7f.com/", "http://[::1/",
			"http://2130706433/", "http://017700000001/", "http://0177.0.0.1/", "http://0x7f000001/", "http://0x7f.0.0.1/",
			"http://127.1/", "http://127.0.1/", "http://0/", "http://0x/", "http://1.2.3.4.5/", "http://256.256.256.256/",
			"http://127.0.0.01/", "http://example.0x7f/", "http://..", "http://%31%32%37.0.0.1/",
			"http://example.com/" + strings.Repeat("a", maxAddress),
		},
		ErrBlocked: {
			"http://127.0.0.1/", "http://127.0.0.1:80/", "http://127.0.0.1./", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/",
			"http://192.168.0.1/", "http://0.0.0.0/", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/",
			"http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[fe80::1%25eth0]/", "http://[fd00::1]/",
			"http://[64:ff9b::127.0.0.1]/", "http://[2002:7f00:1::]/", "http://１２７.０.０.１/", "http://①②⑦.0.0.1/",
			"http://127。0。0。1/",
		},
	}
	for want, list := range tests {
		for _, in := range list {
			if u, err := c.check(in); !errors.Is(err, want) {
				t.Errorf("%q: %v, %v; want %v", in, u, err, want)
			}
		}
	}
}

// FuzzCheck: an address that passes has an allowed scheme and port, no user, and a host that is a
// public literal or a name no resolver reads as a number; and it passes again unchanged.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{
		"https://img.example.com/a.jpg?x=1#top", "http://[::ffff:127.0.0.1]:80/", "http://0x7f.1/", "http://１２７.0.0.1",
		"http://user@[fe80::1%25a]:443/", "https://bücher.example", "http://a:80@b:443/", "http://2130706433", "http:\\\\127.0.0.1",
	} {
		f.Add(s)
	}
	c := client(f, Config{})
	f.Fuzz(func(t *testing.T, in string) {
		u, err := c.check(in)
		if err != nil {
			if !errors.Is(err, ErrURL) && !errors.Is(err, ErrBlocked) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		if u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Port() != "" && u.Port() != "80" && u.Port() != "443" {
			t.Errorf("%q passed as %q", in, u)
		}
		host := u.Hostname()
		if addr, err := netip.ParseAddr(host); err == nil {
			if !Public(addr) {
				t.Errorf("%q passed with address %v", in, addr)
			}
		} else if strings.Trim(host, hostLetters) != "" || numeric(host[strings.LastIndexByte(host, '.')+1:]) {
			t.Errorf("%q passed with host %q", in, host)
		}
		if again, err := c.check(u.String()); len(u.String()) <= maxAddress && (err != nil || again.String() != u.String()) {
			t.Errorf("%q became %q, then %v, %v", in, u, again, err)
		}
	})
}
