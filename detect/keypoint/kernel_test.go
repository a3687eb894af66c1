package keypoint

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// instructions are the sets of vector instructions that the C code knows; one that this processor lacks runs as the next below it.
var instructions = []string{"plain", "AVX2", "AVX-512"}

// everyWay runs a test with each set of vector instructions.
func everyWay(t *testing.T, test func(t *testing.T)) {
	for level, name := range instructions {
		t.Run(name, func(t *testing.T) {
			defer limit(limit(level))
			test(t)
		})
	}
}

// sizes are of planes: smaller than a vector is wide, just as wide, a little more, and many of them.
var sizes = []image.Point{{16, 16}, {17, 40}, {31, 16}, {33, 21}, {64, 30}, {128, 20}, {150, 91}}

// spotted is a plane of soft spots, light and dark.
func spotted(r *rand.Rand, size image.Point) *plane {
	p := new(arena).plane(size.X, size.Y)
	for range size.X * size.Y / 12 {
		cx, cy, radius, shade := r.Float64()*float64(size.X), r.Float64()*float64(size.Y), 1+4*r.Float64(), r.Float64()-0.5
		for y := max(0, int(cy-2*radius)); y < min(size.Y, int(cy+2*radius)); y++ {
			for x := max(0, int(cx-2*radius)); x < min(size.X, int(cx+2*radius)); x++ {
				dx, dy := float64(x)-cx, float64(y)-cy
				p.row(y)[x] += float32(shade * math.Exp(-(dx*dx+dy*dy)/(radius*radius)))
			}
		}
	}
	for y := range size.Y {
		p.extend(y)
	}
	return p
}

// differ reports values that differ by more than allowed.
func differ(t *testing.T, what string, got, want []float32, allowed float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range got {
		if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= allowed) {
			t.Fatalf("%s: value %d is %g, want %g", what, i, got[i], want[i])
		}
	}
}

func TestPyramidAndPeaksAreTheTwins(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		found := 0
		for _, size := range sizes {
			var a arena
			for i, o := range pyramid(&a, spotted(r, size), 0.8) {
				what := fmt.Sprint(size, " octave ", i)
				for l, kernel := range octaveSteps {
					level, diff := a.plane(o.level[0].w, o.level[0].h), a.plane(o.level[0].w, o.level[0].h)
					plainBlur(o.level[l], level, diff, kernel)
					for y := range level.h {
						from := y * level.stride
						differ(t, fmt.Sprint(what, " level ", l+1, " row ", y), o.level[l+1].pix[from:from+level.stride], level.pix[from:from+level.stride], 1e-6)
						differ(t, fmt.Sprint(what, " difference ", l, " row ", y), o.diff[l].row(y), diff.row(y), 1e-6)
					}
				}
				for l := 1; l <= scales; l++ {
					for _, least := range []float32{0, 0.7 * leastContrast, 1} {
						got, want := peaks(&o, l, least, []int32{-1}), plainPeaks(&o, l, least, []int32{-1})
						if diff := cmp.Diff(want, got); diff != "" {
							t.Fatalf("%s level %d, peaks (-want +got):\n%s", what, l, diff)
						}
						found += len(got) - 1
					}
				}
			}
		}
		if found < 100 {
			t.Errorf("%d peaks in all: the test shows little", found)
		}
	})
}

// A flat picture is nothing but peaks when none is too low: more than there is room for at first.
func TestPeaksGrow(t *testing.T) {
	var a arena
	o := pyramid(&a, a.plane(90, 90), 1)[0]
	for _, d := range o.diff {
		clear(d.pix)
	}
	if got, want := len(peaks(&o, 1, 0, nil)), (90-2*margin)*(90-2*margin); got != want {
		t.Errorf("%d peaks, want %d", got, want)
	}
}

