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

// An offer is a listing as the client sends it: a picture and a title.
type offer struct {
	picture []byte
	title   string
	right   string // that its picture is a copy of, "" if of none
}

// bare does by hand what the service cannot do without for an offer: it decodes the picture and runs the models, on as many
// inputs as the service does.
type bare struct {
	image, text  models.Model
	runs, reads  embed.Session // of the image model and of the text model
	target, span int           // how far pictures may be shrunk; spans of a title that are looked at

	offers   []offer
	pixels   [][]float32 // each offer's picture as the image model reads it
	keys     [][]int64   // each offer's spans as the text model reads them
	prepares bool        // whether the picture is resized and normalised each time, or read from pixels
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
	b := &bare{offers: offers, target: intake.DefaultConfig().Photo.Target, span: fusion.Keyword.MaxSpans}
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
		pixels, err := b.decode(o.picture, nil)
		must(t, err)
		b.pixels, b.keys = append(b.pixels, pixels), append(b.keys, b.spans(o.title))
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

// run works through n offers on a core each, the image model on batches, the text model on the spans of an offer at a time (32
// at most, as the service has it), and gives the processor time.
func (b *bare) run(t *testing.T, n, batch int, prepares bool) time.Duration {
	t.Helper()
	b.prepares = prepares
	var next atomic.Int64
	var group sync.WaitGroup
	errs := make([]error, runtime.GOMAXPROCS(0))
	before, err := ownCPU()
	must(t, err)
	for worker := range errs {
		group.Go(func() {
			floats := make([]float32, batch*len(b.pixels[0]))
			for from := int(next.Add(int64(batch))) - batch; from < n && errs[worker] == nil; from = int(next.Add(int64(batch))) - batch {
				errs[worker] = b.batch(t.Context(), from, min(n, from+batch), floats)
			}
		})
	}
	group.Wait()
	after, err := ownCPU()
	must(t, errors.Join(append(errs, err)...))
	return after - before
}

// batch does the offers from one to before another, counted around.
func (b *bare) batch(ctx context.Context, from, to int, floats []float32) error {
	row := len(b.pixels[0])
	for i := from; i < to; i++ {
		o, dst := i%len(b.offers), floats[(i-from)*row:(i-from+1)*row]
		if b.prepares {
			if _, err := b.decode(b.offers[o].picture, dst); err != nil {
				return err
			}
		} else {
			p, err := photo.Decode(b.offers[o].picture, photo.Limits{Target: b.target})
			if err != nil {
				return err
			}
			b.answers.Add(int64(len(photo.RGB(p.Image).Pix))) // decoded means pixels, as any decoder for people gives them
			copy(dst, b.pixels[o])
		}
		if err := b.readTitle(ctx, b.keys[o]); err != nil {
			return err
		}
	}
	in := b.image.Input
	outs, err := b.runs.Run(ctx, embed.Tensor{Shape: []int64{int64(to - from), 3, int64(in.Height), int64(in.Width)}, Float: floats[:(to-from)*row]})
	if err != nil {
		return err
	}
	b.answers.Add(int64(len(outs[0].Float)))
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
