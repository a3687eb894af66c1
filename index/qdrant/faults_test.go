package qdrant

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	client "github.com/qdrant/go-client/qdrant"
	"github.com/rs/zerolog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"touchstone/index"
	"touchstone/index/qdrant/qdranttest"
)

var space = index.Space{Pack: "p", Version: "1", Output: "copy", Dimension: 4, Metric: index.Dot}

var question = index.Query{Space: space, Vectors: [][]float32{{1, 0, 0, 0}, {2, 1, 0, 0}}, Limit: 3}

// filled makes a collection "c" with some points.
func filled(t *testing.T, cfg Config) *index.Index {
	t.Helper()
	x := open(t, cfg)
	points := make([]index.Point, 50)
	for i := range points {
		points[i] = index.Point{ID: string(rune('A' + i)), Vectors: [][]float32{{float32(i), 1, 0, 0}}}
	}
	if err := errors.Join(x.Create(t.Context(), "c", space), x.Upsert(t.Context(), "c", space, points)); err != nil {
		t.Fatal(err)
	}
	return x
}

// proxied is the index over a connection that can be spoilt.
func proxied(t *testing.T, cfg Config) (*index.Index, *toxiproxy.Proxy) {
	t.Helper()
	s := qdranttest.New(t)
	log := zerolog.Nop()
	proxy := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), log), "qdrant", "127.0.0.1:0", s.Addr())
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	host, port, err := net.SplitHostPort(proxy.Listen)
	if err != nil {
		t.Fatal(err)
	}
	filled(t, Config{Host: s.Host(), Port: s.Port()})
	cfg.Host = host
	if cfg.Port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	for { // with short times on a busy machine once may be too few; go test's own limit ends a wait in vain
		x, err := Open(t.Context(), cfg)
		if err == nil {
			t.Cleanup(func() { _ = x.Close() })
			return x, proxy
		}
	}
}

// spoil adds a fault to what comes from the server.
func spoil(t *testing.T, proxy *toxiproxy.Proxy, toxic string) {
	t.Helper()
	if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
		t.Fatal(err)
	}
}

// unavailable checks that nothing is concluded: no hits, no points, and an error that says so.
func unavailable(t *testing.T, x *index.Index, what string) {
	t.Helper()
	ctx := t.Context()
	if hits, err := x.Search(ctx, "c", question); !errors.Is(err, index.ErrUnavailable) || hits != nil {
		t.Errorf("%s: Search: %v, %v; want ErrUnavailable", what, hits, err)
	}
	if err := x.Upsert(ctx, "c", space, []index.Point{{ID: "new", Vectors: [][]float32{{1, 1, 1, 1}}}}); !errors.Is(err, index.ErrUnavailable) {
		t.Errorf("%s: Upsert: %v, want ErrUnavailable", what, err)
	}
	if err := x.Each(ctx, "c", func(index.Point) error { return nil }); !errors.Is(err, index.ErrUnavailable) {
		t.Errorf("%s: Each: %v, want ErrUnavailable", what, err)
	}
	if err := x.Ping(ctx); !errors.Is(err, index.ErrUnavailable) {
		t.Errorf("%s: Ping: %v, want ErrUnavailable", what, err)
	}
}

