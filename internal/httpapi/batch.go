package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/server"
)

// A BatchStore remembers which lines of a batch were scored, so that a batch that broke off is resumed without scoring
// anything twice. Lines are known by the batch (with the account in front) and the hash of their content.
type BatchStore interface {
	// BatchLine returns the report of a line that was scored, or false.
	BatchLine(ctx context.Context, batch, line string) (reportID string, ok bool, err error)
	// SaveBatchLine is durable when it returns.
	SaveBatchLine(ctx context.Context, batch, line, reportID string) error
}

// BatchResult is one line of the answer to a batch.
type BatchResult struct {
	Line    int     `json:"line" doc:"of the request, from 1"`
	Status  int     `json:"status" doc:"what POST /v1/score would have answered"`
	Resumed bool    `json:"resumed,omitempty" doc:"scored by an earlier request with the same batch ID"`
	Result  *Scored `json:"result,omitempty"`
	Problem any     `json:"problem,omitempty" doc:"as in application/problem+json"`
}

const batchRoute = "/v1/score/batch"

// Bounds of a batch.
const (
	batchQuiet = 60 * time.Second // longest wait for the next line, and for the client to take an answer
	busyPause  = 200 * time.Millisecond
)

var batchID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)

// registerBatch adds the streaming operation. It goes past the general machinery, which would read the whole body first.
func (a *API) registerBatch(engine *gin.Engine, api huma.API) {
	op := operation(http.MethodPost, batchRoute, "score-batch", "Score many listings, line by line", "Scoring", scorers)
	explain(&op, "NDJSON in, NDJSON out: a listing a line, an answer a line, in the same order, while the request is still being sent. "+
		"With ?batch=ID a batch that broke off is sent again as a whole: lines that were scored are answered from their reports.")
	op.Middlewares = nil // the document only: the route below checks by itself
	op.Parameters = []*huma.Param{{Name: "batch", In: "query", Description: "your ID of this batch: letters, digits, dot, dash, underscore", Schema: &huma.Schema{Type: "string", Pattern: batchID.String()}}}
	line := huma.SchemaFromType(api.OpenAPI().Components.Schemas, typeOf[Listing]())
	result := huma.SchemaFromType(api.OpenAPI().Components.Schemas, typeOf[BatchResult]())
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/x-ndjson": {Schema: line}}}
	op.Responses = map[string]*huma.Response{"200": {Description: "a result a line", Content: map[string]*huma.MediaType{"application/x-ndjson": {Schema: result}}}}
	problem := huma.SchemaFromType(api.OpenAPI().Components.Schemas, typeOf[server.Problem]())
	for _, status := range append(op.Errors, http.StatusBadRequest, http.StatusUnprocessableEntity) {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: map[string]*huma.MediaType{"application/problem+json": {Schema: problem}}}
	}
	api.OpenAPI().AddOperation(&op)
	engine.POST(batchRoute, server.Require(scorers...), a.batch)
}

// batchJob is a line on its way: its answer comes through done.
type batchJob struct {
	number  int
	line    []byte
	problem *server.Problem // why the line cannot be scored
	done    chan BatchResult
}

// batch reads lines, scores BatchWorkers of them at once and answers in the order of the lines. Memory is bounded by the
// number of lines under way.
func (a *API) batch(c *gin.Context) {
	id := c.Query("batch")
	if id != "" && !batchID.MatchString(id) {
		server.WriteProblem(c, server.NewProblem(server.KindInvalid, "The batch ID cannot be used.", server.FieldProblem{Location: "query.batch", Message: "must be 1 to 100 letters, digits, dots, dashes or underscores"}))
		return
	}
	if c.Request.Body == http.NoBody {
		server.WriteProblem(c, noLines())
		return
	}
	control := http.NewResponseController(c.Writer)
	// Not the request's own end: it comes with any failed read, a deadline among them, and what was read is still answered.
	// A client that is gone shows when it is written to.
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.Request.Context()))
	var watch sync.WaitGroup
	defer watch.Wait()
	defer cancel()
	watch.Go(func() { // a shutdown ends the reading; what was read is scored and answered
		select {
		case <-a.Server.Draining():
			_ = control.SetReadDeadline(time.Now())
		case <-ctx.Done():
		}
	})
	ordered := make(chan *batchJob, a.BatchWorkers) // answers are taken from here in order
	slots := make(chan struct{}, a.BatchWorkers)
	go func() {
		defer close(ordered)
		a.readLines(ctx, c, control, func(job *batchJob) bool {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return false
			}
			select {
			case ordered <- job:
			case <-ctx.Done():
				return false
			}
			go func() {
				defer func() { <-slots }()
				job.done <- a.scoreLine(ctx, id, job)
			}()
			return true
		})
	}()
	c.Header("Content-Type", "application/x-ndjson")
	c.Status(http.StatusOK)
	c.Writer.WriteHeaderNow()
	_ = control.Flush() // clients that wait for the header before they send go on
	for job := range ordered {
		result := <-job.done
		_ = control.SetWriteDeadline(time.Now().Add(batchQuiet))
		if json.NewEncoder(c.Writer).Encode(result) != nil {
			cancel() // the client is gone; what was scored is remembered under the batch's ID
			continue
		}
		_ = control.Flush()
	}
}

