package sitetest

import "strings"

// Nasty is text as strangers send it: markup, both directions, and long words.
const Nasty = `<script>alert(1)</script> "><img src=x onerror=alert(1)> حقيبة جلدية من فيلمورا ` + "\u202e" + `evil` + "\u202c" + ` Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen侵权商品非常长的标题没有空格也应该换行显示`

// Clip is the beginning of it, in characters.
func Clip(n int) string {
	r := []rune(Nasty)
	return string(r[:min(n, len(r))])
}

// Line is Clip without what turns the direction of letters, which the registry refuses in names.
func Line(n int) string { return strings.NewReplacer("\u202e", "", "\u202c", "").Replace(Clip(n)) }

// Names are n names of listings, all different, some long.
func Names(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = "L" + strings.Repeat("x", i%50) + string(rune('a'+i%26)) + strings.Repeat("y", i/26)
	}
	return out
}
