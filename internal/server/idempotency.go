package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// idempotencyKeyPattern: 1 to 255 printable characters of ASCII.
var idempotencyKeyPattern = regexp.MustCompile(`^[\x21-\x7e]{1,255}$`)

// storedHeaders are the headers of an answer that a retry gets again; the
// others belong to the connection or are made afresh.
var storedHeaders = []string{"Content-Type", "Location", "Etag", "Link", "Retry-After"}

// storeTimeout bounds writing to the store after the client may have gone.
const storeTimeout = 10 * time.Second

// idempotent makes a POST with an Idempotency-Key happen once: the answer is
// stored before it is sent, and the same request with the same key gets it
// again. Scope is the account, role and subject of the key and the route, so
// that rotating a key changes nothing and nobody sees the answers of another.
//
// A request that fails by itself (5xx), is refused for now (408, 429) or is
// abandoned by its client is not stored. When the process dies between doing
// the work and storing the answer, a retry does the work again once the lease
// has ended: what must not happen twice needs a key of its own in the store.
func (s *Server) idempotent(c *gin.Context) {
	key := c.GetHeader("Idempotency-Key")
	if key == "" || c.Request.Method != http.MethodPost || !isAPI(c) || s.streams(c) || s.idempotency == nil {
		return
	}
	if !idempotencyKeyPattern.MatchString(key) {
		WriteProblem(c, NewProblem(KindBadRequest, "The header Idempotency-Key must have 1 to 255 printable ASCII characters without spaces, such as a UUID.",
			FieldProblem{"header.Idempotency-Key", "must have 1 to 255 printable ASCII characters without spaces"}))
		return
	}
	hash, p := hashRequest(c)
	if p != nil {
		WriteProblem(c, p)
		return
	}
	entry := s.newEntry(c, key, hash)
	old, began, err := s.idempotency.BeginIdempotent(c.Request.Context(), entry)
	switch {
	case err != nil:
		_ = c.Error(fmt.Errorf("begin idempotent request: %w", err)) // for the log
		WriteProblem(c, Overloaded("The idempotency key could not be stored; nothing was done."))
	case began:
		s.record(c, entry)
	case subtle.ConstantTimeCompare(old.RequestHash, hash) != 1:
		WriteProblem(c, NewProblem(KindKeyReused, "This Idempotency-Key came before with another request. Use a new key for a new request, or repeat the first one unchanged.",
			FieldProblem{"header.Idempotency-Key", "was used for another request"}))
	case old.Response == nil:
		p := NewProblem(KindInProgress, "The same request is still at work. Repeat it after the time in Retry-After to get its answer.")
		p.RetryAfter = time.Second
		WriteProblem(c, p)
	default:
		replay(c, *old.Response)
	}
}

func (s *Server) newEntry(c *gin.Context, key string, hash []byte) IdempotencyEntry {
	p, _ := PrincipalFrom(c.Request.Context())
	now := s.now().UTC().Truncate(time.Microsecond)
	return IdempotencyEntry{
		Scope: strings.Join([]string{p.Account, string(p.Role), p.Subject, c.Request.Method, c.FullPath()}, "\n"), Key: key, RequestHash: hash,
		Owner: rand.Text(), CreatedAt: now, LeaseUntil: now.Add(s.cfg.IdempotencyLease), ExpiresAt: now.Add(s.cfg.IdempotencyTTL),
	}
}

// hashRequest reads the body, puts it back and hashes it with method, path and
// query. The boundary of a form is left out: clients make a new one each time.
func hashRequest(c *gin.Context) ([]byte, *Problem) {
	body, err := io.ReadAll(c.Request.Body)
	if err != nil {
		if p := bodyFailure(c.Request.Context()); p != nil {
			return nil, p
		}
		return nil, bodyProblem(err)
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(body))
	media, params, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err == nil && strings.HasPrefix(media, "multipart/") && params["boundary"] != "" {
		body = bytes.ReplaceAll(body, []byte(params["boundary"]), nil)
	}
	sum := sha256.Sum256(body)
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n%x", c.Request.Method, c.Request.URL.RequestURI(), media, sum)
	return h.Sum(nil), nil
}

