package server

import (
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// A JSONAppender is an answer that writes its own JSON, as one that holds parts which were encoded before. It must be the same as
// that of its fields, which the document describes.
type JSONAppender interface {
	AppendJSON(to []byte) ([]byte, error)
}

// jsonFormat is JSON as huma writes and reads it, but for answers that write themselves.
var jsonFormat = huma.Format{Marshal: writeJSON, Unmarshal: huma.DefaultJSONFormat.Unmarshal}

// answers are buffers of written answers. Larger ones than mostAnswer are not kept.
var answers = sync.Pool{New: func() any { return new([]byte) }}

const mostAnswer = 1 << 20

func writeJSON(w io.Writer, v any) error {
	a, ok := v.(JSONAppender)
	if !ok {
		return huma.DefaultJSONFormat.Marshal(w, v)
	}
	kept, _ := answers.Get().(*[]byte)
	b, err := a.AppendJSON((*kept)[:0])
	if err != nil {
		return err
	}
	b = append(b, '\n')                       // as encoders do
	if r, ok := w.(http.ResponseWriter); ok { // so that it goes as it is, and not in chunks
		r.Header().Set("Content-Length", strconv.Itoa(len(b)))
	}
	_, err = w.Write(b)
	if cap(b) <= mostAnswer {
		*kept = b
		answers.Put(kept)
	}
	return err
}
