package picture

import (
	"image"
	"math"
	"math/rand/v2"
)

// An Outline bends a product softly, so that no two products of a kind have the same lines. The same product keeps it in every setting.
type Outline struct {
	Far   [4]float64 // how far, in halves of the product
	Pace  [4]float64 // waves over it
	Phase [4]float64
}

func newOutline(r *rand.Rand) Outline {
	var o Outline
	for i := range o.Far {
		o.Far[i], o.Pace[i], o.Phase[i] = 0.02+0.06*r.Float64(), 1.2+3.2*r.Float64(), 2*math.Pi*r.Float64()
	}
	return o
}

// upright is the size at which a product is drawn before it is bent and placed.
const upright = 0.9

// bend brings a product that was drawn upright into its setting.
func (o Outline) bend(flat *image.RGBA, at Setting) *image.RGBA {
	out := image.NewRGBA(flat.Rect)
	const half = Side / 2.0
	c, s := math.Cos(-at.Angle)/at.Size*upright, math.Sin(-at.Angle)/at.Size*upright
	for py := range Side {
		for px := range Side {
			x, y := (float64(px)+0.5)/half-1-at.X, (float64(py)+0.5)/half-1-at.Y
			u, v := c*x-s*y, s*x+c*y
			if u < -1 || u > 1 || v < -1 || v > 1 {
				continue
			}
			du := o.Far[0]*math.Sin(o.Pace[0]*v*math.Pi/2+o.Phase[0]) + o.Far[1]*math.Sin(o.Pace[1]*u*math.Pi/2+o.Phase[1])
			dv := o.Far[2]*math.Sin(o.Pace[2]*u*math.Pi/2+o.Phase[2]) + o.Far[3]*math.Sin(o.Pace[3]*v*math.Pi/2+o.Phase[3])
			blend(out.Pix[out.PixOffset(px, py):][:4:4], flat, (u+du+1)*half-0.5, (v+dv+1)*half-0.5)
		}
	}
	return out
}

// blend samples a picture between its pixels; outside it is clear.
func blend(to []uint8, from *image.RGBA, x, y float64) {
	i, k := int(math.Floor(x)), int(math.Floor(y))
	if i < 0 || k < 0 || i >= Side-1 || k >= Side-1 {
		return
	}
	fx, fy := int((x-float64(i))*256), int((y-float64(k))*256)
	at := from.PixOffset(i, k)
	a, b := from.Pix[at:at+8:at+8], from.Pix[at+from.Stride:at+from.Stride+8:at+from.Stride+8]
	for ch := range 4 {
		top := int(a[ch])*(256-fx) + int(a[ch+4])*fx
		low := int(b[ch])*(256-fx) + int(b[ch+4])*fx
		to[ch] = uint8((top*(256-fy) + low*fy) >> 16)
	}
}
