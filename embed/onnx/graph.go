package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	ort "github.com/yalue/onnxruntime_go"

	"touchstone/models"
)

// A graphCheck holds a graph's inputs and outputs against what is asked of it.
type graphCheck func(inputs, outputs []ort.InputOutputInfo, m models.Model) error

// checkNames asks for float32 tensors by name, whatever their shapes.
func checkNames(inputs, outputs []ort.InputOutputInfo, m models.Model) error {
	check := func(what, name string, infos []ort.InputOutputInfo) error {
		info, ok := named(infos, name)
		if !ok {
			return fmt.Errorf("it has no %s %q, only %s; name one of these", what, name, names(infos))
		}
		if info.OrtValueType != ort.ONNXTypeTensor || info.DataType != ort.TensorElementDataTypeFloat {
			return fmt.Errorf("its %s %q is a %s of %s, want a tensor of float", what, name, plain(info.OrtValueType.String()), plain(info.DataType.String()))
		}
		return nil
	}
	found := []error{check("input", m.Input.Name, inputs)}
	for _, o := range m.Outputs {
		found = append(found, check("output", o.Tensor, outputs))
	}
	return errors.Join(found...)
}

// checkGraph holds a graph's inputs and outputs against the manifest and
// reports every difference. A dimension of -1 is one that a run decides.
func checkGraph(inputs, outputs []ort.InputOutputInfo, m models.Model) error {
	var found []error
	if len(inputs) != 1 {
		found = append(found, fmt.Errorf("it has %d inputs (%s), and a pack's model has one; export it with the input %q alone", len(inputs), names(inputs), m.Input.Name))
	}
	if in, ok := named(inputs, m.Input.Name); ok {
		found = append(found, checkInput(in, m.Input))
	} else {
		found = append(found, fmt.Errorf("it has no input %q, only %s; correct the manifest's input.name", m.Input.Name, names(inputs)))
	}
	for _, o := range m.Outputs {
		if out, ok := named(outputs, o.Tensor); ok {
			found = append(found, checkOutput(out, o))
		} else {
			found = append(found, fmt.Errorf("it has no output %q, only %s; correct the tensor of output %q in the manifest", o.Tensor, names(outputs), o.Name))
		}
	}
	return errors.Join(found...)
}

// single says whether any of the tensors that the manifest names is fixed to a
// batch of 1: then inputs run one by one.
func single(inputs, outputs []ort.InputOutputInfo, m models.Model) bool {
	fixed := func(infos []ort.InputOutputInfo, name string) bool {
		info, ok := named(infos, name)
		return ok && len(info.Dimensions) > 0 && info.Dimensions[0] == 1
	}
	return fixed(inputs, m.Input.Name) || slices.ContainsFunc(m.Outputs, func(o models.Output) bool { return fixed(outputs, o.Tensor) })
}

func checkInput(got ort.InputOutputInfo, in models.Input) error {
	kind, shape := ort.TensorElementDataType(ort.TensorElementDataTypeFloat), []int64{-1, 3, int64(in.Height), int64(in.Width)}
	if in.Kind == models.KindText {
		kind, shape = ort.TensorElementDataTypeInt64, []int64{-1, int64(in.MaxLength)}
	}
	return compare("input", got, kind, [][]int64{shape})
}

func checkOutput(got ort.InputOutputInfo, o models.Output) error {
	regions, dimension := int64(o.Vectors()), int64(o.Dimension)
	shapes := [][]int64{{-1, regions, dimension}}
	if regions == 1 {
		shapes = append(shapes, []int64{-1, dimension}, []int64{-1, dimension, 1, 1})
	}
	return compare("output", got, ort.TensorElementDataTypeFloat, shapes)
}

// compare accepts a tensor of that type and one of the shapes.
func compare(what string, got ort.InputOutputInfo, kind ort.TensorElementDataType, shapes [][]int64) error {
	if got.OrtValueType != ort.ONNXTypeTensor || got.DataType != kind {
		return fmt.Errorf("its %s %q is a %s of %s, want a tensor of %s; correct the manifest or export the model again", what, got.Name,
			plain(got.OrtValueType.String()), plain(got.DataType.String()), plain(kind.String()))
	}
	if slices.ContainsFunc(shapes, func(want []int64) bool { return allows(got.Dimensions, want) }) {
		return nil
	}
	if len(got.Dimensions) > 0 && got.Dimensions[0] > 1 && slices.ContainsFunc(shapes, func(want []int64) bool {
		return allows(append([]int64{-1}, got.Dimensions[1:]...), want)
	}) {
		return fmt.Errorf("its %s %q takes batches of %d only; export it with a dynamic batch axis, or for single inputs", what, got.Name, got.Dimensions[0])
	}
	return fmt.Errorf("its %s %q has the shape %v, and the manifest asks for %v (-1 = any); correct the manifest or export the model again", what, got.Name, []int64(got.Dimensions), shapes)
}

// plain shortens the library's names of types, e.g. to "float" and "tensor".
func plain(name string) string {
	return strings.ToLower(name[strings.LastIndex(name, "_")+1:])
}

// allows says whether a graph's shape can be the wanted one: equal in every
// dimension, or left open by the graph. The batch must be left open, or be 1.
func allows(got, want []int64) bool {
	if len(got) != len(want) || got[0] >= 0 && got[0] != 1 {
		return false
	}
	for i := 1; i < len(got); i++ {
		if got[i] >= 0 && got[i] != want[i] {
			return false
		}
	}
	return true
}

func named(infos []ort.InputOutputInfo, name string) (ort.InputOutputInfo, bool) {
	i := slices.IndexFunc(infos, func(info ort.InputOutputInfo) bool { return info.Name == name })
	if i < 0 {
		return ort.InputOutputInfo{}, false
	}
	return infos[i], true
}

func names(infos []ort.InputOutputInfo) string {
	var out []string
	for _, info := range infos {
		out = append(out, fmt.Sprintf("%q", info.Name))
	}
	if out == nil {
		return "none"
	}
	return strings.Join(out, ", ")
}
