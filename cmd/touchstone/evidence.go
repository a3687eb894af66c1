package main

import (
	"encoding/json"
	"fmt"
	"os"

	"touchstone/internal/casework/evidence"
	"touchstone/internal/signing"
)

// evidenceCmd looks after bundles of evidence.
type evidenceCmd struct {
	Verify evidenceVerifyCmd `cmd:"" help:"Check a bundle of evidence: that nothing in it was changed, and who signed it. Needs no service."`
	Key    evidenceKeyCmd    `cmd:"" help:"Print the public key that this service signs with, for those who check its bundles."`
}

type evidenceVerifyCmd struct {
	File string `arg:"" help:"The bundle (ZIP)." type:"existingfile"`
	Key  string `help:"Public key that must have signed it, in base64, as 'touchstone evidence key' prints it." env:"TOUCHSTONE_EVIDENCE_KEY"`
	JSON bool   `help:"Print what is in the bundle as JSON." name:"json"`
}

// Run checks a bundle; a bundle that is not believed is an error.
func (c evidenceVerifyCmd) Run(std streams) error {
	var pinned signing.Public
	if c.Key != "" {
		var err error
		if pinned, err = signing.ParsePublic(c.Key); err != nil {
			return fmt.Errorf("--key: %w", err)
		}
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	v, err := evidence.Verify(f, info.Size(), pinned)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if c.JSON {
		e := json.NewEncoder(std.out)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
	about := "case " + v.Manifest.Case
	if v.Manifest.Ring != "" {
		about = "ring " + v.Manifest.Ring
	}
	fmt.Fprintf(std.out, "%s is whole: bundle %s of %s, made %s, %d files.\nSigned by the key %s\n  fingerprint %s\n",
		c.File, v.Manifest.Bundle, about, v.Manifest.MadeAt.Format("2006-01-02 15:04:05 UTC"), len(v.Manifest.Files), v.Key, v.Key.Fingerprint())
	if r := v.Manifest.Receiver; r != nil {
		fmt.Fprintf(std.out, "Made for %s (%s) under the agreement %s; it could be fetched until %s.\n", r.Name, r.ID, r.Agreement, r.ExpiresAt.Format("2006-01-02 15:04:05 UTC"))
	}
	if !v.Pinned {
		fmt.Fprintln(std.out, "Whose key that is cannot be told from the bundle: compare it with the key that the service publishes, or give that one with --key.")
	}
	return nil
}

type evidenceKeyCmd struct {
	Data string `help:"Data folder of the service." default:"data" env:"TOUCHSTONE_DATA" type:"existingdir"`
}

// Run prints the key; a folder without one gets it, as the service would make it.
func (c evidenceKeyCmd) Run(std streams) error {
	k, err := signing.Open(c.Data)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s\n", k.Public())
	fmt.Fprintf(std.err, "fingerprint %s\n", k.Public().Fingerprint())
	return nil
}
