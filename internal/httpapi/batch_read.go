package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/internal/server"
)

// readLines hands a job for each line that is not blank to fn until it returns false, the body ends, the client falls silent
// or the service stops. The last two come to the client as an answer to the line that is missing.
func (a *API) readLines(ctx context.Context, c *gin.Context, control *http.ResponseController, fn func(*batchJob) bool) {
	r := bufio.NewReaderSize(c.Request.Body, 64<<10)
	for number, blank := 1, true; ctx.Err() == nil; number++ {
		_ = control.SetReadDeadline(time.Now().Add(batchQuiet))
		var line []byte
		tooLong, err := false, os.ErrDeadlineExceeded
		if !a.draining() { // asked after the deadline was set, so that a shutdown in between is not overlooked
			line, tooLong, err = readLine(r, a.MaxPictureBody)
		}
		job := &batchJob{number: number, line: line, done: make(chan BatchResult, 1)}
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			job.problem = a.brokeOff(err)
		case tooLong:
			job.problem = server.NewProblem(server.KindTooLarge, fmt.Sprintf("The line is longer than %d bytes; send fewer or smaller pictures.", a.MaxPictureBody))
		case len(bytes.TrimSpace(line)) == 0 && err != nil && blank:
			job.problem = noLines()
		case len(bytes.TrimSpace(line)) == 0:
			job = nil
		}
		blank = blank && job == nil
		if job != nil && !fn(job) || err != nil {
			return
		}
	}
}

func (a *API) draining() bool {
	select {
	case <-a.Server.Draining():
		return true
	default:
		return false
	}
}

// brokeOff says why a line could not be read to its end.
func (a *API) brokeOff(err error) *server.Problem {
	if a.draining() {
		p := server.Overloaded("The service is stopping, and this line was not read.")
		p.Detail += " Send the batch with its ID again: lines that were answered are not scored twice."
		return p
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return server.NewProblem(server.KindTimeout, fmt.Sprintf("No whole line came for %v. Send the batch with its ID again to go on.", batchQuiet))
	}
	return server.NewProblem(server.KindBadRequest, "The body broke off within this line. Send the batch with its ID again to go on.")
}

// readLine reads up to a newline. A line over limit is read to its end and dropped.
func readLine(r *bufio.Reader, limit int64) (line []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if !tooLong {
			line = append(line, part...)
			if int64(len(line)) > limit {
				line, tooLong = nil, true
			}
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, tooLong, err
		}
	}
}
