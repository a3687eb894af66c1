package privacy_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/casework/partner"
	"touchstone/internal/casework/privacy"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/intake"
	"touchstone/internal/policy"
	"touchstone/internal/store/sqlite"
	"touchstone/internal/tracing"
)

var update = flag.Bool("update", false, "write the table of docs/privacy.md anew")

// TestEveryTableHasAClass: who adds a table says what becomes of what it holds about people, or that it holds nothing.
func TestEveryTableHasAClass(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	must(sqlite.Open(t.Context(), path)).Close()
	file := must(sql.Open("sqlite", path))
	defer file.Close()
	rows := must(file.QueryContext(t.Context(), `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%'`))
	defer rows.Close()
	there := map[string]bool{}
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		there[name] = true
		tables = append(tables, name)
	}
	if rows.Err() != nil || len(tables) < 50 {
		t.Fatalf("%d tables: %v", len(tables), rows.Err())
	}
	if missing := privacy.Unclassed(tables); len(missing) > 0 {
		t.Errorf("of %q no class of privacy.Classes says how it ends; name it there, or as impersonal if it holds nothing about anybody", missing)
	}
	if got := privacy.Unclassed([]string{"tea"}); len(got) != 1 {
		t.Error("a table that nobody knows has a class")
	}
	for _, c := range privacy.Classes() {
		for _, table := range c.Tables {
			if !there[table] {
				t.Errorf("class %s: there is no table %s", c.Name, table)
			}
		}
		if c.Policy() != strings.Contains(privacy.Table(policy.Retention{}), "`"+c.Name+"_days`") {
			t.Errorf("class %s: its setting and its row do not agree", c.Name)
		}
	}
}

// TestDocsListTheClasses: docs/privacy.md is the list.
func TestDocsListTheClasses(t *testing.T) {
	const path = "../../../docs/privacy.md"
	text := string(must(os.ReadFile(path)))
	head, _, _ := strings.Cut(text, "| class |")
	want := head + privacy.Table(policy.Retention{})
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if text != want && !*update {
		t.Error("docs/privacy.md is not the list of privacy.Classes; run the test with -update")
	}
}

// kept is what TestRetentionDrops puts beside a case.
type kept struct{ report, link, alert, action string }

func (w *world) beside(c docket.Case, state string) kept {
	ctx := context.Background()
	k := kept{casework.NewID("rep"), casework.NewID("lnk"), casework.NewID("alr"), casework.NewID("act")}
	if err := w.store.SaveReport(ctx, intake.ReportRecord{ID: k.report, Account: "acme", Marketplace: "alpha", CreatedAt: w.now}); err != nil {
		panic(err)
	}
	err := w.store.Update(ctx, func(tx docket.Tx) error {
		c, err := tx.Case(ctx, c.ID)
		c.Report = k.report
		alert, action := partner.Alert{ID: k.alert, Partner: "ptn_1", Kind: "attack", At: w.now}, partner.Action{ID: k.action, Kind: partner.ActionJoint, State: state}
		return errors.Join(err, tx.PutCase(ctx, &c, 0), tx.(sellerlink.Tx).PutSellerLink(ctx, sellerlink.Link{ID: k.link, Case: c.ID, Seller: "alpha/" + seller}),
			tx.(partner.Tx).PutPartnerAlert(ctx, &alert), tx.(partner.Tx).PutJointAction(ctx, &action),
			tx.(partner.Tx).AddJointActionEntry(ctx, partner.ActionEntry{ID: casework.NewID("ent"), Action: k.action, What: "Wang was visited."}))
	})
	if err != nil {
		panic(err)
	}
	return k
}

// left names what is still there.
func (w *world) left(k kept) (out string) {
	ctx := context.Background()
	_, err := w.store.Report(ctx, k.report)
	_, err1 := w.store.SellerLink(ctx, k.link)
	_, err2 := w.store.PartnerAlert(ctx, k.alert)
	_, err3 := w.store.JointAction(ctx, k.action)
	for i, err := range []error{err, err1, err2, err3} {
		if err == nil {
			out += []string{"report ", "link ", "alert ", "action "}[i]
		} else if !errors.Is(err, casework.ErrNotFound) {
			panic(err)
		}
	}
	return out
}

// TestRetentionDrops: what is old is dropped, but for what an open case or a running action still needs.
func TestRetentionDrops(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.now = time.Now().UTC() // IDs bear the time of the machine
	done := w.beside(w.down("L1"), partner.ActionConcluded)
	n := must(w.cases.File(ctx, holder, docket.Notice{Right: w.right.ID, Marketplace: "alpha", Reason: docket.ReasonMarkOnPage, GoodFaith: true, Accuracy: true, Signature: "Ada",
		Explanation: "The title names our mark for other goods.", Notifier: docket.Notifier{Name: "Ada", Email: "ada@secret.example"}, Items: []docket.Item{{Listing: "L2"}}}))
	w.work()
	open := must(w.store.Case(ctx, must(w.store.Notice(ctx, n.ID)).Items[0].Case))
	needed := w.beside(open, partner.ActionRunning)
	filings := func() int {
		return len(must(w.store.Filings(ctx, must(w.store.Case(ctx, open.ID)).Account, time.Time{}, 9)))
	}
	begun := filings()

	for _, step := range []struct {
		days         int
		done, needed string
	}{
		{360, "report link alert action ", "report link alert action "},
		{10, "report alert action ", "report link alert action "}, // the link's case is closed
		{400, "report action ", "report link action "},            // alerts are held by nothing
		{400, "action ", "report link action "},
		{700, "", "report link action "},
	} {
		w.now = w.now.AddDate(0, 0, step.days)
		if c := must(w.store.Case(ctx, open.ID)); !c.Undecided() {
			t.Fatalf("the open case is %s", c.State)
		}
		must(w.cases.Tick(ctx))
		w.work()
		must(w.Tick(ctx))
		must(w.Tick(ctx)) // from the end round to the beginning
		if got := w.left(done); got != step.done {
			t.Errorf("%d days on, of what is done there is %q, want %q", step.days, got, step.done)
		}
		if got := w.left(needed); got != step.needed {
			t.Errorf("%d days on, of what is needed there is %q, want %q", step.days, got, step.needed)
		}
	}
	if begun != 2 || filings() != 1 {
		t.Errorf("%d filings at first and %d in the end, want 2 and 1: that of the open notice", begun, filings())
	}
	w.whole(t)
}

