package evidence

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"touchstone/internal/photo"
)

// Measures of a page in millimetres.
const (
	margin     = 18.0
	width      = 210 - 2*margin
	label      = 44.0
	lineHeight = 5.2
	pageEnd    = 297 - 22
)

// pictureSide is the longer side, in pixels, of a picture in the document; the files in the bundle keep their own.
const pictureSide = 1000

// page writes the document.
type page struct {
	*fpdf.Fpdf
	pictures map[string][]byte
	widths   map[int]bool // of the pictures that are in the document, in pixels
}

// document is the PDF: A4, with page numbers. Fonts are in it, so that it looks the same everywhere.
func document(c Content, pictures []Picture) ([]byte, error) {
	p := page{fpdf.New("P", "mm", "A4", ""), map[string][]byte{}, map[int]bool{}}
	for _, x := range pictures {
		p.pictures[x.Name] = x.Bytes
	}
	p.SetCreationDate(c.MadeAt)
	p.SetModificationDate(c.MadeAt)
	p.SetCatalogSort(true)
	p.SetLang("en")
	p.SetTitle("Evidence "+c.ID, true)
	p.SetCreator("Touchstone", true)
	p.AddUTF8FontFromBytes("go", "", goregular.TTF)
	p.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(true, 22)
	p.SetFooterFunc(func() {
		p.SetY(-15)
		p.SetFont("go", "", 8)
		p.SetTextColor(110, 110, 110)
		p.CellFormat(0, 6, printable(fmt.Sprintf("Evidence %s · %s · page %d", c.ID, c.about(), p.PageNo())), "", 0, "C", false, 0, "")
	})
	p.AddPage()
	if c.Ring != nil {
		p.ring(c)
	} else {
		p.content(c)
	}
	p.ending(c)
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		return nil, fmt.Errorf("PDF: %w", err)
	}
	return b.Bytes(), nil
}

// receiver says for whom a bundle was made, and what is left out of it for that.
func (p page) receiver(c Content) {
	if c.Receiver == nil {
		return
	}
	left := "nothing"
	if len(c.Withheld) > 0 {
		left = strings.Join(c.Withheld, ", ")
	}
	p.rows([][2]string{{"Receiver", c.Receiver.Name + "  " + c.Receiver.ID}, {"Agreement", c.Receiver.Agreement}, {"To be fetched until", moment(c.Receiver.ExpiresAt)}, {"Withheld", left}})
}

func (p page) content(c Content) {
	p.SetFont("go", "B", 18)
	p.SetTextColor(20, 20, 20)
	p.MultiCell(width, 9, "Evidence of a case", "", "L", false)
	p.rows([][2]string{{"Bundle", c.ID}, {"Case", c.Case}, {"Made", moment(c.MadeAt)}, {"Made for", c.MadeFor}})
	p.receiver(c)
	p.heading("What was registered")
	r := c.Right
	p.rows([][2]string{{"Right", r.Name}, {"Type", r.Type}, {"State", r.State}, {"Holder", r.Holder}, {"Registrant", r.Registrant}, {"Office", r.Office},
		{"Number", r.Number}, {"Territories", list(r.Territories)}, {"Classes", list(r.Classes)}, {"Filed", r.FiledOn}, {"Granted", r.GrantedOn}, {"In force until", r.ExpiresOn},
		{"Words", list(r.Words)}, {"Registry ID", r.ID}})
	p.heading("What was looked at")
	l := c.Listing
	p.rows([][2]string{{"Marketplace", l.Marketplace}, {"Listing", l.ID}, {"Address", l.URL}, {"Title", l.Title}, {"Seller", l.Seller}, {"Seen", moment(l.SeenAt)}, {"Content (SHA-256)", l.ContentHash}})
	p.heading("What was found")
	if len(c.Findings) == 0 {
		p.rows([][2]string{{"Findings", "none by the signals; the decision rests on what is named below"}})
	}
	for _, f := range c.Findings {
		p.finding(f)
	}
	p.heading("What was decided")
	for _, d := range c.Decisions {
		p.rows([][2]string{{moment(d.At), strings.TrimSpace(d.Outcome + "  " + d.Code)}, {"Reason", d.Sentence}, {"Decided by", d.By}, {"Automation", d.Automation}, {"Decision", d.ID}, {"Takes back", d.Undoes}})
		p.Ln(2)
	}
}

