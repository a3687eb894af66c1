package web_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/enforce"
	"touchstone/internal/casework/followup"
	"touchstone/internal/network"
	"touchstone/internal/tracing"
	"touchstone/internal/web/sitetest"
	"touchstone/internal/web/webtest"
)

// ringOf tells of a crowd and of n stores with one payee, and gives the ring of these.
func (s *site) ringOf(t *testing.T, n int) string {
	t.Helper()
	tell := func(p tracing.Profile, payees ...string) tracing.Observed {
		t.Helper()
		p.Marketplace = "alpha"
		for _, payee := range payees {
			p.Contacts = append(p.Contacts, tracing.Contact{Kind: network.Payee, Value: payee, Verified: true})
		}
		o, err := s.Tracer.Observe(t.Context(), casework.Actor{Account: "ops", Role: "operator"}, p)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	for i := range 60 {
		tell(tracing.Profile{Seller: tracing.Seller{Seller: fmt.Sprintf("honest-%d", i)}}, fmt.Sprintf("DE8937040044%010d", i))
	}
	names := []string{`<script>alert(1)</script>`, "متجر الحقائب", "旗舰店/直销", strings.Repeat("a-very-long-store-name-", 8)}
	var o tracing.Observed
	for i := range n {
		name := fmt.Sprintf("shop-%03d", i)
		if i < len(names) {
			name = names[i]
		}
		p := tracing.Profile{Seller: tracing.Seller{Seller: name, Country: []string{"CN", "VN", "DE"}[i%3], OpenedAt: s.Clock().Add(-time.Duration(i) * time.Hour)}}
		o = tell(p, fmt.Sprintf("GB29NWBK6016133192%04d", i/8), fmt.Sprintf("GB94BARC1020153009%04d", (i+4)/8))
	}
	if o.Risk.Ring == "" {
		t.Fatal("no ring")
	}
	return o.Risk.Ring
}

// TestRings: a reviewer finds a ring, approves its family, and splits it.
func TestRings(t *testing.T) {
	s := newSite(t)
	s.SignIn(t, "robin@example.com")
	s.Get(t, "/rings").Want(t, 200, "No stores are linked yet")
	ring := s.ringOf(t, 4)
	s.Get(t, "/rings").Want(t, 200, ring, "Linked sellers")
	s.Get(t, "/rings?"+url.Values{"marketplace": {"alpha"}, "seller": {"旗舰店/直销"}}.Encode()).Want(t, 200, "Belongs with", "payee")
	s.Get(t, "/rings?marketplace=alpha&seller=nobody").Want(t, 200, "Nothing is known of this seller")
	p := s.Get(t, "/rings/"+ring).Want(t, 200, "4 stores", "Stores by country: CN 2, DE 1, VN 1", "متجر الحقائب", "/link?a=")
	pair := url.Values{"a": {"alpha/متجر الحقائب"}, "b": {"alpha/旗舰店/直销"}}
	s.Get(t, "/rings/"+ring+"/link?"+pair.Encode()).Want(t, 200, "gb29nwbk60161331920000", "One hand")
	s.Get(t, "/rings/"+ring+"/link?a=alpha/x&b=alpha/y").Want(t, 404)
	if strings.Contains(p.Body, "<script>alert") {
		t.Error("a seller's name is markup")
	}
	if strings.Count(p.Body, "<circle") != 4 {
		t.Errorf("%d dots", strings.Count(p.Body, "<circle"))
	}
	family := url.Values{"token": {p.Token(t)}, "seller": {"alpha/متجر الحقائب", "alpha/旗舰店/直销"}, "note": {"one payee"}}
	s.Post(t, "/rings/"+ring+"/family", family).Want(t, 200, "count for each other from now on", "End the approval")
	s.Post(t, "/rings/"+ring+"/family", family).Want(t, 409, "family")
	s.Post(t, "/rings/"+ring+"/family", url.Values{"token": {p.Token(t)}, "seller": {"alpha/honest-1", "alpha/honest-2"}, "note": {"x"}}).Want(t, 422, "not in ring")
	s.Post(t, "/rings/"+ring+"/judge", url.Values{"token": {p.Token(t)}, "a": {"alpha/متجر الحقائب"}, "b": {"alpha/旗舰店/直销"}, "answer": {"different"}}).Want(t, 200, "Your answer binds")
	s.Get(t, "/rings/ring_none").Want(t, 404, "no ring")
	s.SignIn(t, "holder@example.com")
	s.Get(t, "/rings").Want(t, 403, "may not")
}

// TestThePersonBehindTheStore: a case shows that its store shares a verified number with one that was closed, and the page of sellers does.
func TestThePersonBehindTheStore(t *testing.T) {
	s := newSite(t)
	for i, seller := range []string{"<b>old</b>", "shop-7"} {
		if i == 1 { // penalised before the other opens
			s.punish(t, "<b>old</b>")
		}
		p := tracing.Profile{Seller: tracing.Seller{Marketplace: "alpha", Seller: seller}, Contacts: []tracing.Contact{{Kind: network.Phone, Value: "+8613900001111", Verified: true}}}
		if _, err := s.Tracer.Observe(t.Context(), sitetest.Operator, p); err != nil {
			t.Fatal(err)
		}
	}
	found := s.Complain(t, "Bag", "L1").Items[0].Case
	s.SignIn(t, "robin@example.com")
	s.Get(t, "/cases/"+found).Want(t, 200, "alpha/&lt;b&gt;old&lt;/b&gt; was closed, and shares with this store", "(phone)", "/rings?marketplace=alpha&amp;seller=shop-7")
	s.Get(t, "/rings?marketplace=alpha&seller=shop-7").Want(t, 200, "It belongs to no ring", "hardly anybody else has (phone): 1.")
	if c := s.Case(t, found); c.Seller != "shop-7" {
		t.Errorf("the case is about %q", c.Seller)
	}
}

// punish closes a store by three serious infringements.
func (s *site) punish(t *testing.T, seller string) {
	t.Helper()
	err := s.Store.Update(t.Context(), func(tx docket.Tx) error {
		for i := range 3 {
			e := enforce.LedgerEntry{ID: fmt.Sprint("led_", i), At: s.Clock().AddDate(0, 0, 10*(i-3)), Kind: enforce.Serious, Case: fmt.Sprint("cas_", i)}
			if err := tx.(followup.Tx).AddLedger(t.Context(), "alpha", seller, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = s.Follow.Reckon(t.Context(), "alpha", []string{seller})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestDrawLargeRing: five hundred stores lie in the square, and twice the same.
func TestDrawLargeRing(t *testing.T) {
	s := newSite(t)
	s.SignIn(t, "robin@example.com")
	ring := s.ringOf(t, 500)
	p, again := s.Get(t, "/rings/"+ring), s.Get(t, "/rings/"+ring)
	dots := regexp.MustCompile(`<circle class="[a-z]*" cx="[0-9]+" cy="[0-9]+"`).FindAllString(p.Body, -1)
	if len(dots) != 500 || !slices.Equal(dots, regexp.MustCompile(`<circle class="[a-z]*" cx="[0-9]+" cy="[0-9]+"`).FindAllString(again.Body, -1)) {
		t.Errorf("%d dots, or they moved", len(dots))
	}
	places := map[string]bool{}
	for _, d := range dots {
		places[d] = true
	}
	if len(places) < 450 {
		t.Errorf("500 stores lie on %d places", len(places))
	}
}

// TestRingBrowser: the pages at both widths, with names that test them, and a graph of a large ring.
func TestRingBrowser(t *testing.T) {
	s := newSite(t)
	ring := s.ringOf(t, 60)
	b := webtest.Open(t, s.Server.URL, 2*time.Minute)
	b.Go("/sign-in")
	b.Run(chromedp.SendKeys("[name=email]", "robin@example.com", chromedp.ByQuery), chromedp.SendKeys("[name=password]", password, chromedp.ByQuery))
	b.Leave(chromedp.Click("main form button", chromedp.ByQuery))
	for _, look := range []struct {
		name string
		size [2]int64
		dark bool
	}{{"desk", webtest.Desk, false}, {"phone", webtest.Phone, true}} {
		b.Look(look.size, look.dark)
		for page, path := range map[string]string{"rings": "/rings?marketplace=alpha&seller=shop-007", "ring": "/rings/" + ring, "link": "/rings/" + ring + "/link?a=alpha/shop-010&b=alpha/shop-011"} {
			b.Go(path)
			b.Fits(page + ", " + look.name)
			b.Axe(page + ", " + look.name)
			b.Shot(page+"-"+look.name+".png", true)
		}
	}
}
