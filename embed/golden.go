package embed

import (
	"context"
	"fmt"
	"image"
	"math"

	"touchstone/internal/photo"
	"touchstone/models"
)

// checkGoldens runs the golden cases of every model as one request each, so
// that batches are checked along with the vectors.
func (e *Embedder) checkGoldens(p *models.Pack) error {
	for _, m := range e.models {
		goldens, err := p.Goldens(m.spec)
		if err != nil {
			return fmt.Errorf("embed: goldens of model %s: %w", m.spec.ID, err)
		}
		fill, err := goldenInputs(p, goldens, m.spec)
		if err != nil {
			return err
		}
		outputs := make([]int, len(m.spec.Outputs))
		for i := range outputs {
			outputs[i] = i
		}
		got, err := m.ask(context.Background(), outputs, len(goldens), fill)
		if err != nil {
			return fmt.Errorf("embed: goldens of model %s: %w", m.spec.ID, err)
		}
		for i, o := range m.spec.Outputs {
			for c, g := range goldens {
				if err := compare(g, o, got[i][c]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// goldenInputs gives what fills the jobs of a model's golden cases.
func goldenInputs(p *models.Pack, goldens []models.Golden, spec models.Model) (func(*job), error) {
	if spec.Input.Kind == models.KindText {
		return func(j *job) { j.text = goldens[j.index].Text }, nil
	}
	pictures := make([]image.Image, len(goldens))
	for i, g := range goldens {
		data, err := p.Picture(g)
		if err != nil {
			return nil, fmt.Errorf("embed: goldens of model %s: %w", spec.ID, err)
		}
		decoded, err := photo.Decode(data, photo.Limits{MinSide: 1})
		if err != nil {
			return nil, fmt.Errorf("embed: golden picture %s: %w", g.Picture, err)
		}
		pictures[i] = decoded.Image
	}
	return func(j *job) { j.picture = pictures[j.index] }, nil
}

// compare holds the vectors of one case against the golden ones.
func compare(g models.Golden, o models.Output, got [][]float32) error {
	for r, want := range g.Vectors[o.Name] {
		if cosine := agreement(got[r], want, o); !(cosine >= g.Tolerance) {
			return fmt.Errorf("%w: case %s, output %q, region %d: cosine %.6f, at least %g is needed; the model, its manifest's input or the runtime differs from where the pack was exported",
				ErrGolden, g.Name(), o.Name, r, cosine, g.Tolerance)
		}
	}
	return nil
}

// agreement is the cosine of two vectors. Where vectors are served at their own
// length it is 1 - |a-b|²/2|b|², which is the cosine for vectors of unit length
// and falls when the lengths differ as well.
func agreement(got, want []float32, o models.Output) float64 {
	var dot, a, b, apart float64
	for i := range want {
		x, y := float64(got[i]), float64(want[i])
		dot, a, b, apart = dot+x*y, a+x*x, b+y*y, apart+(x-y)*(x-y)
	}
	if o.Normalise != models.NormaliseL2 {
		return 1 - apart/(2*b)
	}
	return dot / math.Sqrt(a*b)
}
