package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
)

// Listen binds the address, so that a fault shows before anything is printed.
// Run calls it by itself if nobody has.
func (s *Server) Listen(ctx context.Context) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w; choose another address or stop what uses it", s.cfg.Addr, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addr = l.Addr()
	return l, nil
}

// Run listens and serves until ctx ends or Stop is called, then shuts down:
// no new connections, requests at work finish, then the steps of OnShutdown in
// order, all within ShutdownTimeout. It returns the errors of these, joined;
// the steps run even if listening failed. A server runs once.
func (s *Server) Run(ctx context.Context) error {
	l, err := s.Listen(ctx)
	if err != nil {
		return errors.Join(err, s.runHooks())
	}
	return s.Serve(ctx, l)
}

// Serve is Run on a listener that is there already, and which it closes.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	s.mu.Lock()
	again := s.ran
	s.ran = true
	s.mu.Unlock()
	if again {
		return errors.Join(errors.New("the server ran already; make a new one"), l.Close())
	}
	if s.quotaStore != nil {
		if err := s.quotas.restore(ctx, s.quotaStore); err != nil {
			return errors.Join(err, l.Close(), s.runHooks())
		}
	}
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	srv := s.httpServer(base)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	group.Go(func() { s.expireEntries(base) })
	group.Go(func() { s.flushQuotas(base) })
	failed := make(chan error, 1)
	group.Go(func() { failed <- srv.Serve(l) })
	s.log.Info("listening", "address", l.Addr().String())

	var serveErr error
	select {
	case <-ctx.Done():
	case <-s.stop:
	case serveErr = <-failed:
	}
	return errors.Join(serveErr, s.shutdown(srv, cancel))
}

func (s *Server) httpServer(base context.Context) *http.Server {
	return &http.Server{
		Handler:           s.engine,
		ReadHeaderTimeout: s.cfg.ReadHeaderTimeout,
		ReadTimeout:       s.cfg.ReadTimeout,
		WriteTimeout:      s.cfg.WriteTimeout,
		IdleTimeout:       s.cfg.IdleTimeout,
		MaxHeaderBytes:    s.cfg.MaxHeaderBytes,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
}

// shutdown drains for three quarters of the time at most, then cuts off what
// is left, and gives the rest to the steps.
func (s *Server) shutdown(srv *http.Server, cancel context.CancelFunc) error {
	close(s.draining)
	s.log.Info("stopping: waiting for requests at work")
	ctx, done := context.WithTimeout(context.Background(), s.cfg.ShutdownTimeout*3/4)
	defer done()
	err := srv.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("requests were cut off: %w", err), srv.Close())
	}
	cancel()
	err = errors.Join(err, s.lastQuotas(), s.runHooks())
	s.log.Info("stopped")
	return err
}

// lastQuotas keeps the use of quotas once no request can add to it.
func (s *Server) lastQuotas() error {
	ctx, done := context.WithTimeout(context.Background(), s.cfg.ShutdownTimeout/4)
	defer done()
	return s.saveQuotas(ctx)
}

func (s *Server) runHooks() error {
	ctx, done := context.WithTimeout(context.Background(), s.cfg.ShutdownTimeout/4)
	defer done()
	s.mu.Lock()
	hooks := s.hooks
	s.hooks = nil
	s.mu.Unlock()
	var errs []error
	for _, h := range hooks {
		if err := h.run(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", h.name, err))
		}
	}
	return errors.Join(errs...)
}
