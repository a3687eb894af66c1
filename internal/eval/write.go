package eval

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// WriteOptions are the settings of Write.
type WriteOptions struct {
	// Decode decodes a picture upright for the report's sheets. Nil leaves pictures out.
	Decode Decoder
	// System names what was measured, in the report's head, such as pack and version. May be empty.
	System string
}

// Write writes metrics.json, predictions.jsonl and report.html into dir/NAME, NAME being the set's, and returns that
// folder. Files of an earlier run are replaced.
func Write(dir string, run *Run, m *Metrics, opts WriteOptions) (string, error) {
	dir = filepath.Join(dir, run.Set.Name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("eval: %w", err)
	}
	files := []struct {
		name  string
		write func(*bufio.Writer) error
	}{
		{"metrics.json", func(w *bufio.Writer) error { return writeMetrics(w, m) }},
		{"predictions.jsonl", func(w *bufio.Writer) error { return writePredictions(w, run.Predictions) }},
		{"report.html", func(w *bufio.Writer) error { return writeReport(w, run, m, opts) }},
	}
	for _, f := range files {
		if err := writeFile(filepath.Join(dir, f.name), f.write); err != nil {
			return "", fmt.Errorf("eval: writing %s: %w", f.name, err)
		}
	}
	return dir, nil
}

// writeFile writes beside path and renames, so that a reader never meets half a file.
func writeFile(path string, write func(*bufio.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	w := bufio.NewWriter(f)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func writeMetrics(w *bufio.Writer, m *Metrics) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(m)
}

// ReadPredictions reads the predictions that an earlier run wrote for the set into dir/NAME, so that they can be measured again
// without scoring. It refuses predictions about listings or rights that the set does not have.
func ReadPredictions(dir string, set *Set) (*Run, error) {
	path := filepath.Join(dir, set.Name, "predictions.jsonl")
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("eval: %w; run `touchstone eval --out %s %s` first", err, dir, set.Dir)
	}
	defer f.Close()
	listings, rights := map[string]bool{}, map[string]bool{}
	for i := range set.Listings {
		listings[set.Listings[i].ID] = true
	}
	for _, r := range set.References {
		rights[r.Right] = true
	}
	run := &Run{Set: set}
	lines := json.NewDecoder(bufio.NewReader(f))
	for n := 1; lines.More(); n++ {
		var p Prediction
		if err := lines.Decode(&p); err != nil {
			return nil, fmt.Errorf("eval: %s: prediction %d: %w", path, n, err)
		}
		if !listings[p.Listing] {
			return nil, fmt.Errorf("eval: %s: prediction %d is about listing %q, which set %s does not have; run eval again", path, n, p.Listing, set.Name)
		}
		if err := p.check(rights); err != nil {
			return nil, fmt.Errorf("eval: %s: prediction %d: %w", path, n, err)
		}
		run.Predictions = append(run.Predictions, p)
	}
	return run, nil
}

func writePredictions(w *bufio.Writer, preds []Prediction) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, p := range preds {
		if err := enc.Encode(p); err != nil {
			return err
		}
	}
	return nil
}