func noLines() *server.Problem {
	return server.NewProblem(server.KindBadRequest, "The body has no lines; send a listing a line, as JSON.")
}

// scoreLine scores one line, or finds the report of an earlier request.
func (a *API) scoreLine(ctx context.Context, batch string, job *batchJob) BatchResult {
	fail := func(err error) BatchResult {
		var status huma.StatusError
		if !errors.As(err, &status) {
			status = huma.Error500InternalServerError("Something failed here.")
		}
		return BatchResult{Line: job.number, Status: status.GetStatus(), Problem: status}
	}
	if job.problem != nil {
		return fail(job.problem)
	}
	p, _ := server.PrincipalFrom(ctx)
	scope, key := p.Account+"/"+batch, lineKey(job.line)
	if batch != "" {
		if rec, ok, err := a.earlier(ctx, scope, key); err != nil {
			return fail(a.problem(ctx, err))
		} else if ok {
			s := scored(rec)
			return BatchResult{Line: job.number, Status: http.StatusOK, Resumed: true, Result: &s}
		}
	}
	var l Listing
	if err := decode(job.line, &l); err != nil {
		return fail(err)
	}
	if err := a.Server.Charge(ctx, 1); err != nil {
		return fail(err) // over the quota: the batch is sent again later and resumes here
	}
	rec, err := a.scorePatiently(ctx, intake.ScoreInput{Account: p.Account, KeyID: p.KeyID, Listing: l.input()})
	if err == nil && batch != "" {
		err = a.Batches.SaveBatchLine(ctx, scope, key, rec.ID)
	}
	if err != nil {
		return fail(a.problem(ctx, err))
	}
	s := scored(rec)
	return BatchResult{Line: job.number, Status: http.StatusOK, Result: &s}
}

// earlier finds the report of a line that was scored under the same batch ID.
func (a *API) earlier(ctx context.Context, scope, key string) (intake.ReportRecord, bool, error) {
	id, ok, err := a.Batches.BatchLine(ctx, scope, key)
	if err != nil || !ok {
		return intake.ReportRecord{}, false, err
	}
	rec, err := a.Intake.Reports.Report(ctx, id)
	if errors.Is(err, casework.ErrNotFound) {
		return rec, false, nil // its retention has ended: score again
	}
	return rec, err == nil, err
}

// scorePatiently takes a place among the requests at work for each line, and waits while there is none or the models are busy:
// a batch takes what is free and does not fail because of others.
func (a *API) scorePatiently(ctx context.Context, in intake.ScoreInput) (intake.ReportRecord, error) {
	for {
		rec, err := a.scoreAdmitted(ctx, in)
		var p *server.Problem
		busy := errors.Is(err, intake.ErrBusy) || errors.As(err, &p) && p.Status == http.StatusServiceUnavailable
		if !busy {
			return rec, err
		}
		select {
		case <-ctx.Done():
			return rec, ctx.Err()
		case <-time.After(busyPause):
		}
	}
}

func (a *API) scoreAdmitted(ctx context.Context, in intake.ScoreInput) (intake.ReportRecord, error) {
	release, err := a.Server.Admit(ctx)
	if err != nil {
		return intake.ReportRecord{}, err
	}
	defer release()
	return a.Intake.Score(ctx, in)
}

// lineKey is the hash of a line's content, blanks at its ends aside.
func lineKey(line []byte) string {
	sum := sha256.Sum256(bytes.TrimSpace(line))
	return hex.EncodeToString(sum[:])
}
