package storetest

import (
	"testing"

	"touchstone/internal/casework"
)

// testLocalFeatures: kept for pictures that references show, as long as one does.
func testLocalFeatures(t *testing.T, s Store) {
	seed(t, s)
	save := func(picture string, format int, data string) {
		t.Helper()
		must(t, s.SaveLocalFeatures(ctx, picture, format, []byte(data)))
	}
	none := func(what, picture string, format int) {
		t.Helper()
		_, err := s.LocalFeatures(ctx, picture, format)
		fails(t, what, err, casework.ErrNotFound)
	}
	one, other := imageRef("f1", "r1"), imageRef("f2", "r2")
	other.Blob = one.Blob
	save(one.Blob, 1, "early")
	none("of a picture that no reference shows", one.Blob, 1)
	save("", 1, "nothing")
	none("of no picture", "", 1)

	must(t, s.AddReference(ctx, one))
	must(t, s.AddReference(ctx, other))
	save(one.Blob, 1, "first")
	save(one.Blob, 1, "second\x00")
	save(one.Blob, 2, "new")
	same(t, "features", must2(s.LocalFeatures(ctx, one.Blob, 1)), []byte("second\x00"))
	same(t, "features of another format", must2(s.LocalFeatures(ctx, one.Blob, 2)), []byte("new"))
	none("of another picture", "p9", 1)

	must(t, s.DropLocalFeatures(ctx, one.Blob))
	same(t, "features while references show the picture", must2(s.LocalFeatures(ctx, one.Blob, 2)), []byte("new"))
	must(t, s.DeleteReference(ctx, "f1", at(1)))
	must(t, s.DropLocalFeatures(ctx, one.Blob))
	same(t, "features while one still does", must2(s.LocalFeatures(ctx, one.Blob, 2)), []byte("new"))
	must(t, s.DeleteReference(ctx, "f2", at(2)))
	must(t, s.DropLocalFeatures(ctx, one.Blob))
	must(t, s.DropLocalFeatures(ctx, one.Blob))
	none("after the last", one.Blob, 1)
	none("after the last", one.Blob, 2)
	save(one.Blob, 1, "late")
	none("saved by one who had not heard", one.Blob, 1)
}
