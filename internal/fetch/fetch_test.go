package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// names4 is a resolver that knows some names and counts the questions.
type names4 struct {
	known map[string][]string
	asked atomic.Int32
}

func (n *names4) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	n.asked.Add(1)
	var out []netip.Addr
	for _, a := range n.known[host] {
		out = append(out, netip.MustParseAddr(a))
	}
	if out == nil {
		return nil, &net.DNSError{Err: "no such host at 10.9.8.7", Name: host, IsNotFound: true}
	}
	return out, nil
}

// site serves handler on loopback and returns its address and a configuration that reaches it.
func site(t *testing.T, handler http.HandlerFunc) (string, Config) {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	u, _ := url.Parse(s.URL)
	port, _ := strconv.ParseUint(u.Port(), 10, 16)
	return s.URL, Config{AllowPorts: []uint16{uint16(port)}, Allow: netip.Addr.IsLoopback, Timeout: 5 * time.Second}
}

func TestGet(t *testing.T) {
	base, cfg := site(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/headers":
			fmt.Fprint(w, r.Header)
		case "/moved":
			w.Header().Set("Set-Cookie", "a=b")
			http.Redirect(w, r, "/headers", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusMovedPermanently)
		case "/three", "/two", "/one":
			next := map[string]string{"/three": "/two", "/two": "/one", "/one": "/headers"}
			http.Redirect(w, r, next[r.URL.Path], http.StatusTemporaryRedirect)
		case "/private":
			http.Redirect(w, r, "http://10.1.2.3:"+r.Host[strings.LastIndex(r.Host, ":")+1:]+"/", http.StatusFound)
		case "/metadata":
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
		case "/file":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusSeeOther)
		case "/nowhere":
			w.WriteHeader(http.StatusFound)
		case "/endless":
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		case "/declared":
			w.Header().Set("Content-Length", "100000000")
			w.Write(make([]byte, 10))
		case "/cut":
			w.Header().Set("Content-Length", "1000")
			w.Write(make([]byte, 10))
		case "/exact":
			w.Write(make([]byte, 10000))
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			z.Write(make([]byte, 1<<20))
			z.Close()
		case "/empty":
			w.WriteHeader(http.StatusNoContent)
		default:
			http.NotFound(w, r)
		}
	})
	cfg.AllowPorts = append(cfg.AllowPorts, 80)
	cfg.MaxBytes = 10000
	cfg.UserAgent = "Probe/1"
	c := client(t, cfg)
	plain := fmt.Sprint(http.Header{"Accept": {"image/*"}, "Accept-Encoding": {"identity"}, "User-Agent": {"Probe/1"}})
	tests := []struct {
		path string
		body string
		want error
	}{
		{"/headers", plain, nil},
		{"/moved", plain, nil}, // no Referer and no cookie at the second hop
		{"/three", plain, nil},
		{"/exact", string(make([]byte, 10000)), nil},
		{"/loop", "", ErrStatus},
		{"/nowhere", "", ErrStatus},
		{"/missing", "", ErrStatus},
		{"/empty", "", ErrStatus},
		{"/gzip", "", ErrStatus},
		{"/private", "", ErrBlocked},
		{"/metadata", "", ErrBlocked},
		{"/file", "", ErrURL},
		{"/endless", "", ErrTooLarge},
		{"/declared", "", ErrTooLarge},
		{"/cut", "", ErrUnreachable},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			got, err := c.Get(t.Context(), base+tt.path)
			if !errors.Is(err, tt.want) {
				t.Fatalf("error %v, want %v", err, tt.want)
			}
			if diff := cmp.Diff(tt.body, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMaxRedirects(t *testing.T) {
	base, cfg := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a" {
			http.Redirect(w, r, "/b", http.StatusFound)
		}
	})
	cfg.MaxRedirects = -1
	if _, err := client(t, cfg).Get(t.Context(), base+"/a"); !errors.Is(err, ErrStatus) {
		t.Errorf("none allowed: %v", err)
	}
	cfg.MaxRedirects = 1
	if _, err := client(t, cfg).Get(t.Context(), base+"/a"); err != nil {
		t.Errorf("one allowed: %v", err)
	}
}

// TestNames: a name is refused if any of its addresses is, and nothing of the address shows.
func TestNames(t *testing.T) {
	hit := atomic.Bool{}
	base, loop := site(t, func(http.ResponseWriter, *http.Request) { hit.Store(true) })
	port := base[strings.LastIndex(base, ":"):]
	dns := &names4{known: map[string][]string{
		"localhost": {"127.0.0.1"}, "private.example": {"10.0.0.5"}, "mixed.example": {"93.184.216.34", "10.0.0.5"},
		"mapped.example": {"::ffff:10.0.0.5"}, "nat64.example": {"64:ff9b::a00:5"}, "ula.example": {"fd00::5"},
		"zone.example": {"fe80::5%eth0"}, "here.example": {"127.0.0.1"}, "mapped-here.example": {"::ffff:127.0.0.1"},
	}}
	tests := []struct {
		host  string
		allow func(netip.Addr) bool
		want  error
	}{
		{"localhost", nil, ErrBlocked},
		{"private.example", nil, ErrBlocked},
		{"mixed.example", nil, ErrBlocked},
		{"mapped.example", nil, ErrBlocked},
		{"nat64.example", nil, ErrBlocked},
		{"ula.example", nil, ErrBlocked},
		{"zone.example", func(netip.Addr) bool { return true }, ErrBlocked},
		{"unknown.example", nil, ErrUnreachable},
		{"here.example", netip.Addr.IsLoopback, nil},
		{"mapped-here.example", netip.Addr.IsLoopback, nil},
	}
	for _, tt := range tests {
		t.Run(tt.host, func(t *testing.T) {
			hit.Store(false)
			c := client(t, Config{Allow: tt.allow, AllowPorts: loop.AllowPorts, Resolver: dns})
			_, err := c.Get(t.Context(), "http://"+tt.host+port+"/")
			if !errors.Is(err, tt.want) {
				t.Fatalf("error %v, want %v", err, tt.want)
			}
			if hit.Load() != (tt.want == nil) {
				t.Errorf("server reached: %v", hit.Load())
			}
			if err != nil && strings.ContainsAny(err.Error(), "0123456789") {
				t.Errorf("%q shows an address", err)
			}
		})
	}
}

