package embedtest

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"sync"
	"testing"
)

// TestPictures is the contract of an output that reads pictures and gives
// vectors of unit length.
func TestPictures(t *testing.T, e Embedder, output string) {
	testPictures(t, e, output, func(t *testing.T, what string, vectors [][]float32) {
		t.Helper()
		for _, v := range vectors {
			wantUnit(t, what, v)
		}
	})
}

// TestBoxes is the contract of an output that finds boxes in pictures: inside
// the picture, with scores from 0 to 1, best first.
func TestBoxes(t *testing.T, e Embedder, output string) {
	testPictures(t, e, output, func(t *testing.T, what string, boxes [][]float32) {
		t.Helper()
		last := float32(1)
		for i, b := range boxes {
			const slack = 1e-5
			if len(b) != 5 || min(b[0], b[1], b[2], b[3], b[4]) < 0 || b[0]+b[2] > 1+slack || b[1]+b[3] > 1+slack || b[4] > last {
				t.Errorf("%s: box %d is %v; want x, y, width, height inside the picture and a score of at most %g", what, i, b, last)
				return
			}
			last = b[4]
		}
	})
}

// TestNumbers is the contract of an output that says something of pictures in
// plain numbers, which need no length: as many as it declares, all finite.
func TestNumbers(t *testing.T, e Embedder, output string, dimension int) {
	testPictures(t, e, output, func(t *testing.T, what string, rows [][]float32) {
		t.Helper()
		for _, row := range rows {
			if len(row) != dimension {
				t.Errorf("%s: %d numbers, want %d", what, len(row), dimension)
			}
			for _, v := range row {
				if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
					t.Errorf("%s: %v holds what is no number", what, row)
				}
			}
		}
	})
}

func testPictures(t *testing.T, e Embedder, output string, rows func(t *testing.T, what string, rows [][]float32)) {
	pics := Pictures(11) // more than a batch
	ask := func(t *testing.T, pics ...image.Image) [][][]float32 {
		t.Helper()
		got, err := e.Pictures(context.Background(), pics, output)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || len(got[0]) != len(pics) {
			t.Fatalf("%d outputs for one, or not an answer a picture", len(got))
		}
		return got[0]
	}
	// flat gives one row a picture, of all its regions.
	flat := func(ctx context.Context, pics ...image.Image) ([][]float32, error) {
		got, err := e.Pictures(ctx, pics, output)
		if err != nil {
			return nil, err
		}
		var out [][]float32
		for _, regions := range got[0] {
			out = append(out, slices.Concat(regions...))
		}
		return out, nil
	}
	t.Run("rows", func(t *testing.T) {
		for i, regions := range ask(t, pics...) {
			rows(t, fmt.Sprint("picture ", i), regions)
		}
	})
	contract(t, pics, flat)
	t.Run("outputs together", func(t *testing.T) {
		one := ask(t, pics...)
		two, err := e.Pictures(context.Background(), pics, output, output)
		if err != nil || len(two) != 2 {
			t.Fatalf("%d answers to two outputs, %v", len(two), err)
		}
		for _, got := range two {
			for i, regions := range got {
				wantNear(t, fmt.Sprint("picture ", i), slices.Concat(regions...), slices.Concat(one[i]...))
			}
		}
		none, err := e.Pictures(context.Background(), pics)
		if err != nil || len(none) != 0 {
			t.Errorf("%d answers to no output, %v", len(none), err)
		}
	})
	t.Run("no pixels", func(t *testing.T) {
		for _, bad := range []image.Image{nil, image.NewNRGBA(image.Rectangle{})} {
			if _, err := e.Pictures(context.Background(), []image.Image{pics[0], bad}, output); err == nil {
				t.Errorf("no error for %v", bad)
			}
		}
	})
	unknown(t, func(name string) error {
		_, err := e.Pictures(context.Background(), pics[:1], name)
		return err
	})
}

