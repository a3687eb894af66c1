package intake_test

import (
	"errors"
	"image"
	"testing"

	"touchstone/detect"
	"touchstone/embed"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/photo"
)

// TestByText: with a pack whose texts lie among its pictures, a text finds the picture whose vector it has.
func TestByText(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.JointPack(t), nil)
	var refs []casework.Reference
	for seed := range uint64(3) {
		right := w.right(t, string(rune('A'+seed)), casework.Design, true)
		ref, err := w.AddImageReference(t.Context(), operator, right.ID, intake.ImageReference{Data: intaketest.Drawing(t, seed)})
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, ref)
	}
	drawn, err := photo.Decode(intaketest.Drawing(t, 1), photo.Limits{MinSide: 1})
	if err != nil {
		t.Fatal(err)
	}
	vectors, err := w.Fake.Pictures(t.Context(), []image.Image{drawn.Image}, detect.OutputCopy)
	if err != nil {
		t.Fatal(err)
	}
	w.Fake.Rows = map[string][][]float32{"caption": {vectors[0][0][0]}}
	found, err := w.ByText(t.Context(), "what the second one shows", 2)
	if err != nil || len(found) != 2 {
		t.Fatalf("found %+v, error %v", found, err)
	}
	if found[0].Reference != refs[1].ID || found[0].Right != refs[1].RightID || found[0].Cosine < 0.99 || found[1].Cosine >= found[0].Cosine {
		t.Errorf("found %+v, want reference %s of right %s first", found, refs[1].ID, refs[1].RightID)
	}
	w.Fake.Err = embed.ErrBusy
	if _, err := w.ByText(t.Context(), "x", 2); !errors.Is(err, intake.ErrBusy) {
		t.Errorf("busy models: %v", err)
	}
}

func TestByTextWithoutJointSpace(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	if _, err := w.ByText(t.Context(), "a bag", 5); !errors.Is(err, intake.ErrNoJoint) {
		t.Errorf("got %v, want ErrNoJoint", err)
	}
}
