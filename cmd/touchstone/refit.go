package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"touchstone/detect"
	"touchstone/internal/eval"
	"touchstone/internal/intake"
	"touchstone/internal/refit"
	"touchstone/models"
)

// modelsRefitCmd fits calibration and fusion to labels.
type modelsRefitCmd struct {
	Folder  string   `arg:"" help:"Folder of the pack." type:"existingdir"`
	Sets    []string `arg:"" help:"Folders of labelled listings." type:"existingdir"`
	Out     string   `help:"New folder for the pack." required:"" type:"path"`
	Release string   `help:"Version of the new pack." required:""`
	Library string   `help:"ONNX Runtime library; empty finds the one that make setup brought." env:"ONNXRUNTIME_LIB" name:"onnxruntime"`
	Jobs    int      `help:"Listings scored at once; 0 is one a core." default:"0"`
}

// Run scores the listings with the pack, fits, says what listings that were not fitted on bear out, and writes a pack where anything is.
func (c *modelsRefitCmd) Run(ctx context.Context, std streams) error {
	if exists(c.Out) {
		return fmt.Errorf("%s is there already: name a new folder", c.Out)
	}
	var runs []*eval.Run
	var fusion detect.Fusion
	for _, dir := range c.Sets {
		set, err := eval.Read(dir)
		if err != nil {
			return err
		}
		err = scored(ctx, std, scoring{models: modelFlags{Pack: c.Folder, Library: c.Library}, jobs: c.Jobs, profile: detect.ProfileFull}, set, func(r *eval.Run, s *intake.Service) error {
			runs, fusion = append(runs, r), s.Fusion()
			return nil
		})
		if err != nil {
			return err
		}
	}
	next, report, err := refit.Fit(runs, fusion)
	if err := errors.Join(printRefit(std, report), err); err != nil {
		return err
	}
	taken := false
	for _, f := range report {
		taken = taken || f.Taken
	}
	if !taken {
		fmt.Fprintln(std.out, "Nothing that was fitted is borne out; no pack was written.")
		return nil
	}
	pack, err := models.Open(c.Folder)
	if err != nil {
		return err
	}
	if err := refit.Write(pack, next, c.Release, c.Out); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is written. Next: touchstone models compare %s %s SET; models import %[1]s; models shadow start %s@%s; models activate\n",
		c.Out, c.Folder, c.Out, pack.Manifest().Name, c.Release)
	return nil
}

// printRefit prints a line a part.
func printRefit(std streams, report []refit.Fitted) error {
	t := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "part\tlistings\tinfringing\tlog loss, held out\tECE, held out\tfitted\t")
	for _, f := range report {
		if f.Listings == 0 || f.Before == (refit.Quality{}) {
			fmt.Fprintf(t, "%s\t%d\t%d\t-\t-\t%s\t\n", f.Part, f.Listings, f.Positives, f.Why)
			continue
		}
		says := "taken"
		if !f.Taken {
			says = "left: " + f.Why
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%.4f -> %.4f\t%.3f -> %.3f\t%s\t\n", f.Part, f.Listings, f.Positives, f.Before.Loss, f.After.Loss, f.Before.ECE, f.After.ECE, says)
	}
	return t.Flush()
}
