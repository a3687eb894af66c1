package privacy_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/privacy"
	"touchstone/internal/casework/survey"
	"touchstone/internal/jobs"
	"touchstone/internal/people"
	"touchstone/internal/policy"
	"touchstone/internal/signing"
	"touchstone/internal/store/sqlite"
)

var (
	holder   = casework.Actor{Account: "acme", Role: "holder", Key: "k1"}
	shop     = casework.Actor{Account: "shops", Role: "seller", Subject: "alpha/Wang-Li-Leather", Key: "k3"}
	ann      = casework.Actor{Account: "desk", Role: "reviewer", Subject: "ann"}
	bob      = casework.Actor{Account: "desk", Role: "reviewer", Subject: "bob"}
	operator = casework.Actor{Account: "desk", Role: "operator", Subject: "eve"}
)

const seller = "Wang-Li-Leather"

// world is a docket with what follows, inquiries and an office, on a real store with a clock that the test sets.
type world struct {
	*privacy.Office
	store *sqlite.Store
	cases *docket.Docket
	desk  *inquiry.Desk
	jobs  *jobs.Runner
	asked *survey.Surveys
	right casework.Right
	now   time.Time
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

type scorer struct{}

func (scorer) Score(context.Context, docket.Target) (docket.Score, error) {
	return docket.Score{Known: true, Seller: seller, Title: "Bag by " + seller, Probability: 0.5}, nil
}

func newWorld(t testing.TB) *world {
	t.Helper()
	ctx := context.Background()
	w := &world{now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	w.store = must(sqlite.Open(ctx, ""))
	t.Cleanup(func() { _ = w.store.Close() })
	registry := casework.NewRegistry(w.store, clock)
	policies := policy.Set{"default": policy.Default()}
	follow := followup.New(followup.Parts{Store: w.store, Registry: registry, Policies: policies, Now: clock})
	w.cases = docket.New(docket.Parts{Store: w.store, Registry: registry, Policies: policies, Scorer: scorer{}, Gate: follow, Observers: []docket.Observer{follow}, Now: clock})
	w.desk = inquiry.New(inquiry.Parts{Store: w.store, Registry: registry, Cases: w.cases, Policies: policies, Now: clock})
	w.asked = survey.New(survey.Parts{Store: w.store, Policies: policies, Key: must(signing.New()), Now: clock})
	w.Office = privacy.New(privacy.Parts{Store: w.store, Policies: policies, Now: clock})
	w.jobs = jobs.NewRunner(w.store, jobs.Config{}, "test", clock, nil)
	for _, all := range []map[string]jobs.Handler{w.cases.Handlers(), follow.Handlers()} {
		for kind, h := range all {
			w.jobs.Handle(kind, h)
		}
	}
	must(registry.PutMarketplace(ctx, operator, casework.Marketplace{ID: "alpha", Name: "Alpha", Territories: []string{"DE"}, ListingURL: "https://alpha.example/{id}"}))
	h := must(registry.CreateHolder(ctx, holder, casework.Holder{LegalName: "Velmora", Country: "DE", Email: "ip@velmora.example"}))
	r := must(registry.CreateRight(ctx, holder, casework.Right{HolderID: h.ID, Name: "VELMORA", Type: casework.TrademarkWord, Office: "EUIPO", Territories: []string{"EU"}, RegistrationNumber: "018000001"}))
	w.right = must(registry.SetRightState(ctx, operator, r.ID, casework.StateVerified))
	return w
}

func (w *world) work() {
	for must(w.jobs.Once(context.Background(), 100)) > 0 {
	}
}

// down files a notice about a listing and has it taken down.
func (w *world) down(listing string) docket.Case {
	ctx := context.Background()
	n := must(w.cases.File(ctx, holder, docket.Notice{Right: w.right.ID, Marketplace: "alpha", Reason: docket.ReasonMarkOnPage, GoodFaith: true, Accuracy: true, Signature: "Ada Secretname",
		Explanation: "Ada Secretname saw our mark in the title of other goods.", Notifier: docket.Notifier{Name: "Ada Secretname", Email: "ada@secret.example", Phone: "+49 30 5550199"},
		Items: []docket.Item{{Listing: listing}}}))
	w.work()
	id := n.Items[0].Case
	must(w.cases.Claim(ctx, ann, id))
	c := must(w.cases.Decide(ctx, ann, id, docket.Verdict{Outcome: docket.OutcomeTakenDown}))
	w.work()
	return c
}

// everything is all that the store says of cases, notices, the feed and inquiries, as one text.
func (w *world) everything() string {
	ctx := context.Background()
	var b strings.Builder
	add := func(v any) { b.Write(must(json.Marshal(v))) }
	for _, c := range must(w.store.Cases(ctx, docket.CaseQuery{Limit: 1000})) {
		add(c)
		b.WriteString(c.Subject)
		add(must(w.store.Decisions(ctx, c.ID)))
		add(must(w.store.Enforcements(ctx, docket.EnforcementQuery{Case: c.ID, Limit: 100})))
		add(must(w.store.StatementsOf(ctx, c.ID)))
		if v, err := w.store.Verdict(ctx, c.ID); err == nil {
			add(v)
		}
	}
	add(must(w.store.Notices(ctx, docket.NoticeQuery{Limit: 1000})))
	for _, e := range must(w.store.Events(ctx, docket.EventQuery{Limit: 10_000})) {
		add(e)
		b.WriteString(e.Seller)
	}
	for _, i := range must(w.store.Inquiries(ctx, inquiry.Query{Limit: 100})) {
		add(i)
		add(must(w.store.InquiryMessages(ctx, i.ID, "", 100)))
	}
	for _, v := range must(w.store.Surveys(ctx, survey.Query{Limit: 100})) {
		add(v)
		b.WriteString(v.Party)
	}
	add(must(w.store.Erasures(ctx, "", 100)))
	return b.String()
}

// whole verifies the audit chain.
func (w *world) whole(t *testing.T) {
	t.Helper()
	_, err := audit.Verifier{}.Verify(func(yield func(audit.Record, error) bool) {
		for _, e := range must(w.store.Audits(context.Background(), "", 0, 100_000)) {
			if !yield(audit.Record{Entry: e}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Errorf("the audit chain: %v", err)
	}
}

// pass lets so many days go by, with what time brings.
func (w *world) pass(days int) {
	w.now = w.now.AddDate(0, 0, days)
	must(w.cases.Tick(context.Background()))
	w.work()
}

// survey has everybody asked about the last case, and answered with a text by one of them.
func (w *world) survey(a casework.Actor, text string) {
	ctx := context.Background()
	w.pass(4)
	must(w.asked.Tick(ctx))
	list := must(w.asked.List(ctx, a, survey.Query{State: survey.StateAsked, Limit: 9}))
	must(w.asked.Answer(ctx, a, list[0].ID, survey.Reply{Score: 3, Text: text}))
}

func TestASellerIsErasedOnceNothingIsOpen(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	c := w.down("L1")
	w.survey(shop, "I am Wang-Li-Leather, and not satisfied.")
	must(w.cases.Appeal(ctx, shop, c.ID, docket.Objection{Statement: "I, Wang-Li-Leather, made these bags with my own hands."}))
	must(w.cases.Claim(ctx, bob, c.ID))
	must(w.cases.Decide(ctx, bob, c.ID, docket.Verdict{Outcome: docket.OutcomeUpheld}))
	i := must(w.desk.Ask(ctx, shop, inquiry.Question{Topic: inquiry.TopicOther, Title: "About Wang-Li-Leather", Text: "Where do I find my strikes, please?"}))
	who := privacy.Person{Kind: privacy.KindSeller, Marketplace: "alpha", Seller: seller}

	e := must(w.Request(ctx, operator, who, "asked by letter"))
	why := func() (out []string) {
		for _, k := range e.Kept {
			out = append(out, k.What)
		}
		return out
	}
	if e.State != privacy.StateOpen || e.NextAt.IsZero() || len(e.Erased) != 1 || e.Erased[0].What != "surveys" || !slices.Contains(why(), "case") || !slices.Contains(why(), "inquiry") {
		t.Fatalf("with an open case: %+v", e)
	}
	if kept := must(w.store.Case(ctx, c.ID)); kept.Seller != seller {
		t.Fatalf("the case lost its seller while it can be complained of: %+v", kept)
	}
	must(w.desk.Withdraw(ctx, shop, i.ID))
	w.pass(400) // complaints are over, and strikes have expired
	for range 3 {
		must(w.Tick(ctx))
		w.now = w.now.AddDate(0, 0, 1)
	}
	e = must(w.Erasure(ctx, operator, e.ID))
	if e.State != privacy.StateDone || e.Person.Seller != e.Pseudonym || slices.Contains(why(), "case") {
		t.Fatalf("in the end: %+v", e)
	}
	if got := w.everything(); strings.Contains(got, seller) || strings.Contains(got, "own hands") || strings.Contains(got, "my strikes") || !strings.Contains(got, e.Pseudonym) {
		at := max(0, strings.Index(got, seller)-200)
		t.Errorf("something of the seller is left: …%.500s", got[at:])
	}
	if sums := must(w.store.SurveySums(ctx, survey.Span{})); len(sums) != 1 || sums[0].Total != 3 {
		t.Errorf("the score is no figure any more: %+v", sums)
	}
	for _, row := range must(w.store.Audits(ctx, c.ID, 0, 100)) {
		if len(row.Salt) > 0 {
			t.Errorf("entry %d %s can still be opened", row.Seq, row.Action)
		}
	}
	w.whole(t)
	again := must(w.Request(ctx, operator, who, ""))
	if again.State != privacy.StateDone || len(again.Erased) != 0 {
		t.Errorf("erased again: %+v", again)
	}
}

func TestANotifierIsErasedFromClosedNotices(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	c := w.down("L1")
	w.survey(holder, "My secret opinion.")
	who := privacy.Person{Kind: privacy.KindNotifier, Account: "acme", Email: "Ada@Secret.example"}
	e := must(w.Request(ctx, operator, who, ""))
	if e.State != privacy.StateOpen || e.Kept[0].ID != c.Notice || !strings.Contains(e.Kept[0].Why, c.ID) || e.NextAt.Before(w.now.AddDate(0, 5, 0)) {
		t.Fatalf("with a case that can be complained of: %+v", e)
	}
	w.pass(200)
	must(w.Tick(ctx))
	if e = must(w.Erasure(ctx, operator, e.ID)); e.State != privacy.StateDone || e.Erased[0] != (privacy.ErasedCount{What: "notices", Number: 1}) {
		t.Fatalf("in the end: %+v", e)
	}
	if got := strings.ToLower(w.everything()); strings.Contains(got, "secret") || strings.Contains(got, "5550199") {
		t.Error("something of the notifier is left")
	}
	if kept := must(w.store.Case(ctx, c.ID)); kept.Outcome != docket.OutcomeTakenDown || kept.Decision == nil {
		t.Errorf("the decision went with the person: %+v", kept)
	}
	w.whole(t)
}

func TestAUserIsErasedAtOnce(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	p := people.Person{ID: "usr_1", Email: "rita@desk.example", Name: "Rita Reviewer", Role: "reviewer", Language: "en", Password: "$argon2id$x", CreatedAt: w.now}
	if err := w.store.AddPerson(ctx, p); err != nil {
		t.Fatal(err)
	}
	got := must(w.Export(ctx, operator, privacy.Person{Kind: privacy.KindUser, User: "usr_1"}))
	if raw := string(must(json.Marshal(got))); got.User.Email != p.Email || strings.Contains(raw, "argon2") {
		t.Errorf("export %s", raw)
	}
	e := must(w.Request(ctx, operator, privacy.Person{Kind: privacy.KindUser, User: "usr_1"}, ""))
	if e.State != privacy.StateDone || len(e.Kept) != 1 {
		t.Errorf("%+v", e)
	}
	left := must(w.store.Person(ctx, "usr_1"))
	if raw := string(must(json.Marshal(left))); strings.Contains(strings.ToLower(raw), "rita") || !left.Disabled || left.Password != "" {
		t.Errorf("left of the user: %s", raw)
	}
}

func TestExportShowsWhatThePersonMaySee(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	c := w.down("L1")
	must(w.desk.Ask(ctx, shop, inquiry.Question{Topic: inquiry.TopicOther, Title: "A title", Text: "Where do I find my strikes, please?"}))
	w.survey(shop, "Fair.")
	got := must(w.Export(ctx, operator, privacy.Person{Kind: privacy.KindSeller, Marketplace: "alpha", Seller: seller}))
	if len(got.Cases) != 1 || got.Cases[0].ID != c.ID || len(got.Decisions) != 1 || len(got.Statements) == 0 || got.Store == nil || len(got.Inquiries) != 1 || len(got.Inquiries[0].Thread) != 1 || len(got.Surveys) != 1 || got.Surveys[0].Answer.Text != "Fair." {
		t.Errorf("a seller's: %+v", got)
	}
	if raw := string(must(json.Marshal(got))); strings.Contains(raw, ann.Person()) || strings.Contains(raw, "ada@secret") {
		t.Error("the seller's copy names who judged or who filed")
	}
	if got := must(w.Export(ctx, operator, privacy.Person{Kind: privacy.KindNotifier, Account: "acme", Email: "ada@secret.example"})); len(got.Notices) != 1 || len(got.Surveys) != 1 {
		t.Errorf("a notifier's: %+v", got)
	}
	if rows := must(w.store.Audits(ctx, "", 0, 1000)); !slices.ContainsFunc(rows, func(e audit.Entry) bool { return e.Action == "privacy.export.seller" && e.Actor == operator.Person() }) {
		t.Error("the export is no row of the audit log")
	}
}

func TestRetentionEndsWhatIsOld(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.down("L1")
	i := must(w.desk.Ask(ctx, holder, inquiry.Question{Topic: inquiry.TopicOther, Title: "Secret title", Text: "A secret question, please?"}))
	must(w.desk.Withdraw(ctx, holder, i.ID))
	w.survey(holder, "Secret opinion")
	w.now = time.Now().UTC() // IDs bear the time of the machine
	w.pass(700)
	if must(w.Tick(ctx)); !strings.Contains(w.everything(), "Secretname") || !strings.Contains(w.everything(), "Secret title") || !strings.Contains(w.everything(), "Secret opinion") {
		t.Error("something was ended before its time")
	}
	w.pass(40)
	must(w.Tick(ctx))
	if got := w.everything(); strings.Contains(got, "Secret title") || strings.Contains(got, "secret question") || strings.Contains(got, "Secret opinion") || !strings.Contains(got, "Secretname") {
		t.Error("after two years inquiries end, and notices do not")
	}
	w.pass(400)
	must(w.Tick(ctx))
	if strings.Contains(w.everything(), "Secretname") {
		t.Error("a notice is kept for more than three years")
	}
	w.whole(t)
}

func TestWhoMayAskForWhat(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	who := privacy.Person{Kind: privacy.KindSeller, Marketplace: "alpha", Seller: seller}
	for _, a := range []casework.Actor{holder, shop, ann} {
		_, e1 := w.Request(ctx, a, who, "")
		_, e2 := w.Export(ctx, a, who)
		_, e3 := w.Erasures(ctx, a, "", 1)
		for _, err := range []error{e1, e2, e3} {
			if !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("%s: %v", a.Role, err)
			}
		}
	}
	for _, p := range []privacy.Person{{}, {Kind: "seller"}, {Kind: "seller", Marketplace: "a", Seller: "b", User: "c"}, {Kind: "notifier", Account: "a", Email: "no address"}, {Kind: "user"}} {
		var invalid *casework.ValidationError
		if _, err := w.Request(ctx, operator, p, ""); !errors.As(err, &invalid) {
			t.Errorf("%+v: %v", p, err)
		}
	}
	if _, err := w.Request(ctx, operator, privacy.Person{Kind: "user", User: "usr_none"}, ""); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
}
