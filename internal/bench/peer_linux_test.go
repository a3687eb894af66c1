//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// peerPackages are what peer.py imports; ONNX Runtime in the version that the service runs.
var peerPackages = []string{"fastapi", "uvicorn", "onnxruntime==1.31.1", "pillow", "numpy", "faiss-cpu"}

// peerPython makes the peer's Python environment in .cache, once.
func peerPython(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(root(t), ".cache/bench-venv")
	python := filepath.Join(dir, "bin/python")
	const imports = "import faiss, fastapi, numpy, onnxruntime, PIL, uvicorn; assert onnxruntime.__version__ == '1.31.1'"
	if exec.Command(python, "-c", imports).Run() == nil {
		return python
	}
	var said strings.Builder
	err := runIn(t, root(t), &said, "python3", "-m", "venv", "--clear", dir)
	if err == nil {
		err = runIn(t, root(t), &said, python, append([]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check"}, peerPackages...)...)
	}
	if err == nil {
		err = runIn(t, root(t), &said, python, "-c", imports)
	}
	if err != nil {
		figures.table("Python peer: not measured", "why").add(fmt.Sprintf("its packages cannot be installed (%v); python3 with venv and pip, and a way to a package index, are needed", err))
		t.Skipf("the peer's packages (%s) cannot be installed: %v\n%s", strings.Join(peerPackages, " "), err, said.String())
	}
	return python
}

// startPeer starts the peer with two workers on a free port and waits until it answers.
func startPeer(t *testing.T, python string) *service {
	t.Helper()
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := probe.Addr().(*net.TCPAddr).Port
	must(t, probe.Close())
	cmd := exec.Command(python, "-m", "uvicorn", "peer:app", "--workers", "2", "--host", "127.0.0.1", "--port", fmt.Sprint(port), "--log-level", "warning")
	cmd.Dir, cmd.Stderr = filepath.Join(*sharedDir, "bench"), os.Stderr
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "MODEL="+absolute(t, filepath.Join(*sharedDir, peerModel)),
		fmt.Sprint("SIZE=", peerSide), fmt.Sprint("DIM=", peerDimension), fmt.Sprint("N=", peerVectors))
	must(t, cmd.Start())
	t.Cleanup(func() {
		must(t, cmd.Process.Signal(syscall.SIGTERM))
		_ = cmd.Wait() // its status after a signal says nothing
	})
	s := &service{url: fmt.Sprintf("http://127.0.0.1:%d", port), client: newClient(), tags: &pictureTags}
	for begin := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		status, _, _, err := s.send(t.Context(), http.MethodGet, "/openapi.json", "", nil)
		workers := peerWorkers(t, cmd.Process.Pid)
		if err == nil && status == http.StatusOK && len(workers) == 2 {
			s.pids = func() []int { return workers }
			return s
		}
		if time.Since(begin) > 2*time.Minute {
			t.Fatalf("the peer does not answer: %v, %d workers", err, len(workers))
		}
	}
}

// peerWorkers are the processes that serve; the one above them and Python's resource tracker are left out, to the peer's favour.
func peerWorkers(t *testing.T, master int) []int {
	t.Helper()
	children, err := childrenOf(master)
	must(t, err)
	var workers []int
	for _, pid := range children {
		if !strings.Contains(commandOf(pid), "resource_tracker") {
			workers = append(workers, pid)
		}
	}
	return workers
}

// A match is one of the nearest references, under our name for it.
type match struct {
	id    string
	score float64
}

// An asker has a service name the references nearest to a picture, best first.
type asker func(ctx context.Context, picture []byte) ([]match, error)

// askPeer asks as the peer's interface has it.
func (s *service) askPeer(ctx context.Context, picture []byte) ([]match, error) {
	body, err := json.Marshal(map[string][]byte{"image": picture}) // bytes become base64
	if err != nil {
		return nil, err
	}
	status, _, answer, err := s.send(ctx, http.MethodPost, "/score", "application/json", body)
	if err != nil {
		return nil, err
	}
	var out struct {
		Matches []struct {
			ID    int     `json:"id"`
			Score float64 `json:"score"`
		} `json:"matches"`
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("the peer answers %d: %.300s", status, answer)
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return nil, err
	}
	var found []match
	for _, m := range out.Matches {
		found = append(found, match{reference(m.ID), m.Score})
	}
	return found, nil
}

// askUs asks with one picture in JSON, for one look at it.
func (s *service) askUs(ctx context.Context, picture []byte) ([]match, error) {
	body, err := json.Marshal(map[string]any{"profile": "fast", "pictures": []map[string][]byte{{"data": picture}}})
	if err != nil {
		return nil, err
	}
	status, _, answer, err := s.send(ctx, http.MethodPost, "/v1/score", "application/json", body)
	if err != nil {
		return nil, err
	}
	got, err := parseScored(status, answer)
	if err != nil {
		return nil, err
	}
	var found []match
	for _, f := range got.Report.Findings {
		found = append(found, match{f.Reference, f.Picture.Cosine})
	}
	return found, nil
}
