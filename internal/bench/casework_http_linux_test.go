//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/policy"
)

var benchCallers = flag.Int("callers", 1, "callers at once of the calls over HTTP in TestBenchCasework")

// Cases of a notice, and the account of all.
const (
	benchNoticeCases = 10
	benchAccount     = "acme"
)

// caseStore is a store that the registry and the cases are written to.
type caseStore interface {
	docket.Store
	casework.Store
}

// benchNoticeID is the notice of the i-th case; every second ten of cases came by one, the others by a sweep.
func benchNoticeID(i int) string {
	ten := i / benchNoticeCases
	if ten%2 == 1 {
		return ""
	}
	return fmt.Sprintf("%s%08d", casework.IDAt("ntc", benchCaseAt(ten*benchNoticeCases))[:20], ten)
}

// fillRegistry writes the marketplace, holders and rights that the cases name, all of one account, and the notices.
func fillRegistry(t *testing.T, s caseStore, cases int) {
	t.Helper()
	at := benchCaseAt(0)
	must(t, s.PutMarketplace(t.Context(), casework.Marketplace{ID: "alpha", Name: "Alpha", ListingURL: "https://alpha.example/{id}", Territories: []string{"DE"}, CreatedAt: at}))
	together(t, benchHolders, func(i int) error {
		return s.CreateHolder(t.Context(), casework.Holder{ID: fmt.Sprint("hld_", i), Account: benchAccount, LegalName: fmt.Sprintf("Velmora %d Srl", i), Country: "IT", Email: "ip@velmora.example", CreatedAt: at})
	})
	together(t, benchRights, func(i int) error {
		return s.CreateRight(t.Context(), casework.Right{ID: fmt.Sprint("rgt_", i), HolderID: fmt.Sprint("hld_", i%benchHolders), Account: benchAccount, Name: fmt.Sprint("VELMORA ", i), Type: casework.TrademarkWord,
			Office: "EUIPO", Territories: []string{"EU"}, RegistrationNumber: fmt.Sprint(i), State: casework.StateVerified, CreatedAt: at})
	})
	fillNotices(t, s, cases)
}

// fillNotices writes the notices that half of the cases came by.
func fillNotices(t *testing.T, s docket.Store, cases int) {
	t.Helper()
	const batch = 500
	for from := 0; from < cases; from += batch * benchNoticeCases {
		must(t, s.Update(t.Context(), func(tx docket.Tx) error {
			for i := from; i < min(from+batch*benchNoticeCases, cases); i += benchNoticeCases {
				if n := filedNotice(i); n.ID != "" {
					if err := tx.PutNotice(t.Context(), &n); err != nil {
						return err
					}
				}
			}
			return nil
		}))
	}
}

// filedNotice is the notice that the cases from the i-th on came by.
func filedNotice(i int) docket.Notice {
	n := benchNotice(i)
	c := benchCase(i)
	n.ID, n.Account, n.Holder, n.Right, n.State, n.CreatedAt = benchNoticeID(i), benchAccount, c.Holder, c.Right, docket.NoticeOpen, c.OpenedAt
	n.Reference = fmt.Sprint("REF-", i)
	return n
}

// timeCaseworkHTTP starts the program on a filled store and prints how long the calls of its API take over HTTP on loopback, through keys,
// quotas, idempotency and audit as they are served: wall time (50th, 95th and 99th percentile) and processor time of the service. Filing leaves
// it work, ten cases a notice, which goes on beside the calls that follow.
func timeCaseworkHTTP(t *testing.T, data string, args ...string) {
	t.Helper()
	begin := time.Now()
	s := startTouchstone(t, absolute(t, *program), data, absolute(t, *packDir), append([]string{"--log", "warn"}, args...)...)
	fmt.Printf("\nthe service was up after %.1f s\n", time.Since(begin).Seconds())
	calls := &caseworkCalls{service: s, t: t, reviewer: s.issue(t, "desk", "reviewer"), holder: s.issue(t, benchAccount, "holder")}
	fmt.Printf("\n%-34s %10s %10s %10s %14s   (HTTP, %d at once)\n", "call", "p50 ms", "p95 ms", "p99 ms", "service CPU ms", *benchCallers)
	for _, c := range calls.list() {
		before, err := usageOf(s.pids()...)
		must(t, err)
		took, err := flood(t.Context(), *benchCallers, *benchCalls, c.call)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		after, err := usageOf(s.pids()...)
		must(t, err)
		fmt.Printf("%-34s %10.2f %10.2f %10.2f %14.2f\n", c.name, milliseconds(took, 50), milliseconds(took, 95), milliseconds(took, 99),
			(after.cpu-before.cpu).Seconds()*1000/float64(*benchCalls))
	}
}

// issue makes a key with the first one.
func (s *service) issue(t *testing.T, account, role string) string {
	t.Helper()
	var out struct {
		Token string `json:"token"`
	}
	s.call(t, http.MethodPost, "/v1/keys", map[string]any{"account": account, "name": "bench", "role": role}, &out)
	return out.Token
}

