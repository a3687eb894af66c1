package signing

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

func TestOpenKeepsOneKey(t *testing.T) {
	dir := t.TempDir()
	keys := make([]Key, 8)
	var wait sync.WaitGroup
	for i := range keys {
		wait.Go(func() {
			k, err := Open(dir)
			if err != nil {
				t.Error(err)
			}
			keys[i] = k
		})
	}
	wait.Wait()
	for _, k := range keys {
		if !k.Public().Equal(keys[0].Public()) {
			t.Fatal("two openers of one folder hold different keys")
		}
	}
	info, err := os.Stat(filepath.Join(dir, FileName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v: the key must be its owner's alone", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".signing-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestOpenRefusesWhatIsNoKey(t *testing.T) {
	for name, content := range map[string]string{"text": "hello", "other PEM": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, FileName)
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(dir); err == nil {
				t.Fatal("accepted")
			}
			if got, _ := os.ReadFile(path); string(got) != content {
				t.Error("the file was changed")
			}
		})
	}
}

func TestSignatures(t *testing.T) {
	k, err := New()
	if err != nil {
		t.Fatal(err)
	}
	other, err := New()
	if err != nil {
		t.Fatal(err)
	}
	message := []byte("manifest")
	sig := k.Sign(PurposeEvidence, message)
	if err := k.Public().Verify(PurposeEvidence, message, sig); err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte(nil), sig...)
	flipped[3] ^= 1
	for name, err := range map[string]error{
		"other purpose":   k.Public().Verify(PurposeCheckpoint, message, sig),
		"other message":   k.Public().Verify(PurposeEvidence, []byte("manifesT"), sig),
		"other key":       other.Public().Verify(PurposeEvidence, message, sig),
		"other signature": k.Public().Verify(PurposeEvidence, message, flipped),
		"no key":          Public(nil).Verify(PurposeEvidence, message, sig),
	} {
		if !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPublicText(t *testing.T) {
	k, err := New()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParsePublic(k.Public().String())
	if err != nil || !back.Equal(k.Public()) {
		t.Errorf("%v, %v", back, err)
	}
	if got := len(k.Public().Fingerprint()); got != 32 {
		t.Errorf("fingerprint of %d letters", got)
	}
	for _, text := range []string{"", "AAAA", "not base64!"} {
		if _, err := ParsePublic(text); err == nil {
			t.Errorf("%q accepted", text)
		}
	}
}
