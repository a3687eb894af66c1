package inquiry_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/docket/dockettest"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/message"
	"touchstone/internal/policy"
)

var (
	holder   = casework.Actor{Account: "acme", Role: "holder", Key: "k1"}
	stranger = casework.Actor{Account: "other", Role: "holder", Key: "k2"}
	shop     = casework.Actor{Account: "shops", Role: "seller", Subject: "alpha/shop-7", Key: "k3"}
	ann      = casework.Actor{Account: "desk", Role: "reviewer", Subject: "ann"}
	bob      = casework.Actor{Account: "desk", Role: "reviewer", Subject: "bob"}
	operator = casework.Actor{Account: "desk", Role: "operator", Subject: "eve"}
)

// world is a desk beside a docket.
type world struct {
	*dockettest.World
	*inquiry.Desk
	right casework.Right
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{World: dockettest.Open(t, time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC), nil)} // a Friday
	w.Desk = inquiry.New(inquiry.Parts{Store: w.Store, Registry: w.Registry, Cases: w.Cases, Policies: w.Policies, Now: w.Clock})
	w.Market(t, "alpha", "DE")
	w.right = w.Verified(t, holder, "Velmora", "VELMORA", "018000001", "EU")
	return w
}

func question(topic string) inquiry.Question {
	return inquiry.Question{Topic: topic, Title: "A question", Text: "Why was it declined, please?"}
}

func (w *world) ask(a casework.Actor, q inquiry.Question) inquiry.Inquiry {
	return must(w.Ask(context.Background(), a, q))
}

// kinds are the events of the feed.
func (w *world) kinds() (out []string) {
	for _, e := range must(w.Store.Events(context.Background(), docket.EventQuery{Limit: 1000})) {
		out = append(out, e.Kind)
	}
	return out
}

func TestThread(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	q := question(inquiry.TopicDecision)
	q.About, q.Language, q.Request = inquiry.About{Right: w.right.ID}, "de", "k"
	i := w.ask(holder, q)
	if again := w.ask(holder, q); again.ID != i.ID {
		t.Errorf("the same request opened %s beside %s", again.ID, i.ID)
	}
	// Friday 16:00 in Berlin, high: a working day ends with Monday, three with Wednesday.
	berlin := must(time.LoadLocation("Europe/Berlin"))
	if want := time.Date(2026, 11, 24, 0, 0, 0, 0, berlin); i.Priority != policy.PriorityHigh || !i.RespondBy.Equal(want) || !i.ResolveBy.Equal(want.AddDate(0, 0, 2)) {
		t.Errorf("priority %s, respond by %s, resolve by %s", i.Priority, i.RespondBy, i.ResolveBy)
	}

	must(w.Answer(ctx, bob, i.ID, inquiry.Answer{Text: "Looks like a duplicate of last week's.", Internal: true}))
	w.Now = w.Now.Add(2 * time.Hour)
	i = must(w.Answer(ctx, ann, i.ID, inquiry.Answer{Canned: "documents_needed", Text: "Best wishes", Wait: true}))
	if i.State != inquiry.StateWaiting || i.Assignee != ann.Person() || i.RespondedAt == nil || !i.ResolveBy.IsZero() || !i.Due().IsZero() {
		t.Errorf("answered: %+v", i)
	}
	_, seen, _, err := w.Thread(ctx, holder, i.ID, "", 10)
	if err != nil || len(seen) != 2 || seen[1].By != inquiry.SideDesk || !strings.HasPrefix(seen[1].Text, "Das Recht "+w.right.ID) || !strings.HasSuffix(seen[1].Text, "Best wishes") {
		t.Errorf("the holder sees %+v, %v", seen, err)
	}
	_, all, _, err := w.Thread(ctx, operator, i.ID, "", 10)
	if err != nil || len(all) != 3 || !all[1].Internal || all[1].By != bob.Person() {
		t.Errorf("the desk sees %+v, %v", all, err)
	}

	w.Now = w.Now.AddDate(0, 0, 7) // the desk waits a week
	i = must(w.Write(ctx, holder, i.ID, "Here they are."))
	if i.State != inquiry.StateOpen || i.LateEnd || !i.ResolveBy.After(w.Now) {
		t.Errorf("written again: %+v", i)
	}
	i = must(w.Answer(ctx, ann, i.ID, inquiry.Answer{Text: "Thank you, done.", Resolve: true}))
	if i.State != inquiry.StateResolved || i.Outcome != inquiry.OutcomeAnswered || i.LateEnd || i.LateResponse {
		t.Errorf("settled: %+v", i)
	}
	if i = must(w.Write(ctx, holder, i.ID, "Not quite.")); i.State != inquiry.StateOpen || i.ResolvedAt != nil {
		t.Errorf("taken up again: %+v", i)
	}
	must(w.Withdraw(ctx, holder, i.ID))
	w.Now = w.Now.AddDate(0, 0, 15)
	if _, err := w.Write(ctx, holder, i.ID, "Hello again"); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("taken up again after the time for it: %v", err)
	}
	if i = must(w.Reopen(ctx, ann, i.ID)); i.State != inquiry.StateOpen {
		t.Errorf("the desk takes it up again: %+v", i)
	}
	rows := must(w.Store.Audits(ctx, i.ID, 0, 100))
	if len(rows) != 8 {
		t.Errorf("%d audit rows, want one a change: 8", len(rows))
	}
	if got := strings.Join(w.kinds(), " "); got != "inquiry.opened inquiry.answered inquiry.asked inquiry.answered inquiry.resolved inquiry.asked inquiry.resolved" {
		t.Errorf("events %s", got)
	}
}

