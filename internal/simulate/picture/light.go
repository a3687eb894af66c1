package picture

import (
	"image"
	"math"
)

// grounds are what products stand before.
var grounds = []func(img *image.RGBA, tint Shade, seed uint64){paper, sweep, planks, weave, speckled, tiles}

// lay sets every pixel to the tint with a lightness that lit says, in coordinates from 0 to 1.
func lay(img *image.RGBA, tint Shade, lit func(x, y float64) float64) {
	r, g, b, _ := tint.RGBA()
	base := [3]float64{float64(r >> 8), float64(g >> 8), float64(b >> 8)}
	i := 0
	for y := range Side {
		for x := range Side {
			v := 255 * lit(float64(x)/Side, float64(y)/Side)
			for k := range 3 {
				img.Pix[i+k] = clamp(base[k] + v)
			}
			img.Pix[i+3] = 255
			i += 4
		}
	}
}

func clamp(v float64) uint8 { return uint8(math.Min(255, math.Max(0, v+0.5))) }

// hash is a number from 0 to 1 out of a place.
func hash(x, y int, seed uint64) float64 {
	h := seed ^ uint64(x)*0x9e3779b97f4a7c15 ^ uint64(y)*0xc2b2ae3d27d4eb4f
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 32
	return float64(h&0xffff) / 0xffff
}

// smooth goes softly from place to place.
func smooth(x, y float64, seed uint64) float64 {
	i, k := math.Floor(x), math.Floor(y)
	u, v := x-i, y-k
	u, v = u*u*(3-2*u), v*v*(3-2*v)
	a, b := hash(int(i), int(k), seed), hash(int(i)+1, int(k), seed)
	c, d := hash(int(i), int(k)+1, seed), hash(int(i)+1, int(k)+1, seed)
	return (a*(1-u)+b*u)*(1-v) + (c*(1-u)+d*u)*v
}

func paper(img *image.RGBA, tint Shade, _ uint64) {
	lay(img, tint, func(x, y float64) float64 { return 0 })
}

func sweep(img *image.RGBA, tint Shade, _ uint64) {
	lay(img, tint, func(x, y float64) float64 {
		return 0.12 - 0.3*((x-0.45)*(x-0.45)+(y-0.4)*(y-0.4)) - 0.08*math.Max(0, y-0.72)
	})
}

func planks(img *image.RGBA, tint Shade, seed uint64) {
	lay(img, tint, func(x, y float64) float64 {
		row := int(y * 6)
		seam := 0.0
		if y*6-float64(row) < 0.05 {
			seam = -0.2
		}
		return seam + 0.14*(hash(row, 7, seed)-0.5) + 0.12*(smooth(x*5+float64(row)*9, y*70, seed)-0.5)
	})
}

func weave(img *image.RGBA, tint Shade, seed uint64) {
	lay(img, tint, func(x, y float64) float64 {
		return 0.05*math.Sin(x*300)*math.Sin(y*300) + 0.3*(smooth(3*x+y, 2*y-x, seed)-0.5)
	})
}

func speckled(img *image.RGBA, tint Shade, seed uint64) {
	lay(img, tint, func(x, y float64) float64 {
		switch v := smooth(x*60, y*60, seed); {
		case v > 0.82:
			return -0.22
		case v < 0.16:
			return 0.18
		}
		return 0.06 * (smooth(x*5, y*5, seed+1) - 0.5)
	})
}

func tiles(img *image.RGBA, tint Shade, seed uint64) {
	n := 4 + float64(seed%5)
	lay(img, tint, func(x, y float64) float64 {
		if math.Mod(x*n, 1) < 0.04 || math.Mod(y*n, 1) < 0.04 {
			return 0.2
		}
		return 0.1 * (hash(int(x*n), int(y*n), seed) - 0.5)
	})
}

// cast lays the soft shadow of a layer, away from the light.
func cast(img, layer *image.RGBA, light float64) {
	dx, dy := int(9*math.Cos(light)), int(7+4*math.Sin(light))
	const step = 3 // the shadow is soft, so a coarse mask does
	w := Side / step
	mask := make([]float32, w*w)
	for y := range w {
		for x := range w {
			sx, sy := x*step-dx, y*step-dy
			if sx >= 0 && sy >= 0 && sx < Side && sy < Side {
				mask[y*w+x] = float32(layer.Pix[layer.PixOffset(sx, sy)+3]) / 255
			}
		}
	}
	mask = blurred(blurred(mask, w, 2), w, 2)
	for y := range Side {
		for x := range Side {
			dark := 1 - 0.42*mask[min(y/step, w-1)*w+min(x/step, w-1)]
			i := img.PixOffset(x, y)
			for k := range 3 {
				img.Pix[i+k] = uint8(float32(img.Pix[i+k]) * dark)
			}
		}
	}
}

// blurred is a box blur of a square plane.
func blurred(in []float32, w, radius int) []float32 {
	pass := func(in []float32, along, across int) []float32 {
		out := make([]float32, len(in))
		for line := range w {
			for i := range w {
				var sum float32
				n := 0
				for k := max(0, i-radius); k <= min(w-1, i+radius); k++ {
					sum += in[line*across+k*along]
					n++
				}
				out[line*across+i*along] = sum / float32(n)
			}
		}
		return out
	}
	return pass(pass(in, 1, w), w, 1)
}

// round gives the layer the light of a body: brighter towards the light, darker away from it.
func round(layer *image.RGBA, light float64) {
	lx, ly := math.Cos(light), math.Sin(light)-0.6
	i := 0
	for y := range Side {
		for x := range Side {
			if a := layer.Pix[i+3]; a > 0 {
				lit := 44 * (lx*(float64(x)/Side-0.5) + ly*(float64(y)/Side-0.5))
				for k := range 3 {
					layer.Pix[i+k] = uint8(math.Min(float64(a), math.Max(0, float64(layer.Pix[i+k])+lit)))
				}
			}
			i += 4
		}
	}
}

// develop gives a picture the grain and fall-off of a camera.
func develop(img *image.RGBA, seed uint64) {
	i := 0
	for y := range Side {
		for x := range Side {
			dx, dy := float64(x)/Side-0.5, float64(y)/Side-0.5
			v := 10*(hash(x, y, seed)-0.5) - 40*(dx*dx+dy*dy)
			for k := range 3 {
				img.Pix[i+k] = clamp(float64(img.Pix[i+k]) + v)
			}
			i += 4
		}
	}
}
