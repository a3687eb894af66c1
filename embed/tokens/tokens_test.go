package tokens

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func opened(t testing.TB, name, file string) Tokenizer {
	t.Helper()
	k, err := Open(name, read(t, file))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// vocabularies are the small ones of testdata, by tokenizer.
var vocabularies = map[string]string{CLIP: "clip-merges.txt", SigLIP: "siglip.model"}

// TestParity holds both tokenizers against what the Python originals gave (testdata/make.py).
func TestParity(t *testing.T) {
	var want struct {
		Length     int `json:"length"`
		CLIPSize   int `json:"clip_size"`
		SigLIPSize int `json:"siglip_size"`
		Cases      []struct {
			Text   string  `json:"text"`
			CLIP   []int64 `json:"clip"`
			SigLIP []int64 `json:"siglip"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(read(t, "cases.json"), &want); err != nil {
		t.Fatal(err)
	}
	clip, siglip := opened(t, CLIP, "clip-merges.txt"), opened(t, SigLIP, "siglip.model")
	if clip.Size() != want.CLIPSize || siglip.Size() != want.SigLIPSize || len(want.Cases) < 30 {
		t.Fatalf("sizes %d and %d of %d cases, want %d and %d", clip.Size(), siglip.Size(), len(want.Cases), want.CLIPSize, want.SigLIPSize)
	}
	for _, c := range want.Cases {
		got := make([]int64, want.Length)
		clip.Encode(c.Text, got)
		if d := cmp.Diff(c.CLIP, got); d != "" {
			t.Errorf("clip %q: %s", c.Text, d)
		}
		siglip.Encode(c.Text, got)
		if d := cmp.Diff(c.SigLIP, got); d != "" {
			t.Errorf("siglip %q: %s", c.Text, d)
		}
	}
}

// TestEncodeAnything: whatever the text and the room, every place holds a token of the vocabulary, what was there before is gone, and the
// end stands in the last place that is not padding.
func TestEncodeAnything(t *testing.T) {
	for name, file := range vocabularies {
		k := opened(t, name, file)
		rapid.Check(t, func(t *rapid.T) {
			text, room := rapid.String().Draw(t, "text"), rapid.IntRange(2, 40).Draw(t, "room")
			if rapid.Bool().Draw(t, "bytes") {
				text = string(rapid.SliceOf(rapid.Byte()).Draw(t, "raw"))
			}
			first, second := make([]int64, room), make([]int64, room)
			for i := range second {
				second[i] = -7
			}
			k.Encode(text, first)
			k.Encode(text, second)
			if d := cmp.Diff(first, second); d != "" {
				t.Fatalf("%s: %s", name, d)
			}
			for i, id := range first {
				if id < 0 || id >= int64(k.Size()) {
					t.Fatalf("%s: token %d at %d of %d", name, id, i, k.Size())
				}
			}
		})
	}
}

// TestLongTexts: a text of a million letters is cut, and begins as its beginning does.
func TestLongTexts(t *testing.T) {
	for name, file := range vocabularies {
		k := opened(t, name, file)
		long, short := make([]int64, 16), make([]int64, 16)
		k.Encode(strings.Repeat("shoe bag ", 1<<17), long)
		k.Encode(strings.Repeat("shoe bag ", 20), short)
		if d := cmp.Diff(short, long); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestUnusableVocabularies(t *testing.T) {
	model := read(t, "siglip.model")
	for _, tc := range []struct{ name, tokenizer, data, want string }{
		{"unknown tokenizer", "wordpiece", "", "there is no tokenizer"},
		{"one token a line", CLIP, "#version\nab\n", "not two tokens"},
		{"tokens out of nothing", CLIP, "#version\nzz q\n", "not two tokens"},
		{"a merge twice", CLIP, "a b\na b\n", "twice"},
		{"no protocol buffer", SigLIP, "\xff\xff\xff", "not a SentencePiece model"},
		{"cut short", SigLIP, string(model[:len(model)/2]), "tokens"},
		{"empty", SigLIP, "", "lack"},
		{"pairs instead of unigram", SigLIP, string(model) + "\x12\x02\x18\x02", "another kind"},
		{"a piece twice", SigLIP, string(model) + "\x0a\x06\x0a\x04\xe2\x96\x81a" + "\x0a\x06\x0a\x04\xe2\x96\x81a", "twice"},
		{"a user's symbol", SigLIP, string(model) + "\x0a\x05\x0a\x01z\x18\x04", "user's symbol"},
		{"rules longer than the file", SigLIP, string(model) + "\x1a\x06\x12\x04\xff\xff\xff\x7f", "cut short"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Open(tc.tokenizer, []byte(tc.data))
			if !errors.Is(err, ErrVocabulary) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want one of %q", err, tc.want)
			}
		})
	}
}

func FuzzMerges(f *testing.F) {
	f.Add([]byte("#version: 0.2\na b\nab c</w>\n"), "abc")
	f.Fuzz(fuzzed(CLIP))
}

func FuzzUnigram(f *testing.F) {
	f.Add(read(f, "siglip.model"), "a photo of a shoe")
	f.Fuzz(fuzzed(SigLIP))
}

// fuzzed: a stranger's vocabulary is refused, or gives tokens of its own.
func fuzzed(name string) func(t *testing.T, data []byte, text string) {
	return func(t *testing.T, data []byte, text string) {
		k, err := Open(name, data)
		if err != nil {
			return
		}
		dst := make([]int64, 8)
		k.Encode(text, dst)
		for _, id := range dst {
			if id < 0 || id >= int64(k.Size()) {
				t.Fatalf("token %d of %d", id, k.Size())
			}
		}
	}
}
