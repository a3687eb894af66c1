package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"text/tabwriter"
)

// A table is figures of one comparison. Cells are strings or numbers.
type table struct {
	Title   string   `json:"title"`
	Columns []string `json:"columns"`
	Rows    [][]any  `json:"rows"`
	Notes   []string `json:"notes,omitempty"`
}

// add adds a row.
func (t *table) add(cells ...any) { t.Rows = append(t.Rows, cells) }

// note adds a sentence below the table.
func (t *table) note(format string, args ...any) {
	t.Notes = append(t.Notes, fmt.Sprintf(format, args...))
}

// print writes the table for people.
func (t *table) print(w io.Writer) error {
	fmt.Fprintf(w, "\n%s\n", t.Title)
	columns := tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.AlignRight)
	for i, c := range t.Columns {
		fmt.Fprintf(columns, "%s\t", c)
		if i == len(t.Columns)-1 {
			fmt.Fprintln(columns)
		}
	}
	for _, row := range t.Rows {
		for _, cell := range row {
			fmt.Fprintf(columns, "%s\t", show(cell))
		}
		fmt.Fprintln(columns)
	}
	err := columns.Flush()
	for _, n := range t.Notes {
		fmt.Fprintln(w, " ", n)
	}
	return err
}

// show writes a number with three figures, or in full where it has more before the point.
func show(cell any) string {
	x, ok := cell.(float64)
	if !ok {
		return fmt.Sprint(cell)
	}
	switch a := math.Abs(x); {
	case a >= 100 || a == 0:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case a >= 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	case a >= 1:
		return strconv.FormatFloat(x, 'f', 2, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// A report is all tables of a run.
type report struct {
	mu      sync.Mutex
	Machine map[string]string `json:"machine"`
	Tables  []*table          `json:"tables"`
}

// table begins a table.
func (r *report) table(title string, columns ...string) *table {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := &table{Title: title, Columns: columns, Rows: [][]any{}}
	r.Tables = append(r.Tables, t)
	return t
}

// write prints the tables and keeps them as JSON in a file, whose folder is made.
func (r *report) write(w io.Writer, path string) error {
	for _, t := range r.Tables {
		if err := t.print(w); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}
