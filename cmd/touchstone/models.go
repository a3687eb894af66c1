package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"touchstone/detect"
	"touchstone/internal/eval"
	"touchstone/internal/intake"
	"touchstone/models"
)

// modelsCmd is about model packs.
type modelsCmd struct {
	List    modelsListCmd    `cmd:"" help:"List the packs in a folder."`
	Show    modelsShowCmd    `cmd:"" help:"Say what is in a pack: models, inputs, outputs, signals, thresholds."`
	Verify  modelsVerifyCmd  `cmd:"" help:"Check a pack's files and run its golden vectors on this machine."`
	Pull    modelsPullCmd    `cmd:"" help:"Bring an optional pack."`
	Compare modelsCompareCmd `cmd:"" help:"Score evaluation sets with two packs and say where they differ, and whether the difference is real."`

	Refit    modelsRefitCmd    `cmd:"" help:"Fit a pack's calibration and fusion again to labelled listings, such as touchstone export labels writes, into a new pack."`
	Import   modelsImportCmd   `cmd:"" help:"Take a pack in, after a check in a process of its own with little memory and time."`
	Activate modelsActivateCmd `cmd:"" help:"Bring a pack into use at a running service: references are embedded for it first, and no request fails."`
	Rollback modelsRollbackCmd `cmd:"" help:"Bring the pack into use again that was in use before."`
	Shadow   modelsShadowCmd   `cmd:"" help:"Have a second pack score a share of the live traffic, and see where the two differ."`
	Status   modelsStatusCmd   `cmd:"" help:"List the packs and rollouts of a running service."`
	Examine  modelsExamineCmd  `cmd:"" hidden:"" help:"Check a stranger's pack; started by import and by the service, with limits."`
}

// modelsListCmd lists packs.
type modelsListCmd struct {
	Folder string `arg:"" optional:"" help:"Folder of packs." default:"models/packs"`
}

// Run prints a line a pack; one that cannot be opened is listed with the reason.
func (c *modelsListCmd) Run(std streams) error {
	dir := besideProgram(c.Folder)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("%w; name the folder that holds the packs", err)
	}
	t := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "PACK\tVERSION\tLICENCE\tSIZE\tOUTPUTS\tFOLDER")
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if !exists(filepath.Join(path, models.ManifestName)) {
			continue
		}
		pack, err := models.Open(path)
		if err != nil {
			fmt.Fprintf(t, "-\t-\t-\t-\t-\t%s: %v\n", path, err)
			continue
		}
		m := pack.Manifest()
		var outputs []string
		for _, model := range m.Models {
			for _, o := range model.Outputs {
				outputs = append(outputs, o.Name)
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%.1f MB\t%v\t%s\n", m.Name, m.Version, m.Licence, float64(pack.Bytes())/1e6, outputs, path)
	}
	return t.Flush()
}

// modelsShowCmd describes a pack.
type modelsShowCmd struct {
	Folder string `arg:"" help:"Folder of the pack." type:"existingdir"`
	JSON   bool   `help:"Print the manifest and the fusion file as JSON."`
}

// Run prints what is in the pack.
func (c *modelsShowCmd) Run(std streams) error {
	pack, err := models.Open(c.Folder)
	if err != nil {
		return err
	}
	fusion, err := pack.Fusion()
	if err != nil {
		return err
	}
	m := pack.Manifest()
	if c.JSON {
		enc := json.NewEncoder(std.out)
		enc.SetIndent("", "  ")
		return enc.Encode(map[string]any{"manifest": m, "fusion": fusion})
	}
	fmt.Fprintf(std.out, "%s %s (%s), %.1f MB\n%s\n", m.Name, m.Version, m.Licence, float64(pack.Bytes())/1e6, m.Description)
	t := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "MODEL\tREADS\tOUTPUT\tVECTORS\tDIMENSION\tMETRIC\tBACKGROUND")
	for _, model := range m.Models {
		for _, o := range model.Outputs {
			background := "-"
			if o.Background != nil {
				background = fmt.Sprint(o.Background.Bytes/int64(4*o.Dimension), " vectors")
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%s\t%s\n", model.ID, reads(model.Input), o.Name, o.Vectors(), o.Dimension, o.Metric, background)
		}
	}
	return t.Flush()
}

