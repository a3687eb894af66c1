package detect

import (
	"image"
	"math"
	"slices"
	"sort"

	"github.com/disintegration/imaging"
	"gonum.org/v1/gonum/mat"
)

// Alignment lays a reference picture onto a listing picture.
type Alignment struct {
	// Matrix maps reference pixels (x, y) to listing pixels: (m0·x + m1·y + m2, m3·x + m4·y + m5). A negative determinant
	// means that the copy is mirrored.
	Matrix [6]float64
	// Correlation of the grey values over the overlap, -1 to 1. From about 0.6 the two show the same picture.
	Correlation float64
	// Overlap is the share of the reference that lies inside the listing picture, 0 to 1.
	Overlap float64
}

// Mirrored says whether the listing shows the reference mirrored.
func (a Alignment) Mirrored() bool { return a.Matrix[0]*a.Matrix[4]-a.Matrix[1]*a.Matrix[3] < 0 }

// Grids of the search: coarse hypotheses are compared on a small grid, the best are refined on a larger one.
const (
	coarseGrid = 20
	fineGrid   = 56
	workSide   = 160 // longest side of the listing picture while searching
	refined    = 14  // hypotheses that are refined
	iterations = 25
)

// Align finds how the reference lies in the listing picture, starting from the box where a signal found it: position, scale,
// rotation and mirroring are tried on a coarse grid by normalised correlation, and the best are refined to an affine map by
// maximising the enhanced correlation coefficient (Evangelidis and Psarakis, "Parametric Image Alignment Using Enhanced
// Correlation Coefficient Maximization", TPAMI 2008). It costs some tens of milliseconds: it is for evidence, asked for by a
// person, not for scoring every listing.
func Align(listing, reference image.Image, at Box) Alignment {
	scale := math.Min(1, float64(workSide)/float64(max(listing.Bounds().Dx(), listing.Bounds().Dy())))
	field := newGrey(listing, max(8, int(float64(listing.Bounds().Dx())*scale)), max(8, int(float64(listing.Bounds().Dy())*scale)))
	sx := float64(field.w) / float64(listing.Bounds().Dx())
	sy := float64(field.h) / float64(listing.Bounds().Dy())
	region := [4]float64{float64(at[0]) * sx, float64(at[1]) * sy, float64(at[2]) * sx, float64(at[3]) * sy}
	aspect := float64(reference.Bounds().Dx()) / float64(reference.Bounds().Dy())

	coarse := newGrey(reference, coarseGrid, coarseGrid)
	fine := newGrey(reference, fineGrid, fineGrid)
	best := Alignment{Correlation: -2}
	for _, h := range hypotheses(field, coarse, region, aspect) {
		a := refine(field, fine, h.matrix, aspect)
		if a.Correlation*math.Sqrt(a.Overlap) > best.Correlation*math.Sqrt(best.Overlap) {
			best = a
		}
	}
	// From grid units to pixels of both pictures.
	rw, rh := float64(reference.Bounds().Dx()), float64(reference.Bounds().Dy())
	m := &best.Matrix
	m[0], m[1], m[2] = m[0]/rw/sx, m[1]/rh/sx, m[2]/sx
	m[3], m[4], m[5] = m[3]/rw/sy, m[4]/rh/sy, m[5]/sy
	return best
}

// hypothesis is a map from the unit square of the reference to pixels of the field.
type hypothesis struct {
	matrix [6]float64
	score  float64
}

