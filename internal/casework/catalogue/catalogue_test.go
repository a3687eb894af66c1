package catalogue_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/internal/casework"
	"touchstone/internal/casework/catalogue"
	"touchstone/internal/store/sqlite"
)

var holder = casework.Actor{Account: "acme", Role: "holder"}

// refs takes references in by the registry alone, and can break off.
type refs struct {
	r     *casework.Registry
	left  int
	added []string
}

var errBroken = errors.New("the store broke")

func (r *refs) take(what string) error {
	if r.left == 0 {
		return errBroken
	}
	r.left--
	r.added = append(r.added, what)
	return nil
}

func (r *refs) AddWord(ctx context.Context, a casework.Actor, right, word, language string) error {
	if _, err := r.r.AddReference(ctx, a, casework.Reference{RightID: right, Kind: casework.ReferenceWord, Word: word, Language: language}); err != nil {
		return err
	}
	return r.take("word " + word)
}

func (r *refs) AddPicture(ctx context.Context, a casework.Actor, right, view string, data []byte) error {
	_, err := r.r.AddReference(ctx, a, casework.Reference{RightID: right, Kind: casework.ReferenceImage, View: view, Blob: fmt.Sprintf("%064x", len(data)), Width: 9, Height: 9})
	if err != nil {
		return err
	}
	return r.take("picture")
}

func world(t testing.TB) (*catalogue.Catalogue, *refs, string) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	r := casework.NewRegistry(s, nil)
	h, err := r.CreateHolder(t.Context(), holder, casework.Holder{LegalName: "Velmora Srl", Country: "IT", Email: "ip@velmora.example"})
	if err != nil {
		t.Fatal(err)
	}
	taken := &refs{r: r, left: -1}
	return &catalogue.Catalogue{Registry: r, References: taken}, taken, h.ID
}

