package server

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// apiPrefix is where keys, quotas and the rest apply.
const apiPrefix = "/v1/"

// isAPI tells whether a request is for a route of the API. Unknown paths are
// not: what routes there are is public.
func isAPI(c *gin.Context) bool { return strings.HasPrefix(c.FullPath(), apiPrefix) }

type contextKey int

const (
	requestIDKey contextKey = iota
	identityKey
	bodyKey
)

var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// RequestID is the ID of the request that a context belongs to, "" without one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// requestID takes the client's X-Request-ID where it is harmless to log, and
// makes one otherwise.
func requestID(c *gin.Context) {
	id := c.GetHeader("X-Request-ID")
	if !requestIDPattern.MatchString(id) {
		id = "req_" + rand.Text()
	}
	setContext(c, requestIDKey, id)
	c.Header("X-Request-ID", id)
}

func setContext(c *gin.Context, key contextKey, value any) {
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), key, value))
}

// observe logs and counts each request once it is over: no query, no header,
// no body, since those may hold keys and pictures.
func (s *Server) observe(c *gin.Context) {
	start := time.Now()
	s.metrics.inFlight.Inc()
	defer func() {
		s.metrics.inFlight.Dec()
		took := time.Since(start)
		route := c.FullPath()
		if route == "" {
			route = "none"
		}
		status := c.Writer.Status()
		s.metrics.observe(c.Request.Method, route, status, took)
		level := slog.LevelInfo
		if status >= http.StatusInternalServerError && status != http.StatusServiceUnavailable {
			level = slog.LevelError
		}
		principal, _ := PrincipalFrom(c.Request.Context())
		s.refusal(c, principal, status)
		attrs := []slog.Attr{
			slog.String("request_id", RequestID(c.Request.Context())), slog.String("method", c.Request.Method),
			slog.String("route", route), slog.Int("status", status), slog.Duration("duration", took),
			slog.Int("bytes", max(0, c.Writer.Size())), slog.String("key_id", principal.KeyID),
		}
		if len(c.Errors) > 0 {
			attrs = append(attrs, slog.String("error", strings.Join(c.Errors.Errors(), "; ")))
		}
		s.log.LogAttrs(context.WithoutCancel(c.Request.Context()), level, "request", attrs...)
	}()
	c.Next()
}

// recovered turns a panic of a handler into a problem and a stack in the log.
func (s *Server) recovered(c *gin.Context) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(p) // net/http closes the connection
		}
		s.log.Error("panic", "request_id", RequestID(c.Request.Context()), "panic", p, "stack", string(debug.Stack()))
		if c.Writer.Written() {
			panic(http.ErrAbortHandler) // half an answer must not look like a whole one
		}
		WriteProblem(c, NewProblem(KindInternal, "Something went wrong on our side. Try again; if it stays, report the request ID."))
	}()
	c.Next()
}

// securityHeaders are for JSON; pages set a Content-Security-Policy of their own.
func securityHeaders(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

func notFound(c *gin.Context) {
	WriteProblem(c, NewProblem(KindNotFound, "There is nothing at this path. /openapi.json lists every operation, /docs shows them."))
}

func methodNotAllowed(c *gin.Context) {
	WriteProblem(c, NewProblem(KindMethod, c.Request.Method+" is not possible here; the header Allow lists what is."))
}
