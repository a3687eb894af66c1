package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"touchstone/detect"
	"touchstone/embed/onnx/onnxtest"
	"touchstone/internal/httpapi"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
)

// TestDemo starts the service as make run does and goes through what its reader would try. One first start serves them all.
func TestDemo(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	p := start(t, data, "--demo")
	t.Run("the lines work as printed", func(t *testing.T) { linesWork(t, p) })
	t.Run("score", func(t *testing.T) { scoreCommand(t, p, data) })
	t.Run("register", func(t *testing.T) { registerCommand(t, p, data) })
	t.Run("sweep", func(t *testing.T) { sweepCommand(t, p, data) })
	t.Run("replay", func(t *testing.T) { replayCommand(t, p, data) })
	t.Run("doctor", func(t *testing.T) { doctorCommand(t, p, data) })
	t.Run("index", func(t *testing.T) { indexOfTheService(t, p, data) })
	t.Run("docs page", func(t *testing.T) { docsPage(t, p) })
	t.Run("console", func(t *testing.T) { consolePages(t, p, data) })
	t.Run("the whole way of a right", func(t *testing.T) { wholeWay(t, p, data) })
	t.Run("second process on the folder", func(t *testing.T) {
		_, said, status := command(t, "serve", "--addr", "127.0.0.1:0", "--data", data)
		if status != 1 {
			t.Errorf("status %d, want 1", status)
		}
		contains(t, "the refusal", said, data, "open in another process")
	})
	t.Run("address in use", func(t *testing.T) {
		_, said, status := command(t, "serve", "--addr", strings.TrimPrefix(p.url, "http://"), "--data", t.TempDir())
		if status != 1 {
			t.Errorf("status %d, want 1", status)
		}
		contains(t, "the refusal", said, strings.TrimPrefix(p.url, "http://"), "address already in use", "choose another")
	})
	t.Run("second start", func(t *testing.T) {
		before := rights(t, p)
		p.quit(t)
		again := start(t, data, "--demo")
		if strings.Contains(again.stdout.String(), "First start") || again.key != p.key {
			t.Errorf("a second start with the key %s prints:\n%s", p.key, again.stdout)
		}
		linesWork(t, again)
		if after := rights(t, again); after != before || after < 10 {
			t.Errorf("%d rights, %d before the second start", after, before)
		}
		again.quit(t)
	})
	t.Run("a lost index and a missing picture", func(t *testing.T) { lostIndex(t, data, p.key) })
	noSecretsInLogs(t, p)
}

// indexOfTheService looks after the index of the running service with the commands, which its folder alone would refuse.
func indexOfTheService(t *testing.T, p *process, data string) {
	ask := func(status int, words []string, args ...string) {
		t.Helper()
		out, said, got := command(t, append([]string{"index"}, args...)...)
		if got != status {
			t.Fatalf("index %v: status %d, want %d\n%s%s", args, got, status, out, said)
		}
		contains(t, fmt.Sprint("index ", args), out+said, words...)
	}
	remote := []string{"--url", p.url, "--data", data}
	ask(1, []string{"--url"}, "status", "--data", data)
	ask(0, []string{"references.copy", "recall@10", "over 5 probes"}, append([]string{"verify", "--probes", "5"}, remote...)...)
	ask(0, []string{"references.copy", "B a vector", "1.0000"}, append([]string{"status"}, remote...)...)
	ask(0, []string{"0 collections dropped", "segments"}, append([]string{"compact"}, remote...)...)
	ask(0, []string{"mine.snapshot", "points"}, append([]string{"snapshot", "mine.snapshot"}, remote...)...)
	ask(1, []string{"plain file name"}, append([]string{"snapshot", "../mine"}, remote...)...)
	ask(1, []string{"another name"}, append([]string{"snapshot", "mine.snapshot"}, remote...)...)
	scratch := t.TempDir()
	ask(0, []string{"is restored as"}, "restore", "--data", scratch, filepath.Join(data, "snapshots", "mine.snapshot"))
}

