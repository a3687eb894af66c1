package qdrant

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"touchstone/index"
	"touchstone/index/qdrant/qdranttest"
)

// start starts a server with settings.
func start(t *testing.T, s *qdranttest.Server) Config {
	t.Helper()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return Config{Host: s.Host(), Port: s.Port(), Retries: -1, Timeout: 20 * time.Second, breakFor: 100 * time.Millisecond}
}

func TestVersions(t *testing.T) {
	for version, kind := range map[string]error{"1.16.0": nil, "1.17.9": nil, "1.18.2": nil, "1.15.5": index.ErrFormat, "1.19.0": index.ErrFormat,
		"2.17.1": index.ErrFormat, "nightly": index.ErrFormat} {
		x, err := Open(t.Context(), start(t, &qdranttest.Server{Version: version}))
		if !errors.Is(err, kind) {
			t.Errorf("%s: %v, want %v", version, err, kind)
		}
		if err != nil && (!strings.Contains(err.Error(), version) || !strings.Contains(err.Error(), clientVersion)) {
			t.Errorf("%s: %q does not name both versions", version, err)
		}
		if x != nil {
			_ = x.Close()
		}
	}
}

func TestAPIKey(t *testing.T) {
	cfg := start(t, &qdranttest.Server{APIKey: "right"})
	for _, key := range []string{"", "wrong"} {
		cfg.APIKey = key
		_, err := Open(t.Context(), cfg)
		if !errors.Is(err, index.ErrUnavailable) || !strings.Contains(err.Error(), "TOUCHSTONE_QDRANT_API_KEY") || key != "" && strings.Contains(err.Error(), key) {
			t.Errorf("key %q: %v", key, err)
		}
	}
	cfg.APIKey = "right"
	if err := open(t, cfg).Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestTLS: a server is trusted for its certificate, and for nothing else.
func TestTLS(t *testing.T) {
	certificate, ca := certify(t)
	cfg := start(t, &qdranttest.Server{Options: []grpc.ServerOption{grpc.Creds(credentials.NewServerTLSFromCert(&certificate))}})
	if _, err := Open(t.Context(), cfg); !errors.Is(err, index.ErrUnavailable) {
		t.Errorf("without TLS: %v", err)
	}
	cfg.TLS = true
	if _, err := Open(t.Context(), cfg); !errors.Is(err, index.ErrUnavailable) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("with a certificate that nobody signed: %v", err)
	}
	cfg.CAFile = ca
	if err := open(t, cfg).Ping(t.Context()); err != nil {
		t.Error(err)
	}
	for _, file := range []string{filepath.Join(t.TempDir(), "none"), os.Args[0]} {
		cfg.CAFile = file
		if _, err := Open(t.Context(), cfg); !errors.Is(err, index.ErrInvalid) {
			t.Errorf("certificates in %s: %v", file, err)
		}
	}
}

// certify makes a certificate for the loopback and a file that holds it.
func certify(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// TestUnreachable: nobody listens there.
func TestUnreachable(t *testing.T) {
	s := qdranttest.New(t)
	cfg := Config{Host: s.Host(), Port: s.Port(), Retries: 1}
	s.Stop()
	if _, err := Open(t.Context(), cfg); !errors.Is(err, index.ErrUnavailable) || !strings.Contains(err.Error(), cfg.Address()) {
		t.Errorf("Open: %v, want ErrUnavailable with the address", err)
	}
}
