package server

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
)

// Kind is a kind of error. Each has one status, see kinds.
type Kind string

// The kinds.
const (
	KindBadRequest      Kind = "bad-request"
	KindUnauthenticated Kind = "unauthenticated"
	KindForbidden       Kind = "forbidden"
	KindNotFound        Kind = "not-found"
	KindMethod          Kind = "method-not-allowed"
	KindNotAcceptable   Kind = "not-acceptable"
	KindTimeout         Kind = "request-timeout"
	KindConflict        Kind = "conflict"
	KindTooLarge        Kind = "too-large"
	KindMediaType       Kind = "unsupported-media-type"
	KindInvalid         Kind = "invalid"
	KindKeyReused       Kind = "idempotency-key-reused"
	KindInProgress      Kind = "request-in-progress"
	KindQuota           Kind = "quota-exceeded"
	KindInternal        Kind = "internal"
	KindOverloaded      Kind = "overloaded"
)

// kinds is the one table from kind to status and title. Of several kinds with
// one status the first is meant when only the status is known.
var kinds = []struct {
	kind   Kind
	status int
	title  string
}{
	{KindBadRequest, http.StatusBadRequest, "The request cannot be read"},
	{KindUnauthenticated, http.StatusUnauthorized, "A valid API key is needed"},
	{KindForbidden, http.StatusForbidden, "This key may not do that"},
	{KindNotFound, http.StatusNotFound, "Not found"},
	{KindMethod, http.StatusMethodNotAllowed, "Method not allowed here"},
	{KindNotAcceptable, http.StatusNotAcceptable, "No such representation"},
	{KindTimeout, http.StatusRequestTimeout, "The request came too slowly"},
	{KindConflict, http.StatusConflict, "In conflict with what is there"},
	{KindInProgress, http.StatusConflict, "The same request is at work"},
	{KindTooLarge, http.StatusRequestEntityTooLarge, "Too large"},
	{KindMediaType, http.StatusUnsupportedMediaType, "Unsupported media type"},
	{KindInvalid, http.StatusUnprocessableEntity, "The request is not valid"},
	{KindKeyReused, http.StatusUnprocessableEntity, "Idempotency key used for another request"},
	{KindQuota, http.StatusTooManyRequests, "Quota exceeded"},
	{KindInternal, http.StatusInternalServerError, "Internal error"},
	{KindOverloaded, http.StatusServiceUnavailable, "Overloaded"},
}

// FieldProblem is one fault in a request. Location is where: "body.title",
// "query.limit", "header.Idempotency-Key".
type FieldProblem struct {
	Location string `json:"location,omitempty" doc:"where the fault is, e.g. body.pictures[2]"`
	Message  string `json:"message" doc:"what is wrong and what is wanted"`
}

// Problem is an error as clients see it (RFC 9457). It is an error and, by
// GetStatus and ContentType, a huma.StatusError.
type Problem struct {
	Type     string         `json:"type" doc:"urn:touchstone:problem: and the kind of the error; stable, for programs"`
	Title    string         `json:"title" doc:"the kind of the error in words"`
	Status   int            `json:"status" doc:"HTTP status"`
	Detail   string         `json:"detail,omitempty" doc:"what went wrong this time, and what to do about it"`
	Instance string         `json:"instance,omitempty" doc:"urn:touchstone:request: and the request ID, as in X-Request-ID and the log"`
	Errors   []FieldProblem `json:"errors,omitempty" doc:"each fault found in the request"`

	// RetryAfter, where set, goes out as the header Retry-After in whole seconds.
	RetryAfter time.Duration `json:"-"`
}

const (
	problemURN         = "urn:touchstone:problem:"
	requestURN         = "urn:touchstone:request:"
	problemContentType = "application/problem+json"
)

// NewProblem makes a problem of a kind. Detail is a sentence that helps.
func NewProblem(k Kind, detail string, errs ...FieldProblem) *Problem {
	for _, row := range kinds {
		if row.kind == k {
			return &Problem{Type: problemURN + string(k), Title: row.title, Status: row.status, Detail: detail, Errors: errs}
		}
	}
	return NewProblem(KindInternal, detail, errs...)
}

// problemOfStatus makes the problem of the first kind with a status; a status
// that the table lacks keeps its HTTP name.
func problemOfStatus(status int, detail string) *Problem {
	for _, row := range kinds {
		if row.status == status {
			return NewProblem(row.kind, detail)
		}
	}
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail}
}

// Error implements error.
func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return problemContentType }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.RetryAfter > 0 {
		h.Set("Retry-After", retrySeconds(p.RetryAfter))
	}
	return h
}

// retrySeconds rounds up, so that a client that waits so long is in time.
func retrySeconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

// WriteProblem ends a request with a problem. Handlers beside huma use it; it
// fills in the instance.
func WriteProblem(c *gin.Context, p *Problem) {
	out := *p
	out.Instance = instance(c)
	for k, v := range out.GetHeaders() {
		c.Writer.Header()[k] = v
	}
	c.Abort()
	if c.Writer.Written() {
		return // too late: the answer is on its way
	}
	body, err := json.Marshal(out)
	if err != nil { // strings and numbers always marshal
		panic(err)
	}
	c.Header("Content-Type", problemContentType) // Data keeps one that a handler has set for its answer
	c.Data(out.Status, problemContentType, body)
}

func instance(c *gin.Context) string {
	if id := RequestID(c.Request.Context()); id != "" {
		return requestURN + id
	}
	return ""
}
