package server

import "strings"

// sentences are huma's messages in words that say what to do.
var sentences = map[string]string{
	"unexpected property":                      "is not a field of this request; correct its name or leave it out (see /docs)",
	"validation failed":                        "The request was understood but is not valid; each fault is in errors.",
	"request body is required":                 "The body is empty; this operation needs one (see /docs).",
	"expected string to be RFC 3339 date":      "must be a day such as 2031-05-14",
	"expected string to be RFC 3339 date-time": "must be a time such as 2031-05-14T09:30:00Z",
	"expected string to be base64 encoded":     "must be standard base64",
}

// beginnings are those of huma's messages that go on with a value, and what comes in their place.
var beginnings = []struct{ huma, ours string }{
	{"expected required property ", "needs the field "},
	{"expected length >= ", "must have at least this many characters: "},
	{"expected length <= ", "must have at most this many characters: "},
	{"expected array length >= ", "must have at least this many entries: "},
	{"expected array length <= ", "must have at most this many entries: "},
	{"expected number >= ", "must be a number of at least "},
	{"expected number <= ", "must be a number of at most "},
	{"expected value to be one of ", "must be one of "},
	{"expected string to match pattern ", "must match the pattern "},
	{"expected ", "must be: "},
}

// helpful says huma's short messages in words that say what to do.
func helpful(msg string) string {
	if s, ok := sentences[msg]; ok {
		return s
	}
	if strings.HasPrefix(msg, "unknown content type") {
		return "The header Content-Type names a format that this operation does not take; send application/json, or what /docs lists."
	}
	for _, b := range beginnings {
		if value, ok := strings.CutPrefix(msg, b.huma); ok {
			return b.ours + value
		}
	}
	return msg
}
