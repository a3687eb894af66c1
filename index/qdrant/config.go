package qdrant

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"touchstone/index"
)

// Config says where the server is and how collections are made. The zero value of each field is its default. What is marked "made"
// goes into collections when they are made, and changing it later has no effect on those that are there.
type Config struct {
	Host        string // default 127.0.0.1
	Port        int    // of gRPC; default 6334
	TLS         bool
	CAFile      string // PEM file of the certificates to trust; default the system's
	APIKey      string // never part of an address or a log line
	Prefix      string // of our names in the server, so that several services share one; default "touchstone."
	Connections int    // default 3

	Timeout      time.Duration // of a search or a reading, with all its repetitions; default 5 s
	WriteTimeout time.Duration // of a write or a change of names, with all its repetitions; default 60 s
	Retries      int           // repetitions of a call that failed in a way that may pass; default 3, -1 none

	// Consistency of reads where there are replicas: "" asks one replica, or majority, quorum, all.
	Consistency string
	Shards      int // made: shards of a collection; default the server's (1, or one a node)
	Replicas    int // made: copies of each shard; default the server's (1). With more than one, a majority has to acknowledge a write

	OnDisk       bool // made: full vectors are read from disk (mapped), the quantised ones stay in memory
	Unquantised  bool // made: search the full vectors instead of one byte a number with a rescore
	Links        int  // made: of a point in the graph (HNSW's m); default 32
	BuildEf      int  // made: candidates when a point is put into the graph; default 256
	SearchEf     int  // candidates of a search; default 512
	Oversampling int  // how many times the limit is rescored with full vectors; default 3

	breakFor time.Duration // how long the circuit breaker stays open; default 2 s
}

// Defaults, see docs/adr/.
func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *int
		value int
	}{{&c.Port, 6334}, {&c.Connections, 3}, {&c.Retries, 3}, {&c.Links, 32}, {&c.BuildEf, 256}, {&c.SearchEf, 512}, {&c.Oversampling, 3}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if c.Host == "" {
		c.Host = "127.0.0.1"
	}
	if c.Prefix == "" {
		c.Prefix = "touchstone."
	}
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Second
	}
	if c.WriteTimeout == 0 {
		c.WriteTimeout = time.Minute
	}
	if c.breakFor == 0 {
		c.breakFor = 2 * time.Second
	}
	return c
}

// Address is host and port, without any secret.
func (c Config) Address() string { return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) }

// Validate reports every fault at once, as index.ErrInvalid.
func (c Config) Validate() error {
	c = c.withDefaults()
	var errs []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf("%w: "+format, append([]any{index.ErrInvalid}, args...)...))
		}
	}
	fault(c.Port < 1 || c.Port > 65535, "the port is %d; use 1 to 65535 (gRPC is 6334 unless Qdrant was told otherwise)", c.Port)
	fault(c.CAFile != "" && !c.TLS, "certificates to trust are set and TLS is off; set tls=true")
	fault(len(c.Prefix) > 64 || strings.Trim(c.Prefix, "abcdefghijklmnopqrstuvwxyz0123456789._-") != "",
		"the prefix %q is longer than 64 or has a character outside a-z 0-9 . _ -", c.Prefix)
	fault(c.Timeout < 0 || c.WriteTimeout < 0, "a timeout is negative")
	fault(!slices.Contains([]string{"", "majority", "quorum", "all"}, c.Consistency),
		"the consistency is %q; use majority, quorum or all, or leave it out", c.Consistency)
	for _, n := range []struct {
		name       string
		value      int
		least, top int
	}{{"connections", c.Connections, 1, 256}, {"retries", c.Retries, -1, 20}, {"shards", c.Shards, 0, 10_000}, {"replicas", c.Replicas, 0, 100},
		{"links", c.Links, 4, 512}, {"build_ef", c.BuildEf, 4, 10_000}, {"search_ef", c.SearchEf, 1, 100_000}, {"oversampling", c.Oversampling, 1, 100}} {
		fault(n.value < n.least || n.value > n.top, "%s is %d; use %d to %d", n.name, n.value, n.least, n.top)
	}
	return errors.Join(errs...)
}

// ParseURL reads a configuration from an address of the form
//
//	qdrant://host:port?tls=true&ca=FILE&prefix=P&shards=N&replicas=N&consistency=majority&timeout=5s&on_disk=true&...
//
// with the names of Config's fields in snake case. The API key is not part of it: an address ends up in logs and process lists.
func ParseURL(address string) (Config, error) {
	u, err := url.Parse(address)
	if err != nil {
		// The error of url.Parse repeats the address, in which somebody may have put a key.
		return Config{}, fmt.Errorf("%w: the index address cannot be read; write it as qdrant://host:port?tls=true", index.ErrInvalid)
	}
	switch {
	case u.Scheme != "qdrant" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.Fragment != "":
		return Config{}, fmt.Errorf("%w: the index address must have the form qdrant://host:port?tls=true", index.ErrInvalid)
	case u.User != nil:
		return Config{}, fmt.Errorf("%w: the index address has a user or a key in it; take it out and set TOUCHSTONE_QDRANT_API_KEY", index.ErrInvalid)
	}
	c := Config{Host: u.Hostname()}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return c, fmt.Errorf("%w: what follows the ? of the index address cannot be read", index.ErrInvalid)
	}
	if u.Port() != "" {
		query.Set("port", u.Port())
	}
	var errs []error
	for name, values := range query {
		if err := c.set(name, values); err != nil {
			errs = append(errs, err)
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	if err := errors.Join(errs...); err != nil {
		return c, err
	}
	return c, c.Validate()
}

// set reads one setting of an address. Values are not repeated in errors: one of them may be a key under a wrong name.
func (c *Config) set(name string, values []string) error {
	fields := map[string]any{
		"port": &c.Port, "tls": &c.TLS, "ca": &c.CAFile, "prefix": &c.Prefix, "connections": &c.Connections, "timeout": &c.Timeout,
		"write_timeout": &c.WriteTimeout, "retries": &c.Retries, "consistency": &c.Consistency, "shards": &c.Shards, "replicas": &c.Replicas,
		"on_disk": &c.OnDisk, "unquantised": &c.Unquantised, "links": &c.Links, "build_ef": &c.BuildEf, "search_ef": &c.SearchEf,
		"oversampling": &c.Oversampling,
	}
	field, ok := fields[name]
	switch {
	case !ok && strings.Contains(name, "key"):
		return fmt.Errorf("%w: the index address has a key in it; take it out and set TOUCHSTONE_QDRANT_API_KEY", index.ErrInvalid)
	case !ok:
		return fmt.Errorf("%w: the index address has a setting %q, which is not known; see docs/operations.md", index.ErrInvalid, name)
	case len(values) != 1:
		return fmt.Errorf("%w: the index address sets %s more than once", index.ErrInvalid, name)
	}
	var err error
	switch f := field.(type) {
	case *string:
		*f = values[0]
	case *int:
		*f, err = strconv.Atoi(values[0])
	case *bool:
		*f, err = strconv.ParseBool(values[0])
	case *time.Duration:
		*f, err = time.ParseDuration(values[0])
	}
	if err != nil {
		return fmt.Errorf("%w: the index address has a value for %s that is no %T", index.ErrInvalid, name, deref(field))
	}
	return nil
}

// deref gives a value of the type that p points to, for an error sentence.
func deref(p any) any {
	switch p.(type) {
	case *int:
		return 0
	case *bool:
		return false
	case *time.Duration:
		return time.Duration(0)
	}
	return ""
}