func TestWhoMayWhat(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	mine, sellers := w.ask(holder, question(inquiry.TopicNotice)), w.ask(shop, question(inquiry.TopicCounterNotice))
	bound := casework.Actor{Account: "acme", Role: "holder", Subject: "hld_other"}
	scientist := casework.Actor{Account: "acme", Role: "scientist"}
	for name, c := range map[string]struct {
		err  error
		want error
	}{
		"a stranger reads":            {third(w.Thread(ctx, stranger, mine.ID, "", 1)), casework.ErrNotFound},
		"a seller reads a holder's":   {third(w.Thread(ctx, shop, mine.ID, "", 1)), casework.ErrNotFound},
		"a key of another holder":     {third(w.Thread(ctx, bound, mine.ID, "", 1)), casework.ErrNotFound},
		"a stranger writes":           {second(w.Write(ctx, stranger, mine.ID, "Hi")), casework.ErrNotFound},
		"a stranger withdraws":        {second(w.Withdraw(ctx, stranger, mine.ID)), casework.ErrNotFound},
		"a holder answers":            {second(w.Answer(ctx, holder, mine.ID, inquiry.Answer{Text: "Hi"})), casework.ErrForbidden},
		"a holder sorts":              {second(w.Sort(ctx, holder, mine.ID, "", policy.PriorityUrgent)), casework.ErrForbidden},
		"a holder assigns":            {second(w.Assign(ctx, holder, mine.ID, "")), casework.ErrForbidden},
		"a holder reopens":            {second(w.Reopen(ctx, holder, mine.ID)), casework.ErrForbidden},
		"a holder settles":            {second(w.Resolve(ctx, holder, mine.ID)), casework.ErrForbidden},
		"a holder sees the queue":     {second(w.Due(ctx, holder, inquiry.DueQuery{Limit: 1})), casework.ErrForbidden},
		"a reviewer asks":             {second(w.Ask(ctx, ann, question(inquiry.TopicOther))), casework.ErrForbidden},
		"a scientist asks":            {second(w.Ask(ctx, scientist, question(inquiry.TopicOther))), casework.ErrForbidden},
		"settled without an answer":   {second(w.Resolve(ctx, ann, mine.ID)), casework.ErrConflict},
		"what is not there":           {second(w.Answer(ctx, ann, "inq_none", inquiry.Answer{Text: "Hi"})), casework.ErrNotFound},
		"a holder escalates":          {second(first(w.Escalate(ctx, holder, mine.ID, docket.Escalation{}))), casework.ErrForbidden},
		"a case that is not there":    {second(first(w.Escalate(ctx, ann, mine.ID, docket.Escalation{Case: "cas_none", Text: "Please look at it."}))), casework.ErrNotFound},
		"a right that is not there":   {second(first(w.Escalate(ctx, ann, mine.ID, docket.Escalation{Right: "r", Marketplace: "alpha", Listing: "L", Text: "Please look at it."}))), casework.ErrNotFound},
		"a reviewer sees all of them": {third(w.Thread(ctx, ann, sellers.ID, "", 1)), nil},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", name, c.err, c.want)
		}
	}
	for name, err := range map[string]error{
		"another's right":      second(w.Ask(ctx, stranger, inquiry.Question{Topic: "notice", Title: "Title", Text: "What about it?", About: inquiry.About{Right: w.right.ID}})),
		"no topic":             second(w.Ask(ctx, holder, question("weather"))),
		"too short":            second(w.Ask(ctx, holder, inquiry.Question{Topic: "notice", Title: "?", Text: "?"})),
		"control characters":   second(w.Write(ctx, holder, mine.ID, "a\x00b")),
		"no such ready answer": second(w.Answer(ctx, ann, mine.ID, inquiry.Answer{Canned: "none"})),
		"a note that settles":  second(w.Answer(ctx, ann, mine.ID, inquiry.Answer{Text: "x", Internal: true, Resolve: true})),
		"assigned by reviewer": second(w.Assign(ctx, ann, mine.ID, bob.Person())),
		"no such priority":     second(w.Sort(ctx, ann, mine.ID, "", "yesterday")),
	} {
		var invalid *casework.ValidationError
		if !errors.As(err, &invalid) || len(invalid.Fields[0].Message) < 10 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list := must(w.List(ctx, stranger, inquiry.Query{Account: "acme", Limit: 10})); len(list) != 0 {
		t.Errorf("a stranger lists %+v", list)
	}
	if list := must(w.List(ctx, holder, inquiry.Query{Limit: 10})); len(list) != 1 || list[0].ID != mine.ID {
		t.Errorf("the holder lists %+v", list)
	}
	must(w.Assign(ctx, operator, mine.ID, bob.Person()))
	if list := must(w.List(ctx, holder, inquiry.Query{Limit: 10})); list[0].Assignee != inquiry.SideDesk {
		t.Errorf("the holder sees who has it: %s", list[0].Assignee)
	}
	if list := must(w.Due(ctx, ann, inquiry.DueQuery{Assignee: bob.Person(), Limit: 10})); len(list) != 1 {
		t.Errorf("bob's: %+v", list)
	}
}

