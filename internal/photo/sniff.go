package photo

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

const accepted = "send a JPEG, PNG, GIF or WebP picture"

// sniff finds the codec by the first bytes alone. The image package's registry is left out on
// purpose: what it knows depends on what any other package imported.
func sniff(data []byte) (codec, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return codec{"jpeg", probeJPEG, decodeJPEG}, nil
	case bytes.HasPrefix(data, []byte(pngSignature)):
		return codec{"png", probePNG, decodePNG}, nil
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		return codec{"gif", probeGIF, decodeGIF}, nil
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return codec{"webp", probeWebP, decodeWebP}, nil
	}
	if name := foreign(data); name != "" {
		return codec{}, fmt.Errorf("%w: this is %s; %s", ErrFormat, name, accepted)
	}
	if truncatedMagic(data) {
		return codec{}, fmt.Errorf("%w: the file ends after %d bytes; resend the whole file", ErrCorrupt, len(data))
	}
	return codec{}, fmt.Errorf("%w: this is not a picture of a known format; %s", ErrFormat, accepted)
}

// truncatedMagic reports whether data are a proper beginning of an accepted format's signature.
func truncatedMagic(data []byte) bool {
	for _, m := range []string{"\xff\xd8\xff", pngSignature, "GIF87a", "GIF89a"} {
		if len(data) < len(m) && string(data) == m[:len(data)] {
			return true
		}
	}
	return len(data) >= 4 && len(data) < 12 && string(data[:4]) == "RIFF"
}

var foreignMagic = []struct{ magic, name string }{
	{"II*\x00", "a TIFF file"},
	{"MM\x00*", "a TIFF file"},
	{"II+\x00", "a TIFF file"},
	{"MM\x00+", "a TIFF file"},
	{"BM", "a BMP file"},
	{"%PDF-", "a PDF file"},
	{"8BPS", "a Photoshop file"},
	{"\x00\x00\x01\x00", "an icon file"},
	{"\xff\x0a", "a JPEG XL file"},
	{"\x00\x00\x00\x0cJXL ", "a JPEG XL file"},
	{"\x00\x00\x00\x0cjP  ", "a JPEG 2000 file"},
	{"\xff\x4f\xff\x51", "a JPEG 2000 file"},
	{"PK\x03\x04", "a ZIP archive"},
	{"\x1f\x8b", "a gzip archive"},
	{"RIFF", "a RIFF file other than WebP"},
	{"\x1aE\xdf\xa3", "a video"},
}

// brands of ISO media files, by the major brand in their first box.
var brands = map[string]string{
	"heic": "a HEIC file", "heix": "a HEIC file", "heim": "a HEIC file", "heis": "a HEIC file",
	"hevc": "a HEIC file", "hevx": "a HEIC file", "mif1": "a HEIF file", "msf1": "a HEIF file",
	"avif": "an AVIF file", "avis": "an AVIF file",
}

// foreign names well-known formats that are not accepted, so that the refusal can say what came.
func foreign(data []byte) string {
	if len(data) >= 12 && string(data[4:8]) == "ftyp" {
		if name := brands[string(data[8:12])]; name != "" {
			return name
		}
		return "a video"
	}
	for _, f := range foreignMagic {
		if bytes.HasPrefix(data, []byte(f.magic)) && len(data) > 11 {
			return f.name
		}
	}
	return foreignText(data)
}

// foreignText tells SVG, web pages and plain text apart by the first half kilobyte.
func foreignText(data []byte) string {
	head := bytes.TrimPrefix(data[:min(len(data), 512)], []byte("\xef\xbb\xbf"))
	lower := bytes.ToLower(bytes.TrimSpace(head))
	switch {
	case bytes.Contains(lower, []byte("<svg")):
		return "an SVG drawing"
	case bytes.HasPrefix(lower, []byte("<!doctype html")), bytes.HasPrefix(lower, []byte("<html")):
		return "a web page, not the picture itself"
	case bytes.HasPrefix(lower, []byte("data:image/")):
		return "a data URL; decode its base64 part first"
	case len(lower) > 0 && printable(head):
		return "text"
	}
	return ""
}

// printable reports whether head is UTF-8 text; a rune cut at the end is forgiven.
func printable(head []byte) bool {
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		if r == utf8.RuneError && n == 1 {
			return len(head) < utf8.UTFMax && !utf8.FullRune(head)
		}
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
		head = head[n:]
	}
	return true
}
