package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/docket"
	"touchstone/internal/httpapi/rest"
)

// noticeItem is one listing of a notice.
type noticeItem struct {
	Listing string `json:"listing,omitempty" maxLength:"256" doc:"the marketplace's ID of the listing"`
	URL     string `json:"url,omitempty" maxLength:"2000" doc:"its address"`
	Report  string `json:"report,omitempty" maxLength:"64" doc:"a report of this service about it"`
	Note    string `json:"note,omitempty" maxLength:"2000" doc:"what is wrong with this one"`
}

// testBuyInput is an order that the notifier made.
type testBuyInput struct {
	Order    string `json:"order" minLength:"1" maxLength:"200" doc:"its number on the marketplace"`
	BoughtOn string `json:"bought_on" format:"date"`
	Result   string `json:"result" minLength:"1" maxLength:"2000" doc:"what was found"`
}

// noticeInput is a notice as it is filed.
type noticeInput struct {
	Right       string            `json:"right_id" minLength:"1" maxLength:"64"`
	Marketplace string            `json:"marketplace" minLength:"1" maxLength:"64"`
	Regime      string            `json:"regime,omitempty" enum:"dsa,dmca,cn_ecommerce,platform" doc:"the rules that it is filed under; dsa where nothing is said"`
	Target      string            `json:"target,omitempty" enum:"listing,storefront" doc:"listing where nothing is said"`
	Storefront  string            `json:"storefront,omitempty" maxLength:"256" doc:"the seller, where that is the target; the listings then are examples"`
	Reason      string            `json:"reason" enum:"counterfeit_goods,model_does_not_exist,mark_on_page,mark_on_goods,copied_design,copied_picture_or_text,parallel_import,patent"`
	Items       []noticeItem      `json:"items" minItems:"1" maxItems:"300" doc:"the listings"`
	Explanation string            `json:"explanation" maxLength:"10000" doc:"why they infringe the right, in at least 20 characters"`
	Evidence    []docket.Evidence `json:"evidence,omitempty" maxItems:"50"`
	TestBuy     *testBuyInput     `json:"test_buy,omitempty"`
	GoodFaith   bool              `json:"good_faith" doc:"must be true: you believe in good faith that the use is not allowed"`
	Accuracy    bool              `json:"accuracy" doc:"must be true: the notice is accurate and you may act for the holder; under the DMCA, under penalty of perjury"`
	Signature   string            `json:"signature" maxLength:"300" doc:"full name"`
	Notifier    docket.Notifier   `json:"notifier"`
	Reference   string            `json:"reference,omitempty" maxLength:"200" doc:"your own"`
}

// notice turns what was sent into a notice; key makes a repeated request the same notice.
func (in noticeInput) notice(key string) (docket.Notice, error) {
	n := docket.Notice{Right: in.Right, Marketplace: in.Marketplace, Regime: in.Regime, Target: in.Target, Storefront: in.Storefront, Reason: in.Reason,
		Explanation: in.Explanation, Evidence: in.Evidence, GoodFaith: in.GoodFaith, Accuracy: in.Accuracy, Signature: in.Signature, Notifier: in.Notifier,
		Reference: in.Reference, Request: key}
	for _, it := range in.Items {
		n.Items = append(n.Items, docket.Item{Listing: it.Listing, URL: it.URL, Report: it.Report, Note: it.Note})
	}
	if t := in.TestBuy; t != nil {
		day, err := time.Parse(time.DateOnly, t.BoughtOn)
		if err != nil {
			return n, huma.Error422UnprocessableEntity("Some fields are not valid.", &huma.ErrorDetail{Location: "body.test_buy.bought_on", Message: "must be a day such as 2026-05-14"})
		}
		n.TestBuy = &docket.TestBuy{Order: t.Order, BoughtOn: day, Result: t.Result}
	}
	return n, nil
}

// NoticePage is one page of notices.
type NoticePage struct {
	Notices []docket.Notice `json:"notices"`
	Next    string          `json:"next,omitempty" doc:"before of the next page; none on the last"`
}

// Repeatable is the key of a request that may be sent again.
type Repeatable = rest.Repeatable

