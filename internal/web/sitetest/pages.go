package sitetest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// Page is an answer, after redirects.
type Page struct {
	Status int
	Path   string
	Header http.Header
	Body   string
}

// Get fetches a page.
func (s *Site) Get(t testing.TB, path string) Page {
	t.Helper()
	res, err := s.Client.Get(s.Server.URL + path)
	return Read(t, res, err)
}

// Post sends a form.
func (s *Site) Post(t testing.TB, path string, form url.Values) Page {
	t.Helper()
	res, err := s.Client.PostForm(s.Server.URL+path, form)
	return Read(t, res, err)
}

// SignIn signs in by the form.
func (s *Site) SignIn(t testing.TB, email string) Page {
	t.Helper()
	return s.Post(t, "/sign-in", url.Values{"email": {email}, "password": {Password}})
}

// Send sends a form with files by name, in the field "files".
func (s *Site) Send(t testing.TB, path string, fields map[string]string, files map[string][]byte) Page {
	t.Helper()
	return s.sendAll(t, path, fields, "files", files)
}

// SendAs sends a form with one file under a field of its own.
func (s *Site) SendAs(t testing.TB, path string, fields map[string]string, field, name string, data []byte) Page {
	t.Helper()
	return s.sendAll(t, path, fields, field, map[string][]byte{name: data})
}

func (s *Site) sendAll(t testing.TB, path string, fields map[string]string, field string, files map[string][]byte) Page {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range files {
		f, err := m.CreateFormFile(field, name)
		if err == nil {
			_, err = f.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	res, err := s.Client.Post(s.Server.URL+path, m.FormDataContentType(), &b)
	return Read(t, res, err)
}

// Read reads an answer to its end.
func Read(t testing.TB, res *http.Response, err error) Page {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Page{res.StatusCode, res.Request.URL.Path, res.Header, string(body)}
}

var tokenPattern = regexp.MustCompile(`name="token" value="([0-9a-f]{32})"`)

// Token is what forms of the page carry.
func (p Page) Token(t testing.TB) string {
	t.Helper()
	m := tokenPattern.FindStringSubmatch(p.Body)
	if m == nil {
		t.Fatalf("no form on the page:\n%s", p.Body)
	}
	return m[1]
}

// Want fails the test when the page has another status or lacks a part.
func (p Page) Want(t testing.TB, status int, parts ...string) Page {
	t.Helper()
	if p.Status != status {
		t.Fatalf("%s answered %d, want %d:\n%s", p.Path, p.Status, status, p.Body)
	}
	for _, part := range parts {
		if !strings.Contains(p.Body, part) {
			t.Errorf("%s lacks %q:\n%s", p.Path, part, p.Body)
		}
	}
	return p
}
