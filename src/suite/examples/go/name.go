package main

// A name must show as what it is (Unicode TR 39): no two that read the same, none that hides or reorders anything.

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

var (
	spaces        = regexp.MustCompile(`\p{Zs}+`)
	styles        = regexp.MustCompile(`[\x{FE0E}\x{FE0F}]`)
	letterOrDigit = regexp.MustCompile(`[\pL\p{Nd}]`)
	styled        = regexp.MustCompile(`[\x{2100}-\x{214F}\x{FF10}-\x{FF5A}\x{1D400}-\x{1D7FF}]`) // Fullwidth, mathematical.

	// Where an invisible character changes what is seen: between emoji, in Arabic and Indic scripts, and in flags.
	emoji  = `[\p{So}\x{1F000}-\x{1FAFF}]`
	virama = `[\x{94D}\x{9CD}\x{A4D}\x{ACD}\x{B4D}\x{BCD}\x{C4D}\x{CCD}\x{D4D}\x{DCA}\x{1039}\x{17D2}]`
	needed = regexp.MustCompile(`(` + emoji + `)\x{200D}(` + emoji + `)|(` + virama + `)[\x{200C}\x{200D}]|(\p{L})\x{200D}(` +
		virama + `)|(\p{Arabic})\x{200C}(\p{Arabic})|(\x{1F3F4})[\x{E0030}-\x{E007A}]{2,6}\x{E007F}`)

	endsLine    = []*unicode.RangeTable{unicode.Cc, unicode.Zl, unicode.Zp}
	reorders    = []*unicode.RangeTable{unicode.Bidi_Control}
	meaningless = []*unicode.RangeTable{unicode.Co, unicode.Noncharacter_Code_Point}
	invisible   = []*unicode.RangeTable{unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector,
		{R16: []unicode.Range16{{Lo: 0x2800, Hi: 0x2800, Stride: 1}, {Lo: 0xfff0, Hi: 0xfffc, Stride: 1}}}}

	mixtures = []string{"Latin Han Hiragana Katakana", "Latin Han Bopomofo", "Latin Han Hangul"}
)

// A name in the one form in which it is stored.
func normalized(name string) string {
	plain := styled.ReplaceAllStringFunc(name, func(character string) string {
		if letterOrDigit.MatchString(character) {
			return norm.NFKC.String(character)
		}
		return character
	})
	return norm.NFC.String(strings.Trim(spaces.ReplaceAllString(styles.ReplaceAllString(plain, ""), " "), " "))
}

// What is wrong with a normalized name, or "".
func badName(name string) string {
	shown := name
	for before := ""; before != shown; { // A match takes what stands beside it, so that the next one can begin there.
		before, shown = shown, needed.ReplaceAllString(shown, "$1$2$3$4$5$6$7$8")
	}
	for _, bad := range []struct {
		in  string
		of  []*unicode.RangeTable
		why string
	}{
		{name, endsLine, "which ends a line or leaves a gap"},
		{name, reorders, "which reorders text"},
		{shown, invisible, "which cannot be seen"},
		{shown, meaningless, "which has no agreed meaning"},
	} {
		for _, r := range bad.in {
			if unicode.In(r, bad.of...) {
				return fmt.Sprintf("has %U, %s: remove it", r, bad.why)
			}
		}
	}
	seen, marks := false, 0
	for i, r := range shown {
		if !unicode.In(r, unicode.Mn, unicode.Me) {
			marks = 0
		} else if marks++; i == 0 || marks > 4 {
			return "has a mark on no letter, or more than four on one: remove it"
		}
		seen = seen || !unicode.In(r, unicode.M, unicode.Z)
	}
	if !seen {
		return "shows nothing: give at least one letter, digit or sign"
	}
	for _, word := range strings.Split(shown, " ") {
		if mixes(word) {
			return "mixes letters of several scripts in one word: write each word in one script"
		}
	}
	return ""
}

func mixes(word string) bool {
	scripts := map[string]bool{}
	for _, r := range word {
		for name, table := range unicode.Scripts {
			if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
				scripts[name] = true
			}
		}
	}
	for _, mixture := range mixtures {
		all := true
		for name := range scripts {
			all = all && strings.Contains(mixture, name)
		}
		if all {
			return false
		}
	}
	return len(scripts) > 1
}
