package httpapi_test

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/httpapi"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
	"touchstone/internal/server"
)

// TestRegisterScoreAndSee is the way of a right from its registration to the evidence of a copy.
func TestRegisterScoreAndSee(t *testing.T) {
	w := newWorld(t, nil, nil)
	holder := w.holder(t)
	design, word := w.right(t, holder.ID, "design", "Meander"), w.right(t, holder.ID, "trademark_word", "VELMORA")

	contentType, body := multipartBody(t,
		file{field: "reference", contentType: "application/json", data: encoded(t, object{"view": "front"})},
		file{field: "picture", name: "front.jpg", data: intaketest.Drawing(t, 1)})
	r := w.do(t, call{method: "POST", path: "/v1/rights/" + design.ID + "/references", token: w.tokens[server.RoleOperator], contentType: contentType, body: body})
	var ref casework.Reference
	decodeInto(t, r.body, &ref)
	if r.status != http.StatusCreated || ref.View != "front" || ref.Width != 120 || ref.IndexedAt == nil || r.header.Get("Location") != "/v1/references/"+ref.ID {
		t.Fatalf("reference by form: %d %s %+v", r.status, r.header.Get("Location"), ref)
	}
	var second casework.Reference
	w.send(t, server.RoleOperator, "POST", "/v1/rights/"+design.ID+"/references", object{"picture": intaketest.Drawing(t, 2)}, http.StatusCreated, &second)
	w.send(t, server.RoleOperator, "POST", "/v1/rights/"+word.ID+"/references", object{"word": "Velmora"}, http.StatusCreated, nil)
	var list []casework.Reference
	w.send(t, server.RoleOperator, "GET", "/v1/rights/"+design.ID+"/references", nil, http.StatusOK, &list)
	if len(list) != 2 {
		t.Errorf("%d references of the design, want 2", len(list))
	}

	contentType, body = multipartBody(t,
		file{field: "listing", contentType: "application/json", data: encoded(t, object{"id": "L1", "title": "V\u200belmora style bag", "seller": "s1"})},
		file{field: "picture", name: "a.jpg", data: intaketest.Drawing(t, 3)}, file{field: "picture", name: "b.jpg", data: intaketest.Drawing(t, 1)})
	r = w.do(t, call{method: "POST", path: "/v1/score", token: w.tokens[server.RolePipeline], contentType: contentType, body: body})
	var s httpapi.Scored
	decodeInto(t, r.body, &s)
	copied, misused := finding(s, detect.SignalNearCopy, design.ID), finding(s, detect.SignalKeywordMisuse, word.ID)
	if r.status != http.StatusOK || copied < 0 || misused < 0 || s.Probability < 0.5 || s.Outcome.Band == policy.BandClear {
		t.Fatalf("score: %d %+v", r.status, s)
	}
	if e := s.Report.Findings[copied].Picture; e.Index != 1 || e.Reference != ref.Blob {
		t.Errorf("evidence %+v, want the second picture and the first reference", e)
	}

	var kept httpapi.KeptReport
	w.send(t, server.RolePipeline, "GET", "/v1/reports/"+s.ID, nil, http.StatusOK, &kept)
	if d := cmp.Diff(s, kept.Scored); d != "" || kept.Facts != nil {
		t.Errorf("the kept report differs from the answer, or shows facts (%s): %s", kept.Facts, d)
	}
	w.send(t, server.RoleReviewer, "GET", "/v1/reports/"+s.ID, nil, http.StatusOK, &kept)
	if !strings.Contains(string(kept.Facts), design.ID) {
		t.Errorf("a reviewer sees the facts %s", kept.Facts)
	}
	w.evidence(t, s, copied, misused)

	w.send(t, server.RoleOperator, "POST", "/v1/rights/"+design.ID+"/authorized-sellers", object{"seller": "s1"}, http.StatusCreated, nil)
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"seller": "s1", "pictures": []object{{"data": intaketest.Drawing(t, 1)}}}, http.StatusOK, &s)
	if s.Outcome.Band != policy.BandClear {
		t.Errorf("an authorised seller's listing is %s", s.Outcome.Band)
	}
	w.send(t, server.RoleOperator, "DELETE", "/v1/references/"+ref.ID, nil, http.StatusNoContent, nil)
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"pictures": []object{{"data": intaketest.Drawing(t, 1)}}}, http.StatusOK, &s)
	if at := finding(s, detect.SignalNearCopy, design.ID); at >= 0 && s.Report.Findings[at].Picture.Reference == ref.Blob {
		t.Errorf("a deleted reference is still found: %+v", s.Report.Findings[at])
	}
}

