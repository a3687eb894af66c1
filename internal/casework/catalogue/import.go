package catalogue

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"touchstone/internal/casework"
	"touchstone/internal/casework/office"
	"touchstone/internal/photo"
)

// Registry is what an import asks of the registry; *casework.Registry is one.
type Registry interface {
	Holder(ctx context.Context, a casework.Actor, id string) (casework.Holder, error)
	Rights(ctx context.Context, a casework.Actor, q casework.RightQuery) (casework.RightPage, error)
	CheckRight(ctx context.Context, a casework.Actor, in casework.Right) (casework.Right, error)
	CreateRight(ctx context.Context, a casework.Actor, in casework.Right) (casework.Right, error)
	Snapshot(ctx context.Context, rightIDs []string) (map[string]casework.RightView, error)
}

// References takes references in and makes them searchable.
type References interface {
	AddPicture(ctx context.Context, a casework.Actor, rightID, view string, data []byte) error
	AddWord(ctx context.Context, a casework.Actor, rightID, word, language string) error
}

// Catalogue imports and exports. It is safe for concurrent use.
type Catalogue struct {
	Registry   Registry
	References References
}

// What became of a row, or would.
const (
	RowNew     = "new"     // in a dry run: would be registered
	RowCreated = "created" // was registered
	RowExists  = "exists"  // is there already
	RowRefused = "refused"
)

// RowReport is what became of one row.
type RowReport struct {
	Line       int                   `json:"line" doc:"in the table; the heading is 1"`
	Name       string                `json:"name"`
	State      string                `json:"state" enum:"new,created,exists,refused"`
	Right      string                `json:"right_id,omitempty"`
	References int                   `json:"references" doc:"words and pictures that were added, or would be"`
	Faults     []casework.FieldError `json:"faults,omitempty" doc:"why the row, or a word or picture of it, was refused"`
}

// ImportReport is what became of a file.
type ImportReport struct {
	DryRun  bool        `json:"dry_run"`
	Rows    []RowReport `json:"rows"`
	New     int         `json:"new"`
	Created int         `json:"created"`
	Exists  int         `json:"exists"`
	Refused int         `json:"refused"`
}

func (r *ImportReport) add(row RowReport) {
	r.Rows = append(r.Rows, row)
	switch row.State {
	case RowNew:
		r.New++
	case RowCreated:
		r.Created++
	case RowExists:
		r.Exists++
	default:
		r.Refused++
	}
}

// Import registers the rights of a file for a holder of the actor's, or, dry, only tells what would become of them. It ends early with an
// error that is not about the file: what was registered by then stays, and the same file again goes on behind it.
func (c *Catalogue) Import(ctx context.Context, a casework.Actor, holderID string, data []byte, dry bool) (ImportReport, error) {
	if _, err := c.Registry.Holder(ctx, a, holderID); err != nil {
		return ImportReport{}, err
	}
	file, err := unpack(data)
	if err != nil {
		return ImportReport{}, err
	}
	rows, err := readTable(file.table)
	if err != nil {
		return ImportReport{}, err
	}
	known, err := c.known(ctx, a, holderID)
	if err != nil {
		return ImportReport{}, err
	}
	out := ImportReport{DryRun: dry, Rows: []RowReport{}}
	for _, r := range rows {
		r.right.HolderID = holderID
		report, err := c.row(ctx, a, file, r, known, dry)
		if err != nil {
			return out, fmt.Errorf("import line %d: %w", r.line, err)
		}
		out.add(report)
	}
	return out, nil
}

// known are a holder's rights by what tells them apart.
func (c *Catalogue) known(ctx context.Context, a casework.Actor, holderID string) (map[string]string, error) {
	out := map[string]string{}
	for q := (casework.RightQuery{HolderID: holderID, Limit: casework.MaxPage}); ; {
		page, err := c.Registry.Rights(ctx, a, q)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Rights {
			out[identity(r)] = r.ID
		}
		if page.Next == "" {
			return out, nil
		}
		q.After = page.Next
	}
}