func reads(in models.Input) string {
	if in.Kind == models.KindPicture {
		return fmt.Sprintf("pictures of %dx%d", in.Width, in.Height)
	}
	if in.Vocabulary != nil {
		return fmt.Sprintf("%d tokens of %s", in.MaxLength, in.Encoding)
	}
	return fmt.Sprintf("%d characters", in.MaxLength)
}

// modelsVerifyCmd runs a pack's own checks.
type modelsVerifyCmd struct {
	Folder  string `arg:"" help:"Folder of the pack." type:"existingdir"`
	Library string `help:"ONNX Runtime library; empty finds the one that make setup brought." env:"ONNXRUNTIME_LIB" name:"onnxruntime"`
}

// Run opens the pack as the service would, which checks every file and every golden vector.
func (c *modelsVerifyCmd) Run(std streams) (err error) {
	var all closers
	defer func() { err = errors.Join(err, all.Close()) }()
	o, err := modelFlags{Pack: c.Folder, Library: c.Library}.open(&all)
	if err != nil {
		return err
	}
	cases := 0
	for _, model := range o.pack.Manifest().Models {
		goldens, err := o.pack.Goldens(model)
		if err != nil {
			return err
		}
		cases += len(goldens)
	}
	m := o.pack.Manifest()
	fmt.Fprintf(std.out, "%s %s: files as the manifest says, %d golden cases reproduced\n", m.Name, m.Version, cases)
	return nil
}

// modelsCompareCmd measures two packs on the same sets.
type modelsCompareCmd struct {
	A       string   `arg:"" help:"Folder of the first pack." type:"existingdir"`
	B       string   `arg:"" help:"Folder of the second pack." type:"existingdir"`
	Sets    []string `arg:"" help:"Folders of evaluation sets." type:"existingdir"`
	Library string   `help:"ONNX Runtime library; empty finds the one that make setup brought." env:"ONNXRUNTIME_LIB" name:"onnxruntime"`
	Prior   float64  `help:"Share of infringing listings in the market." default:"0.001"`
	JSON    bool     `help:"Print everything as JSON, with the listings that only one of the two gets right."`
	Jobs    int      `help:"Listings scored at once; 0 is one a core." default:"0"`
}

// Run scores each set with both packs and prints the figures side by side.
func (c *modelsCompareCmd) Run(ctx context.Context, std streams) error {
	var all []*eval.Comparison
	for _, dir := range c.Sets {
		set, err := eval.Read(dir)
		if err != nil {
			return err
		}
		var runs [2]*eval.Run
		var thresholds [2]map[string]float64
		for i, pack := range []string{c.A, c.B} {
			err := scored(ctx, std, scoring{models: modelFlags{Pack: pack, Library: c.Library}, jobs: c.Jobs, profile: detect.ProfileFull}, set, func(r *eval.Run, s *intake.Service) error {
				runs[i], thresholds[i] = r, s.Fusion().Thresholds()
				return nil
			})
			if err != nil {
				return fmt.Errorf("pack %s: %w", pack, err)
			}
		}
		comparison, err := eval.Compare(runs[0], runs[1], thresholds[0], thresholds[1], eval.MeasureOptions{Prior: c.Prior})
		if err != nil {
			return err
		}
		all = append(all, comparison)
	}
	if c.JSON {
		enc := json.NewEncoder(std.out)
		enc.SetIndent("", "  ")
		return enc.Encode(all)
	}
	for _, comparison := range all {
		if err := printComparison(std.out, comparison); err != nil {
			return err
		}
	}
	return nil
}

func printComparison(w io.Writer, c *eval.Comparison) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "%s\tA\tB\tB - A\t\n", c.Set)
	for _, signal := range slices.Sorted(maps.Keys(c.Signals)) {
		s := c.Signals[signal]
		a, b := s.A.ByName(), s.B.ByName()
		for _, name := range eval.FigureNames {
			d, ok := s.Differences[name]
			if !ok {
				continue
			}
			verdict := "no difference shown"
			if d.Real {
				verdict = "real"
			}
			fmt.Fprintf(t, "%s %s\t%.3f [%.3f %.3f]\t%.3f [%.3f %.3f]\t%+.3f [%+.3f %+.3f]\t%s\n", signal, name,
				a[name].Value, a[name].Low, a[name].High, b[name].Value, b[name].Low, b[name].High, d.Value, d.Low, d.High, verdict)
		}
		fmt.Fprintf(t, "%s\t\t\tonly A right: %d, only B: %d listings\t\n", signal, len(s.OnlyA), len(s.OnlyB))
	}
	return t.Flush()
}
