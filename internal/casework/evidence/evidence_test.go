package evidence

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/internal/audit"
	"touchstone/internal/photo"
	"touchstone/internal/signing"
)

func picture(t testing.TB, c color.NRGBA) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 60, 40))
	for i := range 60 * 40 {
		img.Set(i%60, i/60, c)
	}
	b, err := photo.EncodeJPEG(img, 80)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func content() Content {
	return Content{
		ID: "evd_1", Case: "cas_1", MadeAt: time.Date(2026, 11, 20, 12, 0, 0, 5, time.UTC), MadeFor: "Landgericht",
		Right:   Right{ID: "rgt_1", Name: "折叠灯 Fold lamp", Type: "design", State: "verified", Holder: "Lumen GmbH", Office: "EUIPO", Number: "008123456-0001", Territories: []string{"EU"}},
		Listing: Listing{Marketplace: "Bazaar", ID: "L-1", URL: "https://bazaar.example/l/1", Title: "lamp\u202etxt.exe 🪔", Seller: "Müller & Söhne"},
		Findings: []Finding{{Signal: "near_copy", Score: 0.98, Probability: 0.993, Text: "the same picture, mirrored", Listing: "listing-1.jpg", Registered: "registered-1.jpg"},
			{Signal: "keyword_misuse", Score: 0.4, Probability: 0.2}},
		Decisions: []Decision{{ID: "dec_1", Outcome: "taken_down", Code: "copied_design", Sentence: "The goods shown copy a protected design.", By: "reviewer", Automation: "partial", At: time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)}},
		Versions:  []Version{{"model pack", "touchstone-base 0.3.0"}, {"policy", "default 2026-11-1"}},
		Audit:     &audit.Head{Seq: 12},
	}
}

