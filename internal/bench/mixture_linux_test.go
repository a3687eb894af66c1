//go:build soak

package bench

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"testing"
)

// mixture is what the clients send, in turns: mostly listings that can be scored, and of each kind of bad ones some. The first
// is a good one.
func (s *service) mixture(t *testing.T, listings []scene) []request {
	t.Helper()
	limited := s.limitedKey(t)
	var out []request
	for i, l := range listings {
		size := small
		if i%6 == 5 {
			size = medium
		}
		picture := photograph(t, l.image, size, uint64(i))
		out = append(out,
			s.good("multipart", l.title, picture),
			s.good("base64", l.title, picture),
			s.bad(i, picture, limited))
	}
	return out
}

// good is a listing whose picture is new each time.
func (s *service) good(kind, title string, picture []byte) request {
	return request{kind: kind, key: s.key, want: []int{http.StatusOK}, body: func() ([]byte, string, error) {
		picture, err := tagged(picture, s.tags.Add(1))
		if err != nil {
			return nil, "", err
		}
		if kind == "multipart" {
			contentType, body, err := form("listing", map[string]string{"title": title}, picture)
			return body, contentType, err
		}
		body, err := json.Marshal(map[string]any{"title": title, "pictures": []map[string][]byte{{"data": picture}}})
		return body, "application/json", err
	}}
}

// bad is the i-th kind of a request that must be refused, or that a quota bounds.
func (s *service) bad(i int, picture []byte, limited string) request {
	fixed := func(kind, body string, want ...int) request {
		return request{kind: kind, key: s.key, want: want, body: func() ([]byte, string, error) { return []byte(body), "application/json", nil }}
	}
	inJSON := func(data []byte) string {
		return `{"pictures": [{"data": "` + base64.StdEncoding.EncodeToString(data) + `"}]}`
	}
	const invalid, unprocessable = http.StatusBadRequest, http.StatusUnprocessableEntity
	kinds := []request{
		fixed("truncated picture", inJSON(picture[:len(picture)/3]), unprocessable),
		fixed("not JSON", "title=bag", invalid),
		fixed("text for a picture", inJSON([]byte("not a picture at all")), unprocessable),
		fixed("unknown field", `{"tittle": "bag"}`, invalid, unprocessable),
		fixed("empty", "", invalid),
		fixed("private address", `{"pictures": [{"url": "http://10.0.0.1/a.jpg"}]}`, unprocessable),
		fixed("title of 1 MB", `{"title": "`+string(bytes.Repeat([]byte("bag "), 1<<18))+`"}`, unprocessable, http.StatusRequestEntityTooLarge),
		fixed("text only", `{"title": "Velm0ra style bag, not original"}`, http.StatusOK),
	}
	wrongKey := fixed("wrong key", `{"title": "bag"}`, http.StatusUnauthorized)
	wrongKey.key = "ts_nobody"
	quota := fixed("key with a quota", `{"title": "bag"}`, http.StatusOK)
	quota.key = limited
	kinds = append(kinds, wrongKey, quota)
	return kinds[i%len(kinds)]
}

// limitedKey is a key that may make sixty requests a minute.
func (s *service) limitedKey(t *testing.T) string {
	t.Helper()
	var out struct {
		Token string `json:"token"`
	}
	s.call(t, http.MethodPost, "/v1/keys", map[string]any{"account": "soak", "name": "limited", "role": "pipeline", "per_minute": 60}, &out)
	if out.Token == "" {
		t.Fatal("no token came with the key")
	}
	return out.Token
}
