package document

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// paper is a PDF of pages with a line of text each; an empty line is an empty page.
func paper(t testing.TB, change func(*fpdf.Fpdf), lines ...string) []byte {
	t.Helper()
	p := fpdf.New("P", "mm", "A4", "")
	p.SetFont("Helvetica", "", 14)
	for _, line := range lines {
		p.AddPage()
		p.Text(20, 30, line)
	}
	if change != nil {
		change(p)
	}
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func drawing(t testing.TB, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 60, 40))
	for i := range 40 {
		img.SetGray(i, i, color.Gray{Y: 200})
	}
	var b bytes.Buffer
	if err := encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(b *bytes.Buffer, img image.Image) error  { return png.Encode(b, img) }
func asJPEG(b *bytes.Buffer, img image.Image) error { return jpeg.Encode(b, img, nil) }

// withObject puts an object into a PDF before its first, where every reader would find it.
func withObject(pdf []byte, object string) []byte {
	at := bytes.Index(pdf, []byte("\n3 0 obj"))
	return append(append(bytes.Clone(pdf[:at]), "\n99 0 obj\n"+object+"\nendobj"...), pdf[at:]...)
}

// packed is an object stream that holds a text.
func packed(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream", b.Len(), b.String())
}

func newReader(t testing.TB, l Limits, pictures PictureReader) *Reader {
	t.Helper()
	r := New(l, pictures)
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return r
}

func TestInspect(t *testing.T) {
	r := newReader(t, Limits{MaxBytes: 1 << 20, MaxPages: 3}, nil)
	plain := paper(t, nil, "Certificate of registration")
	script := paper(t, func(p *fpdf.Fpdf) { p.SetJavascript("app.alert(1)") }, "x")
	files := paper(t, func(p *fpdf.Fpdf) { p.SetAttachments([]fpdf.Attachment{{Content: []byte("MZ"), Filename: "a.exe"}}) }, "x")
	locked := paper(t, func(p *fpdf.Fpdf) { p.SetProtection(fpdf.CnProtectPrint, "open me", "owner") }, "x")
	tests := map[string]struct {
		data []byte
		want Info
		err  error
		says string
	}{
		"pdf":                 {plain, Info{PDF, 1}, nil, ""},
		"pages":               {paper(t, nil, "a", "b", "c"), Info{PDF, 3}, nil, ""},
		"too many pages":      {paper(t, nil, "a", "b", "c", "d"), Info{}, ErrTooLarge, "4 pages"},
		"png":                 {drawing(t, asPNG), Info{PNG, 1}, nil, ""},
		"jpeg":                {drawing(t, asJPEG), Info{JPEG, 1}, nil, ""},
		"empty":               {nil, Info{}, ErrDamaged, "empty"},
		"too large":           {append(bytes.Clone(plain), make([]byte, 1<<20)...), Info{}, ErrTooLarge, "at most"},
		"elf":                 {[]byte("\x7fELF\x02\x01\x01"), Info{}, ErrKind, "a program"},
		"exe":                 {[]byte("MZ\x90\x00"), Info{}, ErrKind, "a program"},
		"shell":               {[]byte("#!/bin/sh\nrm -rf /"), Info{}, ErrKind, "a script"},
		"html":                {[]byte("<html><script>alert(1)</script>"), Info{}, ErrKind, "text/html"},
		"svg":                 {[]byte(`<?xml version="1.0"?><svg onload="x()"/>`), Info{}, ErrKind, "text/xml"},
		"zip":                 {[]byte("PK\x03\x04rest"), Info{}, ErrKind, "an archive"},
		"gif":                 {[]byte("GIF89a"), Info{}, ErrKind, "image/gif"},
		"program behind":      {append([]byte("\x7fELF"), plain...), Info{}, ErrKind, "a program"},
		"half a pdf":          {plain[:len(plain)/2], Info{}, ErrDamaged, "cannot be opened"},
		"no pdf":              {[]byte("%PDF-1.4\nnothing"), Info{}, ErrDamaged, "cannot be opened"},
		"half a png":          {drawing(t, asPNG)[:60], Info{}, ErrDamaged, ""},
		"script":              {script, Info{}, ErrActive, "scripts"},
		"attached":            {files, Info{}, ErrActive, "other files"},
		"launch":              {withObject(plain, "<</S/Launch/F(cmd.exe)>>"), Info{}, ErrActive, "a program to start"},
		"launch in hex":       {withObject(plain, "<</S/L#61un#63h/F(cmd.exe)>>"), Info{}, ErrActive, "a program to start"},
		"script in an objstm": {withObject(plain, packed(t, "1 0 <</S/JavaScript/JS(app.alert(1))>>")), Info{}, ErrActive, "scripts"},
		"objstm bomb":         {withObject(plain, packed(t, strings.Repeat("0", oneInflated))+"\nendobj\n98 0 obj\n"+strings.Repeat(packed(t, strings.Repeat("0", oneInflated))+"\nendobj\n97 0 obj\n", 4)), Info{}, ErrTooLarge, "unpacks"},
		"locked":              {locked, Info{}, ErrDamaged, "protected"},
	}
	for name, tc := range tests {
		got, err := r.Inspect(t.Context(), tc.data)
		if !errors.Is(err, tc.err) || got != tc.want {
			t.Errorf("%s: %+v, %v; want %+v, %v", name, got, err, tc.want, tc.err)
		}
		if err != nil && !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %q does not say %q", name, err, tc.says)
		}
	}
}

