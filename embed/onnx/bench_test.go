package onnx_test

import (
	"image"
	"testing"

	"touchstone/embed"
	"touchstone/embed/embedtest"
	"touchstone/embed/onnx/onnxtest"
	"touchstone/models"
)

// BenchmarkEmbed compares, for the pack that ships and a batch of eight
// pictures or forty texts, the run alone ("run") with the whole way through an
// Embedder ("embed"); what is between is queueing, preprocessing and
// normalisation. Pictures are of 400 x 400 pixels.
func BenchmarkEmbed(b *testing.B) {
	p := onnxtest.BasePack(b)
	rt := onnxtest.Runtime(b)
	e, err := embed.Open(p, rt, embed.Config{Workers: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	for _, m := range p.Manifest().Models {
		s, err := rt.Session(p.Path(m.File), m)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(m.ID+"/run", func(b *testing.B) { benchRun(b, s, m.Input) })
		b.Run(m.ID+"/embed", func(b *testing.B) { benchEmbed(b, e, m) })
	}
}

func benchRun(b *testing.B, s embed.Session, in models.Input) {
	tensor := embed.Tensor{Shape: []int64{40, int64(in.MaxLength)}, Int: make([]int64, 40*in.MaxLength)}
	if in.Kind == models.KindPicture {
		tensor = embed.Tensor{Shape: []int64{8, 3, int64(in.Height), int64(in.Width)}, Float: make([]float32, 8*3*in.Height*in.Width)}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Run(b.Context(), tensor); err != nil {
			b.Fatal(err)
		}
	}
}

func benchEmbed(b *testing.B, e *embed.Embedder, m models.Model) {
	output := m.Outputs[0].Name
	ask := func() error {
		var texts []string
		for range 40 {
			texts = append(texts, "a brand name")
		}
		_, err := e.Texts(b.Context(), output, texts)
		return err
	}
	if m.Input.Kind == models.KindPicture {
		pics := make([]image.Image, 8)
		for i := range pics {
			large := image.NewNRGBA(image.Rect(0, 0, 400, 400))
			small := embedtest.Pictures(1)[0].(*image.NRGBA)
			for k := range large.Pix {
				large.Pix[k] = small.Pix[k%len(small.Pix)]
			}
			pics[i] = large
		}
		ask = func() error {
			_, err := e.Pictures(b.Context(), pics, output)
			return err
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := ask(); err != nil {
			b.Fatal(err)
		}
	}
}
