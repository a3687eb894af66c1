package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"touchstone/embed/onnx"
	"touchstone/embed/onnx/onnxtest"
)

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) { os.Exit(build(m)) }

func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "touchstone-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "touchstone")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// environment is what the program needs to find its models, or the test is missing it.
func environment(t testing.TB) []string {
	t.Helper()
	library, err := onnx.FindLibrary("")
	if errors.Is(err, onnx.ErrLibrary) {
		onnxtest.Missing(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	pack := os.Getenv("TOUCHSTONE_PACK")
	if pack == "" {
		if pack, err = filepath.Abs(filepath.Join("..", "..", "models", "packs", "touchstone-base")); err != nil {
			t.Fatal(err)
		}
	}
	return append(os.Environ(), "ONNXRUNTIME_LIB="+library, "TOUCHSTONE_PACK="+pack)
}

// packsFolder is where the repository keeps its packs.
func packsFolder(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", "models", "packs"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// patience is how long a step may take before the test is given up; it is no expectation.
const patience = 4 * time.Minute

// command runs the program to its end and gives what it printed and its exit status.
func command(t testing.TB, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env, cmd.Dir = environment(t), t.TempDir()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// process is a running service.
type process struct {
	cmd    *exec.Cmd
	url    string
	key    string   // the first key, as printed
	curls  []string // the lines to try, as printed
	stdout *transcript
	stderr *transcript
	ended  chan error
}

// transcript is what a process wrote so far.
type transcript struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

var (
	addressLine = regexp.MustCompile(`(?m)^Touchstone \S+  (http://\S+)`)
	keyLine     = regexp.MustCompile(`(?m)(?:Demo key|shown this once): (ts_\w+)$`)
	curlLine    = regexp.MustCompile(`(?m)^ *(curl .+)$`)
)

// start starts the service on a folder and a free port and waits until it answers.
func start(t testing.TB, data string, flags ...string) *process {
	t.Helper()
	p := &process{stdout: &transcript{}, stderr: &transcript{}, ended: make(chan error, 1)}
	p.cmd = exec.Command(binary, append([]string{"serve", "--addr", "127.0.0.1:0", "--data", data}, flags...)...)
	p.cmd.Env, p.cmd.Stderr = environment(t), p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.Copy(p.stdout, out)
		p.ended <- p.cmd.Wait()
	}()
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill()
			<-p.ended
		}
	})
	p.waitReady(t)
	said := p.stdout.String()
	if m := keyLine.FindStringSubmatch(said); m != nil {
		p.key = m[1]
	}
	for _, m := range curlLine.FindAllStringSubmatch(said, -1) {
		p.curls = append(p.curls, m[1])
	}
	return p
}

// waitReady waits for the address and then for the service to be ready, which it is only once everything is printed.
func (p *process) waitReady(t testing.TB) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-p.ended:
			p.ended <- err
			t.Fatalf("the service ended: %v\n%s\n%s", err, p.stdout, p.stderr)
		default:
		}
		if p.url == "" {
			if m := addressLine.FindStringSubmatch(p.stdout.String()); m != nil {
				p.url = m[1]
			}
			continue
		}
		resp, err := http.Get(p.url + "/readyz")
		if err != nil {
			continue
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatalf("the service is not ready:\n%s\n%s", p.stdout, p.stderr)
}

// get reads a page that needs no key.
func (p *process) get(t testing.TB, path string) string {
	t.Helper()
	resp, err := http.Get(p.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s answers %s: %v", path, resp.Status, err)
	}
	return string(body)
}

// stop ends the service by a signal and gives what Wait said.
func (p *process) stop(t testing.TB, signal os.Signal) error {
	t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		return err
	case <-time.After(patience):
		t.Fatalf("the service does not end on %v:\n%s", signal, p.stderr)
		return nil
	}
}

// quit is a stop that must go well.
func (p *process) quit(t testing.TB) {
	t.Helper()
	if err := p.stop(t, syscall.SIGTERM); err != nil {
		t.Errorf("the service's end: %v\n%s", err, p.stderr)
	}
}

// client is one that writes: its connections are its own.
type client struct {
	http.Client
	url, key string
}

func (p *process) client(key string) *client {
	return &client{Client: http.Client{Transport: &http.Transport{}, Timeout: patience}, url: p.url, key: key}
}

// call sends JSON and decodes the answer. ok is false when no whole answer came or the service is full or stopping; any
// other answer is an error.
func (c *client) call(method, path string, in, out any) (ok bool, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return false, err
	}
	req, err := http.NewRequest(method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.Do(req)
	if err != nil {
		return false, nil // the service is gone
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(bufio.NewReader(resp.Body))
	if err != nil {
		return false, nil // in the middle of an answer
	}
	switch {
	case resp.StatusCode == http.StatusServiceUnavailable:
		return false, nil
	case resp.StatusCode/100 != 2:
		return false, fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, answer)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return false, fmt.Errorf("%s %s: %w in %s", method, path, err, answer)
	}
	return true, nil
}

// must is a call that has to succeed.
func (c *client) must(t testing.TB, method, path string, in, out any) {
	t.Helper()
	if ok, err := c.call(method, path, in, out); err != nil || !ok {
		t.Fatalf("%s %s: answered %v, error %v", method, path, ok, err)
	}
}

// contains fails unless text holds each of the words.
func contains(t testing.TB, what, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q:\n%s", what, w, text)
		}
	}
}
