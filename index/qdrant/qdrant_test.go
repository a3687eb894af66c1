package qdrant

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net"
	"os"
	"strconv"
	"testing"

	"touchstone/index"
	"touchstone/index/indextest"
	"touchstone/index/qdrant/qdranttest"
)

// server returns the configuration of a server that is empty as far as its prefix goes: the real one that QDRANT_ADDR (host:port
// of gRPC) names, or one in the process.
func server(t *testing.T) Config {
	t.Helper()
	addr := os.Getenv("QDRANT_ADDR")
	if addr == "" {
		s := qdranttest.New(t)
		return Config{Host: s.Host(), Port: s.Port()}
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatalf("QDRANT_ADDR: %v", err)
	}
	random := make([]byte, 6)
	_, _ = rand.Read(random) // never fails
	cfg := Config{Host: host, APIKey: os.Getenv("QDRANT_API_KEY"), Prefix: "test-" + hex.EncodeToString(random) + "."}
	if cfg.Port, err = strconv.Atoi(port); err != nil {
		t.Fatalf("QDRANT_ADDR: %v", err)
	}
	t.Cleanup(func() { clean(t, cfg) })
	return cfg
}

// clean drops what a test left in a real server.
func clean(t *testing.T, cfg Config) {
	ctx := context.Background() // that of the test is over
	x, err := Open(ctx, cfg)
	if err != nil {
		t.Error(err)
		return
	}
	defer x.Close()
	aliases, err := x.Aliases(ctx)
	for alias := range aliases {
		if err == nil {
			err = x.Alias(ctx, alias, "")
		}
	}
	infos, _ := x.Collections(ctx)
	for _, info := range infos {
		if err == nil {
			err = x.Drop(ctx, info.Name)
		}
	}
	if err != nil {
		t.Error(err)
	}
}

func open(t *testing.T, cfg Config) *index.Index {
	t.Helper()
	x, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	return x
}

// TestConformance runs the suite of all engines.
func TestConformance(t *testing.T) {
	indextest.Run(t, func(t *testing.T) (*index.Index, func() *index.Index) {
		cfg := server(t)
		x := open(t, cfg)
		return x, func() *index.Index {
			if err := x.Close(); err != nil {
				t.Error(err)
			}
			x = open(t, cfg)
			return x
		}
	}, indextest.PointByPoint)
}
