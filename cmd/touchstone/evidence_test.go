package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"touchstone/internal/casework/evidence"
	"touchstone/internal/signing"
)

// TestEvidenceVerify makes a bundle with the key of a data folder and checks it as a court would: with nothing but the file.
func TestEvidenceVerify(t *testing.T) {
	dir := t.TempDir()
	var key, out bytes.Buffer
	if err := run(context.Background(), []string{"evidence", "key", "--data", dir}, streams{&key, &out}); err != nil {
		t.Fatal(err)
	}
	k, err := signing.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "bundle.zip")
	var b bytes.Buffer
	c := evidence.Content{ID: "evd_1", Case: "cas_1", MadeAt: time.Unix(1_790_000_000, 0), Right: evidence.Right{ID: "rgt_1"}, Listing: evidence.Listing{Marketplace: "Bazaar"}}
	if err := evidence.Write(&b, c, nil, k); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	verify := func(args ...string) (string, error) {
		out.Reset()
		err := run(context.Background(), append([]string{"evidence", "verify", file}, args...), streams{&out, &out})
		return out.String(), err
	}
	if text, err := verify("--key", strings.TrimSpace(key.String())); err != nil || !strings.Contains(text, "whole: bundle evd_1 of case cas_1") || strings.Contains(text, "cannot be told") {
		t.Errorf("%v\n%s", err, text)
	}
	if text, err := verify(); err != nil || !strings.Contains(text, "cannot be told") {
		t.Errorf("%v\n%s", err, text)
	}
	if text, err := verify("--json"); err != nil || !strings.Contains(text, `"sha256"`) {
		t.Errorf("%v\n%s", err, text)
	}
	other, err := signing.New()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verify("--key", other.Public().String()); err == nil || !strings.Contains(err.Error(), "not signed by that key") {
		t.Errorf("%v", err)
	}
	raw := b.Bytes()
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := verify(); err == nil {
		t.Error("a changed bundle is whole")
	}
}
