// Package document looks into the papers that strangers file: certificates, powers of attorney, evidence. It tells what a file is by its
// bytes, refuses what is no paper (programs, scripts, archives) or does more than show something (a PDF with scripts or files in it), and
// reads the text of a PDF, or with an OCR pack that of a picture or a scanned page.
//
// PDFs are opened by PDFium compiled to WebAssembly: it runs in a machine of its own (wazero) without files, network or clock of ours, with
// bounded memory, and is stopped when its time is over. It is interpreted, not compiled: a paper is rare, and a compiler would cost three
// seconds at each start.
package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/klippa-app/go-pdfium"

	"touchstone/internal/photo"
)

// Errors that callers branch on; what wraps them is a sentence for whoever sent the file.
var (
	// ErrKind: no PDF, JPEG or PNG.
	ErrKind = errors.New("document: kind not accepted")
	// ErrActive: a PDF that runs something or carries files.
	ErrActive = errors.New("document: active content")
	// ErrTooLarge: more bytes, pages or pixels than Limits allow.
	ErrTooLarge = errors.New("document: too large")
	// ErrDamaged: the file cannot be opened.
	ErrDamaged = errors.New("document: damaged")
)

// Kind is what a file is.
type Kind string

// The kinds.
const (
	PDF  Kind = "pdf"
	JPEG Kind = "jpeg"
	PNG  Kind = "png"
)

// MediaType is what a kind is called in Content-Type.
func (k Kind) MediaType() string {
	switch k {
	case PDF:
		return "application/pdf"
	case JPEG:
		return "image/jpeg"
	case PNG:
		return "image/png"
	}
	return "application/octet-stream"
}

// Limits bound what is accepted. Zero fields take the defaults.
type Limits struct {
	MaxBytes int           // 15 MiB by default
	MaxPages int           // of a PDF; 60 by default
	MaxText  int           // bytes of text that are kept; 200,000 by default
	Time     time.Duration // for one PDF; 20 seconds by default
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&l.MaxBytes, 15<<20)
	set(&l.MaxPages, 60)
	set(&l.MaxText, 200_000)
	if l.Time <= 0 {
		l.Time = 20 * time.Second
	}
	return l
}

// A PictureReader reads the lines of text in a picture.
type PictureReader interface {
	Lines(ctx context.Context, img image.Image) ([]string, error)
}

// Reader opens files. It is safe for concurrent use; Close it.
type Reader struct {
	limits   Limits
	pictures PictureReader // nil: pictures are not read
	mu       sync.Mutex
	pool     pdfium.Pool // opened with the first PDF
	closed   bool
}

// New makes a Reader; pictures may be nil.
func New(l Limits, pictures PictureReader) *Reader {
	return &Reader{limits: l.withDefaults(), pictures: pictures}
}

// MaxBytes is the most that a file may have.
func (r *Reader) MaxBytes() int { return r.limits.MaxBytes }

// Info is what a file is.
type Info struct {
	Kind  Kind
	Pages int // 1 for a picture
}

// How a text was read.
const (
	ByLayer = "text" // the text that the PDF holds
	ByOCR   = "ocr"  // read from pictures
)

// Text is what could be read. By is empty where nothing could, and Why then says why in a sentence.
type Text struct {
	Info
	Text string
	By   string
	Why  string
}

// Inspect tells what a file is, or refuses it.
func (r *Reader) Inspect(ctx context.Context, data []byte) (Info, error) {
	kind, err := r.sniff(data)
	if err != nil {
		return Info{}, err
	}
	if kind != PDF {
		if _, err := picture(data); err != nil {
			return Info{}, err
		}
		return Info{kind, 1}, nil
	}
	if err := quiet(data); err != nil {
		return Info{}, err
	}
	info := Info{Kind: PDF}
	err = r.open(ctx, data, func(d *opened) error {
		info.Pages = d.pages
		return d.quiet()
	})
	if err != nil {
		return Info{}, err
	}
	return info, nil
}

// Read reads a file that Inspect accepts.
func (r *Reader) Read(ctx context.Context, data []byte) (Text, error) {
	info, err := r.Inspect(ctx, data)
	if err != nil {
		return Text{}, err
	}
	out := Text{Info: info}
	var pages []image.Image
	if info.Kind == PDF {
		err = r.open(ctx, data, func(d *opened) (err error) {
			out.Text, pages, err = d.text(r.limits.MaxText, r.pictures != nil)
			return err
		})
		if strings.TrimSpace(out.Text) != "" {
			out.By, pages = ByLayer, nil
		}
	} else {
		var img image.Image
		img, err = picture(data)
		pages = []image.Image{img}
	}
	if err != nil || out.By != "" {
		return out, err
	}
	return r.look(ctx, out, pages)
}

// look reads pictures of pages.
func (r *Reader) look(ctx context.Context, out Text, pages []image.Image) (Text, error) {
	if r.pictures == nil {
		out.Why = "It is a picture or a scan, and no pack that reads pictures is installed here."
		return out, nil
	}
	var lines []string
	for _, page := range pages {
		found, err := r.pictures.Lines(ctx, page)
		if err != nil {
			return out, fmt.Errorf("read a page: %w", err)
		}
		lines = append(lines, found...)
	}
	out.Text = clip(strings.Join(lines, "\n"), r.limits.MaxText)
	if out.Text == "" {
		out.Why = "No text could be made out on it."
		return out, nil
	}
	out.By = ByOCR
	return out, nil
}

// Close frees what the reader holds.
func (r *Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.pool == nil {
		return nil
	}
	pool := r.pool
	r.pool = nil
	return pool.Close()
}

// sniff tells the kind by the first bytes, whatever the file is called.
func (r *Reader) sniff(data []byte) (Kind, error) {
	switch {
	case len(data) == 0:
		return "", fmt.Errorf("%w: the file is empty", ErrDamaged)
	case len(data) > r.limits.MaxBytes:
		return "", fmt.Errorf("%w: the file has %d bytes; at most %d are taken", ErrTooLarge, len(data), r.limits.MaxBytes)
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return PDF, nil
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return JPEG, nil
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return PNG, nil
	}
	return "", fmt.Errorf("%w: the file is %s; send a PDF, a JPEG or a PNG", ErrKind, called(data))
}

// called names what a file is in words.
func called(data []byte) string {
	for prefix, name := range map[string]string{"\x7fELF": "a program", "MZ": "a program", "#!": "a script", "\xca\xfe\xba\xbe": "a program", "\xcf\xfa\xed\xfe": "a program",
		"PK\x03\x04": "an archive or office file", "Rar!": "an archive", "7z\xbc\xaf": "an archive", "\x1f\x8b": "an archive", "\x00asm": "a program"} {
		if bytes.HasPrefix(data, []byte(prefix)) {
			return name
		}
	}
	media, _, _ := strings.Cut(http.DetectContentType(data), ";")
	if media == "application/octet-stream" {
		return "of a kind that is not known here"
	}
	return "of the type " + media
}

// picture decodes a picture whole, so that what is kept is one.
func picture(data []byte) (image.Image, error) {
	p, err := photo.Decode(data, photo.Limits{MaxBytes: 64 << 20, Target: 2000})
	switch {
	case errors.Is(err, photo.ErrTooLarge):
		return nil, fmt.Errorf("%w: %w", ErrTooLarge, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return p.Image, nil
}

// clip cuts a text to a length in bytes, at the end of a character.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}
