package bench

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTagged(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 20, 16))
	for i := range img.Pix {
		img.Pix[i] = byte(i)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	one, err := tagged(b.Bytes(), 1)
	if err != nil {
		t.Fatal(err)
	}
	two, err := tagged(b.Bytes(), 2)
	if err != nil || bytes.Equal(one, two) {
		t.Fatalf("two numbers give the same bytes, or %v", err)
	}
	want, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{one, two} {
		got, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.(*image.Gray).Pix, got.(*image.Gray).Pix); diff != "" {
			t.Error(diff)
		}
	}
	if got, err := tagged([]byte("\x89PNG"), 1); err == nil {
		t.Errorf("a PNG was tagged: %x", got)
	}
}