// lostIndex starts the service without its index and without one stored picture: it serves, and says which reference it misses.
func lostIndex(t *testing.T, data, key string) {
	pictures, err := filepath.Glob(filepath.Join(data, "blobs", "*", "*.reference"))
	if err != nil || len(pictures) == 0 {
		t.Fatalf("no pictures of references: %v", err)
	}
	hash := strings.TrimSuffix(filepath.Base(pictures[0]), ".reference")
	if err := errors.Join(os.RemoveAll(filepath.Join(data, "index")), os.Remove(strings.TrimSuffix(pictures[0], ".reference"))); err != nil {
		t.Fatal(err)
	}
	p := start(t, data)
	c := p.client(key)
	var page httpapi.RightPage
	c.must(t, http.MethodGet, "/v1/rights?limit=500", nil, &page)
	states := map[string]int{}
	for _, r := range page.Rights {
		var refs []httpapi.Reference
		c.must(t, http.MethodGet, "/v1/rights/"+r.ID+"/references", nil, &refs)
		for _, ref := range refs {
			states[ref.State]++
			if (ref.State == "failing") != (ref.Blob == hash) || (ref.Problem != "") != (ref.Blob == hash) {
				t.Errorf("reference %s is %s: %q", ref.ID, ref.State, ref.Problem)
			}
		}
	}
	if states["searchable"] < 10 || states["failing"] == 0 || states["waiting"] != 0 {
		t.Errorf("references by state: %v", states)
	}
	contains(t, "/readyz", p.get(t, "/readyz"), `"ready"`, fmt.Sprintf("%d of them are not searchable", states["failing"]))
	contains(t, "/metrics", p.get(t, "/metrics"), fmt.Sprintf("touchstone_references_failing %d", states["failing"]))
	contains(t, "the log", p.stderr.String(), "reference is not searchable")
	p.quit(t)
}

// likeliest says whether the likeliest verdict rests on a finding of a signal that is more likely than not.
func likeliest(r detect.Report, signal string) bool {
	return len(r.Verdicts) > 0 && slices.ContainsFunc(r.Verdicts[0].Findings, func(i int) bool {
		return r.Findings[i].Signal == signal && r.Findings[i].Probability > 0.5
	})
}

// linesWork runs the printed lines through a shell: the first finds a copied picture, the second a misused word.
func linesWork(t *testing.T, p *process) {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		onnxtest.Missing(t, "curl is not installed: apt-get install curl")
	}
	if len(p.curls) != 2 {
		t.Fatalf("%d lines to try:\n%s", len(p.curls), p.stdout)
	}
	for i, signal := range []string{"near_copy", "keyword_misuse"} {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", p.curls[i])
		cmd.Dir = t.TempDir()
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", p.curls[i], err)
		}
		var s httpapi.Scored
		if err := json.Unmarshal(out, &s); err != nil || s.ID == "" {
			t.Fatalf("%s answers %s (%v)", p.curls[i], out, err)
		}
		if s.Outcome.Band == policy.BandClear || !likeliest(s.Report, signal) {
			t.Errorf("%s is %s by %+v, want a finding of %s", p.curls[i], s.Outcome.Band, s.Report.Findings, signal)
		}
	}
}

func rights(t *testing.T, p *process) int {
	t.Helper()
	var page httpapi.RightPage
	p.client(p.key).must(t, http.MethodGet, "/v1/rights?limit=500", nil, &page)
	return len(page.Rights)
}

// copied is the picture of the first printed line.
func copied(t *testing.T, p *process) string {
	t.Helper()
	_, rest, _ := strings.Cut(p.curls[0], "picture=@")
	name, _, ok := strings.Cut(rest, "'")
	if !ok {
		t.Fatalf("no picture in %s", p.curls[0])
	}
	return name
}

