package httpapi_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"touchstone/internal/httpapi"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/server"
)

// row is one bad request (or an odd one that works), the status it gets, the place that is named and words of the answer.
type row struct {
	name     string
	call     call
	status   int
	location string
	says     string
}

// scoreBody is a POST /v1/score with a JSON body.
func scoreBody(body string) call {
	return call{method: "POST", path: "/v1/score", body: strings.NewReader(body)}
}

func post(path, body string) call {
	return call{method: "POST", path: path, body: strings.NewReader(body)}
}

// try runs rows with a key of the role unless a row has its own.
func (w *world) try(t *testing.T, role server.Role, rows []row) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			if r.call.token == "" {
				r.call.token = w.tokens[role]
			}
			got := w.do(t, r.call)
			if r.status >= 400 {
				wantProblem(t, got, r.status, r.location, r.says)
				return
			}
			if got.status != r.status || !strings.Contains(string(got.body), r.says) {
				t.Errorf("status %d, want %d and %q: %.600s", got.status, r.status, r.says, got.body)
			}
		})
	}
	w.healthy(t)
}

func TestBadBodies(t *testing.T) {
	w := newWorld(t, nil, nil)
	form := func(files ...file) call {
		contentType, body := multipartBody(t, files...)
		return call{method: "POST", path: "/v1/score", contentType: contentType, body: body}
	}
	pictures := `{"pictures":[` + strings.Repeat(`{"data":"aGVsbG8="},`, 199) + `{"data":"aGVsbG8="}]}`
	holder := `{"legal_name":"Velmora Srl","country":"IT","email":"ip@velmora.example"`
	w.try(t, server.RoleAdmin, []row{
		{"empty body", scoreBody(""), 400, "", "empty"},
		{"blank body", scoreBody(" \n"), 400, "", "empty"},
		{"not JSON", scoreBody("title=bag"), 400, "", "not JSON"},
		{"half of JSON", scoreBody(`{"title":"bag`), 400, "", "not JSON"},
		{"two values", scoreBody(`{"title":"bag"} {"title":"bag"}`), 400, "", "one value"},
		{"null", scoreBody(`null`), 422, "body.listing", "nothing to score"},
		{"a list", scoreBody(`[]`), 422, "body", "an object"},
		{"unknown field", scoreBody(`{"titel":"bag"}`), 422, "body.titel", "no such field"},
		{"unknown profile", scoreBody(`{"title":"bag","profile":"slow"}`), 422, "body.profile", "fast"},
		{"unknown field inside", scoreBody(`{"pictures":[{"dada":"aGVsbG8="}]}`), 422, "body.dada", "no such field"},
		{"wrong type", scoreBody(`{"title":5}`), 422, "body.title", "text"},
		{"wrong type inside", scoreBody(`{"price":{"amount":"5"}}`), 422, "body.price.amount", "a number"},
		{"number too large", scoreBody(`{"title":"a","price":{"amount":1e999}}`), 422, "body.price.amount", "a number"},
		{"invalid UTF-8", scoreBody("{\"title\":\"ba\xffg\"}"), 400, "", "UTF-8"},
		{"invalid UTF-8 in a form", form(file{field: "listing", data: []byte("{\"title\":\"ba\xffg\"}")}), 400, "", "UTF-8"},
		{"title of 1 MB", scoreBody(`{"title":"` + strings.Repeat("a", 1<<20) + `"}`), 422, "body.title", "at most 2000"},
		{"200 pictures", scoreBody(pictures), 422, "body.pictures", "at most 20"},
		{"200 pictures in a form", form(slicesOf(file{field: "picture", name: "a.jpg", data: []byte("x")}, 200)...), 422, "body.pictures", "at most 20"},
		{"deep nesting", scoreBody(`{"attributes":` + strings.Repeat("[", 100_000)), 400, "", "not JSON"},
		{"nothing to score", scoreBody(`{"id":"1"}`), 422, "body.listing", "nothing to score"},
		{"base64 garbage", scoreBody(`{"pictures":[{"data":"%%%%"}]}`), 422, "body.pictures", "base64"},
		{"base64 of the web", scoreBody(`{"pictures":[{"data":"-_-_"}]}`), 422, "body.pictures", "base64"},
		{"form without a boundary", call{method: "POST", path: "/v1/score", contentType: "multipart/form-data", body: strings.NewReader("x")}, 400, "", "boundary"},
		{"form that is none", call{method: "POST", path: "/v1/score", contentType: "multipart/form-data; boundary=b", body: strings.NewReader("x")}, 400, "", "no parts"},
		{"form cut short", call{method: "POST", path: "/v1/score", contentType: "multipart/form-data; boundary=b", body: strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"picture\"\r\n\r\nabc")}, 400, "", "broken"},
		{"unknown part", form(file{field: "file", name: "a.jpg", data: intaketest.Drawing(t, 1)}), 422, "body.file", "picture"},
		{"form of a browser", call{method: "POST", path: "/v1/score", contentType: "application/x-www-form-urlencoded", body: strings.NewReader("title=bag")}, 415, "", "application/json"},
		{"XML", call{method: "POST", path: "/v1/score", contentType: "application/xml", body: strings.NewReader("<a/>")}, 415, "", "application/json"},
		{"unknown marketplace", scoreBody(`{"title":"bag","marketplace":"nowhere"}`), 422, "body.marketplace", "PUT /v1/marketplaces"},

		{"holder: empty body", post("/v1/holders", ""), 400, "", "empty"},
		{"holder: not JSON", post("/v1/holders", "{"), 400, "", "not valid JSON"},
		{"holder: unknown field", post("/v1/holders", holder+`,"colour":"red"}`), 422, "body.colour", "not a field"},
		{"holder: wrong type", post("/v1/holders", `{"legal_name":5,"country":"IT","email":"a@b.example"}`), 422, "body.legal_name", "string"},
		{"holder: missing field", post("/v1/holders", `{"legal_name":"Velmora Srl","country":"IT"}`), 422, "body", "email"},
		{"holder: invalid UTF-8", post("/v1/holders", "{\"legal_name\":\"\xc3\x28\"}"), 400, "", "UTF-8"},
		{"holder: long country", post("/v1/holders", `{"legal_name":"V","country":"Italy","email":"a@b.example"}`), 422, "body.country", "at most this many characters: 2"},
		{"holder: no such country", post("/v1/holders", `{"legal_name":"V","country":"QQ","email":"a@b.example"}`), 422, "body.country", ""},
		{"right: no such holder", post("/v1/rights", `{"holder_id":"hol_x","name":"V","type":"design","territories":["WW"]}`), 422, "body.holder_id", ""},
		{"right: no such day", post("/v1/rights", `{"holder_id":"hol_x","name":"V","type":"design","territories":["WW"],"expires_on":"2031-02-30"}`), 422, "body.expires_on", "2031-05-14"},
		{"reference: a right that is not there", post("/v1/rights/rgt_missing/references", `{"word":"Velmora"}`), 404, "", "rgt_missing"},
		{"reference: picture for a right that is not there", post("/v1/rights/rgt_missing/references", `{"picture":"`+base64.StdEncoding.EncodeToString(intaketest.Drawing(t, 1))+`"}`), 404, "", "rgt_missing"},
		{"reference: neither", post("/v1/rights/rgt_missing/references", `{}`), 422, "body", "picture or word"},
		{"reference: both", post("/v1/rights/rgt_missing/references", `{"word":"V","picture":"aGVsbG8="}`), 422, "body", "picture or word"},
		{"reference: empty body", post("/v1/rights/rgt_missing/references", ""), 400, "", "empty"},
		{"batch: no body", post("/v1/score/batch", ""), 400, "", "no lines"},
		{"batch: bad ID", post("/v1/score/batch?batch=a%20b", "{}"), 422, "query.batch", "letters"},
		{"limit of a page", call{method: "GET", path: "/v1/rights?limit=0"}, 422, "query.limit", ""},
		{"limit that is no number", call{method: "GET", path: "/v1/rights?limit=many"}, 422, "query.limit", ""},
		{"after that is no page", call{method: "GET", path: "/v1/rights?after=garbage"}, 422, "query.after", "next of the page before"},
		{"after of something else", call{method: "GET", path: "/v1/rights?after=ref_06f0cy1v5y5v3a0s4c0w8v1mr0"}, 422, "query.after", "rgt_"},
		{"after that could be one", call{method: "GET", path: "/v1/rights?after=rgt_06f0cy1v5y5v3a0s4c0w8v1mr0"}, 200, "", "rights"},

		{"idempotency key with a blank", call{method: "POST", path: "/v1/holders", body: strings.NewReader(holder + "}"), header: map[string]string{"Idempotency-Key": "a b"}}, 400, "header.Idempotency-Key", "UUID"},
		{"wrong method", call{method: "PUT", path: "/v1/score"}, 405, "", "Allow"},
		{"unknown route", call{method: "GET", path: "/v1/designs"}, 404, "", "/docs"},
		{"unknown report", call{method: "GET", path: "/v1/reports/rep_missing"}, 404, "", "rep_missing"},
		{"ID with a line break", call{method: "GET", path: "/v1/reports/a%0d%0aSet-Cookie:%20a=b"}, 404, "", ""},
	})
}

