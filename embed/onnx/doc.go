// Package onnx runs a pack's ONNX graphs with ONNX Runtime. It is the only
// importer of the binding.
//
// A graph is a stranger's file: it is loaded from bytes whose checksum the
// manifest vouches for, refused when it refers to data outside itself, and held
// against its manifest (names, types, shapes) before the first run.
//
// The library is not linked but loaded when New is called; fetch-runtime.sh
// beside this file brings the one that is tested (`make setup`). The binding's
// C API version sets the oldest library that works: see MinVersion.
package onnx