func bundle(t testing.TB, key signing.Key) []byte {
	t.Helper()
	var b bytes.Buffer
	pictures := []Picture{{Name: "listing-1.jpg", Bytes: picture(t, color.NRGBA{200, 30, 30, 255})}, {Name: "registered-1.jpg", Bytes: picture(t, color.NRGBA{30, 30, 200, 255})}, {Name: "odd.bin", Bytes: []byte("no picture")}}
	if err := Write(&b, content(), pictures, key); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func newKey(t testing.TB) signing.Key {
	t.Helper()
	k, err := signing.New()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func check(raw []byte, pinned signing.Public) (Verified, error) {
	return Verify(bytes.NewReader(raw), int64(len(raw)), pinned)
}

func TestBundle(t *testing.T) {
	key := newKey(t)
	raw := bundle(t, key)
	v, err := check(raw, key.Public())
	if err != nil || !v.Pinned {
		t.Fatalf("%+v, %v", v, err)
	}
	want := content()
	want.Format, want.MadeAt = Format, want.MadeAt.Truncate(time.Second)
	if diff := cmp.Diff(want, v.Content); diff != "" {
		t.Error(diff)
	}
	if len(v.Manifest.Files) != 7 {
		t.Errorf("%d files: %+v", len(v.Manifest.Files), v.Manifest.Files)
	}
	if v, err = check(raw, nil); err != nil || v.Pinned || !v.Key.Equal(key.Public()) {
		t.Errorf("without a known key: %+v, %v", v, err)
	}
	if !bytes.Equal(raw, bundle(t, key)) {
		t.Error("the same content gives other bytes")
	}
	if _, err := check(raw, newKey(t).Public()); !errors.Is(err, ErrSigner) {
		t.Errorf("another key: %v", err)
	}
}

// TestDocument: the PDF has a page, the pictures, and the text in letters that its typeface has.
func TestDocument(t *testing.T) {
	pdf, err := document(content(), []Picture{{Name: "listing-1.jpg", Bytes: picture(t, color.NRGBA{200, 30, 30, 255})}, {Name: "registered-1.jpg", Bytes: []byte("broken")}})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-1.")) || !bytes.Contains(pdf, []byte("%%EOF")) || bytes.Count(pdf, []byte("/Subtype /Image")) != 1 {
		t.Errorf("%d bytes, %d pictures", len(pdf), bytes.Count(pdf, []byte("/Subtype /Image")))
	}
	many := content()
	for i := range 60 {
		many.Findings = append(many.Findings, Finding{Signal: fmt.Sprint("signal ", i), Text: strings.Repeat("long ", 200)})
	}
	pdf, err = document(many, []Picture{{Name: "listing-1.jpg", Bytes: nil}, {Name: "registered-1.jpg", Bytes: nil}})
	if err != nil || bytes.Count(pdf, []byte("/Type /Page\n")) < 5 {
		t.Errorf("%d pages, %v", bytes.Count(pdf, []byte("/Type /Page\n")), err)
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"Müller & Söhne, Łódź, Ωμέγα, Москва": "Müller & Söhne, Łódź, Ωμέγα, Москва",
		"折叠灯 lamp":   "‹Zhe Die Deng› lamp",
		"a\u202eb":   "a‹U+202E›b",
		"\U0001fa94": "‹U+1FA94›",
		"two\nlines": "two lines",
		"":           "",
	} {
		if got := printable(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		for _, r := range printable(rapid.String().Draw(t, "text")) {
			if r >= 0x10000 {
				t.Fatalf("%q", r)
			}
		}
	})
}

func TestWriteRefuses(t *testing.T) {
	key := newKey(t)
	for name, change := range map[string]func(*Content, *[]Picture){
		"nothing in it":       func(c *Content, _ *[]Picture) { *c = Content{} },
		"a way out":           func(_ *Content, p *[]Picture) { (*p)[0].Name = "../../etc/passwd" },
		"a name twice":        func(_ *Content, p *[]Picture) { (*p)[1].Name = (*p)[0].Name },
		"a picture not there": func(c *Content, _ *[]Picture) { c.Findings[0].SideBySide = "none.jpg" },
		"too many":            func(_ *Content, p *[]Picture) { *p = make([]Picture, 401) },
	} {
		t.Run(name, func(t *testing.T) {
			c := content()
			pictures := []Picture{{Name: "listing-1.jpg", Bytes: nil}, {Name: "registered-1.jpg", Bytes: nil}}
			change(&c, &pictures)
			var b bytes.Buffer
			if err := Write(&b, c, pictures, key); err == nil || b.Len() > 0 {
				t.Errorf("%d bytes, %v", b.Len(), err)
			}
		})
	}
}

// entry is a file of a ZIP that is made by hand.
type entry struct {
	name  string
	bytes []byte
	mode  uint32
}

// unpacked gives the files of a bundle.
func unpacked(t testing.TB, raw []byte) []entry {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var out []entry
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, entry{name: f.Name, bytes: b})
	}
	return out
}