// hypotheses tries placements around the region and returns the best ones, best first.
func hypotheses(field, template *grey, region [4]float64, aspect float64) []hypothesis {
	var all []hypothesis
	for _, mirror := range []float64{1, -1} {
		for _, degrees := range []float64{-24, -12, 0, 12, 24, 90, 180, 270} {
			sin, cos := math.Sincos(degrees * math.Pi / 180)
			for _, zoom := range []float64{1.6, 1.25, 1, 0.8, 0.6, 0.45} {
				// The reference's height and width when it fills the region's area at its own aspect.
				height := zoom * math.Sqrt(region[2]*region[3]/aspect)
				width := height * aspect
				for _, fx := range []float64{0.2, 0.35, 0.5, 0.65, 0.8} {
					for _, fy := range []float64{0.2, 0.35, 0.5, 0.65, 0.8} {
						cx, cy := region[0]+fx*region[2], region[1]+fy*region[3]
						a, b := mirror*width*cos, -height*sin
						c, d := mirror*width*sin, height*cos
						m := [6]float64{a, b, cx - (a+b)/2, c, d, cy - (c+d)/2}
						if r, overlap := correlate(field, template, m); overlap > 0.3 {
							all = append(all, hypothesis{m, r * math.Sqrt(overlap)})
						}
					}
				}
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].score > all[j].score })
	var kept []hypothesis
	for _, h := range all {
		if len(kept) == refined {
			break
		}
		if !slices.ContainsFunc(kept, func(k hypothesis) bool { return near(k.matrix, h.matrix, 0.08*region[2]) }) {
			kept = append(kept, h)
		}
	}
	return kept
}

// near says whether two maps move the middle and a corner of the reference to about the same places.
func near(a, b [6]float64, within float64) bool {
	for _, p := range [][2]float64{{0.5, 0.5}, {1, 0}} {
		dx := (a[0]-b[0])*p[0] + (a[1]-b[1])*p[1] + a[2] - b[2]
		dy := (a[3]-b[3])*p[0] + (a[4]-b[4])*p[1] + a[5] - b[5]
		if math.Hypot(dx, dy) > within {
			return false
		}
	}
	return true
}

// plausible refuses maps that squeeze or shear the reference beyond what an edit does: sides in a ratio over 2.5 against the
// original's, or axes less than 45 degrees apart.
func plausible(m [6]float64, aspect float64) bool {
	ax, ay := math.Hypot(m[0], m[3]), math.Hypot(m[1], m[4])*aspect
	if ax < 4 || ay < 4 || ax > 2.5*ay || ay > 2.5*ax {
		return false
	}
	cos := (m[0]*m[1] + m[3]*m[4]) / (ax * ay / aspect)
	return math.Abs(cos) < 0.7
}

// correlate is the normalised correlation of the template with the field under m, and the share of the template inside.
func correlate(field, template *grey, m [6]float64) (r, overlap float64) {
	var n, st, sf, stt, sff, stf float64
	for y := range template.h {
		for x := range template.w {
			u, v := (float64(x)+0.5)/float64(template.w), (float64(y)+0.5)/float64(template.h)
			f, ok := field.at(m[0]*u+m[1]*v+m[2], m[3]*u+m[4]*v+m[5])
			if !ok {
				continue
			}
			t := template.pix[y*template.w+x]
			n, st, sf, stt, sff, stf = n+1, st+t, sf+f, stt+t*t, sff+f*f, stf+t*f
		}
	}
	if n < 16 {
		return -1, 0
	}
	den := math.Sqrt((stt - st*st/n) * (sff - sf*sf/n))
	if den < 1e-9 {
		return 0, n / float64(len(template.pix))
	}
	return (stf - st*sf/n) / den, n / float64(len(template.pix))
}

// refine climbs the correlation coefficient from m by ECC's forward additive steps with an affine map.
func refine(field, template *grey, m [6]float64, aspect float64) Alignment {
	best := Alignment{Matrix: m}
	best.Correlation, best.Overlap = correlate(field, template, m)
	for range iterations {
		step, ok := eccStep(field, template, m)
		if !ok {
			break
		}
		move := 0.0
		for i := range m {
			m[i] += step[i]
			move = math.Max(move, math.Abs(step[i]))
		}
		if !plausible(m, aspect) {
			break // it ran away
		}
		r, overlap := correlate(field, template, m)
		if overlap >= 0.25 && r > best.Correlation {
			best = Alignment{Matrix: m, Correlation: r, Overlap: overlap}
		}
		if move < 0.02 {
			break
		}
	}
	return best
}