func scoreCommand(t *testing.T, p *process, data string) {
	picture := copied(t, p)
	out, said, status := command(t, "score", picture, "--url", p.url, "--data", data)
	if status != 0 {
		t.Fatalf("status %d: %s", status, said)
	}
	contains(t, "the table", out, "RIGHT", "PROBABILITY", "near_copy", "picture 0", "priority")
	if strings.Contains(out, "rgt_") {
		t.Errorf("the table names rights by their IDs:\n%s", out)
	}
	out, _, _ = command(t, "score", picture, "--title", "Leather bag", "--json", "--url", p.url, "--key", p.key)
	var s httpapi.Scored
	if err := json.Unmarshal([]byte(out), &s); err != nil || len(s.Report.Findings) == 0 || len(s.Report.Pictures) != 1 {
		t.Errorf("--json gives %v, %s", err, out)
	}
	text := filepath.Join(t.TempDir(), "text.jpg")
	if err := os.WriteFile(text, []byte("This is no picture."), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		args []string
		says string
	}{
		"nothing":         {[]string{"score", "--url", p.url, "--data", data}, "nothing to score"},
		"no picture":      {[]string{"score", text, "--url", p.url, "--data", data}, "pictures[0]"},
		"missing file":    {[]string{"score", "missing.jpg", "--url", p.url, "--data", data}, "missing.jpg"},
		"wrong key":       {[]string{"score", picture, "--url", p.url, "--key", "ts_wrong"}, "401"},
		"no key":          {[]string{"score", picture, "--url", p.url, "--data", t.TempDir()}, "no API key"},
		"nobody answers":  {[]string{"score", picture, "--url", "http://127.0.0.1:1", "--data", data}, "no service answers"},
		"unknown command": {[]string{"judge"}, "unexpected argument"},
	} {
		if _, said, status := command(t, tc.args...); status == 0 || !strings.Contains(said, tc.says) {
			t.Errorf("%s: status %d, want a failure that says %q: %s", name, status, tc.says, said)
		}
	}
}

func registerCommand(t *testing.T, p *process, data string) {
	picture := filepath.Join(t.TempDir(), "new.jpg")
	if err := os.WriteFile(picture, intaketest.Drawing(t, 77), 0o600); err != nil {
		t.Fatal(err)
	}
	out, said, status := command(t, "register", "Harbour stripes", "--holder-name", "Norrby AB", "--country", "SE", "--email", "ip@norrby.example",
		"--picture", picture, "--word", "Zaxquorv", "--seller", "norrby-shop", "--verify", "--url", p.url, "--data", data)
	if status != 0 {
		t.Fatalf("status %d: %s", status, said)
	}
	contains(t, "register", out, "holder ", "right ", "reference ", "authorised norrby-shop", "Zaxquorv")
	for _, args := range [][]string{{picture}, {"--title", "Zaxquorv bag"}} {
		out, _, _ := command(t, append([]string{"score", "--url", p.url, "--data", data}, args...)...)
		contains(t, "a score of what was registered", out, "Harbour stripes")
	}
	for _, tc := range []struct {
		args []string
		says string
	}{
		{[]string{"register", "Bare"}, "nothing to compare"},
		{[]string{"register", "Bare", "--word", "x"}, "whose right"},
		{[]string{"register", "Bare", "--word", "x", "--holder", "hld_missing", "--url", p.url, "--data", data}, "holder"},
	} {
		if _, said, status := command(t, tc.args...); status == 0 || !strings.Contains(said, tc.says) {
			t.Errorf("%v: status %d, want a failure that says %q: %s", tc.args, status, tc.says, said)
		}
	}
}

