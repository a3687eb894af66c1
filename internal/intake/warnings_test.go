package intake_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
)

// painted is a picture of 200 x 160 pixels by a function of the place.
func painted(t *testing.T, at func(x, y int) color.Color) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 200, 160))
	for y := range 160 {
		for x := range 200 {
			img.Set(x, y, at(x, y))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func grey(v float64) color.Color { return color.Gray{uint8(math.Max(0, math.Min(255, v)))} }

// TestPicturesThatTellLittle: registration warns of them, and scoring them breaks nothing.
func TestPicturesThatTellLittle(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.VerifyingPack(t), nil)
	r := w.right(t, "Meander", casework.Design, true)
	for name, tt := range map[string]struct {
		picture []byte
		want    string
	}{
		"one colour":     {painted(t, func(int, int) color.Color { return grey(200) }), "one_colour"},
		"a faint ramp":   {painted(t, func(x, _ int) color.Color { return grey(200 + float64(x)/40) }), "one_colour"},
		"no features":    {painted(t, func(x, _ int) color.Color { return grey(float64(x)) }), "little_detail"},
		"stripes":        {painted(t, func(x, _ int) color.Color { return grey(128 + 100*math.Sin(float64(x)*0.6)) }), "repeating_pattern"},
		"a moiré":        {painted(t, func(x, y int) color.Color { return grey(128 + 100*math.Sin(float64(x)*0.8)*math.Sin(float64(y)*0.8)) }), "repeating_pattern"},
		"a real drawing": {intaketest.Drawing(t, 7), ""},
		"another":        {intaketest.Drawing(t, 8), ""},
	} {
		t.Run(name, func(t *testing.T) {
			ref, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: tt.picture})
			if err != nil {
				t.Fatal(err)
			}
			notes, err := w.PictureWarnings(t.Context(), ref.Blob)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if len(notes) > 0 {
				got = notes[0].Code
			}
			if got != tt.want {
				t.Errorf("warning %q, want %q", got, tt.want)
			}
			for _, profile := range []string{"fast", "full"} {
				if rec := w.score(t, intake.ListingInput{Profile: profile, Pictures: data(tt.picture)}); len(rec.Report.Checked) == 0 {
					t.Errorf("%s: nothing could be checked: %+v", profile, rec.Report.Unchecked)
				}
			}
		})
	}
}

// TestTwoRightsWithOnePicture: both are found, each with its own verdict.
func TestTwoRightsWithOnePicture(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	a, _ := w.shown(t, "First", 1)
	b, _ := w.shown(t, "Second", 1)
	rec := w.score(t, intake.ListingInput{Pictures: data(intaketest.Drawing(t, 1))})
	found := map[string]bool{}
	for _, v := range rec.Report.Verdicts {
		found[v.Right] = v.Probability > 0.5
	}
	if !found[a.ID] || !found[b.ID] || rec.Outcome.Band == policy.BandClear {
		t.Errorf("verdicts %+v", rec.Report.Verdicts)
	}
}
