package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"touchstone/internal/casework"
	"touchstone/internal/casework/privacy"
	"touchstone/internal/policy"
)

// privacyCmd does what people ask about their personal data, on the store itself.
type privacyCmd struct {
	Erase  privacyEraseCmd  `cmd:"" help:"Erase a person's data: what open cases need is kept, named with the reason, and goes when they close."`
	Export privacyExportCmd `cmd:"" help:"Write a copy of a person's data, as they may see it, as JSON."`
}

// personFlags name a person.
type personFlags struct {
	Seller   string `help:"A seller, as MARKETPLACE/SELLER." xor:"person" required:""`
	Notifier string `help:"Who filed notices, as ACCOUNT/E-MAIL." xor:"person" required:""`
	User     string `help:"Who signs in here, by ID." xor:"person" required:""`
	Data     string `help:"Data folder of the service." default:"data" env:"TOUCHSTONE_DATA" type:"existingdir"`
	Policies string `help:"File with policies; the built-in ones when left out." env:"TOUCHSTONE_POLICIES" type:"existingfile"`
	storeFlag
}

// console is who works at the command line.
var console = casework.Actor{Account: "console", Role: "operator", Key: "console"}

func (f personFlags) person() (privacy.Person, error) {
	switch {
	case f.User != "":
		return privacy.Person{Kind: privacy.KindUser, User: f.User}, nil
	case f.Seller != "":
		market, seller, ok := strings.Cut(f.Seller, "/")
		if !ok {
			return privacy.Person{}, fmt.Errorf("--seller %q: write MARKETPLACE/SELLER", f.Seller)
		}
		return privacy.Person{Kind: privacy.KindSeller, Marketplace: market, Seller: seller}, nil
	}
	account, email, ok := strings.Cut(f.Notifier, "/")
	if !ok {
		return privacy.Person{}, fmt.Errorf("--notifier %q: write ACCOUNT/E-MAIL", f.Notifier)
	}
	return privacy.Person{Kind: privacy.KindNotifier, Account: account, Email: email}, nil
}

// office opens the store and calls fn with it, beside a running service if there is one.
func (f personFlags) office(ctx context.Context, fn func(*privacy.Office, privacy.Person) error) (err error) {
	p, err := f.person()
	if err != nil {
		return err
	}
	policies, err := policy.Load(f.Policies)
	if err != nil {
		return err
	}
	s, err := f.existing(ctx, f.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return fn(privacy.New(privacy.Parts{Store: s, Policies: policies}), p)
}

type privacyEraseCmd struct {
	personFlags
	Reason string `help:"Note on the request, without names: it stays."`
}

// Run erases what can be erased now and says what is kept, and why. A running service goes on with the rest.
func (c privacyEraseCmd) Run(ctx context.Context, std streams) error {
	return c.office(ctx, func(o *privacy.Office, p privacy.Person) error {
		e, err := o.Request(ctx, console, p, c.Reason)
		if err != nil {
			return err
		}
		fmt.Fprintf(std.out, "Erasure %s is %s; %s stands for the person from now on.\n", e.ID, e.State, e.Pseudonym)
		for _, n := range e.Erased {
			fmt.Fprintf(std.out, "  erased: %d %s\n", n.Number, n.What)
		}
		for _, k := range e.Kept {
			fmt.Fprintf(std.out, "  kept: %s\n", strings.Join(strings.Fields(k.What+" "+k.ID+" "+k.Why+" "+until(k)), " "))
		}
		if e.State == privacy.StateOpen {
			fmt.Fprintf(std.out, "A running service goes on with it from %s on.\n", e.NextAt.Format("2006-01-02"))
		}
		return nil
	})
}

func until(k privacy.Withheld) string {
	if k.Until.IsZero() {
		return ""
	}
	return "Until " + k.Until.Format("2006-01-02") + "."
}

type privacyExportCmd struct {
	personFlags
	Out string `help:"New file for the copy; standard output when left out." type:"path"`
}

// Run writes the copy. The file can be read by its owner alone.
func (c privacyExportCmd) Run(ctx context.Context, std streams) error {
	return c.office(ctx, func(o *privacy.Office, p privacy.Person) error {
		copied, err := o.Export(ctx, console, p)
		if err != nil {
			return err
		}
		raw, err := json.MarshalIndent(copied, "", "  ")
		if err != nil {
			return err
		}
		raw = append(raw, '\n')
		if c.Out == "" {
			_, err := std.out.Write(raw)
			return err
		}
		f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return fmt.Errorf("name a new file: %w", err)
		}
		_, err = f.Write(raw)
		return errors.Join(err, f.Close())
	})
}
