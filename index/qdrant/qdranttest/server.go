// Package qdranttest is a Qdrant server in the process, for tests: it speaks the client's own generated gRPC services over a real
// listener on the loopback and answers as Qdrant 1.17 does, errors included, for what package qdrant uses of it. What it does not know it refuses
// as Unimplemented, so that no test passes on an answer that it made up. Its searches are exact.
package qdranttest

import (
	"context"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	client "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// Version is the release whose answers the server gives.
const Version = "1.17.1"

// A Server is the server with what it holds. Its fields are set before Start.
type Server struct {
	Version string // what it says of itself; "" = Version
	APIKey  string // what callers must send; "" = nothing
	Options []grpc.ServerOption

	// Fail, if not nil, is asked before each call and may answer it with an error; method is the last part of its name.
	Fail func(method string) error

	mu          sync.Mutex
	collections map[string]*collection
	aliases     map[string]string

	addr string
	grpc *grpc.Server
	done chan struct{}
}

// New starts a server for a test and stops it at its end.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// Start listens, on the address of the last time if there was one; what was stored is still there.
func (s *Server) Start() error {
	if s.collections == nil {
		s.collections, s.aliases = map[string]*collection{}, map[string]string{}
	}
	if s.addr == "" {
		s.addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", s.addr)
	for try := 0; err != nil && try < 50; try++ { // the port of a server that has just stopped
		time.Sleep(10 * time.Millisecond)
		listener, err = net.Listen("tcp", s.addr)
	}
	if err != nil {
		return fmt.Errorf("qdranttest: %w", err)
	}
	s.addr = listener.Addr().String()
	s.grpc = grpc.NewServer(append([]grpc.ServerOption{grpc.ChainUnaryInterceptor(s.door), grpc.MaxRecvMsgSize(1 << 30)}, s.Options...)...)
	client.RegisterQdrantServer(s.grpc, &health{server: s})
	client.RegisterCollectionsServer(s.grpc, &collections{server: s})
	client.RegisterPointsServer(s.grpc, &points{server: s})
	s.done = make(chan struct{})
	go func(server *grpc.Server, done chan struct{}) {
		defer close(done)
		_ = server.Serve(listener) // ends with Stop
	}(s.grpc, s.done)
	return nil
}

// Stop ends the server at once, as kill would; calls under way break. A second Stop does nothing.
func (s *Server) Stop() {
	if s.grpc == nil {
		return
	}
	s.grpc.Stop()
	<-s.done
	s.grpc = nil
}

// Host is where it listens.
func (s *Server) Host() string { return s.address().IP.String() }

// Port is where it listens.
func (s *Server) Port() int { return s.address().Port }

func (s *Server) address() *net.TCPAddr {
	a, err := net.ResolveTCPAddr("tcp", s.addr)
	if err != nil { // it is the listener's own
		panic(err)
	}
	return a
}

// Addr is host:port.
func (s *Server) Addr() string { return s.addr }

// door checks the API key and lets Fail speak.
func (s *Server) door(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if s.APIKey != "" {
		md, _ := metadata.FromIncomingContext(ctx)
		if keys := md.Get("api-key"); len(keys) != 1 || keys[0] != s.APIKey {
			return nil, status.Error(codes.Unauthenticated, "Must provide an API key or an Authorization bearer token")
		}
	}
	if s.Fail != nil {
		method := info.FullMethod
		for i := len(method) - 1; i >= 0; i-- {
			if method[i] == '/' {
				method = method[i+1:]
				break
			}
		}
		if err := s.Fail(method); err != nil {
			return nil, err
		}
	}
	return handler(ctx, req)
}

type health struct {
	client.UnimplementedQdrantServer
	server *Server
}

func (h *health) HealthCheck(context.Context, *client.HealthCheckRequest) (*client.HealthCheckReply, error) {
	version := h.server.Version
	if version == "" {
		version = Version
	}
	return &client.HealthCheckReply{Title: "qdrant - vector search engine", Version: version}, nil
}