// TestTexts is the contract of an output that reads texts and gives vectors of
// unit length.
func TestTexts(t *testing.T, e Embedder, output string) {
	texts := []string{"adidas", "аdidas", "阿迪达斯", "NIKE", "n i k e", "Gucci", "g", "路易威登", "😀", "ルイ・ヴィトン", "لويس فويتون", "a very long name indeed, longer than a model reads"}
	ask := func(ctx context.Context, texts ...string) ([][]float32, error) { return e.Texts(ctx, output, texts) }
	t.Run("unit length", func(t *testing.T) {
		vectors, err := ask(context.Background(), texts...)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range vectors {
			wantUnit(t, texts[i], v)
		}
	})
	contract(t, texts, ask)
	t.Run("empty text", func(t *testing.T) {
		if _, err := e.Texts(context.Background(), output, []string{"a", ""}); err == nil {
			t.Error("no error")
		}
	})
	unknown(t, func(name string) error {
		_, err := e.Texts(context.Background(), name, texts[:1])
		return err
	})
}

// contract is what holds for pictures and texts alike; raw gives one vector an
// input.
func contract[T any](t *testing.T, inputs []T, raw func(context.Context, ...T) ([][]float32, error)) {
	ask := func(t *testing.T, inputs ...T) [][]float32 {
		t.Helper()
		got, err := raw(context.Background(), inputs...)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(inputs) {
			t.Fatalf("%d answers to %d inputs", len(got), len(inputs))
		}
		return got
	}
	t.Run("order and batch size", func(t *testing.T) {
		together := ask(t, inputs...)
		for i, in := range inputs {
			alone := ask(t, in)[0]
			wantNear(t, fmt.Sprint("input ", i), together[i], alone)
		}
		if distance(together[0], together[1]) < 1e-6 {
			t.Error("different inputs have the same vector: the order cannot be seen")
		}
	})
	t.Run("deterministic", func(t *testing.T) {
		first, again := ask(t, inputs...), ask(t, inputs...)
		for i := range first {
			wantNear(t, fmt.Sprint("input ", i), first[i], again[i])
		}
	})
	t.Run("nothing asked", func(t *testing.T) {
		if got, err := raw(context.Background()); len(got) != 0 || err != nil {
			t.Errorf("%d answers, %v", len(got), err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := raw(ctx, inputs...); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want %v", err, context.Canceled)
		}
	})
	t.Run("concurrent", func(t *testing.T) {
		want := ask(t, inputs...)
		var callers sync.WaitGroup
		for c := range 6 {
			callers.Go(func() {
				for k := range 4 {
					i := (c + k) % len(inputs)
					got, err := raw(context.Background(), inputs[i:]...)
					if err != nil || len(got) != len(inputs)-i {
						t.Errorf("%d answers to %d inputs, %v", len(got), len(inputs)-i, err)
						return // not Fatal: this is no test's own goroutine
					}
					for k, v := range got {
						if d := distance(v, want[i+k]); !(d < 1e-4) {
							t.Errorf("input %d: %g away from its vector when asked alone", i+k, d)
						}
					}
				}
			})
		}
		callers.Wait()
	})
}

func unknown(t *testing.T, ask func(name string) error) {
	t.Run("unknown output", func(t *testing.T) {
		if ask("no-such-output") == nil {
			t.Error("no error")
		}
	})
}

func wantUnit(t *testing.T, what string, v []float32) {
	t.Helper()
	var square float64
	for _, x := range v {
		square += float64(x) * float64(x)
	}
	if !(math.Abs(square-1) < 1e-4) {
		t.Errorf("%s: length %g, want 1", what, math.Sqrt(square))
	}
}

// wantNear allows for the other order of sums that another batch size may bring.
func wantNear(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	if d := distance(got, want); !(d < 1e-4) {
		t.Errorf("%s: %g away", what, d)
	}
}

// distance is Euclid's; infinite between vectors of different lengths.
func distance(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	var sum float64
	for i := range a {
		d := float64(a[i] - b[i])
		sum += d * d
	}
	return math.Sqrt(sum)
}

// Pictures draws n pictures of different sizes and colours, of the kind that
// internal/photo gives.
func Pictures(n int) []image.Image {
	out := make([]image.Image, n)
	for i := range out {
		p := image.NewNRGBA(image.Rect(0, 0, 20+3*i, 40-2*i%20))
		b := p.Bounds()
		for y := range b.Dy() {
			for x := range b.Dx() {
				c := color.NRGBA{uint8(30*i + 4*x), uint8(200 - 5*y), uint8(60 * ((x/5 + y/5 + i) % 4)), 255}
				p.SetNRGBA(x, y, c)
			}
		}
		out[i] = p
	}
	return out
}
