package intake_test

import (
	"bytes"
	"image"
	"testing"

	"github.com/disintegration/imaging"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/models"
)

// TestReferenceParts: what a listing shows of a design alone is found as that part, where the pack registers parts, and the copies'
// collection keeps one vector.
func TestReferenceParts(t *testing.T) {
	centre := models.Region{Name: "centre", X: 0.2, Y: 0.2, W: 0.6, H: 0.6}
	drawing := intaketest.Drawing(t, 1)
	img, err := imaging.Decode(bytes.NewReader(drawing))
	if err != nil {
		t.Fatal(err)
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	detail := encoded(t, imaging.Crop(img, image.Rect(w*2/10, h*2/10, w*8/10, h*8/10)))
	cosine := map[string]float64{}
	for name, pack := range map[string]*models.Pack{"whole": intaketest.DesignPack(t), "parts": intaketest.PartsPack(t, centre)} {
		s := open(t, t.TempDir(), pack, nil)
		right := s.right(t, "Meander", casework.CopyrightUnregistered, true)
		ref, err := s.AddImageReference(t.Context(), operator, right.ID, intake.ImageReference{Data: drawing})
		if err != nil || ref.IndexedAt == nil {
			t.Fatalf("reference %+v, error %v", ref, err)
		}
		for output, want := range map[string]int{detect.OutputCopy: 1, detect.OutputDesign: map[string]int{"whole": 1, "parts": 2}[name]} {
			points, err := s.Index.Get(t.Context(), detect.Alias(output), []string{ref.ID})
			if err != nil || len(points) != 1 || len(points[0].Vectors) != want {
				t.Errorf("%s: %s has %d points, error %v, want one of %d vectors", name, output, len(points), err, want)
			}
		}
		for _, f := range s.score(t, intake.ListingInput{ID: "L1", Pictures: data(detail)}).Report.Findings {
			if f.Signal == detect.SignalDesignSimilarity {
				cosine[name] = f.Picture.Cosine
			}
		}
	}
	if cosine["parts"] < 0.99 || cosine["whole"] > 0.9 {
		t.Errorf("cosine of a detail: %v, want nearly 1 with parts and less without", cosine)
	}
}
