package walk

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"touchstone/internal/web/sitetest"
	"touchstone/internal/web/webtest"
)

// TestEveryPageFits walks all pages of holders, sellers and the desk in each language on a phone with nasty text: none is wider than the screen, no script of
// strangers runs, and none has a barrier.
func TestEveryPageFits(t *testing.T) {
	s := sitetest.New(t)
	paths := s.Furnish(t, sitetest.Nasty)
	b := webtest.Open(t, s.Server.URL, 6*time.Minute)
	b.Look(webtest.Phone, true)
	for _, path := range paths.Linked {
		for _, language := range []string{"de", "zh", "en"} {
			b.Go(path + "?language=" + language)
			b.Fits(path + " in " + language)
		}
		b.Axe(path)
		b.Shot("walk-"+named(path)+"-phone.png", true)
	}
	walk(t, s, b, sitetest.Party, "per_2", paths.Party)
	walk(t, s, b, sitetest.Reviewer, "per_1", paths.Staff)
}

// named is a path as a file may be called.
func named(path string) string {
	parts := strings.Split(strings.Split(strings.Trim(path, "/"), "?")[0], "/")
	for i, p := range parts {
		if len(p) > 20 {
			parts[i] = "it"
		}
	}
	return strings.Join(parts, "-")
}

// walk signs in and looks at pages on a phone in each language, then at a desk; with TOUCHSTONE_SHOTS each is kept.
func walk(t *testing.T, s *sitetest.Site, b *webtest.Browser, email, person string, paths []string) {
	t.Helper()
	b.Look(webtest.Phone, true)
	sitetest.Enter(b, email)
	for _, language := range []string{"de", "zh", "en"} {
		if err := s.People.Speak(t.Context(), person, language); err != nil {
			t.Fatal(err)
		}
		for i, path := range paths {
			b.Go(path)
			b.Run(sitetest.Scrolled)
			at := path + " in " + language
			b.Fits(at)
			if webtest.Is[bool](b, "document.documentElement.lang !== '"+language+"'") {
				t.Errorf("%s speaks another language", at)
			}
			if language == "de" {
				b.Axe(at)
				b.Shot("walk-"+named(path)+string(rune('a'+i))+"-phone.png", true)
			}
		}
	}
	b.Look(webtest.Desk, false)
	for i, path := range paths {
		b.Go(path)
		b.Fits(path + " at a desk")
		b.Axe(path + " at a desk")
		b.Shot("walk-"+named(path)+string(rune('a'+i))+"-desk.png", true)
	}
	b.Leave(chromedp.Click("[action='/sign-out'] button", chromedp.ByQuery))
}