// bodyFailure is what stopped the reading of a request's body, if anything did.
func bodyFailure(ctx context.Context) *Problem {
	if g, ok := ctx.Value(bodyKey).(*bodyGuard); ok {
		return g.failed.Load()
	}
	return nil
}

// record runs the request with its answer held back until it is stored.
func (s *Server) record(c *gin.Context, entry IdempotencyEntry) {
	real := c.Writer
	rec := &recorder{ResponseWriter: real}
	finished := false
	defer func() {
		c.Writer = real
		if !finished { // the handler panicked
			s.abandon(c, entry)
		}
	}()
	c.Writer = rec
	c.Next()
	status := real.Status()
	if status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout {
		s.abandon(c, entry)
	} else {
		s.finish(c, entry, rec, status)
	}
	finished = true
	real.WriteHeaderNow()
	_, _ = real.Write(rec.body.Bytes()) // the client may have gone; its retry gets the answer
}

func (s *Server) finish(c *gin.Context, entry IdempotencyEntry, rec *recorder, status int) {
	r := StoredResponse{Status: status, Header: map[string][]string{}, Body: rec.body.Bytes()}
	for _, name := range storedHeaders {
		if v := rec.Header().Values(name); len(v) > 0 {
			r.Header[name] = v
		}
	}
	if s.secret[c.FullPath()] && status < http.StatusMultipleChoices {
		r = withheld()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), storeTimeout)
	defer cancel()
	if err := s.idempotency.FinishIdempotent(ctx, entry.Scope, entry.Key, entry.Owner, r); err != nil {
		// The work is done, so its answer is true and goes out all the same.
		_ = c.Error(fmt.Errorf("store idempotent answer: %w", err))
	}
}

// withheld is what is stored in place of an answer with a secret: whoever reads
// the store, or repeats the request later, must not find it.
func withheld() StoredResponse {
	p := NewProblem(KindConflict, "This request was carried out the first time it came. Its answer held a secret, which is shown once and not stored: "+
		"if that answer was lost, undo what was made and repeat the request with a new Idempotency-Key.")
	body, err := json.Marshal(p)
	if err != nil { // strings and numbers always marshal
		panic(err)
	}
	return StoredResponse{Status: p.Status, Header: map[string][]string{"Content-Type": {problemContentType}}, Body: body}
}

func (s *Server) abandon(c *gin.Context, entry IdempotencyEntry) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), storeTimeout)
	defer cancel()
	if err := s.idempotency.AbandonIdempotent(ctx, entry.Scope, entry.Key, entry.Owner); err != nil {
		_ = c.Error(fmt.Errorf("abandon idempotent request: %w", err))
	}
}

func replay(c *gin.Context, r StoredResponse) {
	for name, values := range r.Header {
		c.Writer.Header()[http.CanonicalHeaderKey(name)] = values
	}
	c.Header("Idempotency-Replayed", "true")
	c.Abort()
	c.Status(r.Status)
	c.Writer.WriteHeaderNow()
	_, _ = c.Writer.Write(r.Body) // the client may have gone
}

// recorder holds an answer back.
type recorder struct {
	gin.ResponseWriter
	body    bytes.Buffer
	written bool
}

func (r *recorder) Write(p []byte) (int, error) {
	r.written = true
	return r.body.Write(p)
}

func (r *recorder) WriteString(s string) (int, error) {
	r.written = true
	return r.body.WriteString(s)
}

// WriteHeaderNow and Flush would let the answer out.
func (r *recorder) WriteHeaderNow() { r.written = true }
func (r *recorder) Flush()          {}
func (r *recorder) Written() bool   { return r.written }
func (r *recorder) Size() int       { return r.body.Len() }

// Unwrap lets http.ResponseController reach the connection, for deadlines.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// expireEntries removes old entries now and then, until ctx ends.
func (s *Server) expireEntries(ctx context.Context) {
	if s.idempotency == nil {
		return
	}
	ticker := time.NewTicker(10 * time.Minute)
	defer ticker.Stop()
	for {
		if n, err := s.idempotency.ExpireIdempotent(ctx, s.now()); err != nil && ctx.Err() == nil {
			s.log.Error("expire idempotency entries", "error", err)
		} else if n > 0 {
			s.log.Info("expired idempotency entries", "count", n)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