// lines is a reader of pictures that sees how large they are.
type lines struct {
	mu    sync.Mutex
	sizes []image.Point
	err   error
}

func (l *lines) Lines(_ context.Context, img image.Image) ([]string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sizes = append(l.sizes, img.Bounds().Size())
	return []string{"Reg. No. 018123456"}, l.err
}

func TestRead(t *testing.T) {
	seen := &lines{}
	r, blind := newReader(t, Limits{}, seen), newReader(t, Limits{MaxText: 30}, nil)
	got, err := r.Read(t.Context(), paper(t, nil, "Registration No. 018123456", "Classes 9, 25"))
	if err != nil || got.By != ByLayer || got.Pages != 2 || !strings.Contains(got.Text, "018123456") || !strings.Contains(got.Text, "Classes 9, 25") {
		t.Errorf("%+v, %v", got, err)
	}
	if len(seen.sizes) != 0 {
		t.Error("a PDF with text was looked at as a picture")
	}
	scan := paper(t, func(p *fpdf.Fpdf) {
		p.RegisterImageOptionsReader("s", fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(drawing(t, asPNG)))
		p.AddPageFormat("L", fpdf.SizeType{Wd: 100, Ht: 200})
		p.ImageOptions("s", 10, 10, 80, 0, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
	})
	if got, err = r.Read(t.Context(), scan); err != nil || got.By != ByOCR || got.Text != "Reg. No. 018123456" {
		t.Errorf("a scan: %+v, %v", got, err)
	}
	if len(seen.sizes) != 1 || seen.sizes[0].X > scannedSide || seen.sizes[0].X < scannedSide-2 || seen.sizes[0].Y > scannedSide/2 {
		t.Errorf("drawn as %v", seen.sizes)
	}
	if got, err = r.Read(t.Context(), drawing(t, asPNG)); err != nil || got.By != ByOCR {
		t.Errorf("a picture: %+v, %v", got, err)
	}
	if got, err = blind.Read(t.Context(), scan); err != nil || got.By != "" || !strings.Contains(got.Why, "no pack") {
		t.Errorf("without a pack: %+v, %v", got, err)
	}
	if got, err = blind.Read(t.Context(), paper(t, nil, strings.Repeat("ä1 ", 60))); err != nil || len(got.Text) > 30 || got.By != ByLayer {
		t.Errorf("a long text: %+v, %v", got, err)
	}
	seen.err = errors.New("broken")
	if _, err := r.Read(t.Context(), scan); !errors.Is(err, seen.err) {
		t.Errorf("a pack that fails: %v", err)
	}
}

// TestTime: a PDF for which there is no time is refused, and the next is read.
func TestTime(t *testing.T) {
	r := newReader(t, Limits{Time: time.Nanosecond}, nil)
	if _, err := r.Inspect(t.Context(), paper(t, nil, "x")); err == nil {
		t.Error("a PDF was opened in no time")
	}
	r.limits.Time = time.Minute
	if _, err := r.Inspect(t.Context(), paper(t, nil, "x")); err != nil {
		t.Errorf("after it: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Inspect(ctx, paper(t, nil, "x")); !errors.Is(err, context.Canceled) {
		t.Errorf("of a caller that went away: %v", err)
	}
}

func TestConcurrentAndClosed(t *testing.T) {
	r := newReader(t, Limits{}, nil)
	data := paper(t, nil, "Registration No. 1")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if got, err := r.Read(t.Context(), data); err != nil || !strings.Contains(got.Text, "Registration No. 1") {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	group.Wait()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Inspect(t.Context(), data); err == nil {
		t.Error("a closed reader reads")
	}
}

// FuzzInspect: whatever comes is an answer or one of the errors of this package, and never takes the process.
func FuzzInspect(f *testing.F) {
	f.Add(paper(f, nil, "x"))
	f.Add(drawing(f, asPNG))
	f.Add([]byte("%PDF-1.7\n1 0 obj<</Type/ObjStm>>stream\n\x78\x9c"))
	f.Add([]byte("MZ"))
	r := newReader(f, Limits{MaxBytes: 1 << 16, MaxPages: 5, Time: 5 * time.Second}, nil)
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := r.Inspect(context.Background(), data)
		if err != nil && !errors.Is(err, ErrKind) && !errors.Is(err, ErrActive) && !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrDamaged) {
			t.Errorf("%v", err)
		}
	})
}