// caseworkCalls are the calls of a reviewer and a holder.
type caseworkCalls struct {
	*service
	t                *testing.T
	reviewer, holder string
	mu               sync.Mutex
	claimed          []string
	page             string // the next of the queue
}

type timedCall struct {
	name string
	call func(ctx context.Context, i int) error
}

func (c *caseworkCalls) list() []timedCall {
	get := func(key, path string) func(context.Context, int) error {
		return func(ctx context.Context, _ int) error { return c.do(ctx, key, http.MethodGet, path, nil, nil) }
	}
	step := func(name string, body any) func(context.Context, int) error {
		return func(ctx context.Context, i int) error {
			return c.do(ctx, c.reviewer, http.MethodPost, "/v1/cases/"+c.claimed[i]+"/"+name, body, nil)
		}
	}
	return []timedCall{
		{"queue, first page (50)", get(c.reviewer, "/v1/queue?queue="+policy.QueueStandard+"&limit=50")},
		{"queue, page after page", c.nextPage},
		{"counts of the queues", get(c.reviewer, "/v1/queue/counts")},
		{"claim the next case", c.claim},
		{"read a case", func(ctx context.Context, i int) error {
			return c.do(ctx, c.reviewer, http.MethodGet, "/v1/cases/"+c.claimed[i], nil, nil)
		}},
		{"decide a case", step("decide", map[string]any{"outcome": docket.OutcomeTakenDown})},
		{"undo a decision", step("undo", map[string]any{})},
		{"notices of a holder (50)", get(c.holder, "/v1/notices?limit=50")},
		{"cases of a holder (50)", get(c.holder, "/v1/cases?limit=50")},
		{"pre-check of 10 listings", func(ctx context.Context, i int) error { return c.file(ctx, i, "/v1/notices/precheck") }},
		{"file a notice of 10 listings", func(ctx context.Context, i int) error { return c.file(ctx, i, "/v1/notices") }},
		{"pre-check, then file", func(ctx context.Context, i int) error {
			i += *benchCalls
			return errors.Join(c.file(ctx, i, "/v1/notices/precheck"), c.file(ctx, i, "/v1/notices"))
		}},
		{"queue, first page, after filing", get(c.reviewer, "/v1/queue?queue="+policy.QueueStandard+"&limit=50")},
		{"events (100)", get(c.holder, "/v1/events?limit=100")},
	}
}

// do sends JSON and wants a success; an answer is read into out where there is one.
func (c *caseworkCalls) do(ctx context.Context, key, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	status, _, answer, err := c.sendAs(ctx, key, method, path, "application/json", body)
	if err != nil {
		return err
	}
	if status/100 != 2 {
		return fmt.Errorf("%s %s: %d: %.500s", method, path, status, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

func (c *caseworkCalls) nextPage(ctx context.Context, _ int) error {
	path := "/v1/queue?queue=" + policy.QueueStandard + "&limit=50"
	c.mu.Lock()
	if c.page != "" {
		path += "&after=" + c.page
	}
	c.mu.Unlock()
	var out struct {
		Next string `json:"next"`
	}
	if err := c.do(ctx, c.reviewer, http.MethodGet, path, nil, &out); err != nil {
		return err
	}
	c.mu.Lock()
	c.page = out.Next
	c.mu.Unlock()
	return nil
}

func (c *caseworkCalls) claim(ctx context.Context, _ int) error {
	var out struct {
		Cases []struct {
			ID string `json:"id"`
		} `json:"cases"`
	}
	if err := c.do(ctx, c.reviewer, http.MethodPost, "/v1/queue/claim", map[string]any{"queue": policy.QueueStandard, "limit": 1}, &out); err != nil {
		return err
	}
	if len(out.Cases) != 1 {
		return fmt.Errorf("%d cases were claimed, want 1", len(out.Cases))
	}
	c.mu.Lock()
	c.claimed = append(c.claimed, out.Cases[0].ID)
	c.mu.Unlock()
	return nil
}

// file sends a notice of ten listings that nobody notified before.
func (c *caseworkCalls) file(ctx context.Context, i int, path string) error {
	var items []any
	for j := range benchNoticeCases {
		items = append(items, map[string]any{"listing": fmt.Sprintf("http-%d-%d", i, j)})
	}
	return c.do(ctx, c.holder, http.MethodPost, path, map[string]any{"right_id": fmt.Sprint("rgt_", i%benchRights), "marketplace": "alpha", "reason": docket.ReasonMarkOnPage, "items": items,
		"explanation": fmt.Sprintf("The title of listing %d names our registered mark for goods that are not ours.", i), "good_faith": true, "accuracy": true, "signature": "Ada",
		"notifier": map[string]any{"name": "Ada", "email": "ada@velmora.example"}}, nil)
}
