package document

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"
	"strings"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

const (
	memoryPages  = 4096 // of 64 KiB that PDFium may have: 256 MiB
	atOnce       = 2    // PDFs that are open at a time
	scannedPages = 6    // of a PDF without text that are read as pictures
	scannedSide  = 2400 // pixels of their longer side
	fewest       = 8    // letters and digits that make a page one with text; a scan may carry a stamp
)

// engine is PDFium, loaded once.
func (r *Reader) engine() (pdfium.Pool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errors.New("document: the reader is closed")
	}
	if r.pool != nil {
		return r.pool, nil
	}
	features := api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling
	pool, err := webassembly.Init(webassembly.Config{
		MaxIdle: 1, MaxTotal: atOnce, FSConfig: wazero.NewFSConfig(), Stdout: io.Discard, Stderr: io.Discard,
		RuntimeConfig: wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(features).WithMemoryLimitPages(memoryPages).WithCloseOnContextDone(true),
	})
	if err != nil {
		return nil, fmt.Errorf("document: load PDFium: %w", err)
	}
	r.pool = pool
	return pool, nil
}

// opened is a PDF in its machine.
type opened struct {
	pdf   pdfium.Pdfium
	doc   references.FPDF_DOCUMENT
	pages int
}

// open opens a PDF, has fn look at it, and throws the machine away; when the time is over, that ends fn.
func (r *Reader) open(ctx context.Context, data []byte, fn func(*opened) error) error {
	pool, err := r.engine()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, r.limits.Time)
	defer cancel()
	left := r.limits.Time
	if until, ok := ctx.Deadline(); ok {
		left = time.Until(until)
	}
	machine, err := pool.GetInstance(left)
	if err != nil {
		return fmt.Errorf("document: %w: %w", context.DeadlineExceeded, err)
	}
	done := make(chan error, 1)
	go func() { done <- r.within(machine, data, fn) }()
	select {
	case err := <-done:
		return errors.Join(err, machine.Close())
	case <-ctx.Done():
		killed := machine.Kill()
		<-done //nolint:errcheck // it ends at its next step, and what it found is of no use
		if errors.Is(ctx.Err(), context.Canceled) {
			return errors.Join(ctx.Err(), killed)
		}
		return fmt.Errorf("%w: the PDF takes longer than %s to open; print it to a new PDF and send that", ErrDamaged, r.limits.Time)
	}
}

func (r *Reader) within(machine pdfium.Pdfium, data []byte, fn func(*opened) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: the PDF cannot be read: %v", ErrDamaged, p)
		}
	}()
	d, err := machine.OpenDocument(&requests.OpenDocument{File: &data})
	if err != nil {
		return refused(err)
	}
	pages, err := machine.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: d.Document})
	if err != nil {
		return refused(err)
	}
	switch {
	case pages.PageCount < 1:
		return fmt.Errorf("%w: the PDF has no pages", ErrDamaged)
	case pages.PageCount > r.limits.MaxPages:
		return fmt.Errorf("%w: the PDF has %d pages; at most %d are taken", ErrTooLarge, pages.PageCount, r.limits.MaxPages)
	}
	return fn(&opened{machine, d.Document, pages.PageCount})
}

// refused is why PDFium would not open a file.
func refused(err error) error {
	if strings.Contains(strings.ToLower(err.Error()), "password") || strings.Contains(err.Error(), "security") {
		return fmt.Errorf("%w: the PDF is protected; send it without a password", ErrDamaged)
	}
	return fmt.Errorf("%w: the PDF cannot be opened; print it to a new PDF and send that", ErrDamaged)
}

// quiet refuses scripts and attached files, as PDFium sees them.
func (d *opened) quiet() error {
	scripts, err := d.pdf.FPDFDoc_GetJavaScriptActionCount(&requests.FPDFDoc_GetJavaScriptActionCount{Document: d.doc})
	if err == nil && scripts.JavaScriptActionCount > 0 {
		return active("scripts")
	}
	files, err := d.pdf.FPDFDoc_GetAttachmentCount(&requests.FPDFDoc_GetAttachmentCount{Document: d.doc})
	if err == nil && files.AttachmentCount > 0 {
		return active("other files")
	}
	return nil
}

// text is the text of the pages, or where there is hardly any and pictures are wanted, pictures of the first of them.
func (d *opened) text(most int, pictures bool) (string, []image.Image, error) {
	var all strings.Builder
	for i := 0; i < d.pages && all.Len() < most; i++ {
		t, err := d.pdf.GetPageText(&requests.GetPageText{Page: d.page(i)})
		if err != nil {
			return "", nil, fmt.Errorf("%w: page %d of the PDF cannot be read", ErrDamaged, i+1)
		}
		all.WriteString(strings.ToValidUTF8(strings.ReplaceAll(t.Text, "\r\n", "\n"), ""))
		all.WriteByte('\n')
	}
	if letters(all.String()) >= fewest {
		return clip(all.String(), most), nil, nil
	}
	if !pictures {
		return "", nil, nil
	}
	var out []image.Image
	for i := range min(d.pages, scannedPages) {
		img, err := d.render(i)
		if err != nil {
			return "", nil, err
		}
		out = append(out, img)
	}
	return "", out, nil
}

func (d *opened) page(i int) requests.Page {
	return requests.Page{ByIndex: &requests.PageByIndex{Document: d.doc, Index: i}}
}

// render draws a page so that its longer side has scannedSide pixels, whatever size it claims.
func (d *opened) render(i int) (image.Image, error) {
	size, err := d.pdf.GetPageSize(&requests.GetPageSize{Page: d.page(i)})
	if err != nil || size.Width <= 0 || size.Height <= 0 {
		return nil, fmt.Errorf("%w: page %d of the PDF has no size", ErrDamaged, i+1)
	}
	width, height := scannedSide, scannedSide
	if size.Width > size.Height {
		height = max(1, int(scannedSide*size.Height/size.Width))
	} else {
		width = max(1, int(scannedSide*size.Width/size.Height))
	}
	drawn, err := d.pdf.RenderPageInPixels(&requests.RenderPageInPixels{Page: d.page(i), Width: width, Height: height})
	if err != nil {
		return nil, fmt.Errorf("%w: page %d of the PDF cannot be drawn", ErrDamaged, i+1)
	}
	defer drawn.Cleanup()
	out := image.NewRGBA(drawn.Result.RenderedImage.Bounds())
	draw.Draw(out, out.Rect, drawn.Result.RenderedImage, out.Rect.Min, draw.Src) // its own memory goes with the machine
	return out, nil
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if r > ' ' {
			n++
		}
	}
	return n
}