// sweepCommand has a listing scored before its right is registered, and finds it. What the demo had on sale before its rights was
// found by itself.
func sweepCommand(t *testing.T, p *process, data string) {
	picture := filepath.Join(t.TempDir(), "early.jpg")
	if err := os.WriteFile(picture, intaketest.Drawing(t, 88), 0o600); err != nil {
		t.Fatal(err)
	}
	at := []string{"--url", p.url, "--data", data}
	if _, said, status := command(t, append([]string{"score", picture, "--title", "Tote", "--seller", "early-bird"}, at...)...); status != 0 {
		t.Fatalf("status %d: %s", status, said)
	}
	out, said, status := command(t, append([]string{"register", "Early stripes", "--holder-name", "Early AB", "--country", "SE", "--email", "ip@early.example", "--picture", picture}, at...)...)
	if status != 0 {
		t.Fatalf("status %d: %s", status, said)
	}
	right := regexp.MustCompile(`rgt_\w+`).FindString(out)
	out, said, status = command(t, append([]string{"sweep", right}, at...)...)
	if status != 0 {
		t.Fatalf("status %d: %s", status, said)
	}
	contains(t, "the sweep", out, "Early stripes", " found", "early-bird", "review")
	out, _, _ = command(t, append([]string{"sweep", "--all", "--no-wait"}, at...)...)
	contains(t, "all sweeps", out, "Early stripes", "swp_")
	if _, said, status := command(t, append([]string{"sweep"}, at...)...); status == 0 || !strings.Contains(said, "--all") {
		t.Errorf("a sweep of nothing: status %d, %s", status, said)
	}
	c := p.client(p.key)
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		var page httpapi.SweepFindingPage
		c.must(t, http.MethodGet, "/v1/sweep-findings?limit=100", nil, &page)
		if slices.ContainsFunc(page.Findings, func(f httpapi.SweepFinding) bool { return strings.HasPrefix(f.Listing, "demo-") }) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the listing that was on sale before the demo's rights is not found: %+v", page)
		}
	}
}

// replayCommand makes a report again, with the real models, that both profiles made.
func replayCommand(t *testing.T, p *process, data string) {
	c := p.client(p.key)
	picture, err := os.ReadFile(copied(t, p))
	if err != nil {
		t.Fatal(err)
	}
	for _, profile := range []string{detect.ProfileFast, detect.ProfileFull} {
		var s httpapi.Scored
		c.must(t, http.MethodPost, "/v1/score", map[string]any{"title": "Velmora style bag", "profile": profile, "pictures": []any{map[string]any{"data": picture}}}, &s)
		out, said, status := command(t, "replay", s.ID, "--url", p.url, "--data", data)
		if status != 0 {
			t.Errorf("replay in %s: status %d: %s%s", profile, status, out, said)
		}
		contains(t, "the replay", out, s.ID, "identical")
	}
	if _, said, status := command(t, "replay", "rep_none", "--url", p.url, "--data", data); status == 0 || !strings.Contains(said, "404") {
		t.Errorf("a replay of nothing: status %d, %s", status, said)
	}
	if _, said, status := command(t, "replay", "rep_none", "--local", "--data", data); status == 0 || !strings.Contains(said, "open in another process") {
		t.Errorf("a replay beside the service: status %d, %s", status, said)
	}
}

func doctorCommand(t *testing.T, p *process, data string) {
	out, said, status := command(t, "doctor", "--addr", strings.TrimPrefix(p.url, "http://"), "--data", data)
	if status != 0 {
		t.Errorf("status %d: %s%s", status, out, said)
	}
	contains(t, "doctor beside a running service", out, "golden vectors", "in use by a running service", "is taken")
	out, said, status = command(t, "doctor", "--data", t.TempDir(), "--pack", "nowhere", "--onnxruntime", "/nowhere/libonnxruntime.so")
	if status != 1 {
		t.Errorf("without models: status %d", status)
	}
	contains(t, "doctor without models", out, "MISSING", "nowhere")
	contains(t, "its verdict", said, "keep the service from starting")
}

// noSecretsInLogs looks for keys and pictures in what a service logged.
func noSecretsInLogs(t *testing.T, p *process) {
	t.Helper()
	log := p.stderr.String()
	if log == "" {
		t.Error("nothing was logged")
	}
	secret := p.key[strings.LastIndex(p.key, "_")+1:]
	for _, bad := range []string{secret, "base64", "JFIF", "/9j/"} {
		if strings.Contains(log, bad) {
			t.Errorf("the log holds %q", bad)
		}
	}
	for line := range strings.Lines(log) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line of the log is no JSON: %s", line)
		}
	}
}

