package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// clientFlags say where the running service is.
type clientFlags struct {
	URL  string `help:"Address of the running service." default:"http://127.0.0.1:8080" env:"TOUCHSTONE_URL"`
	Key  string `help:"API key; empty reads the demo key of the data folder." env:"TOUCHSTONE_KEY"`
	Data string `help:"Data folder whose demo key is used when no key is given." default:"./data" env:"TOUCHSTONE_DATA" type:"path"`
}

// clientTimeout bounds one request to the service.
const clientTimeout = 2 * time.Minute

// post sends a body and decodes the answer into out. A problem comes back as an error with its sentences.
func (c clientFlags) post(ctx context.Context, method, path, contentType string, body []byte, out any) error {
	answer, err := c.send(ctx, method, path, contentType, body)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("the answer of %s is not what this version expects: %w", path, err)
	}
	return nil
}

// read gets what is no JSON.
func (c clientFlags) read(ctx context.Context, path string) ([]byte, error) {
	return c.send(ctx, http.MethodGet, path, "application/json", nil)
}

// send sends a body and returns the answer's.
func (c clientFlags) send(ctx context.Context, method, path, contentType string, body []byte) ([]byte, error) {
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, clientTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.URL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the address %q cannot be used: %w", c.URL, err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Authorization", "Bearer "+key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no service answers at %s: start one with make run, or name another with --url: %w", c.URL, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("the answer broke off: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		return nil, problemOf(resp.Status, answer)
	}
	return answer, nil
}

// postJSON sends a value as JSON.
func (c clientFlags) postJSON(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return c.post(ctx, method, path, "application/json", body, out)
}

func (c clientFlags) key() (string, error) {
	if c.Key != "" {
		return c.Key, nil
	}
	data, err := os.ReadFile(filepath.Join(c.Data, demoKeyFile))
	if errors.Is(err, os.ErrNotExist) {
		return "", errors.New("no API key: give --key or TOUCHSTONE_KEY (a service started with --demo leaves one in its data folder)")
	}
	return strings.TrimSpace(string(data)), err
}

// problemOf makes an error of a problem+json answer.
func problemOf(status string, answer []byte) error {
	var p struct {
		Detail string `json:"detail"`
		Errors []struct {
			Location string `json:"location"`
			Message  string `json:"message"`
		} `json:"errors"`
	}
	if json.Unmarshal(answer, &p) != nil || p.Detail == "" {
		return fmt.Errorf("the service answered %s", status)
	}
	lines := []string{fmt.Sprintf("the service answered %s: %s", status, p.Detail)}
	for _, e := range p.Errors {
		lines = append(lines, fmt.Sprintf("  %s: %s", e.Location, e.Message))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// upload makes a multipart body of a JSON part and files named picture.
func upload(jsonPart string, value any, files []string) (contentType string, body []byte, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", fmt.Sprintf("form-data; name=%q", jsonPart))
	header.Set("Content-Type", "application/json")
	part, err := w.CreatePart(header)
	if err != nil {
		return "", nil, err
	}
	if err := json.NewEncoder(part).Encode(value); err != nil {
		return "", nil, err
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return "", nil, err
		}
		part, err := w.CreateFormFile("picture", filepath.Base(f))
		if err != nil {
			return "", nil, err
		}
		if _, err := part.Write(data); err != nil {
			return "", nil, err
		}
	}
	if err := w.Close(); err != nil {
		return "", nil, err
	}
	return w.FormDataContentType(), b.Bytes(), nil
}
