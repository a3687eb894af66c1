package server

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
)

// drainLimit is how much of a refused body is still read, so that a client
// that answers only after sending gets its 413 rather than a broken connection.
const (
	drainLimit = 64 << 20
	drainTime  = 5 * time.Second
)

// bodyGuard reads a request's body for the handlers, bounded and, for JSON,
// checked to be UTF-8. What stopped it is kept, since the libraries that read
// on top of it turn errors into text.
type bodyGuard struct {
	io.ReadCloser
	utf8   bool
	carry  []byte // the begin of a character whose end has not come yet
	offset int64  // bytes of whole characters read
	failed atomic.Pointer[Problem]
}

// guardBody puts a bodyGuard around the body of an API request.
func (s *Server) guardBody(c *gin.Context) {
	if !isAPI(c) || s.streams(c) || c.Request.Body == nil || c.Request.Body == http.NoBody {
		return
	}
	if c.Request.ContentLength > s.cfg.MaxBody {
		s.refuseBody(c)
		return
	}
	g := &bodyGuard{ReadCloser: http.MaxBytesReader(c.Writer, c.Request.Body, s.cfg.MaxBody), utf8: isJSON(c.ContentType())}
	c.Request.Body = g
	setContext(c, bodyKey, g)
}

func (s *Server) refuseBody(c *gin.Context) {
	c.Header("Connection", "close")
	WriteProblem(c, tooLarge(s.cfg.MaxBody))
	if c.GetHeader("Expect") != "" {
		return // the client waits for leave to send
	}
	rc := http.NewResponseController(c.Writer)
	_ = rc.Flush() // best effort: the client may have gone
	_ = rc.SetReadDeadline(time.Now().Add(drainTime))
	_, _ = io.CopyN(io.Discard, c.Request.Body, drainLimit)
}

func tooLarge(limit int64) *Problem {
	return NewProblem(KindTooLarge, fmt.Sprintf("The body may have at most %d bytes. Send fewer or smaller pictures, or their addresses.", limit))
}

// isJSON takes a missing content type for JSON, as the handlers do.
func isJSON(contentType string) bool {
	t, _, err := mime.ParseMediaType(contentType)
	return contentType == "" || err == nil && (t == "application/json" || strings.HasSuffix(t, "+json"))
}

// Read implements io.Reader.
func (g *bodyGuard) Read(p []byte) (int, error) {
	n, err := g.ReadCloser.Read(p)
	if g.utf8 && !g.check(p[:n], errors.Is(err, io.EOF)) {
		return 0, g.fail(NewProblem(KindBadRequest, fmt.Sprintf(
			"The body is not valid UTF-8 near byte %d. JSON is always UTF-8: save or encode the text as UTF-8.", g.offset)))
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return n, g.fail(bodyProblem(err))
	}
	return n, err
}

func (g *bodyGuard) fail(p *Problem) error {
	g.failed.CompareAndSwap(nil, p)
	return g.failed.Load()
}

// check goes on with the next bytes; last says that none follow.
func (g *bodyGuard) check(p []byte, last bool) bool {
	for len(g.carry) > 0 && len(p) > 0 && !utf8.FullRune(g.carry) {
		g.carry, p = append(g.carry, p[0]), p[1:]
	}
	if len(g.carry) > 0 && utf8.FullRune(g.carry) {
		if !utf8.Valid(g.carry) {
			return false
		}
		g.offset += int64(len(g.carry))
		g.carry = g.carry[:0]
	}
	cut := len(p)
	for back := 1; back < utf8.UTFMax && back <= len(p); back++ {
		if c := p[len(p)-back]; utf8.RuneStart(c) {
			if !utf8.FullRune(p[len(p)-back:]) {
				cut = len(p) - back
			}
			break
		}
	}
	whole := p[:cut]
	if !utf8.Valid(whole) {
		g.offset += int64(firstInvalid(whole))
		return false
	}
	g.offset += int64(cut)
	g.carry = append(g.carry, p[cut:]...)
	return !last || len(g.carry) == 0
}

// firstInvalid is where the first byte that is not UTF-8 stands.
func firstInvalid(p []byte) int {
	at := 0
	for at < len(p) {
		r, n := utf8.DecodeRune(p[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	return at
}

// bodyProblem says why a body could not be read.
func bodyProblem(err error) *Problem {
	var large *http.MaxBytesError
	var network net.Error
	switch {
	case errors.As(err, &large):
		return tooLarge(large.Limit)
	case errors.As(err, &network) && network.Timeout():
		return NewProblem(KindTimeout, "The body did not arrive in time. Check the connection, or send smaller pictures.")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return NewProblem(KindBadRequest, "The body ended before the length that the request announced.")
	}
	return NewProblem(KindBadRequest, "The body could not be read: its transfer is broken.")
}

// streams tells whether the route is one of Config.Streaming.
func (s *Server) streams(c *gin.Context) bool { return s.streaming[c.FullPath()] }

// prepareStream lets the body and the answer of a streaming route flow side by
// side for StreamTimeout.
func (s *Server) prepareStream(c *gin.Context) {
	if !s.streams(c) {
		return
	}
	rc := http.NewResponseController(c.Writer)
	until := time.Now().Add(s.cfg.StreamTimeout)
	// Each is an error only where the connection cannot do it, as in tests with
	// a recorder and HTTP/2, which is full duplex anyway.
	_ = rc.EnableFullDuplex()
	_ = rc.SetReadDeadline(until)
	_ = rc.SetWriteDeadline(until)
	// net/http cannot go on with a full-duplex connection whose body was left
	// unread, as refusals leave it: it panics now and then and resets it.
	c.Header("Connection", "close")
}
