package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

// Options are what a Server works with.
type Options struct {
	Keys        *Keys            // required: the routes below /v1/ need a key
	Idempotency IdempotencyStore // nil: the header Idempotency-Key is ignored
	Quotas      QuotaStore       // nil: a restart fills quotas up again
	Logger      *slog.Logger     // nil: nothing is logged
	Clock       func() time.Time // nil: time.Now; for quotas and idempotency
	// MapError turns an error that a huma handler returns into a problem; nil
	// means that it does not know it, and then it is an internal error.
	MapError func(error) *Problem
	// Refused hears of every request to the API that was refused; it must not wait. nil: nobody does.
	Refused func(Refusal)
}

// Server is one HTTP service: engine, middleware and the life of its listener.
type Server struct {
	cfg         Config
	log         *slog.Logger
	keys        *Keys
	idempotency IdempotencyStore
	quotaStore  QuotaStore
	now         func() time.Time
	mapError    func(error) *Problem
	refused     func(Refusal)

	engine    *gin.Engine
	metrics   *metrics
	health    health
	admission *admission
	quotas    *quotas
	saving    sync.Mutex // held while the use of quotas is kept
	streaming map[string]bool
	secret    map[string]bool

	stopOnce sync.Once
	stop     chan struct{} // closed by Stop
	draining chan struct{} // closed when shutdown begins

	mu    sync.Mutex
	addr  net.Addr
	ran   bool
	hooks []hook
}

type hook struct {
	name string
	run  func(context.Context) error
}

// New makes a Server. Its error lists every fault of the configuration.
func New(cfg Config, o Options) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("server configuration: %w", err)
	}
	if o.Keys == nil {
		return nil, errors.New("server configuration: Options.Keys is required")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	m := newMetrics()
	s := &Server{
		cfg: cfg, log: o.Logger, keys: o.Keys, idempotency: o.Idempotency, quotaStore: o.Quotas, now: o.Clock, mapError: o.MapError, refused: o.Refused,
		metrics: m, health: health{checks: map[string]Check{}, notes: map[string]Note{}}, admission: newAdmission(cfg, m), quotas: newQuotas(o.Clock),
		streaming: map[string]bool{}, secret: map[string]bool{}, stop: make(chan struct{}), draining: make(chan struct{}),
	}
	for _, route := range cfg.Streaming {
		s.streaming[route] = true
	}
	for _, route := range cfg.Secret {
		s.secret[route] = true
	}
	s.engine = s.newEngine()
	return s, nil
}

// newEngine puts the middleware together; the order is that of the package
// comment.
func (s *Server) newEngine() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.HandleMethodNotAllowed = true
	e.RedirectTrailingSlash = false
	e.ContextWithFallback = true
	_ = e.SetTrustedProxies(nil) // none: X-Forwarded-For is anyone's claim; nil never fails
	e.Use(func(c *gin.Context) { c.Set(serverKey, s) },
		requestID, s.observe, s.recovered, securityHeaders, s.prepareStream,
		s.authenticate, s.limit, s.admit, s.guardBody, s.idempotent)
	e.NoRoute(notFound)
	e.NoMethod(methodNotAllowed)
	for _, method := range []string{http.MethodGet, http.MethodHead} { // probes send either
		e.Handle(method, "/livez", livez)
		e.Handle(method, "/readyz", s.readyz)
	}
	e.GET("/metrics", s.metrics.handler())
	return e
}

// Engine is the Gin engine, for routes beside the API.
func (s *Server) Engine() *gin.Engine { return s.engine }

// ServeHTTP implements http.Handler, for tests.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.engine.ServeHTTP(w, r) }

// Metrics is the registry behind /metrics.
func (s *Server) Metrics() *prometheus.Registry { return s.metrics.registry }

// OnShutdown adds a step for after the last request: stop jobs, close the
// index, close the store. Steps run in the order in which they were added.
func (s *Server) OnShutdown(name string, run func(context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = append(s.hooks, hook{name, run})
}

// Draining is closed when shutdown begins; streaming handlers end early then.
func (s *Server) Draining() <-chan struct{} { return s.draining }

// Addr is where the server listens; nil before Run has got that far.
func (s *Server) Addr() net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// Stop begins the shutdown; Run returns when it is over. It may be called at
// any time, from anywhere, again.
func (s *Server) Stop() { s.stopOnce.Do(func() { close(s.stop) }) }
