package simulate

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// register files everything that the world's holders own, and makes the keys of everybody who takes part.
func (m *month) register(ctx context.Context) error {
	m.holders = map[int]client{}
	if err := m.admin.call(ctx, http.MethodPut, "/v1/marketplaces/"+Market, map[string]any{
		"name": "Fairground", "territories": []string{"DE", "FR", "ES", "IT", "SE"}, "languages": m.languages(), "listing_url": "https://fairground.example/item/{id}",
	}, nil); err != nil {
		return err
	}
	var err error
	for _, k := range []struct {
		to            *client
		role, subject string
	}{{&m.pipeline, "pipeline", Market}, {&m.operator, "operator", ""}} {
		if *k.to, err = m.admin.issue(ctx, "fairground", k.role, k.subject); err != nil {
			return err
		}
	}
	for range m.w.P.Reviewers.Count {
		c, err := m.admin.issue(ctx, "fairground", "reviewer", "")
		if err != nil {
			return err
		}
		m.reviewers = append(m.reviewers, &reviewer{no: len(m.reviewers), client: c})
	}
	for h := range m.w.P.Holders.Count {
		if err := m.registerHolder(ctx, h); err != nil {
			return fmt.Errorf("holder %d: %w", h, err)
		}
	}
	return nil
}

func (m *month) languages() []string {
	var out []string
	for _, s := range m.w.P.Holders.Scripts {
		out = append(out, languageOf[s])
	}
	return out
}

func (m *month) registerHolder(ctx context.Context, h int) error {
	account := fmt.Sprintf("holder-%04d", h)
	key, err := m.admin.issue(ctx, account, "holder", "")
	if err != nil {
		return err
	}
	m.holders[h] = key
	var made struct {
		ID string `json:"id"`
	}
	if err := key.call(ctx, http.MethodPost, "/v1/holders", map[string]any{"legal_name": fmt.Sprintf("Holder %d Ltd", h), "country": "DE", "email": account + "@holders.example"}, &made); err != nil {
		return err
	}
	for _, right := range m.w.Rights {
		if right.Holder != h {
			continue
		}
		if err := m.registerRight(ctx, key, right, made.ID); err != nil {
			return fmt.Errorf("right %d: %w", right.No, err)
		}
	}
	return nil
}

// registerRight files a right with what it protects, and has it verified unless it is one that stays pending.
func (m *month) registerRight(ctx context.Context, key client, right *Right, holder string) error {
	in := map[string]any{"holder_id": holder, "name": right.look.name["latin"] + " " + right.Kind, "type": typeOfKind[right.Kind], "office": "WIPO",
		"territories": []string{"WW"}, "registration_number": fmt.Sprintf("S-%05d", right.No), "registrant": fmt.Sprintf("Holder %d Ltd", right.Holder)}
	start := m.w.P.Start
	in["filed_on"], in["granted_on"], in["expires_on"] = start.AddDate(-6, 0, 0).Format(time.DateOnly), start.AddDate(-5, 0, 0).Format(time.DateOnly), start.AddDate(5, 0, 0).Format(time.DateOnly)
	switch right.Kind {
	case kindKeyword, kindLogo:
		in["nice"] = []string{right.Nice}
	}
	if right.State == "expired" {
		in["expires_on"] = start.AddDate(0, -2, 0).Format(time.DateOnly)
	}
	if right.State == "foreign" {
		in["territories"], in["office"] = []string{"US"}, "USPTO"
	}
	var made struct {
		ID string `json:"id"`
	}
	if err := key.call(ctx, http.MethodPost, "/v1/rights", in, &made); err != nil {
		return err
	}
	right.id = made.ID
	m.rights[made.ID] = right
	if right.State != "pending" {
		if err := m.operator.call(ctx, http.MethodPut, "/v1/rights/"+made.ID+"/state", map[string]string{"state": "verified"}, nil); err != nil {
			return err
		}
	}
	if err := m.references(ctx, key, right); err != nil {
		return err
	}
	for _, seller := range m.w.sellers.authorised[right.Holder] {
		if err := key.call(ctx, http.MethodPost, "/v1/rights/"+made.ID+"/authorized-sellers", map[string]any{"seller": seller, "marketplace": Market}, nil); err != nil {
			return err
		}
	}
	return nil
}

func (m *month) references(ctx context.Context, key client, right *Right) error {
	path := "/v1/rights/" + right.id + "/references"
	if right.Kind == kindKeyword {
		for _, script := range slices.Compact(slices.Sorted(slices.Values(append([]string{"latin"}, m.w.P.Holders.Scripts...)))) {
			if err := key.call(ctx, http.MethodPost, path, map[string]any{"word": right.look.name[script], "language": languageOf[script]}, nil); err != nil {
				return err
			}
		}
	}
	for n := range references(right.Kind) {
		b, err := m.w.album.JPEG(pictureKey{what: "reference", right: right.No, n: n})
		if err != nil {
			return err
		}
		if err := key.call(ctx, http.MethodPost, path, map[string]any{"picture": b, "view": fmt.Sprint("view ", n+1)}, nil); err != nil {
			return err
		}
	}
	return nil
}
