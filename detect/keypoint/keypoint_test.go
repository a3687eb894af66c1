package keypoint_test

import (
	"errors"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/disintegration/imaging"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"touchstone/detect/keypoint"
)

// drawing is a picture of overlapping boxes and discs: corners and blobs of many sizes.
func drawing(seed uint64, w, h int) *image.NRGBA {
	r := rand.New(rand.NewPCG(seed, 7))
	img := imaging.New(w, h, color.NRGBA{120, 130, 110, 255})
	for range 60 {
		c := color.NRGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		x, y, size, disc := r.IntN(w), r.IntN(h), 4+r.IntN(w/6), r.IntN(2) == 0
		for dy := -size; dy <= size; dy++ {
			for dx := -size; dx <= size; dx++ {
				if p := (image.Point{x + dx, y + dy}); p.In(img.Rect) && (!disc || dx*dx+dy*dy <= size*size) {
					img.SetNRGBA(p.X, p.Y, c)
				}
			}
		}
	}
	return img
}

// compare looks for a reference in a listing's picture, as detect does: the reference's features come out of storage.
func compare(t interface{ Fatal(...any) }, reference, listing image.Image) (keypoint.Placement, keypoint.Agreement) {
	set, err := keypoint.Decode(keypoint.OfReference(reference).Encode())
	if err != nil {
		t.Fatal(err)
	}
	v := keypoint.OfListing(listing)
	return keypoint.Compare(set, v, keypoint.Place(set, v))
}

// working turns a map between original pictures into one between working pictures.
func working(m [6]float64, reference, listing image.Image) [6]float64 {
	r := float64(keypoint.ReferenceSide) / float64(max(reference.Bounds().Dx(), reference.Bounds().Dy()))
	l := float64(keypoint.ListingSide) / float64(max(listing.Bounds().Dx(), listing.Bounds().Dy()))
	return [6]float64{m[0] * l / r, m[1] * l / r, m[2] * l, m[3] * l / r, m[4] * l / r, m[5] * l}
}

func paste(host, guest image.Image, x, y int) image.Image {
	return imaging.Paste(host, guest, image.Pt(x, y))
}

func TestPlaceFindsEdits(t *testing.T) {
	ref := drawing(1, 300, 240)
	small := imaging.Resize(ref, 120, 96, imaging.Lanczos)
	tests := map[string]struct {
		listing image.Image
		matrix  [6]float64 // from reference to listing pixels
		overlap float64
	}{
		"itself":          {ref, [6]float64{1, 0, 0, 0, 1, 0}, 1},
		"mirrored":        {imaging.FlipH(ref), [6]float64{-1, 0, 300, 0, 1, 0}, 1},
		"quarter turn":    {imaging.Rotate90(ref), [6]float64{0, 1, 0, -1, 0, 300}, 1},
		"upside down":     {imaging.Rotate180(ref), [6]float64{-1, 0, 300, 0, -1, 240}, 1},
		"half of it":      {imaging.Crop(ref, image.Rect(60, 0, 210, 240)), [6]float64{1, 0, -60, 0, 1, 0}, 0.5},
		"a small paste":   {paste(drawing(2, 300, 300), small, 30, 150), [6]float64{0.4, 0, 30, 0, 0.4, 150}, 1},
		"grey and dim":    {imaging.AdjustBrightness(imaging.Grayscale(ref), -25), [6]float64{1, 0, 0, 0, 1, 0}, 1},
		"blurred":         {imaging.Blur(ref, 2), [6]float64{1, 0, 0, 0, 1, 0}, 1},
		"shrunk":          {imaging.Resize(ref, 90, 72, imaging.Box), [6]float64{0.3, 0, 0, 0, 0.3, 0}, 1},
		"squeezed":        {imaging.Resize(ref, 300, 150, imaging.Lanczos), [6]float64{1, 0, 0, 0, 0.625, 0}, 1},
		"mirrored, paste": {paste(drawing(3, 260, 320), imaging.FlipH(small), 100, 20), [6]float64{-0.4, 0, 220, 0, 0.4, 20}, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p, a := compare(t, ref, test.listing)
			if p.Inliers < 10 || a.Detail < 0.8 || a.Share < 0.8 || a.Centre < 0.8 || a.Whole < 0.8 {
				t.Errorf("%d inliers, agreement %+v", p.Inliers, a)
			}
			if math.Abs(a.Overlap-test.overlap) > 0.03 {
				t.Errorf("overlap %.2f, want %.2f", a.Overlap, test.overlap)
			}
			if p.Mirrored() != (test.matrix[0]*test.matrix[4]-test.matrix[1]*test.matrix[3] < 0) {
				t.Errorf("mirrored is %v", p.Mirrored())
			}
			far(t, p.Matrix, working(test.matrix, ref, test.listing), 4/test.overlap/test.overlap) // beyond the edge of a crop it is a guess
		})
	}
}