func picture(t testing.TB, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type entry struct {
	name string
	data []byte
}

func zipped(t testing.TB, change func(*zip.FileHeader), list ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range list {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if change != nil {
			change(h)
		}
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = w.Write(e.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const table = `name,type,office,territories,registration_number,filed_on,expires_on,nice,words,pictures
VELMORA,trademark_word,EUIPO,EU;CH,018123456,2019-05-14,2029-05-14,18;25,Velmora:it; Velmora Milano,
Wave,trademark_figurative,EUIPO,EU,018123457,,,25,,logo/wave.png;logo/none.png
Bad,trademark_word,euipo,XX,1,14.05.2019,,46,,
Short,design
VELMORA again,trademark_word,EUIPO,EU,018 123 456,,,18,,
`

// states of the rows, by line.
func states(r catalogue.ImportReport) map[int]string {
	out := map[int]string{}
	for _, row := range r.Rows {
		out[row.Line] = row.State
		for _, f := range row.Faults {
			out[row.Line] += " " + f.Path
		}
	}
	return out
}

// TestImport: a dry run tells what an import does, row by row, and keeps nothing; the import does it; and the same file again does nothing.
func TestImport(t *testing.T) {
	c, taken, h := world(t)
	data := zipped(t, nil, entry{"rights.csv", []byte("\xef\xbb\xbf" + table)}, entry{"logo/wave.png", picture(t, 40)}, entry{"__MACOSX/._rights.csv", []byte("x")})
	want := map[int]string{2: "new", 3: "new pictures[1]", 4: "refused filed_on", 5: "refused row", 6: "exists"}
	dry, err := c.Import(t.Context(), holder, h, data, true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, states(dry)); diff != "" || dry.New != 2 || dry.Exists != 1 || dry.Refused != 2 || !dry.DryRun {
		t.Errorf("dry run %+v:\n%s", dry, diff)
	}
	if views, err := c.Views(t.Context(), holder, h, 10); err != nil || len(views) != 0 || len(taken.added) != 0 {
		t.Fatalf("a dry run left %d rights and %v, %v", len(views), taken.added, err)
	}
	want[2], want[3] = "created", "created pictures[1]"
	report, err := c.Import(t.Context(), holder, h, data, false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, states(report)); diff != "" || report.Created != 2 {
		t.Errorf("import:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"word Velmora", "word Velmora Milano", "picture"}, taken.added); diff != "" {
		t.Error(diff)
	}
	want[2], want[3] = "exists", "exists pictures[1]"
	if report, err = c.Import(t.Context(), holder, h, data, false); err != nil || cmp.Diff(want, states(report)) != "" || len(taken.added) != 3 {
		t.Errorf("again: %v, %v", states(report), err)
	}
	views, err := c.Views(t.Context(), holder, h, 10)
	if err != nil || len(views) != 2 || !slices.Equal(views[0].Right.Nice, []string{"18", "25"}) || views[0].Right.State != casework.StatePending {
		t.Errorf("%+v, %v", views, err)
	}
}

// TestImportGoesOn: one that broke off is finished by the same file.
func TestImportGoesOn(t *testing.T) {
	c, taken, h := world(t)
	data := []byte("name,type,territories,words\nA,trademark_word,EU,Anemo\nB,trademark_word,EU,Borea;Breeze\nC,trademark_word,EU,Cirro\n")
	taken.left = 2
	if report, err := c.Import(t.Context(), holder, h, data, false); !errors.Is(err, errBroken) || len(report.Rows) != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	taken.left = -1
	report, err := c.Import(t.Context(), holder, h, data, false)
	if err != nil || report.Exists != 2 || report.Created != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	views, err := c.Views(t.Context(), holder, h, 10)
	if err != nil || len(views) != 3 || len(views[1].References) != 2 {
		t.Errorf("%+v, %v", views, err)
	}
}

// TestFilesThatAreRefused: what is wrong with a file as a whole is one sentence, and nothing is registered.
func TestFilesThatAreRefused(t *testing.T) {
	c, _, h := world(t)
	good := entry{"rights.csv", []byte("name,type,territories\nA,trademark_word,EU\n")}
	row := "A,trademark_word,EU\n"
	declares := zipped(t, nil, good, entry{"a.png", make([]byte, 100)})
	for at := bytes.Index(declares, []byte("PK\x01\x02")); at >= 0; { // the directory says that each entry has 400 MiB
		binary.LittleEndian.PutUint32(declares[at+24:], 400<<20)
		next := bytes.Index(declares[at+4:], []byte("PK\x01\x02"))
		if next < 0 {
			break
		}
		at += 4 + next
	}
	tests := map[string]struct {
		data []byte
		says string
	}{
		"empty":           {nil, "empty"},
		"no rows":         {[]byte("name,type,territories\n"), "no rows"},
		"unknown column":  {[]byte("name,type,territories,state\n" + row), `no column "state"`},
		"missing column":  {[]byte("name,type\nA,design\n"), `"territories" is missing`},
		"column twice":    {[]byte("name,name,type,territories\n"), "twice"},
		"too many rows":   {[]byte("name,type,territories\n" + strings.Repeat(row, catalogue.MaxRows+1)), "more than 2000 rows"},
		"not UTF-8":       {[]byte("name,type,territories\n\xff,design,EU\n"), "UTF-8"},
		"open quote":      {[]byte("name,type,territories\n\"A,design,EU\n"), "cannot be read"},
		"traversal":       {zipped(t, nil, good, entry{"../../etc/cron.d/x", nil}), "leads out"},
		"absolute":        {zipped(t, nil, good, entry{"/etc/passwd", nil}), "leads out"},
		"backslash":       {zipped(t, nil, good, entry{`..\x.png`, nil}), "leads out"},
		"link":            {zipped(t, func(h *zip.FileHeader) { h.SetMode(0o777 | 1<<27) }, good), "no plain file"},
		"two tables":      {zipped(t, nil, good, entry{"b.csv", nil}), "two tables"},
		"no table":        {zipped(t, nil, entry{"a.png", picture(t, 9)}), "no table"},
		"entry twice":     {zipped(t, nil, good, entry{"a.png", nil}, entry{"a.png", nil}), "two entries"},
		"declares a bomb": {declares, "unpacks to more"},
		"bomb":            {zipped(t, nil, entry{"rights.csv", make([]byte, 17<<20)}), "more than"},
		"half":            {zipped(t, nil, good)[:40], "damaged"},
	}
	for name, tc := range tests {
		_, err := c.Import(t.Context(), holder, h, tc.data, false)
		var invalid *casework.ValidationError
		if !errors.As(err, &invalid) || invalid.Fields[0].Path != "file" || !strings.Contains(invalid.Fields[0].Message, tc.says) {
			t.Errorf("%s: %v, want %q", name, err, tc.says)
		}
	}
	if views, err := c.Views(t.Context(), holder, h, 10); err != nil || len(views) != 0 {
		t.Errorf("%d rights were registered (%v)", len(views), err)
	}
	if _, err := c.Import(t.Context(), casework.Actor{Account: "zeta", Role: "holder"}, h, good.data, true); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("for another's holder: %v", err)
	}
	large := zipped(t, nil, entry{"rights.csv", []byte("name,type,territories,pictures\nA,design,EU,a.png\n")}, entry{"a.png", append(picture(t, 9), make([]byte, 21<<20)...)})
	if report, err := c.Import(t.Context(), holder, h, large, true); err != nil || len(report.Rows[0].Faults) != 1 || !strings.Contains(report.Rows[0].Faults[0].Message, "more than") {
		t.Errorf("a picture of 21 MiB: %+v, %v", report, err)
	}
}

// TestExportIsImported: whatever names and words hold comes back as it was, and no cell begins as a formula does.
func TestExportIsImported(t *testing.T) {
	c, taken, _ := world(t)
	runs := 0
	text := rapid.StringMatching(`[=+@'"|%A-Za-zäß云,.-]{1,12}`)
	rapid.Check(t, func(rt *rapid.T) {
		day := time.Date(2031, 5, 14, 0, 0, 0, 0, time.UTC)
		in := casework.RightView{Right: casework.Right{ID: "x", Name: text.Draw(rt, "name"), Type: casework.TrademarkWord, Office: "EUIPO", Territories: []string{"EU", "CH"}, RegistrationNumber: text.Draw(rt, "number"),
			Registrant: text.Draw(rt, "registrant"), ExpiresOn: &day, Nice: []string{"9", "25"}, RetailPrice: &casework.Money{Amount: 19.9, Currency: "EUR"}},
			References: []casework.Reference{{Kind: casework.ReferenceWord, Word: "Velmora", Language: "it"}}}
		var b bytes.Buffer
		if err := catalogue.Export(&b, []casework.RightView{in}); err != nil {
			rt.Fatal(err)
		}
		cells, err := csv.NewReader(bytes.NewReader(b.Bytes())).ReadAll()
		if err != nil {
			rt.Fatal(err)
		}
		for _, cell := range cells[1] {
			if cell != "" && strings.ContainsRune("=+-@|%\t", []rune(cell)[0]) {
				rt.Errorf("the cell %q begins as a formula does", cell)
			}
		}
		runs++
		who := casework.Actor{Account: fmt.Sprint("account ", runs), Role: "holder"}
		h, err := taken.r.CreateHolder(context.Background(), who, casework.Holder{LegalName: "V", Country: "IT", Email: "ip@velmora.example"})
		if err != nil {
			rt.Fatal(err)
		}
		report, err := c.Import(context.Background(), who, h.ID, b.Bytes(), false)
		if err != nil || report.Created != 1 {
			rt.Fatalf("%+v, %v of %q", report, err, b.String())
		}
		views, err := c.Views(context.Background(), who, h.ID, 2)
		if err != nil || len(views) != 1 {
			rt.Fatal(views, err)
		}
		got := views[0].Right
		if got.Name != in.Right.Name || got.Registrant != in.Right.Registrant || got.RegistrationNumber != in.Right.RegistrationNumber || !got.ExpiresOn.Equal(day) || got.RetailPrice.Amount != 19.9 {
			rt.Errorf("came back as %+v", got)
		}
	})
}

// FuzzImport: whatever is sent is a report or a fault of the file.
func FuzzImport(f *testing.F) {
	c, _, h := world(f)
	f.Add([]byte(table))
	f.Add(zipped(f, nil, entry{"a.csv", []byte(table)}))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := c.Import(context.Background(), holder, h, data, true)
		var invalid *casework.ValidationError
		if err != nil && !errors.As(err, &invalid) {
			t.Errorf("%v", err)
		}
	})
}
