package onnx

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	ort "github.com/yalue/onnxruntime_go"

	"touchstone/embed"
	"touchstone/models"
)

// Session is one graph, loaded once and shared by all goroutines.
type Session struct {
	runtime *Runtime
	model   models.Model
	single  bool // the graph takes batches of 1 only

	mu    sync.RWMutex // held for reading by runs
	graph *ort.DynamicAdvancedSession
}

var _ embed.Session = (*Session)(nil)

// Session loads the graph at path for the manifest's model m. The file must
// have the manifest's size and SHA-256, stand alone (no external data), and
// have the input and outputs that m names, with batches of any size or of 1;
// otherwise it is ErrModel with a sentence.
func (r *Runtime) Session(path string, m models.Model) (embed.Session, error) {
	s, err := r.session(path, m, checkGraph)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Graph loads the graph at path for inputs of any size: float32 tensors, shaped as the run gives them. Otherwise it is as Session:
// the file must be f, stand alone, and have the input and the outputs named.
func (r *Runtime) Graph(path string, f models.File, input string, outputs ...string) (*Session, error) {
	m := models.Model{File: f, Input: models.Input{Name: input, Kind: models.KindPicture}}
	for _, o := range outputs {
		m.Outputs = append(m.Outputs, models.Output{Name: o, Tensor: o})
	}
	return r.session(path, m, checkNames)
}

func (r *Runtime) session(path string, m models.Model, check graphCheck) (*Session, error) {
	data, err := readGraph(path, m.File)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrModel, m.File.Path, err)
	}
	if err := selfContained(data); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrModel, m.File.Path, err)
	}
	s := &Session{runtime: r, model: m}
	if err := r.keep(s); err != nil {
		return nil, err
	}
	if err := s.load(data, check); err != nil {
		r.forget(s)
		return nil, fmt.Errorf("%w: %s: %w", ErrModel, m.File.Path, err)
	}
	return s, nil
}

// readGraph reads the bytes that will run, and checks these very bytes: the
// file may have changed since the pack was opened.
func readGraph(path string, f models.File) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() != f.Bytes {
		return nil, fmt.Errorf("it is not a file of %d bytes as its manifest says; copy the pack again", f.Bytes)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != f.SHA256 {
		return nil, errors.New("its SHA-256 is not what its manifest says; copy the pack again")
	}
	return data, nil
}

// load checks the graph against the manifest and makes the session.
func (s *Session) load(data []byte, check graphCheck) error {
	inputs, outputs, err := ort.GetInputOutputInfoWithONNXData(data)
	if err != nil {
		return explain(err)
	}
	if err := check(inputs, outputs, s.model); err != nil {
		return err
	}
	s.single = single(inputs, outputs, s.model)
	options, err := newOptions(s.runtime.threads)
	if err != nil {
		return err
	}
	defer options.Destroy()
	var tensors []string
	for _, o := range s.model.Outputs {
		tensors = append(tensors, o.Tensor)
	}
	s.graph, err = ort.NewDynamicAdvancedSessionWithONNXData(data, []string{s.model.Input.Name}, tensors, options)
	if err != nil {
		return explain(err)
	}
	return nil
}

func newOptions(threads int) (*ort.SessionOptions, error) {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	err = errors.Join(options.SetIntraOpNumThreads(threads), options.SetInterOpNumThreads(1),
		// Idle threads must not spin: other models want the cores.
		options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"))
	if err != nil {
		return nil, errors.Join(err, options.Destroy())
	}
	return options, nil
}

// explain adds what to do to ONNX Runtime's own words about a graph.
func explain(err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "opset") || strings.Contains(text, "IR version"):
		return fmt.Errorf("%w; export the model with an older opset (17 to 20), or use a newer ONNX Runtime (this is %s)", err, ort.GetVersion())
	case strings.Contains(text, "external"):
		return fmt.Errorf("%w; export the model as one file, without external data", err)
	}
	return fmt.Errorf("%w; export the model again", err)
}

// MaxBatch is 1 for a graph that was exported for single inputs, and 0, no
// bound, for others.
func (s *Session) MaxBatch() int {
	if s.single {
		return 1
	}
	return 0
}

// Run runs one batch. A context that ends while it runs stops the run.
func (s *Session) Run(ctx context.Context, in embed.Tensor) ([]embed.Tensor, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.graph == nil {
		return nil, ErrClosed
	}
	input, err := toValue(in)
	if err != nil {
		return nil, fmt.Errorf("onnx: input of model %s: %w", s.model.ID, err)
	}
	defer input.Destroy()
	outputs := make([]ort.Value, len(s.model.Outputs)) // nil: the runtime allocates them
	defer destroy(outputs)
	if err := s.run(ctx, []ort.Value{input}, outputs); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("onnx: model %s on a batch of %v: %w", s.model.ID, in.Shape, err)
	}
	return fromValues(outputs, s.model)
}

// run calls the library, with a way to stop it where the context may end.
func (s *Session) run(ctx context.Context, in, out []ort.Value) error {
	if ctx.Done() == nil {
		return s.graph.Run(in, out)
	}
	options, err := ort.NewRunOptions()
	if err != nil {
		return err
	}
	defer options.Destroy()
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		// It fails only on options that were destroyed, which wait for this.
		_ = options.Terminate()
	})
	err = s.graph.RunWithOptions(in, out, options)
	if !stop() {
		<-stopped
	}
	return err
}

func toValue(in embed.Tensor) (ort.Value, error) {
	if in.Float != nil {
		return ort.NewTensor(in.Shape, in.Float)
	}
	return ort.NewTensor(in.Shape, in.Int)
}

// fromValues takes the outputs over: the binding copied them into Go memory,
// which outlives the values.
func fromValues(values []ort.Value, m models.Model) ([]embed.Tensor, error) {
	out := make([]embed.Tensor, len(values))
	for i, v := range values {
		t, ok := v.(*ort.Tensor[float32])
		if !ok {
			return nil, fmt.Errorf("%w: output %q is no float32 tensor", ErrModel, m.Outputs[i].Tensor)
		}
		out[i] = embed.Tensor{Shape: t.GetShape(), Float: t.GetData()}
	}
	return out, nil
}

func destroy(values []ort.Value) {
	for _, v := range values {
		if v != nil {
			_ = v.Destroy() // releases only; the binding never fails here
		}
	}
}

// Close waits for runs and frees the graph. Closing again does nothing.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.graph == nil {
		return nil
	}
	err := s.graph.Destroy()
	s.graph = nil
	s.runtime.forget(s)
	return err
}
