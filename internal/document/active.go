package document

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

const (
	mostInflated = 32 << 20 // bytes of object streams that are looked through
	oneInflated  = 8 << 20  // of one of them
)

// names of what makes a PDF do something, or carry files; a name ends where these cannot go on.
var activeNames = regexp.MustCompile(`/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA|GoToE|SubmitForm|ImportData)(?:[^A-Za-z0-9_.#-]|$)`)

var activeWords = map[string]string{"JavaScript": "scripts", "JS": "scripts", "Launch": "a program to start", "XFA": "a programmed form", "SubmitForm": "a form that sends", "ImportData": "a form that loads",
	"EmbeddedFile": "other files", "GoToE": "other files", "RichMedia": "films or programs"}

var (
	hexName = regexp.MustCompile(`#[0-9A-Fa-f]{2}`)
	objects = regexp.MustCompile(`/ObjStm\b`)
	streams = regexp.MustCompile(`stream\r?\n`)
)

func active(what string) error {
	return fmt.Errorf("%w: the PDF holds %s; print it to a new PDF and send that", ErrActive, what)
}

// quiet refuses a PDF that names anything active, in plain sight or in the compressed streams that hold objects. It looks at names alone and
// so may refuse a paper that has one in a text that is not compressed; its sentence says what to do.
func quiet(data []byte) error {
	if err := quietPart(data); err != nil {
		return err
	}
	if !objects.Match(data) {
		return nil
	}
	left := int64(mostInflated)
	for _, at := range streams.FindAllIndex(data, -1) {
		begin := bytes.LastIndex(data[:at[0]], []byte("obj"))
		if begin < 0 || !objects.Match(data[begin:at[0]]) {
			continue
		}
		z, err := zlib.NewReader(bytes.NewReader(data[at[1]:]))
		if err != nil {
			continue // of another filter; PDFium looks at it in its machine
		}
		inflated, _ := io.ReadAll(io.LimitReader(z, min(oneInflated, left))) // what could be read before it broke is looked at
		if left -= int64(len(inflated)); left <= 0 {
			return fmt.Errorf("%w: the PDF unpacks to more than %d bytes of objects", ErrTooLarge, mostInflated)
		}
		if err := quietPart(inflated); err != nil {
			return err
		}
	}
	return nil
}

func quietPart(data []byte) error {
	plain := data
	if hexName.Match(data) {
		plain = hexName.ReplaceAllFunc(data, func(m []byte) []byte {
			v, _ := strconv.ParseUint(string(m[1:]), 16, 8) // two hexadecimal digits
			return []byte{byte(v)}
		})
	}
	if m := activeNames.FindSubmatch(plain); m != nil {
		return active(activeWords[string(m[1])])
	}
	return nil
}
