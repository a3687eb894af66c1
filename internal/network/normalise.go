package network

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Normalise brings a raw value into the form in which equal values are the same: phones in E.164 (by the country, ISO 3166-1
// alpha-2, where they have no prefix), e-mail addresses without the tags and dots that reach the same box, handles without their
// decoration, addresses as sorted words with common abbreviations. The error wraps ErrTrait for what carries no information:
// empty, placeholders ("n/a", "00000000"), numbers that cannot be.
func Normalise(kind Kind, raw, country string) (string, error) {
	if _, ok := kindRules[kind]; !ok {
		return "", fmt.Errorf("%w: kind %q is not known; use one of %v", ErrTrait, kind, Kinds())
	}
	if len(raw) > maxRaw {
		return "", fmt.Errorf("%w: %s of %d bytes; at most %d are read", ErrTrait, kind, len(raw), maxRaw)
	}
	folded := fold(raw)
	if noise(folded) {
		return "", fmt.Errorf("%w: %s %q says nothing: it is empty or a placeholder", ErrTrait, kind, shown(raw))
	}
	var value string
	var err error
	switch kind {
	case Phone:
		value, err = phone(folded, country)
	case Email:
		value, err = email(folded)
	case Chat:
		value, err = handle(folded)
	case Address:
		value, err = address(folded)
	case Payee, Device, Session, Warehouse:
		value = squeeze(folded)
	default:
		value = strings.Join(strings.Fields(folded), " ")
	}
	if err != nil {
		return "", err
	}
	if value == "" || len(value) > MaxValue {
		return "", fmt.Errorf("%w: %s %q has no usable value", ErrTrait, kind, shown(raw))
	}
	return value, nil
}

// maxRaw is the longest raw value that is looked at, in bytes.
const maxRaw = 8 * MaxValue

// fold makes compatibility forms, case and invisible characters equal.
func fold(s string) string {
	s = norm.NFKC.String(strings.ToValidUTF8(s, ""))
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(cases.Fold().String(s))
}

// placeholders are what forms are filled with when nothing is meant.
var placeholders = []string{"n/a", "na", "none", "null", "nil", "test", "unknown", "-", ".", "xxx", "无", "暂无", "なし", "keine", "aucun"}

// noise tells whether a folded value says nothing: too short, one character again and again, a count upwards, a placeholder.
func noise(s string) bool {
	plain := squeeze(s)
	if len([]rune(plain)) < 3 || slices.Contains(placeholders, s) || slices.Contains(placeholders, plain) {
		return true
	}
	runes := []rune(plain)
	same, rising := true, true
	for i := 1; i < len(runes); i++ {
		same = same && runes[i] == runes[0]
		rising = rising && runes[i] == runes[i-1]+1
	}
	return same || rising
}

// squeeze keeps letters and digits.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, s)
}

func phone(s, country string) (string, error) {
	n, err := phonenumbers.Parse(s, strings.ToUpper(country))
	if err != nil {
		return "", fmt.Errorf("%w: phone %q cannot be read (country %q): %w", ErrTrait, shown(s), country, err)
	}
	if !phonenumbers.IsPossibleNumber(n) {
		return "", fmt.Errorf("%w: phone %q has a length that no number of its country has", ErrTrait, shown(s))
	}
	n.Extension = nil
	if noise(fmt.Sprint(n.GetNationalNumber())) {
		return "", fmt.Errorf("%w: phone %q is a placeholder", ErrTrait, shown(s))
	}
	return phonenumbers.Format(n, phonenumbers.E164), nil
}

// dotless are the mail hosts at which dots in the local part reach the same box, with the name under which they are one.
var dotless = map[string]string{"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}

func email(s string) (string, error) {
	local, host, ok := strings.Cut(strings.TrimPrefix(s, "mailto:"), "@")
	if !ok || local == "" || strings.Contains(host, "@") || !strings.Contains(host, ".") || strings.ContainsAny(s, " \t\n,;<>") {
		return "", fmt.Errorf("%w: %q is not an e-mail address", ErrTrait, shown(s))
	}
	host, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil {
		return "", fmt.Errorf("%w: %q has a host that cannot be: %w", ErrTrait, shown(s), err)
	}
	local, _, _ = strings.Cut(local, "+")
	if one, ok := dotless[host]; ok {
		local, host = strings.ReplaceAll(local, ".", ""), one
	}
	if len(local) == 0 {
		return "", fmt.Errorf("%w: %q has no box", ErrTrait, shown(s))
	}
	return local + "@" + host, nil
}

// messengers are names before a handle, as sellers write them.
var messengers = []string{"wechat", "weixin", "whatsapp", "telegram", "line", "qq", "skype", "viber", "signal", "kakaotalk", "微信号", "微信", "加v", "vx", "wx"}

// handle drops the messenger's name and decoration: "WeChat: @Lucky_88" is "lucky_88".
func handle(s string) (string, error) {
	for _, m := range messengers {
		rest, ok := strings.CutPrefix(s, m)
		if ok && (rest == "" || !unicode.IsLetter([]rune(rest)[0]) || unicode.Is(unicode.Han, []rune(m)[0])) {
			s = rest
			break
		}
	}
	s = strings.TrimPrefix(strings.TrimLeft(s, " :：=-"), "id")
	value := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '.' || r == '-' {
			return r
		}
		return -1
	}, s)
	if noise(value) {
		return "", fmt.Errorf("%w: handle %q says nothing", ErrTrait, shown(s))
	}
	return value, nil
}

// abbreviations of addresses, to one form.
var abbreviations = map[string]string{
	"street": "st", "str": "st", "straße": "st", "strasse": "st", "road": "rd", "avenue": "ave", "av": "ave", "boulevard": "blvd",
	"building": "bldg", "floor": "fl", "room": "rm", "suite": "ste", "apartment": "apt", "number": "no", "district": "dist",
	"north": "n", "south": "s", "east": "e", "west": "w", "lane": "ln", "drive": "dr", "square": "sq",
}

// address sorts the words, since parts change places; Han is cut by character, since it has no spaces.
func address(s string) (string, error) {
	var words []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			w := string(word)
			if short, ok := abbreviations[w]; ok {
				w = short
			}
			words, word = append(words, w), word[:0]
		}
	}
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			flush()
			words = append(words, string(r))
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			word = append(word, r)
		default:
			flush()
		}
	}
	flush()
	if len(words) < 3 {
		return "", fmt.Errorf("%w: address %q is too short to tell places apart", ErrTrait, shown(s))
	}
	slices.Sort(words)
	return strings.Join(words, " "), nil
}

// shown is a raw value as an error may show it.
func shown(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