func packed(t testing.TB, list []entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range list {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.mode != 0 {
			h.CreatorVersion, h.ExternalAttrs = 3<<8, e.mode<<16
		}
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = w.Write(e.bytes)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestVerifyRefuses(t *testing.T) {
	key, forger := newKey(t), newKey(t)
	good := bundle(t, key)
	at := func(list []entry, name string) *entry {
		for i := range list {
			if list[i].name == name {
				return &list[i]
			}
		}
		t.Fatalf("no %s", name)
		return nil
	}
	without := func(list []entry, name string) []entry {
		var out []entry
		for _, e := range list {
			if e.name != name {
				out = append(out, e)
			}
		}
		return out
	}
	for _, tt := range []struct {
		name   string
		change func([]entry) []entry
		want   error
		about  string
	}{
		{"a picture changed", func(l []entry) []entry { at(l, "pictures/listing-1.jpg").bytes[300] ^= 1; return l }, ErrChanged, "pictures/listing-1.jpg"},
		{"a picture missing", func(l []entry) []entry { return without(l, "pictures/odd.bin") }, ErrChanged, "pictures/odd.bin is missing"},
		{"a picture added", func(l []entry) []entry { return append(l, entry{name: "pictures/x.jpg"}) }, ErrChanged, "pictures/x.jpg was added"},
		{"the JSON changed", func(l []entry) []entry { at(l, fileJSON).bytes[30] ^= 1; return l }, ErrChanged, fileJSON},
		{"the manifest changed", func(l []entry) []entry {
			m := at(l, fileManifest)
			m.bytes = bytes.Replace(m.bytes, []byte("evd_1"), []byte("evd_2"), 1)
			return l
		}, ErrSigner, "signature"},
		{"signed by another", func(l []entry) []entry {
			m := at(l, fileManifest)
			m.bytes = bytes.Replace(m.bytes, []byte(key.Public().String()), []byte(forger.Public().String()), 1)
			at(l, fileSignature).bytes = forger.Sign(signing.PurposeEvidence, m.bytes)
			return l
		}, ErrSigner, "signed by the key"},
		{"the manifest bent to another file", func(l []entry) []entry { // as its owner could: whole, but about other content
			m := at(l, fileManifest)
			m.bytes = bytes.Replace(m.bytes, []byte(`"bundle": "evd_1"`), []byte(`"bundle": "evd_9"`), 1)
			at(l, fileSignature).bytes = key.Sign(signing.PurposeEvidence, m.bytes)
			return l
		}, ErrFormat, fileJSON},
		{"no signature", func(l []entry) []entry { return without(l, fileSignature) }, ErrFormat, "lacks"},
		{"no manifest", func(l []entry) []entry { return without(l, fileManifest) }, ErrFormat, "lacks"},
		{"path traversal", func(l []entry) []entry { return append(l, entry{name: "pictures/../../x"}) }, ErrUnsafe, "pictures/../../x"},
		{"an absolute path", func(l []entry) []entry { return append(l, entry{name: "/etc/passwd"}) }, ErrUnsafe, "/etc/passwd"},
		{"a path of Windows", func(l []entry) []entry { return append(l, entry{name: `pictures\x`}) }, ErrUnsafe, "pictures"},
		{"another folder", func(l []entry) []entry { return append(l, entry{name: "bin/x"}) }, ErrUnsafe, "bin/x"},
		{"a name twice", func(l []entry) []entry { return append(l, l[3]) }, ErrUnsafe, "twice"},
		{"a symbolic link", func(l []entry) []entry {
			return append(l, entry{name: "pictures/l", bytes: []byte("/etc/passwd"), mode: 0o120777})
		}, ErrUnsafe, "pictures/l"},
		{"a bomb", func(l []entry) []entry { return append(l, entry{name: "pictures/b", bytes: make([]byte, maxFile+1)}) }, ErrUnsafe, "pictures/b"},
		{"very many files", func(l []entry) []entry {
			for i := range 450 {
				l = append(l, entry{name: fmt.Sprintf("pictures/%d", i)})
			}
			return l
		}, ErrUnsafe, "files"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := check(packed(t, tt.change(unpacked(t, good))), key.Public())
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.about) {
				t.Errorf("%v, want %v about %q", err, tt.want, tt.about)
			}
		})
	}
	if _, err := check(packed(t, unpacked(t, good)), key.Public()); err != nil {
		t.Errorf("packed anew, nothing changed: %v", err)
	}
	if _, err := check([]byte("hello"), nil); !errors.Is(err, ErrFormat) {
		t.Errorf("no ZIP: %v", err)
	}
}

// TestHeaderThatLies: a file that unpacks to more than its header says is not read to its end.
func TestHeaderThatLies(t *testing.T) {
	raw := packed(t, append(unpacked(t, bundle(t, newKey(t))), entry{name: "pictures/b", bytes: make([]byte, 100_000)}))
	i := bytes.LastIndex(raw, []byte("pictures/b")) - 46 // its record in the central directory
	copy(raw[i+24:], []byte{10, 0, 0, 0})                // says 10 bytes
	if _, err := check(raw, nil); err == nil {
		t.Error("believed")
	}
}

func FuzzVerify(f *testing.F) {
	key := newKey(f)
	f.Add(bundle(f, key))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := check(raw, newKey(t).Public()); err == nil {
			t.Error("a bundle that nobody signed")
		}
	})
}
