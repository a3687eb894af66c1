package photo

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// reading is what Pillow reads out of a fixture; see testdata/make.py.
type reading struct {
	Width, Height int
	Mean          [3]float64
	Samples       [][5]int // x, y, red, green, blue
}

func expectations(t testing.TB) map[string]reading {
	t.Helper()
	data, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var table map[string]reading
	if err := json.Unmarshal(data, &table); err != nil {
		t.Fatal(err)
	}
	return table
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// tolerances are the mean and the largest difference to Pillow allowed, in levels of 255: none for
// lossless files, rounding in the transforms for lossy ones.
func tolerances(name string) (mean, largest float64) {
	if strings.HasSuffix(name, ".jpg") || strings.HasSuffix(name, ".webp") && !strings.Contains(name, "lossless") {
		return 0.3, 3
	}
	return 0, 0
}

func TestParityWithPillow(t *testing.T) {
	table := expectations(t)
	if len(table) < 30 {
		t.Fatalf("%d expectations; fixtures are missing", len(table))
	}
	for name, want := range table {
		t.Run(name, func(t *testing.T) {
			p, err := Decode(fixture(t, name), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if b := p.Image.Bounds(); p.Width != want.Width || p.Height != want.Height || b.Dx() != want.Width || b.Dy() != want.Height {
				t.Fatalf("size %d x %d, image %v, want %d x %d", p.Width, p.Height, b, want.Width, want.Height)
			}
			meanLimit, largestLimit := tolerances(name)
			mean, largest := differences(p, want)
			t.Logf("mean difference %.3f, largest %.0f", mean, largest)
			if mean > meanLimit || largest > largestLimit {
				t.Errorf("mean difference %.3f (at most %.2f), largest %.0f (at most %.0f)", mean, meanLimit, largest, largestLimit)
			}
			if !RGB(p.Image).Opaque() {
				t.Error("not opaque")
			}
		})
	}
}

func differences(p *Photo, want reading) (mean, largest float64) {
	img := RGB(p.Image)
	for _, s := range want.Samples {
		c := img.NRGBAAt(s[0], s[1])
		for i, v := range [3]uint8{c.R, c.G, c.B} {
			d := math.Abs(float64(v) - float64(s[2+i]))
			mean += d
			largest = max(largest, d)
		}
	}
	return mean / float64(3*len(want.Samples)), largest
}

// TestShrinkKeepsMean holds the mean colour of shrunk fixtures against Pillow's of the full picture.
func TestShrinkKeepsMean(t *testing.T) {
	for name, want := range expectations(t) {
		if strings.HasPrefix(name, "orientation") {
			continue // the partial boxes lie elsewhere in a turned picture
		}
		p, err := Decode(fixture(t, name), Limits{Target: 20})
		if err != nil {
			t.Fatal(name, err)
		}
		w, h := p.Image.Bounds().Dx(), p.Image.Bounds().Dy()
		if w != ceilDiv(want.Width, 2) || h != ceilDiv(want.Height, 2) {
			t.Errorf("%s: shrunk to %d x %d", name, w, h)
		}
		if p.Width != want.Width || p.Height != want.Height {
			t.Errorf("%s: original size reported as %d x %d", name, p.Width, p.Height)
		}
		for c, got := range coveredMean(p, 2) {
			if math.Abs(got-want.Mean[c]) > 0.8 {
				t.Errorf("%s: channel %d has mean %.2f, want %.2f", name, c, got, want.Mean[c])
			}
		}
	}
}

// coveredMean is the mean colour of a shrunk picture, each pixel weighed by how many of the
// original it stands for.
func coveredMean(p *Photo, factor int) (mean [3]float64) {
	img := RGB(p.Image)
	b := img.Rect
	weight := func(i, n, full int) float64 {
		if i == n-1 {
			return float64(full - (n-1)*factor)
		}
		return float64(factor)
	}
	for y := range b.Dy() {
		for x := range b.Dx() {
			w := weight(x, b.Dx(), p.Width) * weight(y, b.Dy(), p.Height)
			c := img.NRGBAAt(x, y)
			for i, v := range [3]uint8{c.R, c.G, c.B} {
				mean[i] += w * float64(v) / float64(p.Width*p.Height)
			}
		}
	}
	return mean
}
