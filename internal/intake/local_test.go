package intake_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"testing"

	"touchstone/detect"
	"touchstone/detect/keypoint"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
)

// scene is a PNG of 240 x 200 with many boxes: enough details to verify by.
func scene(t *testing.T, seed uint64, mirrored bool) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 9))
	img := image.NewNRGBA(image.Rect(0, 0, 240, 200))
	for range 90 {
		c := color.NRGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		x0, y0, w, h := r.IntN(240), r.IntN(200), 5+r.IntN(40), 5+r.IntN(40)
		for y := y0; y < min(y0+h, 200); y++ {
			for x := x0; x < min(x0+w, 240); x++ {
				at := x
				if mirrored {
					at = 239 - x
				}
				img.SetNRGBA(at, y, c)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// geometry is what the report of one listing says about its first finding's geometry.
func geometry(t *testing.T, rec intake.ReportRecord) *detect.Verification {
	t.Helper()
	if len(rec.Report.Findings) == 0 || rec.Report.Findings[0].Picture == nil || rec.Report.Findings[0].Picture.Verification == nil {
		t.Fatalf("no verification in %+v", rec.Report.Findings)
	}
	return rec.Report.Findings[0].Picture.Verification
}

func TestScoreVerifies(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.VerifyingPack(t), nil)
	r := w.right(t, "Meander", casework.Design, true)
	ref, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: scene(t, 1, false)})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := w.Store.LocalFeatures(t.Context(), ref.Blob, keypoint.Format)
	if err != nil || len(kept) > keypoint.MaxBytes {
		t.Fatalf("features: %d bytes, error %v", len(kept), err)
	}
	if v := geometry(t, w.score(t, intake.ListingInput{Pictures: data(scene(t, 1, true))})); !v.Verified || fmt.Sprint(v.Edits) != "[mirrored]" || v.Box[2] < 236 || v.Box[3] < 196 {
		t.Errorf("a mirrored copy: %+v", v)
	}
	if v := geometry(t, w.score(t, intake.ListingInput{Pictures: data(scene(t, 2, false))})); v.Verified {
		t.Errorf("another picture: %+v", v)
	}
	if err := w.DeleteReference(t.Context(), operator, ref.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Store.LocalFeatures(t.Context(), ref.Blob, keypoint.Format); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("features of a deleted reference: %v", err)
	}
}

// TestFeaturesAreMadeAgain: for a reference registered by a program without this format, or whose features are damaged.
func TestFeaturesAreMadeAgain(t *testing.T) {
	dir, pack := t.TempDir(), intaketest.VerifyingPack(t)
	var picture string
	t.Run("before", func(t *testing.T) {
		w := open(t, dir, pack, nil)
		r := w.right(t, "Meander", casework.Design, true)
		ref, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: scene(t, 1, false)})
		if err != nil {
			t.Fatal(err)
		}
		picture = ref.Blob
		if err := w.Store.SaveLocalFeatures(t.Context(), picture, keypoint.Format, []byte("damaged")); err != nil {
			t.Fatal(err)
		}
	})
	w := open(t, dir, pack, nil)
	if v := geometry(t, w.score(t, intake.ListingInput{Pictures: data(scene(t, 1, false))})); !v.Verified {
		t.Errorf("verification %+v", v)
	}
	kept, err := w.Store.LocalFeatures(t.Context(), picture, keypoint.Format)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keypoint.Decode(kept); err != nil {
		t.Errorf("features are still damaged: %v", err)
	}
}
