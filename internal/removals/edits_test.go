package removals_test

import (
	"image"
	"math/rand/v2"
	"testing"

	"touchstone/detect"
	"touchstone/embed"
	"touchstone/embed/onnx/onnxtest"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/simulate/picture"
)

func source(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// good is a photograph of drawn goods in a setting.
func good(seed, setting uint64) *image.RGBA {
	sign := picture.NewSign(source(seed))
	return picture.Photo(picture.NewGood(source(seed+10), int(seed)%picture.Shapes()), &sign, picture.NewSetting(source(setting)))
}

// TestEditedCopies: with the pack that ships, what copyists do to a picture that was removed does not hide it, and its evidence says what was
// done; other goods on the same ground are not taken for it. What was reinstated is met no more, and reports are made again as they were.
func TestEditedCopies(t *testing.T) {
	pack := onnxtest.BasePack(t)
	w := withPast(t, intaketest.OpenReal(t, t.TempDir(), pack, onnxtest.Open(t, pack, embed.Config{})))
	original := good(1, 21)
	first := w.score(t, "", picture.JPEG(original, 90))
	if relisted(first) != nil {
		t.Fatal("met before anything was removed")
	}
	w.remove(t, "c1", first)
	var last string
	for _, name := range []string{"mirror", "crop", "rotate", "caption", "border", "watermark", "shrink"} {
		img, err := picture.Edit(original, name, source(31))
		if err != nil {
			t.Fatal(err)
		}
		rec := w.score(t, "", picture.JPEG(img, 70))
		f := relisted(rec)
		if f == nil || f.Picture.Verification == nil || !f.Picture.Verification.Verified || f.Probability < 0.6 || f.Relisted.Decision != "dec_c1" {
			t.Errorf("%s: %+v", name, f)
			continue
		}
		if edits := f.Picture.Verification.Edits; name == "mirror" && (len(edits) != 1 || edits[0] != "mirrored") {
			t.Errorf("%s: %q", name, edits)
		}
		for at, draw := range map[string]func() error{
			"side by side": func() error { _, err := w.SideBySide(t.Context(), rec.Report, 0); return err },
			"overlay":      func() error { _, _, err := w.Overlay(t.Context(), rec.Report, 0); return err },
		} {
			if err := draw(); rec.Report.Findings[0].Signal != detect.SignalRelisting || err != nil {
				t.Errorf("%s: %s: %v", name, at, err)
			}
		}
		last = rec.ID
	}
	if f := relisted(w.score(t, detect.ProfileFull, picture.JPEG(good(2, 21), 85))); f != nil {
		t.Errorf("other goods on the same ground: %+v of %+v", f, f.Picture.Verification)
	}
	w.reinstate(t, "c1")
	mirrored, _ := picture.Edit(original, "mirror", source(31))
	if f := relisted(w.score(t, detect.ProfileFull, picture.JPEG(mirrored, 70))); f != nil {
		t.Errorf("after reinstatement: %+v", f)
	}
	again, err := w.Replay(t.Context(), last)
	if err != nil || !again.Identical {
		t.Errorf("made again: %v, %+v", err, again.Differences)
	}
}
