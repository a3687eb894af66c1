package httpapi_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"touchstone/internal/fetch"
	"touchstone/internal/httpapi"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/server"
)

// names is a resolver that knows some names.
type names map[string]string

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if a, ok := n[host]; ok {
		return []netip.Addr{netip.MustParseAddr(a)}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// downloads sends the test's own site to a client that may reach it, and everything else to one as the service has it.
type downloads struct {
	site      string
	own, real *fetch.Client
}

func (d downloads) Get(ctx context.Context, address string) ([]byte, error) {
	if strings.HasPrefix(address, d.site) {
		return d.own.Get(ctx, address)
	}
	return d.real.Get(ctx, address)
}

// newDownloads serves pictures on 127.0.0.1, which the site's client alone may reach, and nothing else that is not public.
func newDownloads(t *testing.T) downloads {
	t.Helper()
	drawing := intaketest.Drawing(t, 1)
	redirects := map[string]string{
		"/to-metadata": "http://169.254.169.254/latest/meta-data/", "/to-private": "http://10.1.2.3/a.jpg", "/to-loopback6": "http://[::1]/a.jpg",
		"/to-name": "http://inside.example/a.jpg", "/to-file": "file:///etc/passwd", "/to-picture": "/picture.jpg",
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case redirects[r.URL.Path] != "":
			http.Redirect(w, r, redirects[r.URL.Path], http.StatusFound)
		case r.URL.Path == "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case r.URL.Path == "/picture.jpg":
			_, _ = w.Write(drawing)
		case r.URL.Path == "/page.html":
			_, _ = w.Write([]byte("<!doctype html><title>Sign in</title>"))
		case r.URL.Path == "/endless":
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		case r.URL.Path == "/slow":
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(site.Close)
	u, _ := url.Parse(site.URL)
	port, _ := strconv.ParseUint(u.Port(), 10, 16)
	known := names{"inside.example": "192.168.7.7", "mapped.example": "::ffff:127.0.0.1", "local.example": "127.0.0.1", "link.example": "fe80::1"}
	client := func(cfg fetch.Config) *fetch.Client {
		c, err := fetch.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	return downloads{site.URL, client(fetch.Config{
		Allow: func(a netip.Addr) bool { return a == netip.MustParseAddr("127.0.0.1") }, AllowPorts: []uint16{80, 443, uint16(port)},
		MaxBytes: 64 << 10, Timeout: 500 * time.Millisecond, Resolver: known,
	}), client(fetch.Config{Resolver: known})}
}

func byURL(address string) string {
	b, _ := json.Marshal(address) // a string: cannot fail
	return `{"title":"bag","pictures":[{"url":` + string(b) + `}]}`
}

// TestAddressesThatAreRefused: an address that leads off the public internet is a fault of the request.
func TestAddressesThatAreRefused(t *testing.T) {
	get := newDownloads(t)
	w := newWorld(t, get, nil)
	rows := []row{}
	for _, address := range []string{
		"http://127.0.0.1/a.jpg", "http://localhost.localdomain.127.0.0.1/", "http://10.0.0.1/a.jpg", "http://172.16.5.5/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/",
		"http://[::1]/", "http://[fe80::1]/", "http://[fd00::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
		"http://0.0.0.0/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/",
		"http://inside.example/a.jpg", "http://mapped.example/a.jpg", "http://local.example/a.jpg", "http://link.example/a.jpg",
		get.site + "/to-metadata", get.site + "/to-private", get.site + "/to-loopback6", get.site + "/to-name", get.site + "/to-file",
		"file:///etc/passwd", "ftp://pictures.example/a.jpg", "gopher://127.0.0.1/", "http://user:secret@pictures.example/a.jpg", "http://pictures.example:22/a.jpg", "//pictures.example/a.jpg", "a.jpg", "http://", "http://pictures.example/\x00",
	} {
		rows = append(rows, row{address, scoreBody(byURL(address)), 422, "body.pictures[0]", ""})
	}
	rows = append(rows, row{"data and URL", scoreBody(`{"pictures":[{"data":"aGVsbG8=","url":"http://pictures.example/a.jpg"}]}`), 422, "body.pictures[0]", "one of them"})
	w.try(t, server.RolePipeline, rows)
}

// TestAddressesThatFail: what cannot be had from a public address does not fail the request; the report says what was not checked.
func TestAddressesThatFail(t *testing.T) {
	get := newDownloads(t)
	w := newWorld(t, get, nil)
	for address, says := range map[string]string{
		"http://unknown.example/a.jpg": "cannot be found", get.site + "/endless": "more than 65536 bytes", get.site + "/slow": "in time",
		get.site + "/loop": "redirects more than", get.site + "/missing": "answered 404", get.site + "/page.html": "web page",
	} {
		var s httpapi.Scored
		r := w.do(t, call{method: "POST", path: "/v1/score", token: w.tokens[server.RolePipeline], body: strings.NewReader(byURL(address))})
		decodeInto(t, r.body, &s)
		if r.status != http.StatusOK || len(s.Report.Unchecked) != 2 || s.Report.Unchecked[0].Place != "pictures[0]" || !strings.Contains(s.Report.Unchecked[0].Reason, says) {
			t.Errorf("%s: status %d, unchecked %+v; want 200 and %q", address, r.status, s.Report.Unchecked, says)
		}
	}
	for _, path := range []string{"/picture.jpg", "/to-picture"} {
		r := w.do(t, call{method: "POST", path: "/v1/score", token: w.tokens[server.RolePipeline], body: strings.NewReader(byURL(get.site + path))})
		if r.status != http.StatusOK || !strings.Contains(string(r.body), `"width":120`) {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	w.healthy(t)
}
