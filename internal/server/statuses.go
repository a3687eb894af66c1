package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// idempotencyHeader is what every POST may carry, see idempotent.
const idempotencyHeader = "Idempotency-Key"

// describe adds to an operation's entry what the middleware in front of it does: the key of a request that may be sent again, and the
// problems that come of a path, a body or such a key, whatever the operation itself answers.
func (a adapter) describe(op *huma.Operation) {
	repeatable := op.Method == http.MethodPost && !slices.Contains(a.cfg.Streaming, op.Path)
	if repeatable && !hasParameter(op, "header", idempotencyHeader) {
		most := 255
		op.Parameters = append(op.Parameters, &huma.Param{Name: idempotencyHeader, In: "header", Description: "the same request with the same key happens once",
			Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &most}})
	}
	if repeatable {
		mayAnswer(op, http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity)
	}
	if op.RequestBody != nil {
		mayAnswer(op, http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if strings.Contains(op.Path, "{") {
		mayAnswer(op, http.StatusNotFound)
	}
}

func hasParameter(op *huma.Operation, in, name string) bool {
	return slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.In == in && p.Name == name })
}

// mayAnswer adds problems to an operation's answers, in the form of one that it has; every operation that needs a key has one.
func mayAnswer(op *huma.Operation, statuses ...int) {
	like := op.Responses[strconv.Itoa(http.StatusUnauthorized)]
	if like == nil {
		return
	}
	for _, status := range statuses {
		key := strconv.Itoa(status)
		if op.Responses[key] == nil {
			op.Responses[key] = &huma.Response{Description: http.StatusText(status), Content: like.Content}
		}
	}
}
