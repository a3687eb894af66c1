//go:build bench

package bench

import (
	"encoding/json"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"touchstone/detect"
	"touchstone/embed"
	"touchstone/embed/onnx"
	"touchstone/models"
)

// What the peer runs: a model of the shared folder on whole pictures, and ten of ten thousand vectors by inner product.
const (
	peerModel     = "weights/mobilenet_v3_small_imagenet.onnx"
	peerSide      = 224
	peerDimension = 576
	peerVectors   = 10_000
	peerMatches   = 10
)

// peerPack writes a pack that makes the service do the peer's work: the same model file, the whole picture as its only region,
// no background, ten candidates, no text model.
func peerPack(t *testing.T) *models.Pack {
	t.Helper()
	dir := t.TempDir()
	model, err := os.ReadFile(filepath.Join(*sharedDir, peerModel))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "image.onnx"), model, 0o644))
	input := models.Input{
		Name: "input", Kind: models.KindPicture, Width: peerSide, Height: peerSide, Resize: "squash", Interpolation: "lanczos", Colour: "rgb",
		Mean: [3]float32{0.485, 0.456, 0.406}, Deviation: [3]float32{0.229, 0.224, 0.225},
	}
	m := models.Model{
		ID: "image", File: models.File{Path: "image.onnx"}, Input: input, Golden: models.File{Path: "golden.json"},
		Outputs: []models.Output{{Name: detect.OutputCopy, Tensor: "mean_9", Dimension: peerDimension, Normalise: models.NormaliseL2, Metric: "cosine"}},
	}
	noise := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	random := rand.New(rand.NewPCG(3, 3))
	for i := range noise.Pix {
		noise.Pix[i] = byte(random.Uint32()) | byte(255*(i&3/3)) // opaque
	}
	writePNG(t, filepath.Join(dir, "noise.png"), noise)
	writeJSON(t, filepath.Join(dir, "fusion.json"), peerFusion())
	// The golden file must be there to be sealed; its vector is the model's own, since there is nobody else to ask.
	golden := func(v []float32) any {
		return map[string]any{"tolerance": 0.999, "cases": []any{map[string]any{"picture": "noise.png", "vectors": map[string]any{detect.OutputCopy: [][]float32{v}}}}}
	}
	first := make([]float32, peerDimension)
	first[0] = 1
	writeJSON(t, filepath.Join(dir, "golden.json"), golden(first))
	manifest := models.Manifest{
		Format: 1, Name: "bench-peer", Version: "1", Licence: "BSD-3-Clause", Description: "The peer's model, for comparison.",
		Models: []models.Model{m}, Fusion: &models.File{Path: "fusion.json"},
	}
	writeJSON(t, filepath.Join(dir, models.ManifestName), manifest)
	must(t, models.Seal(dir))
	pack, err := models.Open(dir)
	must(t, err)
	writeJSON(t, filepath.Join(dir, "golden.json"), golden(vectorOf(t, pack, noise)))
	must(t, models.Seal(dir))
	pack, err = models.Open(dir)
	must(t, err)
	return pack
}

// vectorOf runs the pack's image model on one picture.
func vectorOf(t *testing.T, pack *models.Pack, img image.Image) []float32 {
	t.Helper()
	rt, err := onnx.New(onnx.Config{Library: os.Getenv("ONNXRUNTIME_LIB")})
	must(t, err)
	defer rt.Close()
	m, _ := pack.Model("image")
	session, err := rt.Session(pack.Path(m.File), m)
	must(t, err)
	pixels := make([]float32, 3*peerSide*peerSide)
	embed.Preprocess(img, m.Input, pixels)
	outs, err := session.Run(t.Context(), embed.Tensor{Shape: []int64{1, 3, peerSide, peerSide}, Float: pixels})
	must(t, err)
	var square float64
	for _, x := range outs[0].Float {
		square += float64(x) * float64(x)
	}
	v := make([]float32, peerDimension)
	for i, x := range outs[0].Float {
		v[i] = float32(float64(x) / math.Sqrt(square))
	}
	return v
}

func peerFusion() detect.Fusion {
	signal := detect.SignalConfig{Calibration: detect.Calibration{A: 20, B: -16}, Weight: 1, Threshold: 0.5}
	return detect.Fusion{
		Format:   detect.FusionFormat,
		NearCopy: detect.PictureConfig{SignalConfig: signal, Candidates: peerMatches, Neighbours: 1},
		Keyword:  detect.KeywordConfig{SignalConfig: signal, Candidates: 1, MinCosine: 0.6, MaxSpans: 1, Description: 0.5},
		Infringement: detect.FusedConfig{
			Calibration: detect.Calibration{A: 1}, Threshold: 0.5,
		},
	}
}

func writePNG(t *testing.T, path string, img image.Image) {
	t.Helper()
	f, err := os.Create(path)
	must(t, err)
	must(t, png.Encode(f, img))
	must(t, f.Close())
}

func writeJSON(t *testing.T, path string, v any) {
	t.Helper()
	data, err := json.MarshalIndent(v, "", " ")
	must(t, err)
	must(t, os.WriteFile(path, data, 0o644))
}
