package server

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

func guard(r io.Reader) *bodyGuard { return &bodyGuard{ReadCloser: io.NopCloser(r), utf8: true} }

func TestGuardReadsUTF8(t *testing.T) {
	tests := []struct {
		name, in string
		says     string // "" = accepted
	}{
		{"empty", "", ""},
		{"ASCII", "{}", ""},
		{"all lengths", "aé水😀", ""},
		{"byte order mark", "\ufeff{}", ""},
		{"replacement character", "\ufffd", ""},
		{"lone byte", "ab\xffcd", "near byte 2"},
		{"Latin 1", "caf\xe9 au lait", "near byte 3"},
		{"overlong", "a\xc0\xaf", "near byte 1"},
		{"surrogate", "\xed\xa0\x80", "near byte 0"},
		{"cut at the end", "aé\xf0\x9f\x98", "near byte 3"},
	}
	readers := map[string]func(io.Reader) io.Reader{
		"whole": func(r io.Reader) io.Reader { return r }, "bytes": iotest.OneByteReader,
		"halves": iotest.HalfReader, "EOF with data": iotest.DataErrReader,
	}
	for _, tc := range tests {
		for how, reader := range readers {
			t.Run(tc.name+" "+how, func(t *testing.T) {
				g := guard(reader(strings.NewReader(tc.in)))
				got, err := io.ReadAll(g)
				if tc.says == "" {
					if err != nil || string(got) != tc.in || g.failed.Load() != nil {
						t.Errorf("read %q, %v", got, err)
					}
					return
				}
				if err == nil || !strings.Contains(err.Error(), tc.says) || g.failed.Load() == nil {
					t.Errorf("error %v, want one that says %q", err, tc.says)
				}
			})
		}
	}
}

func FuzzGuard(f *testing.F) {
	f.Add([]byte("aé水😀"), 1)
	f.Add([]byte("\xf0\x9f\x98"), 2)
	f.Add([]byte("a\xc3"), 3)
	f.Add([]byte("\xed\xa0\x80abc"), 1)
	f.Fuzz(func(t *testing.T, in []byte, step int) {
		g := guard(&steps{in, max(1, step%64)})
		got, err := io.ReadAll(g)
		if utf8.Valid(in) != (err == nil) {
			t.Fatalf("%q in steps of %d: error %v", in, step, err)
		}
		if err == nil && !bytes.Equal(got, in) {
			t.Fatalf("%q came out as %q", in, got)
		}
	})
}

// steps hands out a few bytes at a time.
type steps struct {
	left []byte
	n    int
}

func (s *steps) Read(p []byte) (int, error) {
	if len(s.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), s.n)], s.left)
	s.left = s.left[n:]
	return n, nil
}

func TestIsJSON(t *testing.T) {
	for in, want := range map[string]bool{
		"": true, "application/json": true, "application/json; charset=utf-8": true, "Application/JSON": true,
		"application/problem+json": true, "multipart/form-data; boundary=x": false, "image/png": false, "application/x-ndjson": false, ";": false,
	} {
		if isJSON(in) != want {
			t.Errorf("isJSON(%q) = %v", in, !want)
		}
	}
}