// finding is the place of a signal's likely finding about a right, or -1.
func finding(s httpapi.Scored, signal, right string) int {
	for i, f := range s.Report.Findings {
		if f.Signal == signal && f.Right == right && f.Probability > 0.5 {
			return i
		}
	}
	return -1
}

// evidence looks at the pictures of one finding, and at the answer for another that is about a text.
func (w *world) evidence(t *testing.T, s httpapi.Scored, copied, misused int) {
	t.Helper()
	for _, kind := range []string{"side-by-side", "overlay"} {
		path := fmt.Sprintf("/v1/reports/%s/findings/%%d/%s", s.ID, kind)
		r := w.send(t, server.RolePipeline, "GET", fmt.Sprintf(path, copied), nil, http.StatusOK, nil)
		img, err := jpeg.Decode(bytes.NewReader(r.body))
		if err != nil || r.header.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(r.header.Get("Cache-Control"), "private") {
			t.Fatalf("%s: %v, %s, %s", kind, err, r.header.Get("Content-Type"), r.header.Get("Cache-Control"))
		}
		if kind == "side-by-side" && img.Bounds().Dx() < 2*120 {
			t.Errorf("side by side is %v: not two pictures", img.Bounds())
		}
		if kind == "overlay" {
			if fit, err := strconv.ParseFloat(r.header.Get("Alignment-Correlation"), 64); err != nil || fit < 0.9 || r.header.Get("Alignment-Mirrored") != "false" {
				t.Errorf("overlay of a copy: correlation %q, mirrored %q", r.header.Get("Alignment-Correlation"), r.header.Get("Alignment-Mirrored"))
			}
		}
		wantProblem(t, w.do(t, call{method: "GET", path: fmt.Sprintf(path, misused), token: w.tokens[server.RolePipeline]}), 404, "", "about a text")
		wantProblem(t, w.do(t, call{method: "GET", path: fmt.Sprintf(path, 99), token: w.tokens[server.RolePipeline]}), 404, "", "counted from 0")
	}
}

// TestDaysStayDays: what was given as a day is answered as that day, wherever a right or a seller is read.
func TestDaysStayDays(t *testing.T) {
	w := newWorld(t, nil, nil)
	in := object{"holder_id": w.holder(t).ID, "name": "Meander", "type": "design", "territories": []string{"WW"}, "filed_on": "2020-02-29", "granted_on": "2021-01-01", "expires_on": "2031-05-14"}
	wantDays := func(r reply, days ...string) {
		t.Helper()
		for _, day := range days {
			if !strings.Contains(string(r.body), `":"`+day+`"`) {
				t.Errorf("no %s in %s", day, r.body)
			}
		}
	}
	var made httpapi.Right
	days := []string{"2020-02-29", "2021-01-01", "2031-05-14"}
	wantDays(w.send(t, server.RoleOperator, "POST", "/v1/rights", in, http.StatusCreated, &made), days...)
	wantDays(w.send(t, server.RoleOperator, "GET", "/v1/rights/"+made.ID, nil, http.StatusOK, nil), days...)
	wantDays(w.send(t, server.RoleOperator, "GET", "/v1/rights", nil, http.StatusOK, nil), days...)
	wantDays(w.send(t, server.RoleOperator, "PUT", "/v1/rights/"+made.ID+"/state", object{"state": "verified"}, http.StatusOK, nil), days...)
	sellers := "/v1/rights/" + made.ID + "/authorized-sellers"
	wantDays(w.send(t, server.RoleOperator, "POST", sellers, object{"seller": "s", "valid_from": "2026-01-01", "valid_to": "2026-12-31"}, http.StatusCreated, nil), "2026-01-01", "2026-12-31")
	wantDays(w.send(t, server.RoleOperator, "GET", sellers, nil, http.StatusOK, nil), "2026-01-01", "2026-12-31")
}

