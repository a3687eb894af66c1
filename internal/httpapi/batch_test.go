package httpapi_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"touchstone/internal/httpapi"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/server"
)

// stream is a batch under way: lines go in, answers come out.
type stream struct {
	in  *io.PipeWriter
	res *http.Response
	out *json.Decoder
	end context.CancelFunc
}

func (w *world) openBatch(t *testing.T, token, query string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, in := io.Pipe()
	req := w.request(t, call{method: "POST", path: "/v1/score/batch" + query, token: token, contentType: "application/x-ndjson", body: r}).WithContext(ctx)
	s := &stream{in: in, end: cancel}
	var err error
	if s.res, err = http.DefaultClient.Do(req); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.res.Body.Close() })
	s.out = json.NewDecoder(s.res.Body)
	return s
}

// line is one answer with its problem as ours.
type line struct {
	Line    int             `json:"line"`
	Status  int             `json:"status"`
	Resumed bool            `json:"resumed"`
	Result  *httpapi.Scored `json:"result"`
	Problem *server.Problem `json:"problem"`
}

// TestBatchAnswersWhileItIsSent: each answer is read before the next line is sent.
func TestBatchAnswersWhileItIsSent(t *testing.T) {
	w := newWorld(t, nil, nil)
	s := w.openBatch(t, w.tokens[server.RolePipeline], "")
	if got := s.res.Header.Get("Content-Type"); s.res.StatusCode != http.StatusOK || got != "application/x-ndjson" {
		t.Fatalf("status %d, content type %q", s.res.StatusCode, got)
	}
	picture := base64.StdEncoding.EncodeToString(intaketest.Drawing(t, 1))
	for i, tc := range []struct {
		line     string
		status   int
		location string
	}{
		{`{"id":"1","title":"bag"}`, 200, ""},
		{`{"id":"2","pictures":[{"data":"` + picture + `"}]}`, 200, ""},
		{`{"id":"3","titel":"bag"}`, 422, "body.titel"},
		{`not JSON`, 400, ""},
		{`{"id":"5","pictures":[{"data":"aGVsbG8="}]}`, 422, "body.pictures[0]"},
		{"{\"title\":\"\xff\"}", 400, ""},
		{`{"id":"7","title":"bag"}`, 200, ""},
	} {
		if _, err := io.WriteString(s.in, tc.line+"\n"); err != nil {
			t.Fatal(err)
		}
		var got line
		if err := s.out.Decode(&got); err != nil {
			t.Fatal(err)
		}
		if got.Line != i+1 || got.Status != tc.status {
			t.Errorf("answer %d: line %d, status %d; want line %d, status %d", i, got.Line, got.Status, i+1, tc.status)
		}
		switch {
		case tc.status != 200 && got.Problem != nil:
			checkProblem(t, *got.Problem, tc.status, tc.location, "")
		case tc.status != 200 || got.Result == nil || got.Result.Report.Listing != fmt.Sprint(i+1):
			t.Errorf("answer to %s: %+v", tc.line, got)
		}
	}
	s.in.Close()
	if err := s.out.Decode(new(line)); !errors.Is(err, io.EOF) {
		t.Errorf("after the last line: %v, want the end", err)
	}
}

// TestBatchKeepsTheOrder: with several lines at once, slow ones (pictures) before quick ones (titles).
func TestBatchKeepsTheOrder(t *testing.T) {
	w := newWorld(t, nil, nil)
	var body strings.Builder
	const n = 40
	for i := range n {
		l := object{"id": fmt.Sprint(i), "title": "bag"}
		if i%4 == 0 {
			l["pictures"] = []object{{"data": intaketest.Drawing(t, uint64(i))}}
		}
		body.Write(append(encoded(t, l), '\n'))
	}
	got := w.batch(t, w.tokens[server.RolePipeline], "", strings.TrimSpace(body.String())) // the last line has no line break
	if len(got) != n {
		t.Fatalf("%d answers, want %d", len(got), n)
	}
	for i, a := range got {
		if a.Line != i+1 || a.Status != 200 || a.Result.Report.Listing != fmt.Sprint(i) {
			t.Errorf("answer %d: %+v", i, a)
		}
	}
}