func slicesOf(f file, n int) []file {
	out := make([]file, n)
	for i := range out {
		out[i] = f
	}
	return out
}

func TestPictures(t *testing.T) {
	w := newWorld(t, nil, nil)
	sound := intaketest.Drawing(t, 1)
	animated := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("..", "photo", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	svg := []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><image href="file:///etc/passwd"/></svg>`)
	for _, p := range []struct {
		name   string
		data   []byte
		status int
		says   string
	}{
		{"text", []byte("This is not a picture."), 422, "\nformat not accepted: this is text"},
		{"empty", nil, 422, "no bytes"},
		{"truncated", sound[:len(sound)/2], 422, "damaged or cut short"},
		{"one dot", intaketest.Dot(t), 422, "at least 8"},
		{"30,000 x 30,000 in 2 KB", bomb(30_000, 30_000, 2_048), 422, "at most 64000000"},
		{"animated GIF", animated("animated.gif"), 200, `"width":`},
		{"animated WebP", animated("animated.webp"), 200, `"width":`},
		{"TIFF", append([]byte("II*\x00"), make([]byte, 100)...), 422, "TIFF"},
		{"SVG", svg, 422, "SVG"},
		{"wrong extension and type", sound, 200, `"width":120`},
	} {
		contentType, body := multipartBody(t, file{field: "picture", name: "picture.png", contentType: "image/png", data: p.data})
		rows := []row{{"form: " + p.name, call{method: "POST", path: "/v1/score", contentType: contentType, body: body}, p.status, "body.pictures[0]", p.says}}
		if p.data != nil { // JSON cannot tell an empty picture from none, see below
			rows = append(rows, row{"JSON: " + p.name, scoreBody(picture(p.data)), p.status, "body.pictures[0]", p.says})
		}
		w.try(t, server.RolePipeline, rows)
	}
	w.try(t, server.RolePipeline, []row{
		{"JSON: no data", scoreBody(`{"pictures":[{}]}`), 422, "body.pictures[0]", "no bytes"},
		{"the second is bad", scoreBody(`{"pictures":[{"data":"` + base64.StdEncoding.EncodeToString(sound) + `"},{"data":"aGVsbG8="}]}`), 422, "body.pictures[1]", ""},
		{"URLs switched off", scoreBody(`{"pictures":[{"url":"https://pictures.example/a.jpg"}]}`), 422, "body.pictures[0]", "switched off"},
	})
	right := w.right(t, w.holder(t).ID, "design", "Meander")
	w.try(t, server.RoleOperator, []row{
		{"reference: text", post("/v1/rights/"+right.ID+"/references", `{"picture":"aGVsbG8="}`), 422, "body.picture", "text"},
	})
}

// bomb is a PNG that declares more pixels than it holds, padded to a size.
func bomb(width, height uint32, size int) []byte {
	chunk := func(name string, data []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		out = append(append(out, name...), data...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(header, 8, 2, 0, 0, 0))...)
	return append(out, chunk("IDAT", make([]byte, size-len(out)-12))...)
}

func TestWhoMayCall(t *testing.T) {
	w := newWorld(t, nil, nil)
	old := server.NewKeys(w.Store, 0, past(2*time.Hour))
	hourAgo := time.Now().Add(-time.Hour)
	expired := w.issue(t, old, server.KeyRequest{Account: "a", Name: "old", Role: server.RoleAdmin, ExpiresAt: &hourAgo})
	key, revoked, err := w.keys.Issue(t.Context(), server.KeyRequest{Account: "a", Name: "gone", Role: server.RoleAdmin})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.keys.Revoke(t.Context(), key.ID); err != nil {
		t.Fatal(err)
	}
	wrong := []byte(w.tokens[server.RoleAdmin])
	wrong[len(wrong)-1] = map[bool]byte{true: 'B', false: 'A'}[wrong[len(wrong)-1] == 'A'] // another letter
	var made httpapi.Scored
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"title": "bag"}, http.StatusOK, &made)
	stranger := w.issue(t, w.keys, server.KeyRequest{Account: "stranger", Name: "x", Role: server.RolePipeline})
	other := w.holder(t)

	if r := w.do(t, scoreBody(`{"title":"bag"}`)); r.header.Get("WWW-Authenticate") == "" {
		t.Error("an answer to a request without a key does not ask for one")
	} else {
		wantProblem(t, r, 401, "", "Authorization: Bearer")
	}
	with := func(token string, c call) call { c.token = token; return c }
	title := `{"title":"bag"}`
	w.try(t, server.RoleAdmin, []row{
		{"not a key", with("secret", scoreBody(title)), 401, "", "not an API key"},
		{"wrong key", with(string(wrong), scoreBody(title)), 401, "", "not known"},
		{"expired key", with(expired, scoreBody(title)), 401, "", "expired"},
		{"revoked key", with(revoked, scoreBody(title)), 401, "", "revoked"},
		{"holder scores", with(w.tokens[server.RoleHolder], scoreBody(title)), 403, "", "holder may not"},
		{"holder scores a batch", with(w.tokens[server.RoleHolder], post("/v1/score/batch", title)), 403, "", "holder may not"},
		{"pipeline registers", with(w.tokens[server.RolePipeline], post("/v1/holders", "{}")), 403, "", "pipeline may not"},
		{"operator issues a key", with(w.tokens[server.RoleOperator], post("/v1/keys", "{}")), 403, "", "takes admin"},
		{"another owner's report", with(stranger, call{method: "GET", path: "/v1/reports/" + made.ID}), 404, "", made.ID},
		{"another owner's evidence", with(stranger, call{method: "GET", path: "/v1/reports/" + made.ID + "/findings/0/overlay"}), 404, "", made.ID},
		{"another owner's pictures", with(stranger, call{method: "GET", path: "/v1/reports/" + made.ID + "/findings/0/side-by-side"}), 404, "", made.ID},
		{"another owner's holder", with(w.tokens[server.RoleHolder], call{method: "GET", path: "/v1/holders/" + other.ID}), 404, "", other.ID},
		{"a right under another owner's holder", with(w.tokens[server.RoleHolder], post("/v1/rights", `{"holder_id":"`+other.ID+`","name":"V","type":"design","territories":["WW"]}`)), 422, "body.holder_id", ""},
		{"no evidence for a text", with(w.tokens[server.RolePipeline], call{method: "GET", path: "/v1/reports/" + made.ID + "/findings/0/overlay"}), 404, "", "0 findings"},
		{"its owner", with(w.tokens[server.RolePipeline], call{method: "GET", path: "/v1/reports/" + made.ID}), 200, "", made.ID},
		{"a reviewer", with(w.tokens[server.RoleReviewer], call{method: "GET", path: "/v1/reports/" + made.ID}), 200, "", made.ID},
	})
}

func TestIdempotencyKeys(t *testing.T) {
	w := newWorld(t, nil, nil)
	create := func(body string) call {
		c := post("/v1/holders", body)
		c.token, c.header = w.tokens[server.RoleOperator], map[string]string{"Idempotency-Key": "4711"}
		return c
	}
	first := w.do(t, create(`{"legal_name":"Velmora Srl","country":"IT","email":"ip@velmora.example"}`))
	again := w.do(t, create(`{"legal_name":"Velmora Srl","country":"IT","email":"ip@velmora.example"}`))
	if first.status != 201 || again.status != 201 || !bytes.Equal(first.body, again.body) || again.header.Get("Idempotency-Replayed") != "true" || again.header.Get("Location") == "" {
		t.Errorf("first %d %s, again %d %s (replayed %q)", first.status, first.body, again.status, again.body, again.header.Get("Idempotency-Replayed"))
	}
	wantProblem(t, w.do(t, create(`{"legal_name":"Another","country":"IT","email":"ip@velmora.example"}`)), 422, "header.Idempotency-Key", "another request")

	score := func(data []byte) call { // each form has another boundary
		contentType, body := multipartBody(t, file{field: "picture", name: "a.jpg", data: data})
		return call{method: "POST", path: "/v1/score", token: w.tokens[server.RolePipeline], contentType: contentType, body: body, header: map[string]string{"Idempotency-Key": "a"}}
	}
	one, two := w.do(t, score(intaketest.Drawing(t, 1))), w.do(t, score(intaketest.Drawing(t, 1)))
	if one.status != 200 || !bytes.Equal(one.body, two.body) {
		t.Errorf("a form sent again: %d %.100s then %d %.100s", one.status, one.body, two.status, two.body)
	}
	wantProblem(t, w.do(t, score(intaketest.Drawing(t, 2))), 422, "header.Idempotency-Key", "another request")
	w.healthy(t)
}

func TestLargeRequests(t *testing.T) {
	w := newWorld(t, nil, nil)
	token := w.tokens[server.RolePipeline]
	t.Run("40 MB with a length", func(t *testing.T) {
		r := w.do(t, call{method: "POST", path: "/v1/score", token: token, body: bytes.NewReader(make([]byte, 40<<20))})
		wantProblem(t, r, 413, "", "33554432 bytes")
	})
	t.Run("40 MB without a length", func(t *testing.T) {
		r := w.do(t, call{method: "POST", path: "/v1/score", token: token, body: io.LimitReader(blanks{}, 40<<20)})
		wantProblem(t, r, 413, "", "33554432 bytes")
	})
	w.healthy(t)
}

func TestSlowRequests(t *testing.T) {
	w := newWorld(t, nil, func(c *server.Config) {
		c.ReadHeaderTimeout, c.ReadTimeout = 300*time.Millisecond, 300*time.Millisecond
	})
	token := w.tokens[server.RolePipeline]
	t.Run("slow body", func(t *testing.T) {
		answer := w.raw(t, "POST /v1/score HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+token+"\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"title\":")
		if answer == nil {
			t.Fatal("the connection was closed without a word")
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		wantProblem(t, reply{answer.StatusCode, answer.Header, body}, 408, "", "in time")
	})
	t.Run("slow header", func(t *testing.T) {
		answer := w.raw(t, "POST /v1/score HTTP/1.1\r\nHost: x\r\nAuthor")
		if answer == nil {
			return // closed, which is an answer too
		}
		defer answer.Body.Close()
		if answer.StatusCode/100 != 4 {
			t.Errorf("half a header was answered %d", answer.StatusCode)
		}
	})
	t.Run("body shorter than announced", func(t *testing.T) {
		conn := w.dial(t)
		fmt.Fprintf(conn, "POST /v1/score HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{}", token)
		_ = conn.(*net.TCPConn).CloseWrite()
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		wantProblem(t, reply{answer.StatusCode, answer.Header, body}, 400, "", "ended before")
	})
	w.healthy(t)
}

// blanks is an endless body.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func (w *world) dial(t *testing.T) net.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", strings.TrimPrefix(w.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second)) // so that a server that never answers fails the test
	return conn
}

// raw sends bytes, keeps the connection open and waits for the answer; nil when it is closed without one.
func (w *world) raw(t *testing.T, request string) *http.Response {
	t.Helper()
	conn := w.dial(t)
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if os.IsTimeout(err) {
		t.Fatal("the server waits on and on")
	}
	if err != nil {
		return nil
	}
	return answer
}