func TestRegistryReadsBack(t *testing.T) {
	w := newWorld(t, nil, nil)
	h := w.holder(t)
	r := w.right(t, h.ID, "design", "Meander")
	var gotHolder casework.Holder
	w.send(t, server.RoleOperator, "GET", "/v1/holders/"+h.ID, nil, http.StatusOK, &gotHolder)
	var gotRight casework.Right
	w.send(t, server.RoleOperator, "GET", "/v1/rights/"+r.ID, nil, http.StatusOK, &gotRight)
	if d := cmp.Diff(h, gotHolder) + cmp.Diff(r, gotRight); d != "" {
		t.Error(d)
	}
	w.right(t, h.ID, "design", "Second")
	var page httpapi.RightPage
	w.send(t, server.RoleOperator, "GET", "/v1/rights?limit=1", nil, http.StatusOK, &page)
	if len(page.Rights) != 1 || page.Next == "" {
		t.Fatalf("a page of one: %+v", page)
	}
	first := page.Rights[0].ID
	w.send(t, server.RoleOperator, "GET", "/v1/rights?limit=1&after="+page.Next, nil, http.StatusOK, &page)
	if len(page.Rights) != 1 || page.Rights[0].ID == first {
		t.Errorf("the second page: %+v", page)
	}
	wantProblem(t, w.do(t, call{method: "POST", path: "/v1/rights", token: w.tokens[server.RoleOperator], body: bytes.NewReader(encoded(t, object{
		"holder_id": h.ID, "name": "Meander", "type": "design", "territories": []string{"WW"}, "registration_number": "Meander",
	}))}), 409, "", "registered in this account already")

	market := object{"name": "Shop", "territories": []string{"DE"}, "listing_url": "https://shop.example/{id}"}
	w.send(t, server.RoleOperator, "PUT", "/v1/marketplaces/shop", market, http.StatusOK, nil)
	var markets []casework.Marketplace
	w.send(t, server.RoleSeller, "GET", "/v1/marketplaces", nil, http.StatusOK, &markets)
	if len(markets) != 1 || markets[0].ID != "shop" {
		t.Errorf("marketplaces: %+v", markets)
	}
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"title": "bag", "marketplace": "shop"}, http.StatusOK, nil)
	var sellers []httpapi.AuthorizedSeller
	w.send(t, server.RoleOperator, "GET", "/v1/rights/"+r.ID+"/authorized-sellers", nil, http.StatusOK, &sellers)
	if sellers == nil || len(sellers) != 0 {
		t.Errorf("no sellers: %#v, want []", sellers)
	}
}

// issued is the answer to a request for a key.
type issued struct {
	server.Key
	Token string `json:"token"`
}

func TestKeysAreIssuedRotatedRevoked(t *testing.T) {
	w := newWorld(t, nil, nil)
	var one, two issued
	w.send(t, server.RoleAdmin, "POST", "/v1/keys", object{"account": "market", "name": "import", "role": "pipeline", "per_minute": 100}, http.StatusCreated, &one)
	scores := func(token string) int {
		return w.do(t, call{method: "POST", path: "/v1/score", token: token, body: strings.NewReader(`{"title":"bag"}`)}).status
	}
	if got := scores(one.Token); got != http.StatusOK {
		t.Fatalf("a fresh key gets %d", got)
	}
	w.send(t, server.RoleAdmin, "POST", "/v1/keys/"+one.ID+"/rotate?grace_seconds=0", nil, http.StatusCreated, &two)
	if a, b := scores(one.Token), scores(two.Token); a != http.StatusUnauthorized || b != http.StatusOK || two.PerMinute != 100 {
		t.Errorf("after rotation the old key gets %d, the new one %d with %d a minute", a, b, two.PerMinute)
	}
	w.send(t, server.RoleAdmin, "DELETE", "/v1/keys/"+two.ID, nil, http.StatusNoContent, nil)
	if got := scores(two.Token); got != http.StatusUnauthorized {
		t.Errorf("a revoked key gets %d", got)
	}
	list := w.send(t, server.RoleAdmin, "GET", "/v1/keys?account=market", nil, http.StatusOK, nil)
	var keys []server.Key
	decodeInto(t, list.body, &keys)
	if len(keys) != 2 || bytes.Contains(list.body, []byte("token")) || bytes.Contains(list.body, []byte("hash")) {
		t.Errorf("the list of keys: %s", list.body)
	}
	w.try(t, server.RoleAdmin, []row{
		{"no such key", call{method: "DELETE", path: "/v1/keys/none"}, 404, "", "no key"},
		{"rotate a revoked key", call{method: "POST", path: "/v1/keys/" + two.ID + "/rotate"}, 422, "", "revoked"},
		{"no such role", post("/v1/keys", `{"account":"a","name":"b","role":"king"}`), 422, "body.role", ""},
		{"an expiry that has passed", post("/v1/keys", `{"account":"a","name":"b","role":"seller","expires_at":"2001-01-01T00:00:00Z"}`), 422, "", "future"},
	})
}

