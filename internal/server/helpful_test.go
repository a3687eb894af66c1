package server

import "testing"

func TestHelpful(t *testing.T) {
	for huma, want := range map[string]string{
		"expected length <= 2":                           "must have at most this many characters: 2",
		"expected array length >= 1":                     "must have at least this many entries: 1",
		"expected string to be RFC 3339 date":            "must be a day such as 2031-05-14",
		"expected required property email to be present": "needs the field email to be present",
		"expected string":                                "must be: string",
		"unknown content type: text/plain":               "The header Content-Type names a format that this operation does not take; send application/json, or what /docs lists.",
		"A sentence that is one already stays as it is.": "A sentence that is one already stays as it is.",
		`expected value to be one of "holder, agent"`:    `must be one of "holder, agent"`,
		"expected number >= 1":                           "must be a number of at least 1",
	} {
		if got := helpful(huma); got != want {
			t.Errorf("%q becomes %q, want %q", huma, got, want)
		}
	}
}
