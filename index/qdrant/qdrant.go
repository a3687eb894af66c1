// Package qdrant is the engine to grow into: the vector index in a Qdrant server or cluster, reached over gRPC.
//
// # What is kept where
//
// A point of the index is one Qdrant point with a multivector, compared by max_sim: a point of several vectors is found by the nearest
// of them, in one step and under one ID. Its ID is a UUID made from ours, which the payload keeps beside right, kind, holder,
// territories, state and dates; each of these has a payload index, so that filters mean what index.Filter says. Vectors come at
// unit length already and are compared by Dot, so that what is read back is what was written, to the bit.
//
// A collection NAME in space S is Qdrant's PREFIX NAME ~ HASH-OF-S, with the space in its metadata. Vectors of two spaces
// therefore cannot meet even if another process drops a collection and makes it anew for another pack between our look and our
// call. Aliases are Qdrant's own and move in one step.
//
// # What it promises
//
// Everything that package index does, with these differences. A search is approximate unless index.Query.Exact is set: how many of the
// true nearest it finds is for index.Index.Verify to measure. Which of more than 16,384 points of exactly
// equal score are returned is open. A batch is cut into requests of some megabytes, so that a search beside a writer may see part
// of a batch, though never part of a point, and a write that fails with index.ErrUnavailable may have been kept in part: write it again.
// What was acknowledged is in the log of Qdrant (wait=true) and survives the death of its process; against the loss of a machine
// set Replicas.
//
// # When the server is away
//
// A call has a deadline, and is tried again, after a pause with jitter, when trying again may help: all calls are idempotent. After
// some failures in a row a circuit breaker answers at once for a while. A server that is unreachable, slow, or answers in part
// gives index.ErrUnavailable, never fewer hits.
package qdrant

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	client "github.com/qdrant/go-client/qdrant"
	"golang.org/x/sync/singleflight"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"touchstone/index"
)

// clientVersion is the release of the client; the server may be one minor version older or newer.
const clientVersion = "1.17.1"

// maxAnswer is the largest answer that is taken, in bytes. Requests are cut so that no honest answer comes near it.
const maxAnswer = 256 << 20

// driver is the engine, an index.Driver.
type driver struct {
	cfg    Config
	client *client.Client
	calls  *caller

	mu      sync.RWMutex
	known   *catalogue // what was seen last; nil before the first look
	forgot  time.Time  // what was seen before is not to be trusted
	looks   singleflight.Group
	clock   atomic.Uint64
	several sync.Map // Qdrant's name of each collection in which a point of several vectors was seen
}

// Open connects to a server, checks that its version fits the client's, and returns the index that is in it. Errors:
// index.ErrInvalid for a configuration that cannot work, index.ErrUnavailable for a server that cannot be reached or refuses the API
// key, index.ErrFormat for one whose version does not fit.
func Open(ctx context.Context, cfg Config) (*index.Index, error) {
	cfg = cfg.withDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	transport, err := cfg.transport()
	if err != nil {
		return nil, err
	}
	conn, err := client.NewClient(&client.Config{
		Host: cfg.Host, Port: cfg.Port, APIKey: cfg.APIKey, UseTLS: cfg.TLS, TLSConfig: transport, PoolSize: uint(cfg.Connections),
		SkipCompatibilityCheck: true, // checkVersion does it, and returns what it finds
		GrpcOptions: []grpc.DialOption{
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxAnswer)),
			// A server that comes back is found again within seconds, not minutes.
			grpc.WithConnectParams(grpc.ConnectParams{MinConnectTimeout: 2 * time.Second,
				Backoff: backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, Jitter: .3, MaxDelay: 2 * time.Second}}),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("%w: connecting to %s: %w", index.ErrInvalid, cfg.Address(), err)
	}
	d := &driver{cfg: cfg, client: conn, calls: newCaller(cfg)}
	if err := d.checkVersion(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return index.New(d), nil
}

// transport makes the TLS settings; nil for the client's own, or without TLS.
func (c Config) transport() (*tls.Config, error) {
	if !c.TLS || c.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("%w: the certificates to trust: %w", index.ErrInvalid, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%w: %s holds no certificate in PEM form", index.ErrInvalid, c.CAFile)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}, nil
}

// checkVersion asks for the server's version.
func (d *driver) checkVersion(ctx context.Context) error {
	reply, err := do(ctx, d.calls, reading, d.client.HealthCheck)
	if err != nil {
		return err
	}
	if !client.IsCompatible(clientVersion, reply.GetVersion()) {
		return fmt.Errorf("%w: %s is Qdrant %s, and this program speaks to %s: the major version must be the same and the minor "+
			"one at most one apart; install a Qdrant that fits, or the release of this program that fits yours",
			index.ErrFormat, d.cfg.Address(), reply.GetVersion(), clientVersion)
	}
	return nil
}

// Ping implements index.Pinger: one look past the circuit breaker at the server and at what it says of our collections.
func (d *driver) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	if _, err := d.client.HealthCheck(ctx); err != nil {
		return d.calls.fault(ctx, err)
	}
	names, err := d.client.ListCollections(ctx)
	if err != nil {
		return d.calls.fault(ctx, err)
	}
	for _, remote := range names {
		name, ours := d.local(remote)
		if !ours {
			continue
		}
		info, err := d.client.GetCollectionInfo(ctx, remote)
		if status.Code(cause(err)) == codes.NotFound {
			continue // dropped a moment ago
		}
		if err != nil {
			return d.calls.fault(ctx, err)
		}
		if info.GetStatus() == client.CollectionStatus_Red {
			return fmt.Errorf("%w: Qdrant says that collection %q is red: %s; its log has the cause",
				index.ErrUnavailable, name, info.GetOptimizerStatus().GetError())
		}
	}
	return nil
}

// Close ends the connections.
func (d *driver) Close() error { return d.client.Close() }
