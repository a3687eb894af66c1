package qdrant

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"touchstone/index"
)

func TestParseURL(t *testing.T) {
	for _, test := range []struct {
		address string
		want    Config
	}{
		{"qdrant://db.example", Config{Host: "db.example"}},
		{"qdrant://[::1]:7000/", Config{Host: "::1", Port: 7000}},
		{"qdrant://db:6334?tls=true&ca=/etc/ca.pem&prefix=shop-1.&connections=8&timeout=800ms&write_timeout=2m&retries=-1&consistency=quorum",
			Config{Host: "db", Port: 6334, TLS: true, CAFile: "/etc/ca.pem", Prefix: "shop-1.", Connections: 8, Timeout: 800 * time.Millisecond,
				WriteTimeout: 2 * time.Minute, Retries: -1, Consistency: "quorum"}},
		{"qdrant://db?shards=6&replicas=3&on_disk=true&unquantised=true&links=16&build_ef=100&search_ef=64&oversampling=2",
			Config{Host: "db", Shards: 6, Replicas: 3, OnDisk: true, Unquantised: true, Links: 16, BuildEf: 100, SearchEf: 64, Oversampling: 2}},
	} {
		got, err := ParseURL(test.address)
		if err != nil || got != test.want {
			t.Errorf("%s: %v, %+v\nwant %+v", test.address, err, got, test.want)
		}
	}
}

// TestParseURLRefuses: faults are named, all at once, and nothing that may be a secret is repeated.
func TestParseURLRefuses(t *testing.T) {
	for _, test := range []struct {
		address string
		says    []string
	}{
		{"http://db", []string{"qdrant://host:port"}},
		{"qdrant://", []string{"qdrant://host:port"}},
		{"qdrant://db/collection", []string{"qdrant://host:port"}},
		{"qdrant://s3cret@db", []string{"TOUCHSTONE_QDRANT_API_KEY"}},
		{"qdrant://db?api_key=s3cret", []string{"TOUCHSTONE_QDRANT_API_KEY"}},
		{"qdrant://db?colour=s3cret&shards=s3cret&tls=s3cret", []string{`"colour"`, "shards that is no int", "tls that is no bool"}},
		{"qdrant://db?shards=1&shards=2", []string{"more than once"}},
		{"qdrant://db:0999999", []string{"port"}},
		{"qdrant://db:s3cret", []string{"cannot be read"}},
		{"qdrant://db?ca=x&links=1&prefix=A/", []string{"tls=true", "links is 1", `"A/"`}},
		{"qdrant://db?consistency=most&timeout=-1s", []string{"majority", "negative"}},
	} {
		_, err := ParseURL(test.address)
		if !errors.Is(err, index.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", test.address, err)
			continue
		}
		for _, word := range test.says {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %q does not say %q", test.address, err, word)
			}
		}
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %q repeats what may be a secret", test.address, err)
		}
	}
}

// FuzzParseURL: an address is refused with ErrInvalid or gives a configuration that is valid.
func FuzzParseURL(f *testing.F) {
	f.Add("qdrant://db:6334?tls=true&shards=2")
	f.Add("qdrant://a@b?c=%zz")
	f.Fuzz(func(t *testing.T, address string) {
		c, err := ParseURL(address)
		if err != nil && !errors.Is(err, index.ErrInvalid) {
			t.Errorf("%q: %v", address, err)
		}
		if err == nil && (c.Validate() != nil || c.APIKey != "") {
			t.Errorf("%q gives %+v", address, c)
		}
	})
}

// TestClientVersion: the version that the server is measured by is the client's in go.mod.
func TestClientVersion(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if want := "github.com/qdrant/go-client v" + clientVersion + "\n"; !strings.Contains(string(mod), want) {
		t.Errorf("go.mod does not have %q", want)
	}
}
