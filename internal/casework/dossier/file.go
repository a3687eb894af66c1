package dossier

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"
	"unicode"

	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/document"
)

// SentFile is a paper that an account sent, kept by hash. The same file of two accounts is two rows and one set of bytes.
type SentFile struct {
	Hash    string        `json:"hash"`
	Account string        `json:"account"`
	Kind    document.Kind `json:"kind"`
	Name    string        `json:"name,omitempty"` // as it was sent, for people
	Pages   int           `json:"pages"`
	Size    int           `json:"size"` // bytes
	By      string        `json:"sent_by"`
	At      time.Time     `json:"sent_at"`
}

// keep looks into a file, keeps its bytes and gives the row that is to be added for it.
func (d *Dossier) keep(ctx context.Context, a casework.Actor, account string, class blob.Class, name string, data []byte) (SentFile, error) {
	info, err := d.Documents.Inspect(ctx, data)
	if err != nil {
		return SentFile{}, refusal("file", err)
	}
	hash, err := d.Files.Put(ctx, class, data)
	if err != nil {
		return SentFile{}, fmt.Errorf("keep file: %w", err)
	}
	return SentFile{Hash: hash, Account: account, Kind: info.Kind, Name: fileName(name), Pages: info.Pages, Size: len(data), By: a.Person(), At: d.moment()}, nil
}

// fileName is the last part of a name, without what terminals, headers and file systems take for something else.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`<>:"/|?*`, r) || r == unicode.ReplacementChar {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	if name == "." || name == ".." || name == "_" {
		return ""
	}
	if r := []rune(name); len(r) > 120 {
		name = string(r[len(r)-120:])
	}
	return name
}

// Upload keeps a file of the actor's account as evidence, for notices, counter-notices and answers that name its hash. The same file again
// is the same row.
func (d *Dossier) Upload(ctx context.Context, a casework.Actor, name string, data []byte) (SentFile, error) {
	if a.Account == "" {
		return SentFile{}, fmt.Errorf("%w: this key belongs to no account", casework.ErrForbidden)
	}
	if !a.Operates() && a.Role != roleHolder && a.Role != roleAgent && a.Role != roleSeller && (a.Role != rolePartner || a.Partner == "") {
		return SentFile{}, fmt.Errorf("%w: role %q sends no evidence", casework.ErrForbidden, a.Role)
	}
	f, err := d.keep(ctx, a, a.Account, blob.Evidence, name, data)
	if err != nil {
		return SentFile{}, err
	}
	err = d.update(ctx, func(t Tx) error {
		if err := t.AddFile(ctx, f); err != nil {
			return err
		}
		t.AddAudit(entry(f.At, a.Person(), "file.send", f.Hash, f))
		return nil
	})
	if err != nil {
		return SentFile{}, fmt.Errorf("keep file: %w", err)
	}
	return d.Store.File(ctx, a.Account, f.Hash)
}

// Open gives the bytes of a file to those whose account sent it and to those who judge; each look is a row of the audit log.
func (d *Dossier) Open(ctx context.Context, a casework.Actor, hash string) (SentFile, []byte, error) {
	f, err := d.find(ctx, a, hash)
	if err != nil {
		return SentFile{}, nil, fmt.Errorf("file: %w", err)
	}
	data, err := d.Files.Get(ctx, hash)
	if errors.Is(err, blob.ErrNotFound) {
		return SentFile{}, nil, fmt.Errorf("file: %w: the file %q is not kept any more", casework.ErrNotFound, hash)
	}
	if err != nil {
		return SentFile{}, nil, fmt.Errorf("file: %w", err)
	}
	err = d.update(ctx, func(t Tx) error {
		t.AddAudit(entry(d.moment(), a.Person(), "file.view", hash, map[string]string{"account": f.Account}))
		return nil
	})
	return f, data, err
}

// find finds the row of a file that the actor may see: of its account, of a holder it acts for, or of anybody for those who judge.
func (d *Dossier) find(ctx context.Context, a casework.Actor, hash string) (SentFile, error) {
	if a.Role == rolePartner && a.Partner == "" {
		return SentFile{}, fmt.Errorf("%w: this key acts for no partner whose agreement holds", casework.ErrForbidden)
	}
	list, err := d.Store.FilesOf(ctx, hash)
	if err != nil {
		return SentFile{}, err
	}
	for _, f := range list {
		if a.SeesAll() || a.Account != "" && a.Account == f.Account && a.Subject == "" {
			return f, nil
		}
		if f.By == a.Person() && f.Account == a.Account {
			return f, nil
		}
	}
	certificates, err := d.Store.CertificatesWith(ctx, hash)
	if err != nil {
		return SentFile{}, err
	}
	for _, c := range certificates {
		if (a.Role == roleHolder || a.Role == roleAgent) && a.Owns(c.Account, c.Holder) {
			return d.Store.File(ctx, c.Account, hash)
		}
	}
	return SentFile{}, fmt.Errorf("%w: there is no file %q in this account", casework.ErrNotFound, hash)
}

// Row is the row of a file that the actor may open, without its bytes.
func (d *Dossier) Row(ctx context.Context, a casework.Actor, hash string) (SentFile, error) {
	f, err := d.find(ctx, a, hash)
	if err != nil {
		return SentFile{}, fmt.Errorf("file: %w", err)
	}
	return f, nil
}

// Sent implements docket.Files: it tells which of some hashes the account never sent, or sent so long ago that they are not kept any more,
// the first of them. Naming a file renews how long it is kept.
func (d *Dossier) Sent(ctx context.Context, account string, hashes []string) (missing string, err error) {
	for _, h := range hashes {
		if _, err := d.Store.File(ctx, account, h); errors.Is(err, casework.ErrNotFound) {
			return h, nil
		} else if err != nil {
			return "", fmt.Errorf("look for file: %w", err)
		}
		if err := d.Files.Hold(ctx, blob.Evidence, h); errors.Is(err, blob.ErrNotFound) {
			return h, nil
		} else if err != nil {
			return "", fmt.Errorf("hold file: %w", err)
		}
	}
	return "", nil
}