// far reports corners of the reference that land too far from where they should, in pixels of the listing's working picture.
func far(t *testing.T, got, want [6]float64, limit float64) {
	t.Helper()
	for _, c := range [][2]float64{{0, 0}, {320, 0}, {0, 256}, {320, 256}} {
		du := (got[0]-want[0])*c[0] + (got[1]-want[1])*c[1] + got[2] - want[2]
		dv := (got[3]-want[3])*c[0] + (got[4]-want[4])*c[1] + got[5] - want[5]
		if math.Hypot(du, dv) > limit {
			t.Errorf("corner %v lies %.1f pixels from its place", c, math.Hypot(du, dv))
		}
	}
}

func TestOtherPicturesDoNotFit(t *testing.T) {
	for seed := uint64(10); seed < 30; seed++ {
		p, a := compare(t, drawing(seed, 300, 240), drawing(seed+100, 300, 240))
		if p.Inliers > 6 || p.Inliers > 4 && a.Detail > 0.6 {
			t.Errorf("seed %d: %d inliers, agreement %+v between two pictures", seed, p.Inliers, a)
		}
	}
}

// TestAnyTurnAndSize: whatever the angle and the zoom, in either handedness, the placement is found and right.
func TestAnyTurnAndSize(t *testing.T) {
	ref := drawing(1, 300, 240)
	set := keypoint.OfReference(ref)
	rapid.Check(t, func(t *rapid.T) {
		angle := rapid.Float64Range(-180, 180).Draw(t, "angle")
		zoom := rapid.Float64Range(0.4, 1).Draw(t, "zoom")
		mirror := rapid.Bool().Draw(t, "mirror")
		var img image.Image = ref
		if mirror {
			img = imaging.FlipH(img)
		}
		img = imaging.Resize(img, int(300*zoom), 0, imaging.Lanczos)
		img = paste(imaging.New(420, 420, color.NRGBA{90, 90, 90, 255}), imaging.Rotate(img, angle, color.NRGBA{90, 90, 90, 255}), 10, 10)
		v := keypoint.OfListing(img)
		p, a := keypoint.Compare(set, v, keypoint.Place(set, v))
		if p.Inliers < 8 || a.Detail < 0.7 {
			t.Fatalf("%d inliers, agreement %+v", p.Inliers, a)
		}
		if p.Mirrored() != mirror {
			t.Fatalf("mirrored is %v", p.Mirrored())
		}
		scale := math.Sqrt(math.Abs(p.Matrix[0]*p.Matrix[4]-p.Matrix[1]*p.Matrix[3])) / (zoom * 300 / 320 * 400 / 420)
		if math.Abs(math.Log(scale)) > 0.05 {
			t.Fatalf("zoom is off by a factor of %.2f", scale)
		}
	})
}

func TestNothingToSee(t *testing.T) {
	flat := imaging.New(200, 150, color.NRGBA{200, 10, 10, 255})
	for name, img := range map[string]image.Image{
		"one colour": flat, "a pixel": imaging.New(1, 1, color.Black), "a line": imaging.New(3000, 1, color.White), "a stripe": drawing(4, 400, 60).SubImage(image.Rect(0, 0, 400, 9)),
	} {
		p, a := compare(t, img, drawing(1, 300, 240))
		q, b := compare(t, drawing(1, 300, 240), img)
		if p.Inliers > 4 || q.Inliers > 4 {
			t.Errorf("%s: %d and %d details fit", name, p.Inliers, q.Inliers)
		}
		for _, v := range []float64{a.Overlap, a.Whole, a.Detail, a.Share, a.Centre, b.Overlap, b.Whole, b.Detail, b.Share, b.Centre} {
			if math.IsNaN(v) || v < -1 || v > 1 {
				t.Errorf("%s: agreement %+v, %+v", name, a, b)
			}
		}
	}
}

