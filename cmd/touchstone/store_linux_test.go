package main

import (
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/store/postgres/pgtest"
)

// TestServeOnPostgres: the service lives on a server as it does on its file, and what looks after it finds it there.
func TestServeOnPostgres(t *testing.T) {
	server, err := pgtest.Start()
	pgtest.Need(t, err)
	t.Cleanup(server.Stop)
	address, data := server.Database(t), filepath.Join(t.TempDir(), "data")

	said, _, status := command(t, "doctor", "--store", address, "--data", data)
	if status != 0 {
		t.Errorf("doctor: status %d", status)
	}
	contains(t, "doctor", said, "PostgreSQL ")
	p := start(t, data, "--store", address)
	key := regexp.MustCompile(`once: (\S+)`).FindStringSubmatch(p.stdout.String())
	if key == nil {
		t.Fatalf("no first key:\n%s", p.stdout)
	}
	c := p.client(key[1])
	var h casework.Holder
	c.must(t, http.MethodPost, "/v1/holders", map[string]any{"legal_name": "Velmora Srl", "country": "IT", "email": "ip@velmora.example"}, &h)
	if _, err := c.call(http.MethodPost, "/v1/holders", map[string]any{"legal_name": "Vel\x00mora", "country": "IT", "email": "ip@velmora.example"}, nil); err == nil {
		t.Error("a text with a NUL was taken")
	} else {
		contains(t, "a text with a NUL", err.Error(), "422", "control characters")
	}
	p.quit(t)
	again := start(t, data, "--store", address)
	again.client(key[1]).must(t, http.MethodGet, "/v1/holders/"+h.ID, nil, &h)
	again.quit(t)

	said, _, status = command(t, "audit", "verify", "--store", address, "--data", data)
	if status != 0 {
		t.Errorf("audit verify: status %d: %s", status, said)
	}
	if _, said, status := command(t, "serve", "--store", "mysql://x", "--data", data); status == 0 {
		t.Errorf("an address of another database was taken: %s", said)
	}
}

// TestBackup takes a backup of a running service and starts another on it.
func TestBackup(t *testing.T) {
	data, out, again := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "again")
	p := start(t, data)
	key := regexp.MustCompile(`once: (\S+)`).FindStringSubmatch(p.stdout.String())
	if key == nil {
		t.Fatalf("no first key:\n%s", p.stdout)
	}
	var h casework.Holder
	p.client(key[1]).must(t, http.MethodPost, "/v1/holders", map[string]any{"legal_name": "Velmora Srl", "country": "IT", "email": "ip@velmora.example"}, &h)
	said, complaint, status := command(t, "backup", out, "--data", data)
	if status != 0 {
		t.Fatalf("backup: %s", complaint)
	}
	contains(t, "backup", said, "files")
	p.quit(t)
	if _, complaint, status = command(t, "restore", out, "--data", data); status == 0 || !strings.Contains(complaint, "name a new one") {
		t.Errorf("restored over what is there: %s", complaint)
	}
	if _, complaint, status = command(t, "restore", out, "--data", again); status != 0 {
		t.Fatalf("restore: %s", complaint)
	}
	q := start(t, again)
	q.client(key[1]).must(t, http.MethodGet, "/v1/holders/"+h.ID, nil, &h)
	q.quit(t)
}
