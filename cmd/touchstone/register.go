package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"touchstone/internal/casework"
	"touchstone/internal/httpapi"
)

// registerCmd registers a right with its references at a running service.
type registerCmd struct {
	Name        string   `arg:"" help:"Name of the right."`
	Type        string   `help:"Type of the right: ${enum}." default:"design" enum:"trademark_word,trademark_figurative,trademark_3d,design,patent,utility_model,copyright_registered,copyright_unregistered,geographical_indication"`
	Holder      string   `help:"ID of the holder; without one, --holder-name registers a new one."`
	HolderName  string   `help:"Legal name of a new holder."`
	Country     string   `help:"Country of a new holder (ISO 3166-1)." default:"DE"`
	Email       string   `help:"Contact of a new holder."`
	Territories []string `help:"Where the right holds." default:"WW"`
	Office      string   `help:"Office of registration, such as EUIPO."`
	Number      string   `help:"Registration number."`
	Nice        []string `help:"Nice classes."`
	Picture     []string `help:"Pictures of the right." type:"existingfile"`
	Word        []string `help:"Words of the right, with transliterations."`
	Seller      []string `help:"Sellers who are authorised."`
	Verify      bool     `help:"Set the right to verified (keys of operators and admins)."`
	clientFlags
}

// Run registers step by step and prints the IDs; what was registered before a failure stays and is named.
func (c *registerCmd) Run(ctx context.Context, std streams) error {
	if len(c.Picture)+len(c.Word) == 0 {
		return errors.New("nothing to compare listings with: give --picture or --word")
	}
	if c.Holder == "" {
		if c.HolderName == "" || c.Email == "" {
			return errors.New("whose right is it? give --holder ID, or --holder-name and --email for a new holder")
		}
		var h casework.Holder
		if err := c.postJSON(ctx, http.MethodPost, "/v1/holders", map[string]any{"legal_name": c.HolderName, "country": c.Country, "email": c.Email}, &h); err != nil {
			return err
		}
		fmt.Fprintf(std.out, "holder     %s  %s\n", h.ID, h.LegalName)
		c.Holder = h.ID
	}
	in := map[string]any{"holder_id": c.Holder, "name": c.Name, "type": c.Type, "territories": c.Territories}
	for field, value := range map[string]string{"office": c.Office, "registration_number": c.Number} {
		if value != "" {
			in[field] = value
		}
	}
	if len(c.Nice) > 0 {
		in["nice"] = c.Nice
	}
	var r httpapi.Right
	if err := c.postJSON(ctx, http.MethodPost, "/v1/rights", in, &r); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "right      %s  %s\n", r.ID, r.Name)
	if c.Verify {
		if err := c.postJSON(ctx, http.MethodPut, "/v1/rights/"+r.ID+"/state", map[string]any{"state": "verified"}, nil); err != nil {
			return err
		}
	}
	return c.references(ctx, std, r.ID)
}

func (c *registerCmd) references(ctx context.Context, std streams, right string) error {
	path := "/v1/rights/" + right
	for _, file := range c.Picture {
		contentType, body, err := upload("reference", httpapi.ReferenceInput{}, []string{file})
		if err != nil {
			return err
		}
		var ref casework.Reference
		if err := c.post(ctx, http.MethodPost, path+"/references", contentType, body, &ref); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		fmt.Fprintf(std.out, "reference  %s  %s\n", ref.ID, file)
	}
	for _, word := range c.Word {
		var ref casework.Reference
		if err := c.postJSON(ctx, http.MethodPost, path+"/references", httpapi.ReferenceInput{Word: word}, &ref); err != nil {
			return fmt.Errorf("word %q: %w", word, err)
		}
		fmt.Fprintf(std.out, "reference  %s  %s\n", ref.ID, word)
	}
	for _, seller := range c.Seller {
		if err := c.postJSON(ctx, http.MethodPost, path+"/authorized-sellers", map[string]any{"seller": seller}, nil); err != nil {
			return fmt.Errorf("seller %q: %w", seller, err)
		}
		fmt.Fprintf(std.out, "authorised %s\n", seller)
	}
	return nil
}