// TestRebinding: the name's second answer is private. One question a connection is asked, and the
// address that was checked is the one that is dialled.
func TestRebinding(t *testing.T) {
	base, cfg := site(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Host) })
	dns := &names4{known: map[string][]string{"flip.example": {"127.0.0.1"}}}
	cfg.Resolver = dns
	c := client(t, cfg)
	address := "http://flip.example" + base[strings.LastIndex(base, ":"):]
	if _, err := c.Get(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	if n := dns.asked.Load(); n != 1 {
		t.Errorf("%d questions for one connection", n)
	}
	dns.known["flip.example"] = []string{"10.0.0.1"}
	c.transport.CloseIdleConnections()
	if _, err := c.Get(t.Context(), address); !errors.Is(err, ErrBlocked) {
		t.Errorf("after the answer changed: %v", err)
	}
}

// TestControl: the last check stands by itself.
func TestControl(t *testing.T) {
	c := client(t, Config{})
	for address, want := range map[string]error{
		"8.8.8.8:80": nil, "10.0.0.1:80": ErrBlocked, "[::1]:80": ErrBlocked, "[::ffff:127.0.0.1]:80": ErrBlocked, "name:80": ErrBlocked,
	} {
		if err := c.control("tcp", address, nil); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", address, err, want)
		}
	}
}

func TestTime(t *testing.T) {
	base, cfg := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/silent" {
			<-r.Context().Done()
			return
		}
		for { // a byte now and then, so that no single read is slow
			if _, err := w.Write([]byte("x")); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	cfg.Timeout = 50 * time.Millisecond
	c := client(t, cfg)
	for _, path := range []string{"/silent", "/drip"} {
		if _, err := c.Get(t.Context(), base+path); !errors.Is(err, ErrTimeout) {
			t.Errorf("%s: %v, want ErrTimeout", path, err)
		}
	}
	cfg.Timeout = time.Hour
	slow := client(t, cfg)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := slow.Get(ctx, base+"/drip"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	time.AfterFunc(10*time.Millisecond, slow.Close)
	if _, err := slow.Get(t.Context(), base+"/drip"); !errors.Is(err, ErrClosed) {
		t.Errorf("closed while running: %v", err)
	}
	if _, err := slow.Get(t.Context(), base+"/drip"); !errors.Is(err, ErrClosed) {
		t.Errorf("closed before: %v", err)
	}
}

// TestTLS: names are verified against the host, although an address is dialled.
func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "picture") }))
	s.Config.ErrorLog = nil
	s.StartTLS()
	defer s.Close()
	u, _ := url.Parse(s.URL)
	port, _ := strconv.ParseUint(u.Port(), 10, 16)
	dns := &names4{known: map[string][]string{"example.com": {"127.0.0.1"}, "other.example": {"127.0.0.1"}}}
	c := client(t, Config{AllowPorts: []uint16{uint16(port)}, Allow: netip.Addr.IsLoopback, Resolver: dns})
	c.transport.TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig
	if got, err := c.Get(t.Context(), "https://example.com:"+u.Port()); err != nil || !bytes.Equal(got, []byte("picture")) {
		t.Errorf("certificate's own name: %q, %v", got, err)
	}
	if _, err := c.Get(t.Context(), "https://other.example:"+u.Port()); !errors.Is(err, ErrUnreachable) {
		t.Errorf("another name: %v", err)
	}
}

func TestProxyIgnored(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:9")
	base, cfg := site(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "direct") })
	dns := &names4{known: map[string][]string{"shop.example": {"127.0.0.1"}}}
	cfg.Resolver = dns
	got, err := client(t, cfg).Get(t.Context(), "http://shop.example"+base[strings.LastIndex(base, ":"):])
	if err != nil || string(got) != "direct" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestUnreachableHidesAddress(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	dns := &names4{known: map[string][]string{"shop.example": {"127.0.0.1"}}}
	c := client(t, Config{AllowPorts: []uint16{uint16(port)}, Allow: netip.Addr.IsLoopback, Resolver: dns})
	_, err = c.Get(t.Context(), fmt.Sprintf("http://shop.example:%d/", port))
	if !errors.Is(err, ErrUnreachable) || strings.Contains(err.Error(), "127.") {
		t.Errorf("got %v", err)
	}
}

func TestConfigFaults(t *testing.T) {
	_, err := New(Config{MaxBytes: -1, Timeout: -1, AllowPorts: []uint16{0}, UserAgent: "a\r\nb"})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, field := range []string{"MaxBytes", "Timeout", "AllowPorts", "UserAgent"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%q does not name %s", err, field)
		}
	}
}
