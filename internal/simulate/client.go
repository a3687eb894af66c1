package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// client speaks to the service with one key.
type client struct {
	http *http.Client
	url  string
	key  string
}

// newHTTP makes the connection pool that the clients of one run share.
func newHTTP() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}, Timeout: 10 * time.Minute}
}

// A statusError is an answer that is none of 2xx.
type statusError struct {
	method, path string
	status       int
	body         string
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s %s: status %d: %s", e.method, e.path, e.status, e.body)
}

// call sends in as JSON unless it is nil, and reads the answer into out unless that is nil.
func (c client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		body = bytes.NewReader(b)
	}
	answer, err := c.send(ctx, method, path, "application/json", body)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if out == nil {
		_, err = io.Copy(io.Discard, answer.Body)
	} else {
		err = json.NewDecoder(answer.Body).Decode(out)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// send returns an answer of 2xx, whose body the caller closes.
func (c client) send(ctx context.Context, method, path, kind string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	answer, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if answer.StatusCode/100 != 2 {
		defer answer.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 2000))
		return nil, &statusError{method, path, answer.StatusCode, string(text)}
	}
	return answer, nil
}

// issue makes a key.
func (c client) issue(ctx context.Context, account, role, subject string) (client, error) {
	var made struct {
		Token string `json:"token"`
	}
	in := map[string]any{"account": account, "name": "simulated " + role, "role": role}
	if subject != "" {
		in["subject"] = subject
	}
	if err := c.call(ctx, http.MethodPost, "/v1/keys", in, &made); err != nil {
		return client{}, err
	}
	c.key = made.Token
	return c, nil
}

// query writes parameters behind a path.
func query(path string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return path + "?" + v.Encode()
}

// What is read of the service's answers.
type (
	caseView struct {
		ID       string    `json:"id"`
		Notice   string    `json:"notice"`
		Right    string    `json:"right_id"`
		Listing  string    `json:"listing"`
		Seller   string    `json:"seller"`
		Reason   string    `json:"reason"`
		Origin   string    `json:"origin"`
		State    string    `json:"state"`
		Queue    string    `json:"queue"`
		Chance   float64   `json:"probability"`
		OpenedAt time.Time `json:"opened_at"`
		Claim    *struct{} `json:"claim"`
		Opinion  *decision `json:"opinion"`
		Decision *decision `json:"decision"`
	}
	decision struct {
		Outcome   string    `json:"outcome"`
		Code      string    `json:"reason_code"`
		Automatic string    `json:"automation"`
		At        time.Time `json:"at"`
		Signal    string    `json:"signal"`
		Chance    float64   `json:"probability"`
		Undoes    string    `json:"undoes"`
		Contest   string    `json:"on_contest"`
	}
	feedEvent struct {
		Seq    int64           `json:"seq"`
		Kind   string          `json:"kind"`
		Case   string          `json:"case_id"`
		Notice string          `json:"notice_id"`
		At     time.Time       `json:"at"`
		Data   json.RawMessage `json:"data"`
	}
	enforcement struct {
		ID      string `json:"id"`
		Action  string `json:"action"`
		Listing string `json:"listing"`
		Seller  string `json:"seller"`
	}
	relisting struct {
		Case   string  `json:"entry"`
		Cosine float64 `json:"cosine"`
	}
	scored struct {
		Status int `json:"status"`
		Result *struct {
			Probability float64 `json:"probability"`
			Outcome     struct {
				Band   string `json:"band"`
				Action string `json:"action"`
			} `json:"outcome"`
			Report struct {
				Pack struct {
					Name    string `json:"name"`
					Version string `json:"version"`
				} `json:"pack"`
				Verdicts []struct {
					Right       string  `json:"right"`
					Probability float64 `json:"probability"`
				} `json:"verdicts"`
				Findings []struct {
					Signal      string  `json:"signal"`
					Right       string  `json:"right"`
					Probability float64 `json:"probability"`
					Support     bool    `json:"support"`
					Excused     bool    `json:"excused"`

					Relisted *relisting `json:"relisted"`
				} `json:"findings"`
			} `json:"report"`
		} `json:"result"`
		Problem json.RawMessage `json:"problem"`
	}
)
