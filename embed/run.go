package embed

import (
	"context"
	"fmt"
	"runtime/debug"

	"touchstone/models"
)

// batch is a worker's workbench, kept from run to run.
type batch struct {
	jobs   []*job
	live   []*job // those that go into the run
	floats []float32
	ints   []int64
}

// serve answers every job of a batch: with its vectors, with its context's
// error when nobody waits any more, or with what went wrong.
func (m *model) serve(b *batch) {
	b.live = b.live[:0]
	in := m.input(b)
	if len(b.live) == 0 {
		return
	}
	outs, err := m.run(in)
	for i, j := range b.live {
		if err != nil {
			j.request.answer(j.index, nil, err)
			continue
		}
		vectors := make([][][]float32, len(j.request.outputs))
		var err error
		for k, output := range j.request.outputs {
			if vectors[k], err = split(outs, output, m.spec, i, len(b.live)); err != nil {
				break
			}
		}
		j.request.answer(j.index, vectors, err)
	}
	clear(b.live)
}

// input fills the input tensor with the jobs that are still wanted and can be
// prepared, and lists them in b.live.
func (m *model) input(b *batch) Tensor {
	in := m.spec.Input
	row := in.MaxLength
	if in.Kind == models.KindPicture {
		row = 3 * in.Width * in.Height
		if b.floats == nil {
			b.floats = make([]float32, m.batch*row)
		}
	} else if b.ints == nil {
		b.ints = make([]int64, m.batch*row)
	}
	for _, j := range b.jobs {
		if err := j.ctx.Err(); err != nil {
			j.request.answer(j.index, nil, err)
			continue
		}
		at := len(b.live) * row
		if err := contain(func() error { m.prepare(j, b, at, row); return nil }); err != nil {
			j.request.answer(j.index, nil, err)
			continue
		}
		b.live = append(b.live, j)
	}
	n := int64(len(b.live))
	if in.Kind == models.KindPicture {
		return Tensor{Shape: []int64{n, 3, int64(in.Height), int64(in.Width)}, Float: b.floats[:len(b.live)*row]}
	}
	return Tensor{Shape: []int64{n, int64(row)}, Int: b.ints[:len(b.live)*row]}
}

// prepare writes the job's row of the input tensor.
func (m *model) prepare(j *job, b *batch, at, row int) {
	if m.spec.Input.Kind == models.KindPicture {
		Preprocess(j.picture, m.spec.Input, b.floats[at:at+row])
		return
	}
	m.encode(j.text, b.ints[at:at+row])
}

// run calls the session. The run belongs to several requests, so that none of
// their contexts may end it; it is short, and those who left are not answered.
func (m *model) run(in Tensor) (outs []Tensor, err error) {
	err = contain(func() error {
		outs, err = m.session.Run(context.Background(), in)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%w: model %s: %w", ErrFailed, m.spec.ID, err)
	}
	if len(outs) != len(m.spec.Outputs) {
		return nil, fmt.Errorf("%w: model %s gave %d tensors, its manifest names %d", ErrOutput, m.spec.ID, len(outs), len(m.spec.Outputs))
	}
	return outs, nil
}

// contain turns a panic into an error: one bad picture or a defect in a
// library must cost one request and not the process.
func contain(fn func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: panic: %v\n%s", ErrFailed, r, debug.Stack())
		}
	}()
	return fn()
}
