package intake

import (
	"math"

	"github.com/disintegration/imaging"

	"touchstone/detect"
)

// markFits is the correlation from which a mark is believed to lie where it was aligned; below it the mark is set into its box.
const markFits = 0.6

// alignMark finds how a registered mark, cut to what is drawn of it, lies in its box. Goods carry marks in other colours, and light on
// dark as well as dark on light, so that its negative is tried too. A mark that fits nowhere, since cloth bends it or the photograph shows a
// part, is set into its box upright: a reviewer shall see what was compared with what.
func alignMark(p pair) detect.Alignment {
	a := detect.Align(p.listing, p.reference, p.box)
	if negative := detect.Align(p.listing, imaging.Invert(p.reference), p.box); negative.Correlation > a.Correlation {
		a = negative
	}
	if a.Correlation >= markFits {
		return a
	}
	w, h := float64(p.reference.Rect.Dx()), float64(p.reference.Rect.Dy())
	by := math.Min(float64(p.box[2])/w, float64(p.box[3])/h)
	a.Matrix = [6]float64{by, 0, float64(p.box[0]) + (float64(p.box[2])-by*w)/2, 0, by, float64(p.box[1]) + (float64(p.box[3])-by*h)/2}
	a.Overlap = 1
	return a
}