func (a *API) registerNotices(api huma.API) {
	file := operation(http.MethodPost, "/v1/notices", "file-notice", "File a notice", "Notices", registrars)
	file.DefaultStatus = http.StatusCreated
	file.Errors = append(file.Errors, http.StatusNotFound, http.StatusUnprocessableEntity)
	explain(&file, "Asks a marketplace to act against up to 300 listings that infringe one right. The answer is the receipt; each listing becomes a case of its own, named in it, which is decided by rules, by measured thresholds or by a reviewer.")
	huma.Register(api, file, func(ctx context.Context, in *struct {
		Repeatable
		Body noticeInput
	}) (*created[docket.Notice], error) {
		n, err := in.Body.notice(in.Key)
		if err != nil {
			return nil, err
		}
		n, err = a.Docket.File(ctx, actor(ctx), n)
		return &created[docket.Notice]{"/v1/notices/" + n.ID, n}, a.problem(ctx, err)
	})
	check := operation(http.MethodPost, "/v1/notices/precheck", "precheck-notice", "See what would be declined, before filing", "Notices", registrars)
	check.DefaultStatus = http.StatusOK
	check.Errors = append(check.Errors, http.StatusNotFound, http.StatusUnprocessableEntity)
	explain(&check, "Takes a notice and tells, listing by listing, which facts speak against it and what they would lead to. Nothing is kept.")
	huma.Register(api, check, func(ctx context.Context, in *struct{ Body noticeInput }) (*answer[docket.Precheck], error) {
		n, err := in.Body.notice("")
		if err != nil {
			return nil, err
		}
		p, err := a.Docket.Precheck(ctx, actor(ctx), n)
		return &answer[docket.Precheck]{p}, a.problem(ctx, err)
	})
	withdraw := operation(http.MethodPost, "/v1/notices/{id}/withdraw", "withdraw-notice", "Withdraw a notice", "Notices", registrars)
	withdraw.DefaultStatus = http.StatusOK
	withdraw.Errors = append(withdraw.Errors, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity)
	explain(&withdraw, "Ends its cases that were not decided yet; what was decided stays. It counts less against a notifier than notices that are declined.")
	huma.Register(api, withdraw, func(ctx context.Context, in *struct {
		ByID
		Body remarkInput
	}) (*answer[docket.Withdrawal], error) {
		out, err := a.Docket.Withdraw(ctx, actor(ctx), in.ID, in.Body.Remark)
		return &answer[docket.Withdrawal]{out}, a.problem(ctx, err)
	})
	get := operation(http.MethodGet, "/v1/notices/{id}", "get-notice", "Read a notice", "Notices", readers)
	get.Errors = append(get.Errors, http.StatusNotFound)
	huma.Register(api, get, func(ctx context.Context, in *ByID) (*answer[docket.Notice], error) {
		n, err := a.Docket.Notice(ctx, actor(ctx), in.ID)
		return &answer[docket.Notice]{n}, a.problem(ctx, err)
	})
	huma.Register(api, operation(http.MethodGet, "/v1/notices", "list-notices", "List notices, newest first", "Notices", readers),
		func(ctx context.Context, in *struct {
			Right  string `query:"right" maxLength:"64"`
			Holder string `query:"holder" maxLength:"64"`
			State  string `query:"state" enum:"received,open,closed"`
			Backwards
		}) (*answer[NoticePage], error) {
			if err := cursorAt("query.before", "ntc_", in.Before); err != nil {
				return nil, err
			}
			list, err := a.Docket.Notices(ctx, actor(ctx), docket.NoticeQuery{Right: in.Right, Holder: in.Holder, State: in.State, Before: in.Before, Limit: in.Limit + 1})
			page := NoticePage{Notices: notNil(list)}
			if len(list) > in.Limit {
				page.Notices, page.Next = list[:in.Limit], list[in.Limit-1].ID
			}
			return &answer[NoticePage]{page}, a.problem(ctx, err)
		})
}

// Backwards is the part of a page in a query of a list that begins with the newest.
type Backwards = rest.Backwards