// eccStep is one step of ECC: with the zero-mean warped field f and template t, the Jacobian G of the warped field and
// H = GᵀG, the parameters move by H⁻¹Gᵀ(λt − f) with λ = (‖f‖² − fᵀPf) / (tᵀf − tᵀPf), P = GH⁻¹Gᵀ.
func eccStep(field, template *grey, m [6]float64) ([6]float64, bool) {
	var ts, fs []float64
	var jac [][6]float64
	var tm, fm float64
	for y := range template.h {
		for x := range template.w {
			u, v := (float64(x)+0.5)/float64(template.w), (float64(y)+0.5)/float64(template.h)
			px, py := m[0]*u+m[1]*v+m[2], m[3]*u+m[4]*v+m[5]
			f, ok := field.at(px, py)
			if !ok {
				continue
			}
			gx, gy := field.gradient(px, py)
			t := template.pix[y*template.w+x]
			ts, fs, jac = append(ts, t), append(fs, f), append(jac, [6]float64{gx * u, gx * v, gx, gy * u, gy * v, gy})
			tm, fm = tm+t, fm+f
		}
	}
	n := float64(len(ts))
	if n < 50 {
		return [6]float64{}, false
	}
	tm, fm = tm/n, fm/n
	h := mat.NewSymDense(6, nil)
	gf, gt := mat.NewVecDense(6, nil), mat.NewVecDense(6, nil)
	var ff, tf float64
	for i, g := range jac {
		f, t := fs[i]-fm, ts[i]-tm
		ff, tf = ff+f*f, tf+t*f
		for a := range 6 {
			gf.SetVec(a, gf.AtVec(a)+g[a]*f)
			gt.SetVec(a, gt.AtVec(a)+g[a]*t)
			for b := a; b < 6; b++ {
				h.SetSym(a, b, h.At(a, b)+g[a]*g[b])
			}
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(h) {
		return [6]float64{}, false
	}
	var hf, ht mat.VecDense
	if chol.SolveVecTo(&hf, gf) != nil || chol.SolveVecTo(&ht, gt) != nil {
		return [6]float64{}, false
	}
	den := tf - mat.Dot(gt, &hf)
	if den <= 0 {
		return [6]float64{}, false
	}
	lambda := (ff - mat.Dot(gf, &hf)) / den
	var step [6]float64
	for i := range step {
		step[i] = lambda*ht.AtVec(i) - hf.AtVec(i)
		if !finite(step[i]) {
			return step, false
		}
	}
	return step, true
}

// grey is a small picture of luma values.
type grey struct {
	w, h int
	pix  []float64
}

func newGrey(img image.Image, w, h int) *grey {
	small := imaging.Resize(img, w, h, imaging.Box)
	g := &grey{w: w, h: h, pix: make([]float64, w*h)}
	for i := range g.pix {
		p := small.Pix[4*i:]
		g.pix[i] = 0.299*float64(p[0]) + 0.587*float64(p[1]) + 0.114*float64(p[2])
	}
	return g
}

// at samples bilinearly; pixel centres lie at half units. ok is false outside the picture.
func (g *grey) at(x, y float64) (value float64, ok bool) {
	if !(x >= 0 && y >= 0 && x < float64(g.w) && y < float64(g.h)) {
		return 0, false
	}
	x, y = math.Max(0, x-0.5), math.Max(0, y-0.5)
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, g.w-1), min(y0+1, g.h-1)
	fx, fy := x-float64(x0), y-float64(y0)
	top := g.pix[y0*g.w+x0]*(1-fx) + g.pix[y0*g.w+x1]*fx
	bottom := g.pix[y1*g.w+x0]*(1-fx) + g.pix[y1*g.w+x1]*fx
	return top*(1-fy) + bottom*fy, true
}

// gradient by central differences of half a pixel, clamped at the border.
func (g *grey) gradient(x, y float64) (gx, gy float64) {
	clampX := func(v float64) float64 { return math.Min(float64(g.w)-0.01, math.Max(0, v)) }
	clampY := func(v float64) float64 { return math.Min(float64(g.h)-0.01, math.Max(0, v)) }
	r, _ := g.at(clampX(x+0.5), y)
	l, _ := g.at(clampX(x-0.5), y)
	b, _ := g.at(x, clampY(y+0.5))
	t, _ := g.at(x, clampY(y-0.5))
	return r - l, b - t
}