func TestDescriptorsAreTheTwins(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		described := 0
		for _, size := range sizes {
			p := spotted(r, size)
			for range 200 {
				// Beyond the edges as well, as patches reach there.
				x, y, gap := float32(r.Float64())*float32(size.X), float32(r.Float64())*float32(size.Y), float32(1+3*r.Float64())
				sin, cos := math.Sincos(7 * r.Float64())
				got, want := vote(p, x, y, gap), plainVotes(p, x, y, gap)
				var sum, apart float64
				for i := range want {
					sum, apart = sum+float64(want[i]), apart+math.Abs(float64(want[i])-float64(got[i]))
				}
				if !(apart <= 0.02*sum+1e-6) { // a direction on the border of two bins may fall into either
					t.Fatalf("%v at %g, %g: votes %v, want %v", size, x, y, got, want)
				}
				var a, b [Dimension]float32
				okA := describe(p, x, y, float32(cos)*gap, float32(sin)*gap, a[:])
				okB := plainDescribe(p, x, y, float32(cos)*gap, float32(sin)*gap, b[:])
				if okA != okB {
					t.Fatalf("%v at %g, %g: described is %v, want %v", size, x, y, okA, okB)
				}
				if okA {
					described++
					if c := product(a[:], b[:]); !(c > 0.99995 && c < 1.00005) {
						t.Fatalf("%v at %g, %g: cosine %f to the twin", size, x, y, c)
					}
				}
			}
		}
		if described < 1000 {
			t.Errorf("%d descriptors: the test shows little", described)
		}
		if describe(&plane{w: 20, h: 20, stride: 52, pix: make([]float32, 52*20+spare)}, 10, 10, 1, 0, make([]float32, Dimension)) {
			t.Error("a flat patch is described")
		}
	})
}

func product(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestNearestIsTheTwins(t *testing.T) {
	random := func(r *rand.Rand, n int) []float32 {
		d := make([]float32, n*Dimension)
		for i := range d {
			d[i] = r.Float32() * r.Float32()
		}
		for i := range n {
			normalise(d[i*Dimension : (i+1)*Dimension])
		}
		return d
	}
	everyWay(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		for _, size := range [][2]int{{1, 1}, {1, 40}, {3, 16}, {8, 17}, {13, 100}, {180, 399}} {
			descriptors, others := random(r, size[0]), random(r, size[1])
			copy(others[len(others)-Dimension:], descriptors[len(descriptors)-Dimension:]) // the last is equal to the last
			p := panelsOf(new(arena), others)
			got, want := rivals{make([]best, size[0]), make([]int32, len(p.values)/Dimension)}, rivals{make([]best, size[0]), make([]int32, len(p.values)/Dimension)}
			nearest(descriptors, p, &got)
			plainNearest(descriptors, p, &want)
			if diff := cmp.Diff(want.backward[:p.n], got.backward[:p.n]); diff != "" {
				t.Fatalf("%v: backward (-want +got):\n%s", size, diff)
			}
			for i, w := range want.forward {
				g := got.forward[i]
				if g.at != w.at {
					t.Fatalf("%v: the nearest of %d is %d, want %d", size, i, g.at, w.at)
				}
				differ(t, fmt.Sprint(size, " products"), []float32{g.first, g.second}, []float32{w.first, w.second}, 1e-5)
			}
		}
	})
}

func TestLumaIsTheTwins(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	noise := func(pix []byte) {
		for i := range pix {
			pix[i] = byte(r.Uint32())
		}
	}
	for _, size := range []image.Point{{40, 30}, {1, 50}, {70, 1}, {131, 77}, {400, 300}} {
		box := image.Rect(3, 5, 3+size.X, 5+size.Y)
		colours, grey, planes, deep := image.NewNRGBA(box), image.NewGray(box), image.NewYCbCr(box, image.YCbCrSubsampleRatio420), image.NewNRGBA64(box)
		noise(colours.Pix)
		noise(grey.Pix)
		noise(planes.Y)
		noise(deep.Pix)
		part := colours.SubImage(image.Rect(4, 5, 3+size.X, 5+size.Y))
		for kind, img := range map[string]image.Image{"NRGBA": colours, "grey": grey, "YCbCr": planes, "16 bits": deep, "part": part} {
			if img.Bounds().Empty() {
				continue
			}
			everyWay(t, func(t *testing.T) {
				for _, to := range []image.Point{{40, 30}, {33, 61}, {16, 1}, {1, 16}} {
					var a arena
					got, want := luma(&a, img, to.X, to.Y), a.plane(to.X, to.Y)
					s := sourceOf(img)
					plainShrink(s, tapsOf(s.w, to.X), tapsOf(s.h, to.Y), make([]float32, s.w), want)
					for y := range to.Y {
						from := y * got.stride
						differ(t, fmt.Sprint(kind, size, to, " row ", y), got.pix[from:from+got.stride], want.pix[from:from+got.stride], 1e-5)
					}
				}
			})
		}
	}
}
