package caseload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"touchstone/detect"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/evidence"
	"touchstone/internal/intake"
	"touchstone/internal/signing"
	"touchstone/internal/tracing"
)

// maxFindings is how many findings of a report go into a bundle with their pictures.
const maxFindings = 20

// Bundler makes bundles of evidence out of cases.
type Bundler struct {
	Docket  *docket.Docket
	Intake  *intake.Service
	Tracing *tracing.Tracer // nil: there are no bundles about rings
	Key     signing.Key
	Version string // of the service
	Now     func() time.Time
}

// Write makes the bundle of a case that the actor may judge or run, and looks at it in their name: that is a row of the audit log.
// madeFor tells who asked or which file it is for.
func (b Bundler) Write(ctx context.Context, a casework.Actor, caseID, madeFor string, w io.Writer) error {
	content, pictures, err := b.Case(ctx, a, caseID)
	if err != nil {
		return err
	}
	content.MadeFor = madeFor
	return evidence.Write(w, content, pictures, b.Key)
}

// Case gathers what a bundle about a case tells, and looks at the case in the actor's name.
func (b Bundler) Case(ctx context.Context, a casework.Actor, caseID string) (evidence.Content, []evidence.Picture, error) {
	var none evidence.Content
	if !a.SeesAll() {
		return none, nil, fmt.Errorf("%w: role %q may not make bundles of evidence; use a key of a reviewer, operator or admin", casework.ErrForbidden, a.Role)
	}
	c, decisions, err := b.Docket.Case(ctx, a, caseID)
	if err != nil {
		return none, nil, err
	}
	content := evidence.Content{ID: casework.NewID("evd"), Case: c.ID, MadeAt: b.Now(), Versions: []evidence.Version{{Of: "service", Version: b.Version}},
		Listing: evidence.Listing{Marketplace: c.Marketplace, ID: c.Listing, URL: c.URL, Title: c.Title, Seller: c.Seller, ContentHash: c.ContentHash}}
	for _, d := range decisions {
		content.Decisions = append(content.Decisions, decided(d))
	}
	if c.Decision != nil {
		content.Versions = append(content.Versions, evidence.Version{Of: "policy", Version: c.Decision.Policy + " " + c.Decision.PolicyVer})
	}
	if content.Right, err = b.right(ctx, c); err != nil {
		return none, nil, err
	}
	pictures, err := b.findings(ctx, c, &content)
	if err != nil {
		return none, nil, err
	}
	filed, err := b.filed(ctx, c)
	return content, append(pictures, filed...), err
}

// decided is a decision without who made it: the parties and a court are told that a person did, not which.
func decided(d docket.Decision) evidence.Decision {
	d = d.For(casework.Actor{})
	return evidence.Decision{ID: d.ID, Outcome: d.Outcome, Code: d.Code, Sentence: d.Sentence, By: d.By, Automation: d.Automatic, At: d.At, Undoes: d.Undoes}
}

func (b Bundler) right(ctx context.Context, c docket.Case) (evidence.Right, error) {
	views, err := b.Intake.Registry.Snapshot(ctx, []string{c.Right})
	if err != nil {
		return evidence.Right{}, fmt.Errorf("right %s: %w", c.Right, err)
	}
	holder, err := b.Intake.Registry.Holder(ctx, casework.Actor{Role: "operator"}, c.Holder)
	if err != nil {
		return evidence.Right{}, fmt.Errorf("holder %s: %w", c.Holder, err)
	}
	r := views[c.Right].Right
	out := evidence.Right{ID: r.ID, Name: r.Name, Type: string(r.Type), State: string(r.EffectiveState(b.Now())), Holder: holder.LegalName, Registrant: r.Registrant, Office: r.Office,
		Number: r.RegistrationNumber, Territories: r.Territories, FiledOn: dayOf(r.FiledOn), GrantedOn: dayOf(r.GrantedOn), ExpiresOn: dayOf(r.ExpiresOn)}
	for kind, classes := range map[string][]string{"Nice ": r.Nice, "Locarno ": r.Locarno, "Vienna ": r.Vienna} {
		for _, class := range classes {
			out.Classes = append(out.Classes, kind+class)
		}
	}
	for _, ref := range views[c.Right].References {
		if ref.Kind == casework.ReferenceWord {
			out.Words = append(out.Words, ref.Word)
		}
	}
	return out, nil
}