// TestRetentionOfSellers: closed cases, past removals and strikes lose their seller, and what links sellers is forgotten.
func TestRetentionOfSellers(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	c := w.down("L1")
	err := w.store.Keep(ctx, tracing.Batch{Sellers: []tracing.Seller{{Marketplace: "alpha", Seller: seller, SeenAt: w.now}, {Marketplace: "alpha", Seller: "unheard-of", SeenAt: w.now}}})
	if err != nil {
		t.Fatal(err)
	}
	w.now = time.Now().UTC()
	names := func() (out string) {
		if strings.Contains(w.everything(), seller) {
			out += "case "
		}
		if len(must(w.store.PastOfSeller(ctx, "alpha", seller, time.Time{}, 9))) > 0 {
			out += "past "
		}
		if len(must(w.store.Ledger(ctx, "alpha", seller))) > 0 {
			out += "strikes "
		}
		for _, s := range []string{seller, "unheard-of"} {
			if _, err := w.store.Seller(ctx, "alpha", s); err == nil {
				out += s + " "
			}
		}
		return out
	}
	w.pass(1000)
	must(w.Tick(ctx))
	if got := names(); got != "case past strikes "+seller+" unheard-of " {
		t.Errorf("before its time: %q", got)
	}
	w.pass(96)
	must(w.Tick(ctx))
	if got := names(); got != "" {
		t.Errorf("after three years: %q", got)
	}
	if kept := must(w.store.Case(ctx, c.ID)); kept.Outcome != docket.OutcomeTakenDown || !strings.HasPrefix(kept.Seller, "erased-") {
		t.Errorf("the decision did not stay: %+v", kept)
	}
	w.whole(t)
}

// TestRetentionOfFiles: what nobody named for long goes with its row; what an open case names stays, and so does the paper of a right.
func TestRetentionOfFiles(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	dir := t.TempDir()
	blobs := must(blob.Open(dir))
	t.Cleanup(func() { blobs.Close() })
	w.Files = blobs
	w.now = time.Now().UTC()
	sent := func(class blob.Class, text string) string {
		hash := must(blobs.Put(ctx, class, []byte(text)))
		err := w.store.Update(ctx, func(tx docket.Tx) error {
			return tx.(dossier.Tx).AddFile(ctx, dossier.SentFile{Hash: hash, Account: "acme", At: w.now.AddDate(-6, 0, 0)})
		})
		if err != nil {
			t.Fatal(err)
		}
		return hash
	}
	named, forgotten, paper := sent(blob.Evidence, "named"), sent(blob.Evidence, "forgotten"), sent(blob.Certificate, "paper")
	n := must(w.cases.File(ctx, holder, docket.Notice{Right: w.right.ID, Marketplace: "alpha", Reason: docket.ReasonMarkOnPage, GoodFaith: true, Accuracy: true, Signature: "Ada",
		Explanation: "The title names our mark for other goods.", Notifier: docket.Notifier{Name: "Ada", Email: "ada@secret.example"}, Items: []docket.Item{{Listing: "L2"}},
		Evidence: []docket.Evidence{{Blob: named, Kind: "photo"}}}))
	w.work()
	crt := dossier.Certificate{ID: casework.NewID("crt"), Right: w.right.ID, Account: "acme", File: paper}
	if err := w.store.Update(ctx, func(tx docket.Tx) error { return tx.(dossier.Tx).PutCertificate(ctx, &crt) }); err != nil {
		t.Fatal(err)
	}
	age := func() {
		t.Helper()
		old := time.Now().AddDate(-6, 0, 0)
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			return os.Chtimes(path, old, old)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	there := func() (out string) {
		for _, f := range []struct{ name, hash string }{{"named", named}, {"forgotten", forgotten}, {"paper", paper}} {
			_, err := blobs.Get(ctx, f.hash)
			_, row := w.store.File(ctx, "acme", f.hash)
			if (err == nil) != (row == nil) {
				t.Errorf("%s: its bytes %v, its row %v", f.name, err, row)
			}
			if err == nil {
				out += f.name + " "
			}
		}
		return out
	}
	age()
	must(w.Tick(ctx))
	if got := there(); got != "named paper " {
		t.Fatalf("while a case is open and the right holds: %q", got)
	}
	id := must(w.store.Notice(ctx, n.ID)).Items[0].Case
	must(w.cases.Claim(ctx, ann, id))
	must(w.cases.Decide(ctx, ann, id, docket.Verdict{Outcome: docket.OutcomeDeclined, Code: docket.DeclineCodes()[0]}))
	must(casework.NewRegistry(w.store, func() time.Time { return w.now }).SetRightState(ctx, operator, w.right.ID, casework.StateRejected))
	w.pass(400)
	age()
	must(w.Tick(ctx))
	if got := there(); got != "paper " {
		t.Errorf("with the case closed: %q", got)
	}
	w.pass(1900) // the right was rejected more than five years ago
	age()
	must(w.Tick(ctx))
	if got := there(); got != "" {
		t.Errorf("five years behind the right: %q", got)
	}
	w.whole(t)
}
