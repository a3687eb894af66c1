package intaketest

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"touchstone/embed/embedtest"
	"touchstone/index"
	"touchstone/index/local"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/guard"
	"touchstone/internal/intake"
	"touchstone/internal/policy"
	"touchstone/internal/store/sqlite"
	"touchstone/models"
)

// World is a service on real stores; its embedder can be made to fail.
type World struct {
	*intake.Service
	Store *sqlite.Store
	Local *index.Index
	Fake  *embedtest.Fake
	// Guards is the service's guard; its Run does not run.
	Guards *guard.Guard
	ahead  atomic.Int64 // how far the clock of registry and service is ahead, in nanoseconds
}

// Pass lets time pass for the service and its registry.
func (w *World) Pass(d time.Duration) { w.ahead.Add(int64(d)) }

// Clock is the time as service and registry see it.
func (w *World) Clock() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// Open opens a prepared service on a folder, closed at the test's end. get may be nil: URLs are then refused.
func Open(t testing.TB, dir string, pack *models.Pack, get intake.Fetcher) *World {
	t.Helper()
	w := OpenUnprepared(t, dir, pack, get)
	if err := w.Prepare(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return w
}

// OpenUnprepared is Open without Prepare.
func OpenUnprepared(t testing.TB, dir string, pack *models.Pack, get intake.Fetcher) *World {
	t.Helper()
	x, err := local.Open(filepath.Join(dir, "index"), local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	w := OpenOn(t, dir, x, pack, get)
	w.Local = x
	return w
}

// OpenReal is Open with models of the caller's in place of the fake.
func OpenReal(t testing.TB, dir string, pack *models.Pack, embed intake.Embedder) *World {
	t.Helper()
	x, err := local.Open(filepath.Join(dir, "index"), local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	w := openOn(t, dir, x, pack, nil, embed)
	w.Local = x
	if err := w.Prepare(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return w
}

// OpenOn is OpenUnprepared over an index of the caller's.
func OpenOn(t testing.TB, dir string, x *index.Index, pack *models.Pack, get intake.Fetcher) *World {
	t.Helper()
	return openOn(t, dir, x, pack, get, nil)
}

// openOn takes the fake for models that are nil.
func openOn(t testing.TB, dir string, x *index.Index, pack *models.Pack, get intake.Fetcher, embed intake.Embedder) *World {
	t.Helper()
	w := &World{Fake: &embedtest.Fake{}}
	if embed == nil {
		embed = w.Fake
	}
	var err error
	if w.Store, err = sqlite.Open(t.Context(), filepath.Join(dir, "db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Store.Close() })
	blobs, err := blob.Open(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { blobs.Close() })
	w.Guards = guard.New(guard.Parts{Store: w.Store, Rule: policy.Default().Lookalike, Now: w.Clock})
	if err := w.Guards.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Service, err = intake.New(intake.DefaultConfig(), intake.Parts{
		Registry: casework.NewRegistry(w.Store, w.Clock), Reports: w.Store, Local: w.Store, Removals: w.Store, Blobs: blobs, Index: x, Listings: w.Store, Pack: pack, Embed: embed, Guard: w.Guards,
		Policies: policy.Set{"default": policy.Default()}, Fetch: get, Now: w.Clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Drawing is a JPEG of 120 x 90 pixels with coloured rectangles, another one for each seed.
func Drawing(t testing.TB, seed uint64) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 2))
	img := image.NewNRGBA(image.Rect(0, 0, 120, 90))
	for range 30 {
		c := color.NRGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		x, y := r.IntN(120), r.IntN(90)
		for dy := range 40 {
			for dx := range 40 {
				img.SetNRGBA(x+dx-20, y+dy-20, c)
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Dot is a PNG of one pixel.
func Dot(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
