package onnx

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// errExternal reports a graph with weights outside its file. ONNX Runtime would
// read whatever path the graph names, relative to the working directory.
var errExternal = errors.New("it refers to external data, which a pack may not; export the model as one file")

// selfContained walks an ONNX file (onnx.proto3) and refuses tensors whose data
// lie elsewhere, wherever a tensor may hide: initialisers, attributes of nodes,
// subgraphs, functions, training graphs.
func selfContained(data []byte) error {
	return walk(data, onnxModel, 0)
}

// A message maps the numbers of the fields that lead to tensors to what they
// hold; every other field is skipped.
type message struct {
	name   string
	fields map[protowire.Number]*message
}

// The messages of onnx.proto3 that matter.
var (
	onnxModel, onnxGraph, onnxNode, onnxAttribute = &message{name: "model"}, &message{name: "graph"}, &message{name: "node"}, &message{name: "attribute"}
	onnxTensor, onnxSparse                        = &message{name: "tensor"}, &message{name: "sparse tensor"}
	onnxFunction, onnxTraining                    = &message{name: "function"}, &message{name: "training"}
)

func init() { // the messages refer to each other in a circle
	type fields = map[protowire.Number]*message
	onnxModel.fields = fields{7: onnxGraph, 20: onnxTraining, 25: onnxFunction}
	onnxGraph.fields = fields{1: onnxNode, 5: onnxTensor, 15: onnxSparse}
	onnxNode.fields = fields{5: onnxAttribute}
	onnxAttribute.fields = fields{5: onnxTensor, 6: onnxGraph, 10: onnxTensor, 11: onnxGraph, 22: onnxSparse, 23: onnxSparse}
	onnxSparse.fields = fields{1: onnxTensor, 2: onnxTensor}
	onnxFunction.fields = fields{7: onnxNode, 11: onnxAttribute}
	onnxTraining.fields = fields{1: onnxGraph, 2: onnxGraph}
}

const (
	tensorExternalData = 13 // repeated key and value
	tensorDataLocation = 14 // 0 = in the tensor, 1 = external
	maxDepth           = 64 // of subgraphs
)

func walk(data []byte, m *message, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("its graphs are nested over %d deep; export a simpler model", maxDepth)
	}
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return notONNX(m, n)
		}
		data = data[n:]
		size := protowire.ConsumeFieldValue(number, kind, data)
		if size < 0 {
			return notONNX(m, size)
		}
		if m == onnxTensor && (number == tensorExternalData || number == tensorDataLocation && elsewhere(kind, data)) {
			return errExternal
		}
		if inner := m.fields[number]; inner != nil {
			if kind != protowire.BytesType {
				return fmt.Errorf("it is no ONNX file (%s, field %d); export the model again", m.name, number)
			}
			value, _ := protowire.ConsumeBytes(data)
			if err := walk(value, inner, depth+1); err != nil {
				return err
			}
		}
		data = data[size:]
	}
	return nil
}

func elsewhere(kind protowire.Type, data []byte) bool {
	if kind != protowire.VarintType {
		return true // not what the format says: better refused
	}
	location, _ := protowire.ConsumeVarint(data)
	return location != 0
}

func notONNX(m *message, n int) error {
	return fmt.Errorf("it is no ONNX file (%s: %w); export the model again", m.name, protowire.ParseError(n))
}