func first[A, B any](a A, _ B, err error) (A, error) { return a, err }

func second[A any](_ A, err error) error { return err }

func TestTooManyAtOnce(t *testing.T) {
	w := newWorld(t)
	for range 50 {
		w.ask(holder, question(inquiry.TopicOther))
	}
	var limit *docket.LimitError
	if _, err := w.Ask(context.Background(), holder, question(inquiry.TopicOther)); !errors.As(err, &limit) || !limit.Until.After(w.Now) {
		t.Errorf("%v", err)
	}
	w.ask(stranger, question(inquiry.TopicOther))
}

func TestEscalation(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	i := w.ask(shop, question(inquiry.TopicOther))
	e := docket.Escalation{Right: w.right.ID, Marketplace: "alpha", Listing: "L1", Seller: "shop-9", Text: "The seller reports a rival's copy."}
	i, c, err := w.Escalate(ctx, ann, i.ID, e)
	if err != nil || i.Outcome != inquiry.OutcomeEscalated || i.Escalated != c.ID || i.RespondedAt == nil {
		t.Fatalf("%+v, %+v, %v", i, c, err)
	}
	if kept := must(w.Store.Case(ctx, c.ID)); kept.Queue != policy.QueueHard || kept.Origin != docket.OriginInquiry || !strings.Contains(kept.Notes[0].Text, i.ID) || kept.State != docket.StateOpen {
		t.Errorf("case %+v", kept)
	}
	if _, err := w.Write(ctx, shop, i.ID, "And?"); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("written to an inquiry that became a case: %v", err)
	}
	if _, _, err := w.Escalate(ctx, ann, i.ID, e); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("escalated twice: %v", err)
	}
	// Another inquiry on the same listing: the same case takes it up.
	j := w.ask(holder, question(inquiry.TopicOther))
	if _, same, err := w.Escalate(ctx, bob, j.ID, e); err != nil || same.ID != c.ID || len(same.Notes) != 2 {
		t.Errorf("%+v, %v", same, err)
	}
	must(w.Cases.Claim(ctx, ann, c.ID))
	must(w.Cases.Decide(ctx, ann, c.ID, docket.Verdict{Outcome: docket.OutcomeNoAction}))
	k := w.ask(holder, question(inquiry.TopicOther))
	if _, _, err := w.Escalate(ctx, bob, k.ID, docket.Escalation{Case: c.ID, Text: "Please look at it again."}); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("a decided case was escalated: %v", err)
	}
	if kept := must(w.Store.Inquiry(ctx, k.ID)); kept.State != inquiry.StateOpen || kept.Escalated != "" {
		t.Errorf("half of a refused escalation stayed: %+v", kept)
	}
}

func TestTick(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	late, waiting := w.ask(holder, question(inquiry.TopicOther)), w.ask(holder, question(inquiry.TopicOther))
	must(w.Answer(ctx, ann, waiting.ID, inquiry.Answer{Text: "Which one do you mean?", Wait: true}))
	if n := must(w.Tick(ctx)); n != 0 {
		t.Errorf("%d due at once", n)
	}
	w.Now = w.Now.AddDate(0, 0, 30)
	if n := must(w.Tick(ctx)); n != 2 {
		t.Errorf("%d due, want 2", n)
	}
	if i := must(w.Store.Inquiry(ctx, late.ID)); !i.LateResponse || !i.LateEnd || i.State != inquiry.StateOpen {
		t.Errorf("late: %+v", i)
	}
	if i := must(w.Store.Inquiry(ctx, waiting.ID)); i.State != inquiry.StateResolved || i.Outcome != inquiry.OutcomeSilent || i.LateEnd || i.LateResponse {
		t.Errorf("silent: %+v", i)
	}
	if n := must(w.Tick(ctx)); n != 0 {
		t.Errorf("%d due again", n)
	}
}

func TestCannedAnswersSpeakEveryLanguage(t *testing.T) {
	for _, language := range message.Languages() {
		all := inquiry.Canned("", language)
		if len(all) < 10 {
			t.Fatalf("%d ready answers", len(all))
		}
		for _, r := range all {
			if r.Title == "canned."+r.Key+".title" || r.Text == "canned."+r.Key {
				t.Errorf("%s: %s has no words", language, r.Key)
			}
		}
	}
	for _, topic := range inquiry.Topics() {
		if topic != inquiry.TopicOther && len(inquiry.Canned(topic, "en")) == len(inquiry.Canned("", "en")) {
			t.Errorf("topic %s does not restrict", topic)
		}
	}
}

func third[A, B, C any](_ A, _ B, _ C, err error) error { return err }
