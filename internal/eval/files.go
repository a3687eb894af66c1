package eval

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// maxLine bounds a line of a .jsonl file, in bytes.
const maxLine = 16 << 20

// eachLine calls fn with every line of path that is not blank. An error names file and line.
func eachLine(path string, fn func(line []byte) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("eval: %w", err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(make([]byte, 64<<10), maxLine)
	n := 0
	for in.Scan() {
		n++
		line := bytes.TrimSpace(in.Bytes())
		if len(line) == 0 {
			continue
		}
		if err := fn(line); err != nil {
			return fmt.Errorf("eval: %s:%d: %w", path, n, err)
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("eval: %s:%d: %w", path, n+1, err)
	}
	return nil
}

// checkPictures refuses paths that leave the set's folder and files that are not there, before hours of scoring.
// A symbolic link inside the folder is the owner's own doing and is followed.
func checkPictures(dir string, paths []string) error {
	for _, p := range paths {
		if !filepath.IsLocal(filepath.FromSlash(p)) {
			return fmt.Errorf("picture %q must lie inside the set's folder", p)
		}
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(p)))
		if err != nil {
			return fmt.Errorf("picture %q: %w", p, err)
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("picture %q is not a file", p)
		}
	}
	return nil
}

func readPicture(dir string, paths []string, i int) ([]byte, error) {
	if i < 0 || i >= len(paths) {
		return nil, fmt.Errorf("eval: picture %d of %d", i, len(paths))
	}
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(paths[i])))
	if err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	return data, nil
}

// UnmarshalJSON reads exactly four numbers; a JSON array of another length is an error.
func (b *Box) UnmarshalJSON(data []byte) error {
	var v []float64
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	if len(v) != len(b) {
		return fmt.Errorf("box has %d numbers, not x, y, width, height", len(v))
	}
	copy(b[:], v)
	return nil
}

func (b Box) valid() bool {
	for _, v := range b {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return b[2] > 0 && b[3] > 0
}

// iou is the area that a and b share over the area that they cover together, 0 to 1.
func (b Box) iou(a Box) float64 {
	w := math.Min(a[0]+a[2], b[0]+b[2]) - math.Max(a[0], b[0])
	h := math.Min(a[1]+a[3], b[1]+b[3]) - math.Max(a[1], b[1])
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h / (a[2]*a[3] + b[2]*b[3] - w*h)
}
