//go:build !amd64

package sketch

var hasVBMI, hasAVX512, hasAVX2, plain = false, false, false, true

func scan(*args) {} // never called where plain is true

func signSum(q []float32, signs []byte) float32 { return signSumPlain(q, signs) }

func prefetch(*byte, int) {}

// Prefetch asks for a vector that will be read soon, where that can be asked for.
func Prefetch([]float32) {}