// identity tells rights of one holder apart: by their number, or, where they have none, by name.
func identity(r casework.Right) string {
	number := "no " + strings.ToLower(r.Name)
	for _, n := range []string{r.ApplicationNumber, r.RegistrationNumber} {
		if n = office.Normalise(n); n != "" {
			number = n
		}
	}
	return strings.Join([]string{string(r.Type), strings.ToUpper(r.Office), number}, "\n")
}

// row does one row. Its error is about neither the row nor the file.
func (c *Catalogue) row(ctx context.Context, a casework.Actor, file *archive, r row, known map[string]string, dry bool) (RowReport, error) {
	out := RowReport{Line: r.line, Name: clip(r.right.Name), State: RowRefused, Faults: r.faults}
	if len(r.faults) > 0 {
		return out, nil
	}
	if err := ctx.Err(); err != nil {
		return out, err
	}
	out.Right = known[identity(r.right)]
	checked, err := c.Registry.CheckRight(ctx, a, r.right)
	if err == nil && out.Right == "" && !dry {
		checked, err = c.Registry.CreateRight(ctx, a, r.right)
	}
	var invalid *casework.ValidationError
	switch {
	case errors.As(err, &invalid):
		out.Faults = invalid.Fields
		return out, nil
	case errors.Is(err, casework.ErrConflict):
		out.Faults = []casework.FieldError{{Path: "registration_number", Message: "another right of this account has this number"}}
		return out, nil
	case err != nil:
		return out, err
	}
	switch {
	case out.Right != "":
		out.State = RowExists
	case dry:
		out.State = RowNew
		known[identity(r.right)] = "of line " + fmt.Sprint(r.line)
	default:
		out.State, out.Right = RowCreated, checked.ID
		known[identity(r.right)] = checked.ID
	}
	err = c.references(ctx, a, file, r, &out, dry)
	if dry && strings.HasPrefix(out.Right, "of line ") {
		out.Right = ""
	}
	return out, err
}

// references adds words and pictures, as far as they are not there.
func (c *Catalogue) references(ctx context.Context, a casework.Actor, file *archive, r row, out *RowReport, dry bool) error {
	note := func(path string, err error) error {
		var invalid *casework.ValidationError
		switch {
		case err == nil && dry && out.State == RowExists: // it may be there
		case err == nil:
			out.References++
		case errors.Is(err, casework.ErrConflict): // it is there
		case errors.As(err, &invalid):
			out.Faults = append(out.Faults, casework.FieldError{Path: path, Message: invalid.Fields[0].Message})
		default:
			return err
		}
		return nil
	}
	for i, w := range r.words {
		word, language, _ := strings.Cut(w, ":")
		var err error
		if !dry {
			err = c.References.AddWord(ctx, a, out.Right, strings.TrimSpace(word), strings.TrimSpace(language))
		}
		if err := note(fmt.Sprintf("words[%d]", i), err); err != nil {
			return err
		}
	}
	for i, name := range r.pictures {
		data, err := file.picture(name)
		if err == nil {
			err = seen(data)
		}
		if err == nil && !dry {
			err = c.References.AddPicture(ctx, a, out.Right, "", data)
		}
		if err := note(fmt.Sprintf("pictures[%d]", i), err); err != nil {
			return err
		}
	}
	return nil
}

// seen tells whether a picture can be used.
func seen(data []byte) error {
	if _, err := photo.Decode(data, photo.Limits{Target: 64}); err != nil {
		return refuse("%v", err)
	}
	return nil
}

// Views are the rights of a holder, or of all that the actor may see, with their words, for Export; at most most of them.
func (c *Catalogue) Views(ctx context.Context, a casework.Actor, holderID string, most int) ([]casework.RightView, error) {
	var out []casework.RightView
	for q := (casework.RightQuery{HolderID: holderID, Limit: casework.MaxPage}); len(out) < most; {
		page, err := c.Registry.Rights(ctx, a, q)
		if err != nil {
			return nil, err
		}
		var ids []string
		for _, r := range page.Rights {
			ids = append(ids, r.ID)
		}
		views, err := c.Registry.Snapshot(ctx, ids)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Rights {
			out = append(out, views[r.ID])
		}
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	return out[:min(len(out), most)], nil
}