// TestTokensAreNotStored: the answer that shows a key is no answer that a store or a second request may give again.
func TestTokensAreNotStored(t *testing.T) {
	w := newWorld(t, nil, nil)
	ask := func(path, body string) reply {
		c := post(path, body)
		c.token, c.header = w.tokens[server.RoleAdmin], map[string]string{"Idempotency-Key": "once"}
		return w.do(t, c)
	}
	var first issued
	body := `{"account":"market","name":"import","role":"pipeline"}`
	made := ask("/v1/keys", body)
	decodeInto(t, made.body, &first)
	if made.status != http.StatusCreated || first.Token == "" {
		t.Fatalf("issuing: %d %s", made.status, made.body)
	}
	again := ask("/v1/keys", body)
	wantConflict := func(r reply) {
		t.Helper()
		var p server.Problem
		decodeInto(t, r.body, &p)
		checkProblem(t, p, http.StatusConflict, "", "shown once")
	}
	wantConflict(again)
	rotate := "/v1/keys/" + first.ID + "/rotate"
	var second issued
	decodeInto(t, ask(rotate, "").body, &second)
	wantConflict(ask(rotate, ""))
	if second.Token == "" || second.Token == first.Token {
		t.Errorf("rotation gave the token %q", second.Token)
	}
	if keys, err := w.keys.List(t.Context(), "market"); err != nil || len(keys) != 2 {
		t.Errorf("%d keys, %v: a repeated request made another", len(keys), err)
	}
	if len(w.stored.seen) != 2 {
		t.Fatalf("%d stored answers, want 2", len(w.stored.seen))
	}
	for _, r := range w.stored.seen {
		for _, token := range []string{first.Token, second.Token} {
			if strings.Contains(fmt.Sprint(r.Header)+string(r.Body), token) {
				t.Errorf("a token is stored: %s", r.Body)
			}
		}
	}
	if r := ask("/v1/keys", `{"account":"market","name":"other","role":"pipeline"}`); r.status != http.StatusUnprocessableEntity {
		t.Errorf("another request with the key: %d", r.status)
	}
}

func TestQuotas(t *testing.T) {
	w := newWorld(t, nil, nil)
	token := w.issue(t, w.keys, server.KeyRequest{Account: "market", Name: "few", Role: server.RolePipeline, PerMinute: 2})
	score := func() reply {
		return w.do(t, call{method: "POST", path: "/v1/score", token: token, body: strings.NewReader(`{"title":"bag"}`)})
	}
	for want := 1; want >= 0; want-- {
		if r := score(); r.status != http.StatusOK || r.header.Get("RateLimit-Remaining") != strconv.Itoa(want) {
			t.Errorf("status %d, remaining %q, want 200 and %d", r.status, r.header.Get("RateLimit-Remaining"), want)
		}
	}
	r := score()
	wantProblem(t, r, http.StatusTooManyRequests, "", "2 requests a minute")
	if after, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || after < 1 || after > 30 {
		t.Errorf("Retry-After %q, want the seconds until one of two a minute is there again", r.header.Get("Retry-After"))
	}
	w.healthy(t) // others are not concerned
}
