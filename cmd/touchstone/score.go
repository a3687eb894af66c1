package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"text/tabwriter"

	"touchstone/internal/httpapi"
)

// scoreCmd scores one listing at a running service.
type scoreCmd struct {
	Files       []string `arg:"" optional:"" help:"Pictures of the listing." type:"existingfile"`
	Title       string   `help:"Title of the listing."`
	Description string   `help:"Description of the listing."`
	Seller      string   `help:"The seller's ID on the marketplace."`
	Marketplace string   `help:"ID of a registered marketplace."`
	Goods       []string `help:"Nice classes of what is offered."`
	Profile     string   `help:"How much is looked at: fast, staged (fast, and full for what fast does not find clear) or full; empty leaves it to the marketplace's policy." enum:",fast,staged,full" default:""`
	JSON        bool     `name:"json" help:"Print the report as JSON."`
	clientFlags
}

// Run prints a table, or the report as JSON.
func (c *scoreCmd) Run(ctx context.Context, std streams) error {
	if len(c.Files) == 0 && c.Title == "" && c.Description == "" {
		return errors.New("nothing to score: give picture files or --title")
	}
	contentType, body, err := upload("listing", httpapi.Listing{
		Title: c.Title, Description: c.Description, Seller: c.Seller, Marketplace: c.Marketplace, Goods: c.Goods, Profile: c.Profile,
	}, c.Files)
	if err != nil {
		return err
	}
	var s httpapi.Scored
	if err := c.post(ctx, http.MethodPost, "/v1/score", contentType, body, &s); err != nil {
		return err
	}
	if c.JSON {
		e := json.NewEncoder(std.out)
		e.SetIndent("", "  ")
		return e.Encode(s)
	}
	return printScored(std.out, s, c.rightNames(ctx, s))
}

// rightNames asks for the names of the rights found; a key that may not read them sees their IDs.
func (c *scoreCmd) rightNames(ctx context.Context, s httpapi.Scored) map[string]string {
	names := map[string]string{}
	for _, v := range s.Report.Verdicts {
		var r httpapi.Right
		names[v.Right] = v.Right
		if c.post(ctx, http.MethodGet, "/v1/rights/"+v.Right, "application/json", nil, &r) == nil {
			names[v.Right] = r.Name
		}
	}
	return names
}

// leastShown is the probability under which the table leaves rights out, but for the first.
const leastShown = 0.01

func printScored(w io.Writer, s httpapi.Scored, names map[string]string) error {
	fmt.Fprintf(w, "%s: %s, priority %d (policy %s %s; report %s)\n", s.Outcome.Band, s.Outcome.Action, s.Outcome.Priority, s.Outcome.Policy, s.Outcome.Version, s.ID)
	for _, reason := range s.Outcome.Reasons {
		fmt.Fprintln(w, " ", reason)
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "\nRIGHT\tPROBABILITY\tSIGNAL\tSCORE\tWHERE\tAGAINST")
	for n, v := range s.Report.Verdicts {
		if n > 0 && v.Probability < leastShown {
			break // likeliest first; --json has them all
		}
		for i, at := range v.Findings {
			f := s.Report.Findings[at]
			right, probability := names[v.Right], fmt.Sprintf("%.2f", v.Probability)
			if i > 0 {
				right, probability = "", ""
			}
			where := ""
			switch {
			case f.Picture != nil:
				where = fmt.Sprintf("picture %d, %s %v", f.Picture.Index, f.Picture.Region, f.Picture.Box)
			case f.Price != nil:
				where = fmt.Sprintf("price: %.0f %% of the genuine product's", 100*f.Price.Share)
			case f.Text != nil:
				where = fmt.Sprintf("%s: %q read as %s", f.Text.Field, f.Text.Matched, f.Text.Word)
			}
			against := ""
			for j, n := range f.Against {
				if j > 0 {
					against += ", "
				}
				against += n.Code
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%.3f\t%s\t%s\n", right, probability, f.Signal, f.Score, where, against)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, u := range s.Report.Unchecked {
		fmt.Fprintf(w, "not checked: %s %s: %s\n", u.Signal, u.Place, u.Reason)
	}
	return nil
}