// recovers waits until the index works again; go test's own limit ends a wait in vain.
func recovers(t *testing.T, x *index.Index) {
	t.Helper()
	for {
		hits, err := x.Search(t.Context(), "c", question)
		if err == nil {
			if len(hits) != 2 || len(hits[0]) != 3 {
				t.Errorf("after the fault: %v", hits)
			}
			return
		}
		if !errors.Is(err, index.ErrUnavailable) {
			t.Fatalf("after the fault: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestFaults spoils the connection in several ways. Each gives ErrUnavailable while it lasts, and passes.
func TestFaults(t *testing.T) {
	for _, test := range []struct{ name, toxic string }{
		{"cut", ""},
		{"slow", `{"name":"f","type":"latency","stream":"downstream","attributes":{"latency":60000}}`},
		{"black hole", `{"name":"f","type":"timeout","stream":"upstream","attributes":{"timeout":0}}`},
		{"reset", `{"name":"f","type":"reset_peer","stream":"downstream","attributes":{"timeout":0}}`},
		{"half answers", `{"name":"f","type":"limit_data","stream":"downstream","attributes":{"bytes":120}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cfg := Config{Retries: 2, breakFor: 100 * time.Millisecond, Timeout: 400 * time.Millisecond, WriteTimeout: 400 * time.Millisecond}
			x, proxy := proxied(t, cfg)
			recovers(t, x)
			if test.toxic == "" {
				proxy.Stop()
			} else {
				spoil(t, proxy, test.toxic)
			}
			unavailable(t, x, test.name)
			if test.toxic == "" {
				if err := proxy.Start(); err != nil {
					t.Fatal(err)
				}
			} else if err := proxy.Toxics.RemoveToxic(t.Context(), "f"); err != nil {
				t.Fatal(err)
			}
			recovers(t, x)
		})
	}
}

// TestCallersTime: when the caller's deadline passes first, the error says both, so that it is neither "no hits" nor a fault of the caller's.
func TestCallersTime(t *testing.T) {
	x, proxy := proxied(t, Config{})
	spoil(t, proxy, `{"name":"f","type":"latency","stream":"downstream","attributes":{"latency":60000}}`)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := x.Search(ctx, "c", question); !errors.Is(err, index.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Search: %v, want ErrUnavailable and DeadlineExceeded", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := x.Search(ctx, "c", question); !errors.Is(err, context.Canceled) {
		t.Errorf("Search given up: %v, want Canceled", err)
	}
}

// A script fails calls of a method by a list of answers; what comes behind its end succeeds.
type script struct {
	mu      sync.Mutex
	method  string
	answers []error
	calls   int
}

func (s *script) fail(method string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if method != s.method {
		return nil
	}
	s.calls++
	if len(s.answers) == 0 {
		return nil
	}
	err := s.answers[0]
	s.answers = s.answers[1:]
	return err
}

func times(n int, err error) []error {
	out := make([]error, n)
	for i := range out {
		out[i] = err
	}
	return out
}

// TestAnswers: what the server says decides whether a call is repeated and what the caller hears.
func TestAnswers(t *testing.T) {
	away := status.Error(codes.Unavailable, "shards are not available")
	broken := status.Error(codes.Internal, "Service internal error: 1 of 2 read operations failed")
	for _, test := range []struct {
		name    string
		method  string
		answers []error
		kind    error
		calls   int
	}{
		{"passes once", "QueryBatch", times(1, away), nil, 2},
		{"passes twice", "QueryBatch", append(times(1, away), broken), nil, 3},
		{"does not pass", "QueryBatch", times(9, away), index.ErrUnavailable, 4},
		{"read in part", "QueryBatch", times(9, broken), index.ErrUnavailable, 4},
		{"timeout of the server", "QueryBatch", times(9, status.Error(codes.DeadlineExceeded, "Timeout error: Operation 'Search' timed out")), index.ErrUnavailable, 1},
		{"refused", "QueryBatch", times(9, status.Error(codes.InvalidArgument, "Wrong input: strict mode")), index.ErrInvalid, 1},
		{"no right to", "QueryBatch", times(9, status.Error(codes.PermissionDenied, "Global access is required")), index.ErrUnavailable, 1},
		{"broken disk", "QueryBatch", times(9, status.Error(codes.DataLoss, "checksum")), index.ErrCorrupt, 1},
		{"write passes", "Upsert", times(2, away), nil, 3},
		{"disk full", "Upsert", times(9, status.Error(codes.Internal, "Service internal error: No space left on device: WAL buffer size exceeds available disk space")), index.ErrFull, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			script := &script{}
			x := filled(t, insistent(t, &qdranttest.Server{Fail: script.fail}))
			script.mu.Lock()
			script.method, script.answers = test.method, test.answers
			script.mu.Unlock()
			var err error
			if test.method == "Upsert" {
				err = x.Upsert(t.Context(), "c", space, []index.Point{{ID: "x", Vectors: [][]float32{{1, 0, 0, 0}}}})
			} else {
				_, err = x.Search(t.Context(), "c", question)
			}
			if !errors.Is(err, test.kind) || script.calls != test.calls {
				t.Errorf("%v after %d calls, want %v after %d", err, script.calls, test.kind, test.calls)
			}
		})
	}
}

// insistent starts a server that is asked up to four times.
func insistent(t *testing.T, s *qdranttest.Server) Config {
	cfg := start(t, s)
	cfg.Retries = 3
	return cfg
}

// TestBreaker: a server that keeps failing is left alone, and looked at again later.
func TestBreaker(t *testing.T) {
	var down atomic.Bool
	var calls atomic.Int64
	s := &qdranttest.Server{Fail: func(method string) error {
		if method == "QueryBatch" && down.Load() {
			calls.Add(1)
			return status.Error(codes.Unavailable, "down")
		}
		return nil
	}}
	x := filled(t, start(t, s))
	down.Store(true)
	for range 40 {
		if _, err := x.Search(t.Context(), "c", question); !errors.Is(err, index.ErrUnavailable) {
			t.Fatal(err)
		}
	}
	if n := calls.Load(); n < breakAfter || n >= 40 {
		t.Errorf("the server was asked %d times in 40 searches, want some %d", n, breakAfter)
	}
	if err := x.Ping(t.Context()); err != nil {
		t.Errorf("Ping of a server that is well but for searches: %v", err)
	}
	down.Store(false)
	recovers(t, x)
}

// TestHalfBatch: fewer lists than questions are no answer.
func TestHalfBatch(t *testing.T) {
	lose := func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		out, err := handler(ctx, req)
		if r, ok := out.(*client.QueryBatchResponse); ok {
			r.Result = r.Result[:len(r.Result)-1]
		}
		return out, err
	}
	x := filled(t, start(t, &qdranttest.Server{Options: []grpc.ServerOption{grpc.ChainUnaryInterceptor(lose)}}))
	if hits, err := x.Search(t.Context(), "c", question); !errors.Is(err, index.ErrUnavailable) || hits != nil {
		t.Errorf("Search: %v, %v; want ErrUnavailable", hits, err)
	}
}
