//go:build !amd64

package dot

const wide = false

func products(_, _, _ *float32, _, _ int) { panic("dot: no assembly for this processor") }