// TestSameEveryTime: neither earlier pictures nor the kind of the image change what comes out.
func TestSameEveryTime(t *testing.T) {
	img := drawing(1, 300, 240)
	first := keypoint.OfReference(img).Encode()
	keypoint.OfListing(drawing(2, 500, 333))
	plain := image.NewRGBA64(img.Rect)
	for y := range 240 {
		for x := range 300 {
			plain.Set(x, y, img.At(x, y))
		}
	}
	offset := image.NewNRGBA(image.Rect(-5, 7, 295, 247))
	copy(offset.Pix, img.Pix)
	luma, grey := image.NewYCbCr(img.Rect, image.YCbCrSubsampleRatio420), image.NewGray(img.Rect)
	for i := range luma.Y {
		luma.Y[i], _, _ = color.RGBToYCbCr(img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2])
		grey.Pix[i] = luma.Y[i]
	}
	for name, again := range map[string]image.Image{"again": img, "16 bits": plain, "another origin": offset, "luma": luma, "grey": grey} {
		if got := keypoint.OfReference(again).Encode(); !cmp.Equal(first, got) && (again == img || again == offset) {
			t.Errorf("%s: other features", name)
		} else if p, _ := compare(t, img, again); p.Inliers < 50 {
			t.Errorf("%s: %d inliers", name, p.Inliers)
		}
	}
}

func TestEncode(t *testing.T) {
	set := keypoint.OfReference(drawing(1, 300, 240))
	data := set.Encode()
	if len(data) > keypoint.MaxBytes || keypoint.MaxBytes > 16_000 {
		t.Errorf("%d bytes of at most %d", len(data), keypoint.MaxBytes)
	}
	got, err := keypoint.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Points) < 60 {
		t.Errorf("%d points", len(got.Points))
	}
	if diff := cmp.Diff(set, got, cmpopts.IgnoreUnexported(keypoint.Set{}), cmpopts.EquateApprox(0, 0.01)); diff != "" {
		t.Errorf("features change on their way (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(data, got.Encode()); diff != "" {
		t.Errorf("encoded again they differ:\n%s", diff)
	}
	for name, bad := range map[string][]byte{
		"nothing": nil, "too short": data[:100], "cut off": data[:len(data)-1], "too long": append(append([]byte{}, data...), 0),
		"another format": append([]byte{99, 0}, data[2:]...), "no width": append([]byte{1, 0, 0, 0}, data[4:]...),
	} {
		if _, err := keypoint.Decode(bad); !errors.Is(err, keypoint.ErrEncoding) {
			t.Errorf("%s: error %v, want ErrEncoding", name, err)
		}
	}
}

// FuzzDecode: whatever lies in the store, matching it neither crashes nor gives a number that is none.
func FuzzDecode(f *testing.F) {
	f.Add(keypoint.OfReference(drawing(1, 100, 80)).Encode())
	f.Add(keypoint.OfReference(imaging.New(20, 20, color.Black)).Encode())
	f.Add([]byte{1, 0, 0, 0})
	view := keypoint.OfListing(drawing(1, 100, 80))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := keypoint.Decode(data)
		if err != nil {
			return
		}
		p, a := keypoint.Compare(set, view, keypoint.Place(set, view))
		for _, v := range append(p.Matrix[:], p.Residual, a.Overlap, a.Whole, a.Detail, a.Share, a.Centre) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("placement %+v, agreement %+v", p, a)
			}
		}
	})
}

// BenchmarkVerifyTen is what the verification of ten candidates of one listing costs, its features included.
func BenchmarkVerifyTen(b *testing.B) {
	var stored [][]byte
	for seed := range uint64(10) {
		stored = append(stored, keypoint.OfReference(drawing(seed, 300, 240)).Encode())
	}
	listing := drawing(3, 450, 400)
	b.ResetTimer()
	for range b.N {
		v := keypoint.OfListing(listing)
		for _, data := range stored {
			set, err := keypoint.Decode(data)
			if err != nil {
				b.Fatal(err)
			}
			if p := keypoint.Place(set, v); p.Inliers > 2 {
				p, _ = keypoint.Compare(set, v, p)
				keypoint.LookUp(set, v, p)
			}
		}
		v.Release()
	}
}

func BenchmarkOfListing(b *testing.B) {
	listing := drawing(3, 450, 400)
	for range b.N {
		keypoint.OfListing(listing).Release()
	}
}
