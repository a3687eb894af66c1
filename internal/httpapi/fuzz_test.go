package httpapi

import (
	"bufio"
	"bytes"
	"errors"
	"mime/multipart"
	"testing"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// refusal checks that what a parser refuses comes with a status of the client's fault and a sentence.
func refusal(t *testing.T, err error) {
	t.Helper()
	var status huma.StatusError
	if !errors.As(err, &status) || status.GetStatus() < 400 || status.GetStatus() > 499 || status.Error() == "" {
		t.Errorf("refused with %v, want an answer with a 4xx status", err)
	}
}

// FuzzListing reads any body with any content type. What is taken is UTF-8 throughout.
func FuzzListing(f *testing.F) {
	for _, contentType := range []string{"application/json", "", "multipart/form-data; boundary=b", "multipart/form-data", "text/plain"} {
		for _, body := range []string{
			"", "{}", `{"title":"bag","pictures":[{"data":"aGVsbG8="},{"url":"https://a.example/b.jpg"}],"price":{"amount":5,"currency":"EUR"},"attributes":{"a":"b"}}`,
			`{"title":"\ud800"}`, `{"pictures":[{"data":"%"}]}`, `{"title":1}`, `{"titel":"x"}`, `{"title":"a"}{"title":"b"}`, "[1e999]", `{"title":"` + "\xff" + `"}`, "null",
			"--b\r\nContent-Disposition: form-data; name=\"listing\"\r\n\r\n{\"title\":\"bag\"}\r\n--b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a.jpg\"\r\n\r\nabc\r\n--b--\r\n",
			"--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nabc\r\n--b--", "--b\r\n\r\n", "--b--",
		} {
			f.Add(contentType, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		l, err := listing(contentType, body)
		if err != nil {
			refusal(t, err)
			return
		}
		for _, s := range []string{l.ID, l.Title, l.Description, l.Seller, l.Marketplace} {
			if !utf8.ValidString(s) {
				t.Errorf("took %q, which is not UTF-8", s)
			}
		}
		if again, err := listing(contentType, body); err != nil || len(again.Pictures) != len(l.Pictures) || again.Title != l.Title {
			t.Errorf("read again: %+v, %v; first %+v", again, err, l)
		}
	})
}

// FuzzReference reads any body: what is taken is a picture or a word, not both.
func FuzzReference(f *testing.F) {
	for _, body := range []string{"", "{}", `{"word":"Velmora","language":"it"}`, `{"picture":"aGVsbG8=","view":"front"}`, `{"picture":"aGVsbG8=","word":"x"}`, `{"picture":""}`, `{"word":5}`} {
		f.Add("application/json", []byte(body))
	}
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a\"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a\"\r\n\r\ny\r\n--b--\r\n"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		r, err := reference(contentType, body)
		if err != nil {
			refusal(t, err)
			return
		}
		if (len(r.Picture) > 0) == (r.Word != "") {
			t.Errorf("took %+v", r)
		}
	})
}

// FuzzParseForm writes a form of any two parts and reads it back; then it reads the same bytes under any boundary.
func FuzzParseForm(f *testing.F) {
	f.Add([]byte(`{"title":"bag"}`), []byte("picture"), "b")
	f.Add([]byte("\r\n--b"), []byte("--b--"), "b")
	f.Add([]byte(nil), []byte(nil), "")
	f.Fuzz(func(t *testing.T, jsonPart, filePart []byte, boundary string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for name, data := range map[string][]byte{"listing": jsonPart, "picture": filePart} {
			part, err := w.CreateFormField(name)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = part.Write(data) // to memory
		}
		_ = w.Close() // to memory
		got, err := parseForm(w.FormDataContentType(), b.Bytes(), "listing")
		if err != nil || !bytes.Equal(got.json, jsonPart) || len(got.files) != 1 || !bytes.Equal(got.files[0], filePart) {
			t.Errorf("read %q, %q, %v", got.json, got.files, err)
		}
		if _, err := parseForm(`multipart/form-data; boundary="`+boundary+`"`, b.Bytes(), "listing"); err != nil {
			refusal(t, err)
		}
	})
}

// FuzzReadLine cuts any body into lines: together they are the body, and none is longer than the limit.
func FuzzReadLine(f *testing.F) {
	f.Add([]byte("a\nbb\n\nccc"), 2)
	f.Add([]byte("\n"), 1)
	f.Add(bytes.Repeat([]byte("x"), 100), 50)
	f.Fuzz(func(t *testing.T, body []byte, limit int) {
		limit = max(1, limit%100)
		want := bytes.SplitAfter(body, []byte("\n"))
		got := linesOf(body, int64(limit))
		if len(got) != len(want) {
			t.Fatalf("%d lines, want %d", len(got), len(want))
		}
		for i, l := range want {
			if len(l) > limit {
				l = nil
			}
			if !bytes.Equal(got[i], l) {
				t.Errorf("line %d is %q, want %q", i+1, got[i], l)
			}
		}
	})
}

// linesOf reads all lines with a small buffer; one that is too long is nil.
func linesOf(body []byte, limit int64) [][]byte {
	r := bufio.NewReaderSize(bytes.NewReader(body), 16)
	var out [][]byte
	for {
		line, tooLong, err := readLine(r, limit)
		if tooLong {
			line = nil
		}
		out = append(out, line)
		if err != nil {
			return out
		}
	}
}