// batch sends a whole batch and reads all answers.
func (w *world) batch(t *testing.T, token, query, body string) []line {
	t.Helper()
	r := w.do(t, call{method: "POST", path: "/v1/score/batch" + query, token: token, contentType: "application/x-ndjson", body: strings.NewReader(body)})
	if r.status != http.StatusOK {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	var out []line
	for s := bufio.NewScanner(strings.NewReader(string(r.body))); s.Scan(); {
		var l line
		decodeInto(t, s.Bytes(), &l)
		out = append(out, l)
	}
	return out
}

// TestBatchResumes: what was scored under a batch ID is answered from its report; the client of the first try went away.
func TestBatchResumes(t *testing.T) {
	w := newWorld(t, nil, nil)
	token := w.tokens[server.RolePipeline]
	s := w.openBatch(t, token, "?batch=monday")
	reports := map[int]string{}
	for i := range 3 {
		fmt.Fprintf(s.in, "{\"id\":\"%d\",\"title\":\"bag\"}\n", i)
		var got line
		if err := s.out.Decode(&got); err != nil || got.Status != 200 {
			t.Fatalf("%v %+v", err, got)
		}
		reports[i] = got.Result.ID
	}
	s.end() // the client goes away in the middle of a line
	_, _ = io.WriteString(s.in, `{"id":"3","ti`)
	w.healthy(t)

	body := "{\"id\":\"0\",\"title\":\"bag\"}\n  {\"id\":\"1\",\"title\":\"bag\"}  \n{\"id\":\"2\",\"title\":\"BAG\"}\n{\"id\":\"3\",\"title\":\"bag\"}\n"
	got := w.batch(t, token, "?batch=monday", body)
	if len(got) != 4 {
		t.Fatalf("%d answers", len(got))
	}
	for i, resumed := range []bool{true, true, false, false} { // the third line is another one now
		if got[i].Status != 200 || got[i].Resumed != resumed || (got[i].Result.ID == reports[i]) != resumed {
			t.Errorf("line %d: %+v, want resumed %v", i+1, got[i], resumed)
		}
	}
	for _, l := range w.batch(t, token, "?batch=tuesday", body) {
		if l.Resumed {
			t.Errorf("another batch's line %d is resumed", l.Line)
		}
	}
	for _, l := range w.batch(t, w.tokens[server.RoleScientist], "?batch=monday", body) {
		if l.Resumed {
			t.Errorf("another account's line %d is resumed", l.Line)
		}
	}
}

func TestBatchBounds(t *testing.T) {
	w := newWorld(t, nil, nil)
	few := w.issue(t, w.keys, server.KeyRequest{Account: "market", Name: "few", Role: server.RolePipeline, PerMinute: 3})
	body := "{\"id\":\"1\",\"title\":\"bag\"}\n{\"id\":\"2\",\"title\":\"bag\"}\n{\"id\":\"3\",\"title\":\"bag\"}\n{\"id\":\"4\",\"title\":\"bag\"}\n"
	passed := 0
	for _, l := range w.batch(t, few, "?batch=a", body) { // several lines are at work at once: any of them may be those that pass
		if l.Status == 200 {
			passed++
		} else {
			checkProblem(t, *l.Problem, 429, "", "3 requests a minute")
		}
	}
	if passed != 2 { // the request itself counts as one
		t.Errorf("%d lines of a key with three requests a minute passed, want 2", passed)
	}
	if got := w.batch(t, w.tokens[server.RolePipeline], "", "\n \n"); len(got) != 1 || got[0].Status != 400 {
		t.Errorf("a batch of blank lines: %+v", got)
	}
	long := `{"title":"` + strings.Repeat("a", 33<<20) + `"}`
	got := w.batch(t, w.tokens[server.RolePipeline], "", "{\"title\":\"bag\"}\n"+long+"\n{\"title\":\"bag\"}\n")
	if len(got) != 3 || got[0].Status != 200 || got[1].Status != 413 || got[2].Status != 200 {
		t.Fatalf("a line of 33 MB between two others: %+v", got)
	}
	checkProblem(t, *got[1].Problem, 413, "", "fewer or smaller pictures")
}

// TestBatchEndsWithTheService: a shutdown ends the reading, answers what was read and says so.
func TestBatchEndsWithTheService(t *testing.T) {
	w := newWorld(t, nil, nil)
	s := w.openBatch(t, w.tokens[server.RolePipeline], "?batch=a")
	var got line
	fmt.Fprintln(s.in, `{"title":"bag"}`)
	if err := s.out.Decode(&got); err != nil || got.Status != 200 {
		t.Fatalf("%v %+v", err, got)
	}
	w.srv.Stop()
	got = line{}
	if err := s.out.Decode(&got); err != nil || got.Problem == nil {
		t.Fatalf("%v %+v", err, got)
	}
	checkProblem(t, *got.Problem, 503, "", "stopping")
	if err := s.out.Decode(&got); !errors.Is(err, io.EOF) {
		t.Errorf("then %v, want the end", err)
	}
}

// TestRefusedBatchesHurtNobody: the connection of a batch that was refused with its body unread is not one that fails others.
func TestRefusedBatchesHurtNobody(t *testing.T) {
	w := newWorld(t, nil, nil)
	for range 50 {
		for query, token := range map[string]string{"": w.tokens[server.RoleHolder], "?batch=%20": w.tokens[server.RolePipeline]} {
			if r := w.do(t, call{method: "POST", path: "/v1/score/batch" + query, token: token, body: strings.NewReader("{}\n{}\n")}); r.status/100 != 4 {
				t.Fatalf("status %d", r.status)
			}
			if r := w.do(t, call{method: "POST", path: "/v1/score", token: w.tokens[server.RolePipeline], body: strings.NewReader(`{"title":"bag"}`)}); r.status != http.StatusOK {
				t.Fatalf("the next request: %d", r.status)
			}
		}
	}
}
