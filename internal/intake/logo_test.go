package intake_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"testing"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
)

// emblem draws a mark of 60 x 60 pixels, another one for each turn, at a place.
func emblem(img *image.NRGBA, at image.Point, turn int) {
	inks := []color.NRGBA{{180, 20, 30, 255}, {20, 40, 140, 255}, {15, 15, 15, 255}, {240, 200, 40, 255}}
	for k := range inks {
		r := image.Rect(30*(k%2), 30*(k/2), 30*(k%2)+30, 30*(k/2)+30).Add(at)
		draw.Draw(img, r, image.NewUniform(inks[(k+turn)%4]), image.Point{}, draw.Src)
	}
}

func ground(w, h int, c color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return img
}

func encoded(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// registered is a mark with a name in one bar below it, on white.
func registered(t *testing.T, turn int) []byte {
	img := ground(200, 180, color.NRGBA{255, 255, 255, 255})
	emblem(img, image.Pt(70, 20), turn)
	draw.Draw(img, image.Rect(10, 110, 190, 150), image.NewUniform(color.NRGBA{0, 90, 60, 255}), image.Point{}, draw.Src)
	return encoded(t, img)
}

// TestLogoInScene: a mark registered a moment ago, emblem above name, is found by its emblem alone, where the detector sees one on
// a white cup; a design of the same picture is not searched for marks.
func TestLogoInScene(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.LogoPack(t), nil)
	marks := []casework.Right{w.right(t, "Quarter", casework.TrademarkFigurative, true), w.right(t, "Turned", casework.Trademark3D, true)}
	design := w.right(t, "Drawing", casework.Design, true)
	for i, right := range append(marks, design) {
		ref, err := w.AddImageReference(t.Context(), operator, right.ID, intake.ImageReference{Data: registered(t, i%2)})
		if err != nil || ref.IndexedAt == nil {
			t.Fatalf("reference %+v, error %v", ref, err)
		}
	}
	scene := ground(400, 300, color.NRGBA{255, 255, 255, 255})
	emblem(scene, image.Pt(240, 100), 0)
	w.Fake.Rows = map[string][][]float32{detect.OutputPlaces: {{0.6, 1. / 3, 0.15, 0.2, 0.8}}}
	rec := w.score(t, intake.ListingInput{Profile: detect.ProfileFull, ID: "L1", Pictures: data(encoded(t, scene))})
	var found []detect.Finding
	for _, f := range rec.Report.Findings {
		if f.Signal == detect.SignalLogoInScene {
			found = append(found, f)
		}
	}
	if len(found) != 2 || found[0].Right != marks[0].ID || found[1].Right != marks[1].ID {
		t.Fatalf("findings %+v; want the mark first, then the other mark, and not the design", found)
	}
	best := found[0]
	if best.Picture.Box != (detect.Box{240, 100, 60, 60}) || best.Picture.Objectness < 0.79 || best.Picture.Cosine < 0.9 || found[1].Picture.Cosine > 0.6 {
		t.Errorf("evidence %+v against %+v", best.Picture, found[1].Picture)
	}
	if _, err := w.SideBySide(t.Context(), rec.Report, 0); err != nil {
		t.Errorf("evidence: %v", err)
	}
	if err := w.DeleteReference(t.Context(), operator, best.Reference); err != nil {
		t.Fatal(err)
	}
	rec = w.score(t, intake.ListingInput{Profile: detect.ProfileFull, ID: "L2", Pictures: data(encoded(t, scene))})
	for _, f := range rec.Report.Findings {
		if f.Signal == detect.SignalLogoInScene && f.Right == marks[0].ID {
			t.Errorf("a deleted mark is still found: %+v", f)
		}
	}
}