// TestEvalOfTheDemo writes the demo as a set and measures it.
func TestEvalOfTheDemo(t *testing.T) {
	dir := t.TempDir()
	set, out := filepath.Join(dir, "set"), filepath.Join(dir, "out")
	said, errs, status := command(t, "demo", set)
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	contains(t, "demo", said, "touchstone eval "+set)
	said, errs, status = command(t, "eval", set, "--out", out)
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	contains(t, "eval", said, "near_copy", "keyword_misuse", "report.html", "recall@1")
	for _, name := range []string{"metrics.json", "predictions.jsonl", "report.html"} {
		found, err := filepath.Glob(filepath.Join(out, "*", name))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %v, %v", name, found, err)
		}
		content, err := os.ReadFile(found[0])
		if err != nil || len(content) == 0 {
			t.Errorf("%s has %d bytes, %v", name, len(content), err)
		}
		if name == "metrics.json" && !json.Valid(content) {
			t.Errorf("metrics.json is no JSON: %s", content)
		}
		if name == "predictions.jsonl" {
			for line := range strings.Lines(string(content)) {
				if !json.Valid([]byte(line)) {
					t.Errorf("a prediction is no JSON: %s", line)
				}
			}
		}
	}
	said, errs, status = command(t, "thresholds", "--from", out, "--precision", "0.5", set)
	if status != 0 {
		t.Fatalf("thresholds: status %d: %s", status, errs)
	}
	contains(t, "thresholds", said, "reviewer hours", "Precision 0.5:")
	said, errs, status = command(t, "thresholds", "--from", out, "--json", set)
	var simulation struct{ Cuts, Recommended []any }
	if err := json.Unmarshal([]byte(said), &simulation); err != nil || status != 0 || len(simulation.Cuts) == 0 || len(simulation.Recommended) != 3 {
		t.Errorf("thresholds --json: status %d, %v, %d thresholds: %s", status, err, len(simulation.Cuts), errs)
	}
	pack := filepath.Join(packsFolder(t), "touchstone-base")
	said, errs, status = command(t, "models", "compare", pack, pack, set)
	if status != 0 {
		t.Fatalf("models compare: status %d: %s", status, errs)
	}
	contains(t, "models compare", said, "near_copy uap", "no difference shown", "only A right: 0, only B: 0")
	if strings.Contains(said, "real") {
		t.Errorf("a pack differs from itself:\n%s", said)
	}
	if _, errs, status = command(t, "thresholds", "--from", dir, set); status == 0 || !strings.Contains(errs, "touchstone eval") {
		t.Errorf("thresholds without predictions: status %d: %s", status, errs)
	}
	if _, errs, status = command(t, "eval", dir); status == 0 {
		t.Errorf("a folder that is no set is measured: %s", errs)
	}
}

// TestInterruptedDemo: a first start that is killed while it registers the demo does not pass for a whole one later.
func TestInterruptedDemo(t *testing.T) {
	data := t.TempDir()
	cmd := exec.Command(binary, "serve", "--addr", "127.0.0.1:0", "--data", data, "--demo")
	cmd.Env = environment(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); !exists(filepath.Join(data, demoUnready)); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the demo is not being registered")
		}
	}
	blobs := filepath.Join(data, "blobs")
	for { // until the first reference is in: what is on sale comes before any right
		if found, _ := filepath.Glob(filepath.Join(blobs, "*", "*.reference")); len(found) > 0 || !exists(filepath.Join(data, demoUnready)) {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	_, said, status := command(t, "serve", "--addr", "127.0.0.1:0", "--data", data, "--demo")
	if status != 1 {
		t.Errorf("status %d, want 1", status)
	}
	contains(t, "the refusal", said, "interrupted", data)
}
