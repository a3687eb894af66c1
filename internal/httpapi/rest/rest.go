// Package rest is what every operation of the JSON API has in common: who may call it, pages, and how errors of use cases become
// problems (RFC 9457). Groups of operations that live in a package of their own share it with internal/httpapi.
package rest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/server"
)

// Operation is the common part of every operation: who may call it and which errors it answers.
func Operation(method, path, id, summary, tag string, roles []server.Role) huma.Operation {
	return server.Secured(huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{tag},
		Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable},
	}, roles...)
}

// Explain puts a text before what the operation says of its roles.
func Explain(op *huma.Operation, text string) { op.Description = text + "\n\n" + op.Description }

// actorKey holds the actor of a request in its context.
type actorKey struct{}

// WithActor gives the context of a request whose caller is more than its key says: an agent with its powers of attorney.
func WithActor(ctx context.Context, a casework.Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// Actor is the caller in casework's words.
func Actor(ctx context.Context) casework.Actor {
	if a, ok := ctx.Value(actorKey{}).(casework.Actor); ok {
		return a
	}
	p, _ := server.PrincipalFrom(ctx) // Secured has seen it
	return casework.Actor{Account: p.Account, Role: string(p.Role), Subject: p.Subject, Key: p.KeyID}
}

// Problem turns an error of a use case of casework into an answer; ok is false for an error that it does not know.
func Problem(err error) (problem error, ok bool) {
	var invalid *casework.ValidationError
	var ready *server.Problem
	var limited *docket.LimitError
	switch {
	case err == nil:
		return nil, true
	case errors.As(err, &ready):
		return ready, true
	case errors.As(err, &invalid):
		details := make([]error, len(invalid.Fields))
		for i, f := range invalid.Fields {
			details[i] = &huma.ErrorDetail{Location: "body." + f.Path, Message: f.Message}
		}
		return huma.Error422UnprocessableEntity("Some fields are not valid.", details...), true
	case errors.Is(err, casework.ErrNotFound):
		return huma.Error404NotFound(Sentence(err, casework.ErrNotFound)), true
	case errors.Is(err, casework.ErrConflict):
		return huma.Error409Conflict(Sentence(err, casework.ErrConflict)), true
	case errors.Is(err, casework.ErrForbidden):
		return huma.Error403Forbidden(Sentence(err, casework.ErrForbidden)), true
	case errors.Is(err, casework.ErrText):
		return huma.Error422UnprocessableEntity("A text holds a character that cannot be kept (NUL, or what is no UTF-8); leave it out."), true
	case errors.Is(err, casework.ErrAway):
		return server.Overloaded("The database cannot be reached."), true
	case errors.As(err, &limited):
		p := server.NewProblem(server.KindQuota, limited.Sentence)
		p.RetryAfter = time.Until(limited.Until)
		return p, true
	case errors.Is(err, context.DeadlineExceeded):
		return server.Overloaded("The request took too long."), true
	case errors.Is(err, context.Canceled):
		return server.NewProblem(server.KindTimeout, "The client went away."), true
	}
	return err, false
}

// Errors is how a group of operations tells of errors; its API embeds it.
type Errors struct {
	Log *slog.Logger // of what nobody expected; nil: nothing is logged
}

// Problem turns an error of a use case into an answer, and none into nil. What is not known is logged and answered as 500 without its text.
func (e Errors) Problem(ctx context.Context, err error) error {
	if p, ok := Problem(err); ok {
		return p
	}
	if e.Log != nil {
		e.Log.ErrorContext(ctx, "request failed", "error", err)
	}
	return Internal()
}

// Internal is the answer to an error that nobody expected; its text stays in the log.
func Internal() error {
	return huma.Error500InternalServerError("Something failed here; the log has it under this request's ID.")
}

// Sentence is what an error says behind its sentinel, which the status says already, written as a sentence.
func Sentence(err, sentinel error) string {
	text := err.Error()
	if sentinel != nil {
		if _, behind, ok := strings.Cut(text, sentinel.Error()+": "); ok {
			text = behind
		}
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(text[size:], ".") + "."
}

// Created is the answer to a POST that made something.
type Created[T any] struct {
	Location string `header:"Location" doc:"where what was made can be read"`
	Body     T
}

// Answer is a plain answer.
type Answer[T any] struct {
	Body T
}

// ByID names something in the path.
type ByID struct {
	ID string `path:"id" maxLength:"100"`
}

// PageQuery is the part of a page in a query.
type PageQuery struct {
	After string `query:"after" doc:"the next of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

// Backwards is the part of a page in a query of a list that begins with the newest.
type Backwards struct {
	Before string `query:"before" maxLength:"64" doc:"the next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

// Repeatable is the key of a request that may be sent again.
type Repeatable struct {
	Key string `header:"Idempotency-Key" maxLength:"255" doc:"the same request with the same key happens once"`
}

// NotNil gives an empty list for none, so that JSON has [] and not null.
func NotNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// cursorPattern is the form of an ID behind its prefix, see casework.NewID.
var cursorPattern = regexp.MustCompile(`^[0-9a-hjkmnp-tv-z]{26}$`)

// Cursor checks a query parameter that holds the ID that a page before ended with, or nothing.
func Cursor(location, prefix, after string) error {
	if after == "" {
		return nil
	}
	if len(after) > len(prefix) && after[:len(prefix)] == prefix && cursorPattern.MatchString(after[len(prefix):]) {
		return nil
	}
	return huma.Error422UnprocessableEntity("The page cannot be found.", &huma.ErrorDetail{
		Location: location, Message: fmt.Sprintf("must be the next of the page before, such as %s06f0…, or left out for the first page", prefix),
	})
}

// Cut is a list of which one more than a page was asked for: the page, and the ID that the next begins behind, "" on the last.
func Cut[T any](list []T, limit int, id func(T) string) (page []T, next string) {
	if len(list) <= limit {
		return NotNil(list), ""
	}
	return list[:limit], id(list[limit-1])
}
