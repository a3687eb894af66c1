package detect

import (
	"math"
	"strconv"

	"touchstone/internal/message"
)

// pictureSentence tells of a finding in a picture: what stands where, how close it is in a number that people can feel, and what
// speaks against it.
func pictureSentence(f Finding, language string) string {
	text := func(key string, values map[string]string) string { return message.Text(language, key, values) }
	values := map[string]string{
		"picture": strconv.Itoa(f.Picture.Index + 1), "closer": closer(f, language, "closer.pictures"), "edits": "", "where": "",
	}
	key := f.Signal + ".found"
	if v := f.Picture.Verification; v != nil && v.Verified {
		key = f.Signal + ".verified"
		values["inliers"] = message.Number(language, v.Inliers)
		if len(v.Changes) > 0 {
			values["edits"] = text("near_copy.edits", map[string]string{"edits": message.List(language, inWords(v.Changes, language))})
		}
	}
	if f.Picture.Where != "" {
		values["where"] = text("where."+f.Picture.Where, nil)
	}
	sides(f, language, "finding", values)
	return text(key, values)
}

// priceSentence tells of a price beside the genuine product's.
func priceSentence(f Finding, language string) string {
	values := map[string]string{
		"asked": f.Price.Asked.words(language), "retail": f.Price.Retail.words(language), "share": message.Number(language, int(math.Round(100*f.Price.Share))),
	}
	sides(f, language, "finding", values)
	return message.Text(language, "price_anomaly.found", values)
}

func (m Money) words(language string) string {
	return message.Decimal(language, m.Amount, 2) + " " + m.Currency
}

// sides adds what speaks against and for, in a clause each; empty where nothing does.
func sides(f Finding, language, kind string, values map[string]string) {
	values["against"], values["for"] = side(f.Against, language, kind, "against"), side(f.For, language, kind, "for")
}

func side(notes []Note, language, kind, side string) string {
	reasons := reasons(language, side, notes)
	if len(reasons) == 0 {
		return ""
	}
	return message.Text(language, kind+"."+side, map[string]string{"reasons": message.List(language, reasons)})
}

// closer is the clause with a finding's rarity; empty where the pack does not say.
func closer(f Finding, language, key string) string {
	if f.CloserThan == 0 {
		return ""
	}
	return message.Text(language, key, map[string]string{"closer": message.Number(language, f.CloserThan), "of": message.Number(language, outOf)})
}