// ending is what every bundle tells last.
func (p page) ending(c Content) {
	p.heading("Versions")
	var versions [][2]string
	for _, v := range c.Versions {
		versions = append(versions, [2]string{v.Of, v.Version})
	}
	if c.Audit != nil {
		versions = append(versions, [2]string{"Audit log", fmt.Sprintf("entry %d, hash %s", c.Audit.Seq, c.Audit.Hash)})
	}
	p.rows(versions)
	p.heading("How to check this document")
	p.SetFont("go", "", 9.5)
	p.MultiCell(width, lineHeight, printable("This document is one file of a bundle. manifest.json names the SHA-256 of each of them and is signed (manifest.sig, Ed25519). "+
		"README.txt tells how to check the signature with common tools. Letters that this typeface lacks are written by their sound or number in ‹ ›; evidence.json has them as they are. "+
		"A picture shows likeness, and a link a probability; what they come to is for people to decide."), "", "L", false)
}

func (p page) heading(text string) {
	p.room(24)
	p.Ln(5)
	p.SetFont("go", "B", 12.5)
	p.SetTextColor(20, 20, 20)
	p.CellFormat(width, 8, text, "B", 1, "L", false, 0, "")
	p.Ln(1.5)
}

// room begins a new page where less than so much is left of this one.
func (p page) room(height float64) {
	if p.GetY()+height > pageEnd {
		p.AddPage()
	}
}

// rows writes names and values; a row without a value is left out.
func (p page) rows(rows [][2]string) {
	for _, r := range rows {
		if r[1] == "" {
			continue
		}
		p.room(lineHeight)
		p.SetFont("go", "", 9.5)
		p.SetTextColor(110, 110, 110)
		p.CellFormat(label, lineHeight, printable(r[0]), "", 0, "L", false, 0, "")
		p.SetTextColor(20, 20, 20)
		p.MultiCell(width-label, lineHeight, printable(r[1]), "", "L", false)
	}
}

func (p page) finding(f Finding) {
	p.room(40)
	p.rows([][2]string{{"Signal", f.Signal}, {"Probability", fmt.Sprintf("%.1f %% (score %.3f)", 100*f.Probability, f.Score)}, {"Explanation", f.Text}})
	if f.SideBySide != "" {
		p.picture([]string{f.SideBySide}, []string{"listing and registered picture, with the place that matched"})
	} else if f.Listing != "" || f.Registered != "" {
		p.picture([]string{f.Listing, f.Registered}, []string{"listing", "registered"})
	}
	p.Ln(3)
}

// picture sets pictures beside each other, with the names of their files under them.
func (p page) picture(names, captions []string) {
	const height = 78.0
	box := (width - 6*float64(len(names)-1)) / float64(len(names))
	p.room(height + 12)
	top := p.GetY() + 2
	for i, name := range names {
		if name == "" {
			continue
		}
		left := margin + float64(i)*(box+6)
		text := captions[i] + ": " + inPictures(name)
		if w, h, ok := p.register(name); ok {
			scale := min(box/w, height/h)
			p.ImageOptions(name, left, top, w*scale, h*scale, false, fpdf.ImageOptions{ImageType: "JPG"}, 0, "")
		} else {
			text += " (cannot be shown here; the file is in the bundle)"
		}
		p.SetFont("go", "", 8)
		p.SetTextColor(110, 110, 110)
		p.SetXY(left, top+height+1)
		p.MultiCell(box, 4, printable(text), "", "L", false)
	}
	p.SetXY(margin, top+height+10)
}

// register decodes a stranger's picture within bounds and encodes it anew: nothing but its pixels gets into the document.
func (p page) register(name string) (w, h float64, ok bool) {
	if info := p.GetImageInfo(name); info != nil {
		return info.Width(), info.Height(), true
	}
	decoded, err := photo.Decode(p.pictures[name], photo.Limits{MaxBytes: maxFile, MinSide: 1, Target: pictureSide})
	if err != nil {
		return 0, 0, false
	}
	jpeg, err := photo.EncodeJPEG(p.apart(photo.Thumb(photo.RGB(decoded.Image), pictureSide)), 88)
	if err != nil {
		return 0, 0, false
	}
	info := p.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: "JPG"}, bytes.NewReader(jpeg))
	if info == nil {
		return 0, 0, false
	}
	return info.Width(), info.Height(), true
}

// apart gives a picture a width that no other one in the document has, by white columns on its right. The library puts pictures into
// the file in the order of their widths, and those of one width in no order, so that the same content would give other bytes.
func (p page) apart(img *image.NRGBA) *image.NRGBA {
	width := img.Rect.Dx()
	for p.widths[width] {
		width++
	}
	p.widths[width] = true
	if width == img.Rect.Dx() {
		return img
	}
	wide := image.NewNRGBA(image.Rect(0, 0, width, img.Rect.Dy()))
	draw.Draw(wide, wide.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(wide, img.Rect.Sub(img.Rect.Min), img, img.Rect.Min, draw.Src)
	return wide
}

func list(texts []string) string { return strings.Join(texts, ", ") }

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}
