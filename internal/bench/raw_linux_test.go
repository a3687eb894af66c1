//go:build bench

package bench

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"touchstone/detect"
	"touchstone/detect/wordmark"
	"touchstone/embed"
	"touchstone/embed/onnx"
	"touchstone/internal/intake"
	"touchstone/internal/photo"
	"touchstone/models"
)

// An offer is a listing as the client sends it: pictures and a title.
type offer struct {
	pictures [][]byte
	title    string
	right    string // that its first picture is a copy of, "" if of none
}

// bare does by hand what the service cannot do without for an offer: it decodes the pictures and runs the models, on as many
// inputs as the service does; the image model on a picture at a time, which costs least a picture on a CPU.
type bare struct {
	image, text  models.Model
	runs, reads  embed.Session // of the image model and of the text model
	target, span int           // how far pictures may be shrunk; spans of a title that are looked at

	offers   []offer
	pixels   map[*byte][]float32 // pictures as the image model reads them, by where the file begins: offers share pictures
	keys     [][]int64           // each offer's spans as the text model reads them
	prepares bool                // whether pictures are resized and normalised each time, or read from pixels
	answers  atomic.Int64
}

// newBare opens the models of a pack and prepares the inputs of the offers.
func newBare(t *testing.T, pack *models.Pack, offers []offer) *bare {
	t.Helper()
	rt, err := onnx.New(onnx.Config{Library: os.Getenv("ONNXRUNTIME_LIB")})
	must(t, err)
	t.Cleanup(func() { must(t, rt.Close()) })
	raw, err := pack.Fusion()
	must(t, err)
	fusion, err := detect.ParseFusion(raw)
	must(t, err)
	b := &bare{offers: offers, pixels: map[*byte][]float32{}, target: intake.DefaultConfig().Photo.Target, span: fusion.Keyword.MaxSpans}
	for _, m := range pack.Manifest().Models {
		fast := slices.ContainsFunc(m.Outputs, func(o models.Output) bool { return o.Name == detect.OutputCopy })
		if m.Input.Kind == models.KindPicture && !fast {
			continue // marks are looked for in the full profile alone
		}
		session, err := rt.Session(pack.Path(m.File), m)
		must(t, err)
		if fast {
			b.image, b.runs = m, session
		} else {
			b.text, b.reads = m, session
		}
	}
	if b.runs == nil || b.reads == nil {
		t.Fatalf("pack %s lacks an image or a text model; name another with -pack", pack.Manifest().Name)
	}
	for _, o := range offers {
		for _, picture := range o.pictures {
			if b.pixels[&picture[0]] == nil {
				b.pixels[&picture[0]], err = b.decode(picture, nil)
				must(t, err)
			}
		}
		b.keys = append(b.keys, b.spans(o.title))
	}
	return b
}

// decode decodes a picture and, into dst or a new slice, prepares it for the model.
func (b *bare) decode(data []byte, dst []float32) ([]float32, error) {
	p, err := photo.Decode(data, photo.Limits{Target: b.target})
	if err != nil {
		return nil, err
	}
	if dst == nil {
		dst = make([]float32, 3*b.image.Input.Width*b.image.Input.Height)
	}
	embed.Preprocess(p.Image, b.image.Input, dst)
	return dst, nil
}

// spans encodes the pieces of a title that the service embeds, each once.
func (b *bare) spans(title string) []int64 {
	var keys []int64
	seen := map[string]bool{}
	for _, span := range wordmark.Spans(title, b.span) {
		key := detect.WordKey(span.Text)
		if seen[key] {
			continue
		}
		seen[key] = true
		row := make([]int64, b.text.Input.MaxLength)
		embed.Encode(key, row)
		keys = append(keys, row...)
	}
	return keys
}

// run works through n offers on a core each, the text model on the spans of an offer at a time (32 at most, as the service has it),
// and gives the processor time.
func (b *bare) run(t *testing.T, n int, prepares bool) time.Duration {
	t.Helper()
	b.prepares = prepares
	var next atomic.Int64
	var group sync.WaitGroup
	errs := make([]error, runtime.GOMAXPROCS(0))
	before, err := ownCPU()
	must(t, err)
	for worker := range errs {
		group.Go(func() {
			floats := make([]float32, 3*b.image.Input.Width*b.image.Input.Height)
			for i := int(next.Add(1)) - 1; i < n && errs[worker] == nil; i = int(next.Add(1)) - 1 {
				errs[worker] = b.work(t.Context(), i%len(b.offers), floats)
			}
		})
	}
	group.Wait()
	after, err := ownCPU()
	must(t, errors.Join(append(errs, err)...))
	return after - before
}

// work does one offer, its pictures in turn through floats.
func (b *bare) work(ctx context.Context, offer int, floats []float32) error {
	in := b.image.Input
	for _, picture := range b.offers[offer].pictures {
		if err := b.ready(picture, floats); err != nil {
			return err
		}
		outs, err := b.runs.Run(ctx, embed.Tensor{Shape: []int64{1, 3, int64(in.Height), int64(in.Width)}, Float: floats})
		if err != nil {
			return err
		}
		b.answers.Add(int64(len(outs[0].Float)))
	}
	return b.readTitle(ctx, b.keys[offer])
}

// ready decodes a picture and puts it into dst as the image model reads it: made from what was decoded, or copied from what was made before.
func (b *bare) ready(picture []byte, dst []float32) error {
	if b.prepares {
		_, err := b.decode(picture, dst)
		return err
	}
	p, err := photo.Decode(picture, photo.Limits{Target: b.target})
	if err != nil {
		return err
	}
	b.answers.Add(int64(len(photo.RGB(p.Image).Pix))) // decoded means pixels, as any decoder for people gives them
	copy(dst, b.pixels[&picture[0]])
	return nil
}

func (b *bare) readTitle(ctx context.Context, keys []int64) error {
	width := b.text.Input.MaxLength
	for len(keys) > 0 {
		n := min(32, len(keys)/width)
		outs, err := b.reads.Run(ctx, embed.Tensor{Shape: []int64{int64(n), int64(width)}, Int: keys[:n*width]})
		if err != nil {
			return err
		}
		b.answers.Add(int64(len(outs[0].Float)))
		keys = keys[n*width:]
	}
	return nil
}
