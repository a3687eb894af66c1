//go:build bench || soak

package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"touchstone/detect"
)

// root is the checkout, seen from this package's folder, where tests run.
func root(t testing.TB) string {
	t.Helper()
	return absolute(t, "../..")
}

func absolute(t testing.TB, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// A service is a program that was started and answers over HTTP on loopback.
type service struct {
	url    string
	key    string
	pids   func() []int // of the processes that do its work
	client *http.Client
	tags   *atomic.Uint64 // makes each picture a new one
}

// pictureTags count the pictures of this run.
var pictureTags atomic.Uint64

// newClient is an HTTP client that keeps as many connections as it has callers.
func newClient() *http.Client {
	return &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 512, MaxConnsPerHost: 0, DisableCompression: true}}
}

var (
	saysAddress = regexp.MustCompile(`API: (http://[^/]+)/`)
	saysKey     = regexp.MustCompile(`The admin key, shown this once: (\S+)`)
)

// startTouchstone starts the program on an empty or prepared data folder, on a port that the system chooses, and waits until it
// says where it is. It is stopped at the test's end, which must end well.
func startTouchstone(t testing.TB, program, data, pack string, args ...string) *service {
	t.Helper()
	logPath := filepath.Join(t.TempDir(), "log")
	log, err := os.Create(logPath)
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{"serve", "--addr", "127.0.0.1:0", "--data", data, "--pack", pack}, args...)
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stderr = root(t), log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v; make build makes the program", err)
	}
	s := &service{client: newClient(), tags: &pictureTags, pids: func() []int { return []int{cmd.Process.Pid} }}
	t.Cleanup(func() { stopTouchstone(t, cmd, log) })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if m := saysAddress.FindStringSubmatch(lines.Text()); m != nil {
			s.url = m[1]
		}
		if m := saysKey.FindStringSubmatch(lines.Text()); m != nil {
			s.key = m[1]
			break // the last of what it says
		}
	}
	if s.url == "" || s.key == "" {
		said, _ := os.ReadFile(logPath)
		t.Fatalf("%s %s did not start:\n%s", program, strings.Join(args, " "), said)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the program
	return s
}

func stopTouchstone(t testing.TB, cmd *exec.Cmd, log *os.File) {
	defer log.Close()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("stop the service: %v", err)
	}
	kill := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	if err := cmd.Wait(); err != nil {
		t.Errorf("the service ended with %v", err)
	}
}

// send sends a request with the service's key and gives status, header and body of the answer.
func (s *service) send(ctx context.Context, method, path, contentType string, body []byte) (int, http.Header, []byte, error) {
	return s.sendAs(ctx, s.key, method, path, contentType, body)
}

func (s *service) sendAs(ctx context.Context, key, method, path, contentType string, body []byte) (int, http.Header, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	req.Header.Set("Content-Type", contentType)
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, answer, err
}

// call sends JSON and reads the JSON of an answer that must be a success.
func (s *service) call(t testing.TB, method, path string, in, out any) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	status, _, answer, err := s.send(t.Context(), method, path, "application/json", body)
	if err != nil {
		t.Fatal(err)
	}
	if status/100 != 2 {
		t.Fatalf("%s %s: %d: %s", method, path, status, answer)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		t.Fatalf("%s %s: %v: %s", method, path, err, answer)
	}
}

// form makes a multipart body of a JSON part and pictures, as `touchstone score` does.
func form(part string, value any, pictures ...[]byte) (contentType string, body []byte, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	header := textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf("form-data; name=%q", part)}, "Content-Type": {"application/json"}}
	field, err := w.CreatePart(header)
	if err != nil {
		return "", nil, err
	}
	if err := json.NewEncoder(field).Encode(value); err != nil {
		return "", nil, err
	}
	for _, picture := range pictures {
		file, err := w.CreateFormFile("picture", "picture.jpg")
		if err != nil {
			return "", nil, err
		}
		if _, err = file.Write(picture); err != nil {
			return "", nil, err
		}
	}
	err = w.Close()
	return w.FormDataContentType(), b.Bytes(), err
}

// metrics reads what the service counts.
func (s *service) metrics(ctx context.Context) (map[string]float64, error) {
	status, _, body, err := s.sendAs(ctx, "", http.MethodGet, "/metrics", "", nil)
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("/metrics answers %d", status)
	}
	return samples(bytes.NewReader(body))
}

// scored is what is read of an answer to POST /v1/score.
type scored struct {
	ID     string        `json:"id"`
	Report detect.Report `json:"report"`
}

// parseScored reads an answer to POST /v1/score, which must be a success.
func parseScored(status int, body []byte) (scored, error) {
	var s scored
	if status != http.StatusOK {
		return s, fmt.Errorf("status %d: %.300s", status, body)
	}
	return s, json.Unmarshal(body, &s)
}

// latencies are times of 10 µs to 5 min, in microseconds, to three digits.
func latencies() *hdrhistogram.Histogram {
	return hdrhistogram.New(10, (5 * time.Minute).Microseconds(), 3)
}

// flood has clients take turns at n pieces of work, and measures each. The first error ends it.
func flood(ctx context.Context, clients, n int, work func(ctx context.Context, i int) error) (*hdrhistogram.Histogram, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var next atomic.Int64
	var group sync.WaitGroup
	var mu sync.Mutex
	all := latencies()
	for range clients {
		group.Go(func() {
			own := latencies()
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				begin := time.Now()
				if err := work(ctx, i); err != nil {
					stop(fmt.Errorf("request %d: %w", i, err))
					return
				}
				_ = own.RecordValue(min(time.Since(begin).Microseconds(), own.HighestTrackableValue())) // within its range by then
			}
			mu.Lock()
			defer mu.Unlock()
			all.Merge(own)
		})
	}
	group.Wait()
	return all, context.Cause(ctx)
}

// milliseconds is a quantile of latencies.
func milliseconds(h *hdrhistogram.Histogram, quantile float64) float64 {
	return float64(h.ValueAtQuantile(quantile)) / 1000
}
