package rollout

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"touchstone/detect"
	"touchstone/detect/wordmark"
	"touchstone/embed"
	"touchstone/models"
)

// What a child is told by its environment.
const (
	memoryVariable = "TOUCHSTONE_CHECK_MEMORY"
	cpuVariable    = "TOUCHSTONE_CHECK_CPU"
)

func (l Limits) environment() []string {
	return []string{memoryVariable + "=" + strconv.FormatInt(l.Memory, 10), cpuVariable + "=" + strconv.FormatInt(int64(l.CPU/time.Second), 10)}
}

// verdict is what a child says.
type verdict struct {
	Examined bool   `json:"examined"`
	Problem  string `json:"problem,omitempty"`
}

// Examine is the child's side of Child: it confines this process, opens the pack in a folder as the service would, which runs the golden
// vectors, runs its models on pictures and texts that nobody prepared them for, and writes its verdict. The runtime is opened after the
// limits are in force. An error means that there is no verdict.
func Examine(dir string, out io.Writer, runtime func() (embed.Runtime, error)) error {
	memory, err := strconv.ParseInt(os.Getenv(memoryVariable), 10, 64)
	if err != nil {
		return fmt.Errorf("%s: %w; this command is started by others, use touchstone models verify", memoryVariable, err)
	}
	cpu, err := strconv.ParseInt(os.Getenv(cpuVariable), 10, 64)
	if err != nil {
		return fmt.Errorf("%s: %w", cpuVariable, err)
	}
	if err := confine(memory, cpu); err != nil {
		return fmt.Errorf("limits: %w", err)
	}
	rt, err := runtime()
	if err != nil {
		return err
	}
	v := verdict{Examined: true}
	if err := examine(dir, rt); err != nil {
		v.Problem = err.Error()
	}
	return json.NewEncoder(out).Encode(v)
}

func examine(dir string, rt embed.Runtime) error {
	pack, err := models.Open(dir)
	if err != nil {
		return err
	}
	e, err := embed.Open(pack, rt, embed.Config{Workers: 1})
	if err != nil {
		return err
	}
	defer e.Close() //nolint:errcheck // the process ends
	if _, err := detect.New(detect.Config{Pack: pack, Pictures: e, Texts: e, Lexicon: wordmark.NewLexicon()}); err != nil {
		return err
	}
	for _, m := range pack.Manifest().Models {
		for _, o := range m.Outputs {
			if err := tryOut(e, m.Input.Kind, o.Name); err != nil {
				return fmt.Errorf("output %q on input that is not among the golden cases: %w", o.Name, err)
			}
		}
	}
	return nil
}

// tryOut runs an output on a few inputs: what is not finite or has another shape is an error of package embed.
func tryOut(e *embed.Embedder, kind, output string) error {
	ctx := context.Background()
	if kind == models.KindText {
		_, err := e.Texts(ctx, output, []string{"a", "Touchstone", "試金石", "a title that is longer than most titles of listings are, with 1234567890"})
		return err
	}
	_, err := e.Pictures(ctx, []image.Image{plain(color.White), plain(color.Black), plain(color.NRGBA{R: 200, G: 30, B: 90, A: 255}), noise()}, output)
	return err
}

func plain(c color.Color) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, 64, 48))
	for i := range img.Rect.Dx() * img.Rect.Dy() {
		img.Set(i%64, i/64, c)
	}
	return img
}

func noise() image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, 90, 120))
	r := rand.New(rand.NewPCG(1, 1))
	for i := range img.Pix {
		img.Pix[i] = uint8(r.IntN(256))
	}
	return img
}
