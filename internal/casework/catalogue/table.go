package catalogue

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"touchstone/internal/casework"
)

// Columns of a table, in the order in which they go out. Lists are separated by semicolons; words may name their language behind a colon
// ("Velmora:it").
var Columns = []string{"name", "type", "office", "territories", "registration_number", "application_number", "registrant", "filed_on", "granted_on", "expires_on", "nice", "locarno", "vienna",
	"retail_price", "currency", "words", "pictures"}

// MaxRows is how many rights one table may have.
const MaxRows = 2000

// maxCell is the most bytes of a cell.
const maxCell = 20_000

// row is one line of a table. A nil fault list means that every cell could be read.
type row struct {
	line     int // in the file, the heading is 1
	right    casework.Right
	words    []string
	pictures []string
	faults   []casework.FieldError
}

// refuse is a fault of the file as a whole.
func refuse(format string, args ...any) error {
	return &casework.ValidationError{Fields: []casework.FieldError{{Path: "file", Message: fmt.Sprintf(format, args...)}}}
}

// readTable reads a table. Its error is about the table; what is wrong with a row is in the row.
func readTable(data []byte) ([]row, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return nil, refuse("the table is not UTF-8 text; save it as CSV UTF-8")
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	heading, err := r.Read()
	if err != nil {
		return nil, refuse("the table cannot be read: %v", plainCSV(err))
	}
	columns, err := columnsOf(heading)
	if err != nil {
		return nil, err
	}
	var rows []row
	for {
		cells, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			if len(rows) == 0 {
				return nil, refuse("the table has a heading and no rows")
			}
			return rows, nil
		case err != nil:
			return nil, refuse("the table cannot be read: %v", plainCSV(err))
		case len(rows) == MaxRows:
			return nil, refuse("the table has more than %d rows; split it", MaxRows)
		}
		line, _ := r.FieldPos(0)
		rows = append(rows, readRow(line, columns, cells))
	}
}

func plainCSV(err error) string {
	if errors.Is(err, io.EOF) {
		return "it is empty"
	}
	return err.Error()
}

func columnsOf(heading []string) ([]string, error) {
	var columns []string
	for _, h := range heading {
		h = strings.ToLower(strings.TrimSpace(h))
		if !slices.Contains(Columns, h) {
			return nil, refuse("there is no column %q; the columns are %s", clip(h), strings.Join(Columns, ", "))
		}
		if slices.Contains(columns, h) {
			return nil, refuse("the column %q is there twice", h)
		}
		columns = append(columns, h)
	}
	for _, needed := range []string{"name", "type", "territories"} {
		if !slices.Contains(columns, needed) {
			return nil, refuse("the column %q is missing", needed)
		}
	}
	return columns, nil
}

// readRow reads the cells of one line.
func readRow(line int, columns, cells []string) row {
	out := row{line: line}
	bad := func(path, format string, args ...any) {
		out.faults = append(out.faults, casework.FieldError{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if len(cells) != len(columns) {
		bad("row", "has %d cells, and the heading %d", len(cells), len(columns))
		return out
	}
	day := func(column, s string) *time.Time {
		if s == "" {
			return nil
		}
		t, err := time.Parse(time.DateOnly, s)
		if err != nil {
			bad(column, "%q is not a day; write it as 2031-05-14", clip(s))
			return nil
		}
		return &t
	}
	r := &out.right
	price, currency := "", ""
	for i, column := range columns {
		cell := literal(strings.TrimSpace(cells[i]))
		if len(cell) > maxCell {
			bad(column, "has more than %d bytes", maxCell)
			continue
		}
		switch column {
		case "name":
			r.Name = cell
		case "type":
			r.Type = casework.RightType(cell)
		case "office":
			r.Office = cell
		case "territories":
			r.Territories = listOf(cell)
		case "registration_number":
			r.RegistrationNumber = cell
		case "application_number":
			r.ApplicationNumber = cell
		case "registrant":
			r.Registrant = cell
		case "filed_on":
			r.FiledOn = day(column, cell)
		case "granted_on":
			r.GrantedOn = day(column, cell)
		case "expires_on":
			r.ExpiresOn = day(column, cell)
		case "nice":
			r.Nice = listOf(cell)
		case "locarno":
			r.Locarno = listOf(cell)
		case "vienna":
			r.Vienna = listOf(cell)
		case "retail_price":
			price = cell
		case "currency":
			currency = cell
		case "words":
			out.words = listOf(cell)
		case "pictures":
			out.pictures = listOf(cell)
		}
	}
	if price != "" {
		amount, err := strconv.ParseFloat(price, 64)
		if err != nil {
			bad("retail_price", "%q is no number; write it as 19.90", clip(price))
		}
		r.RetailPrice = &casework.Money{Amount: amount, Currency: currency}
	}
	return out
}

// formulas are the characters at the begin of a cell that spreadsheets take for a formula (OWASP, "CSV Injection").
const formulas = "=+-@\t\r\n＝＋－＠|%"

// cell writes a text so that no spreadsheet takes it for a formula.
func cell(s string) string {
	if s != "" && (strings.ContainsRune(formulas, []rune(s)[0]) || s[0] == '\'') {
		return "'" + s
	}
	return s
}

// literal undoes cell.
func literal(s string) string {
	rest, ok := strings.CutPrefix(s, "'")
	if ok && rest != "" && (strings.ContainsRune(formulas, []rune(rest)[0]) || rest[0] == '\'') {
		return rest
	}
	return s
}

// listOf are the parts of a cell.
func listOf(s string) []string {
	var out []string
	for _, part := range strings.Split(s, ";") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Export writes rights as a table that Import reads. Pictures do not go with it.
func Export(w io.Writer, views []casework.RightView) error {
	c := csv.NewWriter(w)
	if err := c.Write(Columns); err != nil {
		return err
	}
	date := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.UTC().Format(time.DateOnly)
	}
	for _, v := range views {
		r := v.Right
		price, currency := "", ""
		if r.RetailPrice != nil {
			price, currency = strconv.FormatFloat(r.RetailPrice.Amount, 'f', -1, 64), r.RetailPrice.Currency
		}
		var words []string
		for _, ref := range v.References {
			switch {
			case ref.Kind != casework.ReferenceWord:
			case ref.Language != "":
				words = append(words, ref.Word+":"+ref.Language)
			default:
				words = append(words, ref.Word)
			}
		}
		list := func(s []string) string { return strings.Join(s, ";") }
		cells := []string{r.Name, string(r.Type), r.Office, list(r.Territories), r.RegistrationNumber, r.ApplicationNumber, r.Registrant, date(r.FiledOn), date(r.GrantedOn), date(r.ExpiresOn),
			list(r.Nice), list(r.Locarno), list(r.Vienna), price, currency, list(words), ""}
		for i := range cells {
			cells[i] = cell(cells[i])
		}
		if err := c.Write(cells); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
