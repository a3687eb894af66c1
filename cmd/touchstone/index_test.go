package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"touchstone/index"
	"touchstone/index/local"
	"touchstone/index/qdrant/qdranttest"
	"touchstone/internal/upkeep"
)

// indexed does a command of touchstone index in this process and returns what it printed.
func indexed(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out, said bytes.Buffer
	err := run(t.Context(), append([]string{"index"}, args...), streams{&out, &said})
	return out.String(), err
}

// says runs a command that must succeed and say some words.
func says(t *testing.T, words []string, args ...string) {
	t.Helper()
	out, err := indexed(t, args...)
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	contains(t, fmt.Sprint(args), out, words...)
}

// TestIndexCommands goes the way from an embedded index through a snapshot and a copy to a server and back.
func TestIndexCommands(t *testing.T) {
	data := t.TempDir()
	fillLocal(t, filepath.Join(data, "index"))
	engine := qdranttest.New(t)
	server := "qdrant://" + engine.Addr() + "?prefix=shop."
	file := filepath.Join(t.TempDir(), "snapshot")

	says(t, []string{"copy@1", "references.copy", "p 1 copy (4, cosine)", "300"}, "status", "--data", data)
	says(t, []string{"references.copy: recall@10 1.0000 over 40 probes"}, "verify", "--data", data, "--probes", "40")
	says(t, []string{file, "300 points"}, "snapshot", "--data", data, file)
	says(t, []string{"300 points compared, 300 written, 0 deleted"}, "copy", "--from", "local:"+filepath.Join(data, "index"), "--to", server)
	says(t, []string{"300 points compared, 0 written, 0 deleted"}, "copy", "--from", "local:"+filepath.Join(data, "index"), "--to", server)
	says(t, []string{"copy@1", "300", "references.copy"}, "status", "--index", server)
	says(t, []string{"copy@1 is restored as copy@1.r1", "300 points"}, "restore", "--index", server, file)
	says(t, []string{"dropped copy@1: 300 points", "1 collections dropped"}, "compact", "--index", server)
	says(t, []string{"0 collections dropped"}, "compact", "--index", server)
	says(t, []string{"copy@1.r1"}, "status", "--index", server)
	says(t, []string{"copy@1 is restored as copy@1"}, "restore", "--data", t.TempDir(), file)
}

// TestIndexCommandsRefuse: each fault is a sentence that says what to do.
func TestIndexCommandsRefuse(t *testing.T) {
	data := t.TempDir()
	dir := filepath.Join(data, "index")
	fillLocal(t, dir)
	spoilt := filepath.Join(t.TempDir(), "spoilt")
	if err := os.WriteFile(spoilt, []byte("nothing of the kind"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		kind error
		says string
	}{
		{[]string{"status", "--data", t.TempDir()}, nil, "there is no index in"},
		{[]string{"status", "--index", "redis://x"}, index.ErrInvalid, "local:DIR or qdrant://host:port"},
		{[]string{"status", "--index", "qdrant://s3cret@db"}, index.ErrInvalid, qdrantKey},
		{[]string{"status", "--index", "qdrant://127.0.0.1:1?retries=-1"}, index.ErrUnavailable, "127.0.0.1:1"},
		{[]string{"restore", "--data", data, spoilt}, index.ErrCorrupt, "no snapshot"},
		{[]string{"verify", "--data", data, "--least", "1.1"}, nil, "references.copy is below 1.1"},
	} {
		_, err := indexed(t, test.args...)
		if err == nil || test.kind != nil && !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v: %v, want %v with %q", test.args, err, test.kind, test.says)
		}
	}
	x, err := local.Open(dir, local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if _, err := indexed(t, "snapshot", "--data", data, filepath.Join(t.TempDir(), "s")); !errors.Is(err, index.ErrLocked) || !strings.Contains(err.Error(), "--url") {
		t.Errorf("a locked folder: %v", err)
	}
}

// TestIndexWatch: a probe is told by /metrics for each alias and by the status, and one that fails is counted.
func TestIndexWatch(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "index")
	fillLocal(t, dir)
	x, err := local.Open(dir, local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	care := upkeep.New(upkeep.Config{Index: x})
	defer care.Close()
	w := newIndexWatch(x, care, 0, slog.New(slog.DiscardHandler))
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(w.recall, w.failed)
	told := func() (recall map[string]float64, failures float64) {
		t.Helper()
		families, err := metrics.Gather()
		if err != nil {
			t.Fatal(err)
		}
		recall = map[string]float64{}
		for _, f := range families {
			for _, m := range f.GetMetric() {
				if f.GetName() == "touchstone_index_recall" {
					recall[m.GetLabel()[0].GetValue()] = m.GetGauge().GetValue()
				} else {
					failures = m.GetCounter().GetValue()
				}
			}
		}
		return recall, failures
	}
	w.probe(t.Context(), 1)
	if recall, failures := told(); len(recall) != 1 || recall["references.copy"] != 1 || failures != 0 {
		t.Errorf("after a probe: recall %v, %v failures", recall, failures)
	}
	status, err := care.Status(t.Context())
	if err != nil || len(status) != 1 || status[0].LastProbe == nil || status[0].LastProbe.Recall != 1 {
		t.Errorf("the status after a probe: %+v, %v", status, err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	w.probe(t.Context(), 2)
	if _, failures := told(); failures != 1 {
		t.Errorf("%v failures are told after one", failures)
	}
}

func fillLocal(t *testing.T, dir string) {
	t.Helper()
	x, err := local.Open(dir, local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	space := index.Space{Pack: "p", Version: "1", Output: "copy", Dimension: 4, Metric: index.Cosine}
	points := make([]index.Point, 300)
	for i := range points {
		points[i] = index.Point{ID: fmt.Sprint("p", i), Vectors: [][]float32{{1, float32(i % 17), float32(i % 23), float32(i)}}}
	}
	ctx := context.Background()
	if err := errors.Join(x.Create(ctx, "copy@1", space), x.Upsert(ctx, "copy@1", space, points), x.Alias(ctx, "references.copy", "copy@1"), x.Close()); err != nil {
		t.Fatal(err)
	}
}