func dayOf(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// findings adds what the case's report found of the right, and gives the pictures of it. A report or picture that is kept no longer is
// left out: the decision rests on what was seen then, and its hashes are in the case.
func (b Bundler) findings(ctx context.Context, c docket.Case, content *evidence.Content) ([]evidence.Picture, error) {
	if c.Report == "" {
		return nil, nil
	}
	rec, err := b.Intake.Reports.Report(ctx, c.Report)
	if errors.Is(err, casework.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("report %s: %w", c.Report, err)
	}
	content.Listing.SeenAt = rec.CreatedAt
	content.Versions = append(content.Versions, evidence.Version{Of: "model pack", Version: rec.Report.Pack.Name + " " + rec.Report.Pack.Version}, evidence.Version{Of: "report", Version: rec.ID})
	var pictures []evidence.Picture
	for i, f := range rec.Report.Findings {
		if f.Right != c.Right || len(content.Findings) == maxFindings {
			continue
		}
		out := evidence.Finding{Signal: f.Signal, Score: f.Score, Probability: f.Probability, Text: f.Explanations["en"]}
		n := len(content.Findings) + 1
		more, err := b.pair(ctx, rec.Report, i, n, &out)
		if err != nil {
			return nil, err
		}
		pictures = append(pictures, more...)
		content.Findings = append(content.Findings, out)
	}
	return pictures, nil
}

// pair gives the two pictures of a finding as they were received, and one of both with the place marked.
func (b Bundler) pair(ctx context.Context, r detect.Report, finding, n int, out *evidence.Finding) ([]evidence.Picture, error) {
	e := r.Findings[finding].Picture
	if e == nil || e.Index < 0 || e.Index >= len(r.Pictures) {
		return nil, nil
	}
	var pictures []evidence.Picture
	add := func(name *string, label string, data []byte, err error) error {
		if errors.Is(err, blob.ErrNotFound) || errors.Is(err, intake.ErrNoPicture) || err == nil && len(data) == 0 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("picture of finding %d: %w", finding, err)
		}
		*name = fmt.Sprintf("%s-%d", label, n)
		pictures = append(pictures, evidence.Picture{Name: *name, Bytes: data})
		return nil
	}
	data, err := b.blob(ctx, r.Pictures[e.Index].Hash)
	if err := add(&out.Listing, "listing", data, err); err != nil {
		return nil, err
	}
	data, err = b.blob(ctx, e.Reference)
	if err := add(&out.Registered, "registered", data, err); err != nil {
		return nil, err
	}
	data, err = b.Intake.SideBySide(ctx, r, finding)
	return pictures, errors.Join(add(&out.SideBySide, "side-by-side", data, err))
}

func (b Bundler) blob(ctx context.Context, hash string) ([]byte, error) {
	if hash == "" {
		return nil, nil
	}
	return b.Intake.Blobs.Get(ctx, hash)
}

// filed are the files that parties sent as evidence.
func (b Bundler) filed(ctx context.Context, c docket.Case) ([]evidence.Picture, error) {
	var out []evidence.Picture
	seen := map[string]bool{}
	for _, hash := range c.Evidence {
		data, err := b.blob(ctx, hash)
		if errors.Is(err, blob.ErrNotFound) || seen[hash] {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("evidence %s: %w", hash, err)
		}
		seen[hash] = true
		out = append(out, evidence.Picture{Name: "filed-" + hash, Bytes: data, Filed: true})
	}
	return out, nil
}
