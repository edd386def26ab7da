package main

// What a request may say: settings, media types, keys and messages, each checked before anything is done with it.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A problem is a refusal that says what to do (RFC 9457).
type problem struct {
	Type   string  `json:"type"`
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail"`
	Errors []fault `json:"errors,omitempty"`

	header, value string
	reason        string // In a word, of a refusal that will pass: that of its bye.
	retryAfter    int64
}

type fault struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

func refusal(status int, detail string) *problem {
	title := http.StatusText(status)
	switch status {
	case 413:
		title = "Content Too Large"
	case 422:
		title = "Unprocessable Content"
	}
	return &problem{Type: "about:blank", Title: title, Status: status, Detail: detail}
}

// The same with a header that tells what to do.
func (p *problem) with(header string, value any) *problem {
	p.header, p.value = header, fmt.Sprint(value)
	return p
}

// The same for a refusal that will pass in so many seconds.
func (p *problem) passing(reason string, seconds int64) *problem {
	p.reason, p.retryAfter = reason, seconds
	return p.with("Retry-After", seconds)
}

const day = 86_400_000

// A setting: a whole number from the environment. What is out of its bounds ends the start.
func setting(name string, fallback, lowest, highest int64) int64 {
	text, ok := os.LookupEnv(name)
	if !ok {
		return fallback
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || value < lowest || value > highest {
		fmt.Fprintf(os.Stderr, "%s=%s: give a whole number from %d to %d.\n", name, text, lowest, highest)
		os.Exit(2)
	}
	return value
}

func words(name, fallback string) string {
	if text, ok := os.LookupEnv(name); ok {
		return text
	}
	return fallback
}

var (
	token     = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
	mediaType = regexp.MustCompile(`^\s*(` + token + `/` + token + `)((?:\s*;\s*(?:` + parameter.String() + `)?)*)\s*$`)
	parameter = regexp.MustCompile(`(` + token + `)=(` + token + `|"(?:[^"\\]|\\.)*")`)
)

// A media type (RFC 9110, 8.3.1) as its name and its parameters; the name is "" if it is malformed. Package mime is stricter
// about empty parameters and laxer about white space than the RFC.
func parseMediaType(text string) (name string, parameters [][2]string) {
	parts := mediaType.FindStringSubmatch(text)
	if parts == nil {
		return "", nil
	}
	for _, one := range parameter.FindAllStringSubmatch(parts[2], -1) {
		value := one[2]
		if strings.HasPrefix(value, `"`) {
			value = escape.ReplaceAllString(value[1:len(value)-1], "$1")
		}
		parameters = append(parameters, [2]string{strings.ToLower(one[1]), value})
	}
	return strings.ToLower(parts[1]), parameters
}

func onlyJSON(lines []string) *problem {
	if len(lines) == 1 {
		name, parameters := parseMediaType(lines[0])
		good := name == "application/json"
		for _, p := range parameters {
			good = good && (p[0] != "charset" || strings.EqualFold(p[1], "utf-8"))
		}
		if good {
			return nil
		}
	}
	return refusal(415, "Send one Content-Type: application/json, in UTF-8.")
}

var (
	visible = regexp.MustCompile(`^[\x21-\x7e]{1,128}$`)
	quoted  = regexp.MustCompile(`^"(?:[ !#-\[\]-~]|\\["\\])*"$`)
	escape  = regexp.MustCompile(`\\(.)`)
)

// The one Idempotency-Key, in quotes or without; "" if there is none.
func onlyKey(lines []string) (string, *problem) {
	if len(lines) == 0 {
		return "", nil
	}
	key := lines[0]
	inQuotes := quoted.MatchString(key)
	if inQuotes {
		key = escape.ReplaceAllString(key[1:len(key)-1], "$1")
	}
	if len(lines) > 1 || !visible.MatchString(key) || !inQuotes && strings.HasPrefix(key, `"`) {
		return "", refusal(400, "Send one Idempotency-Key of 1 to 128 visible ASCII characters, such as a UUID.")
	}
	return key, nil
}

var (
	elements = regexp.MustCompile(`(?:[^,"]|"(?:[^"\\]|\\.)*")+`) // Of a list: a comma in quotes separates nothing.
	weights  = regexp.MustCompile(`^(0(\.\d{0,3})?|1(\.0{0,3})?)$`)
)

// The form that Accept prefers (RFC 9110, 12.5.1): of equal weights the more exact range wins, then the earlier one.
func acceptedForm(accept string, forms ...*form) (*form, *problem) {
	type choice struct {
		weight          float64
		exactness, form int
	}
	ranges := 0
	fitting := make([]choice, len(forms)) // The most exact range for each form, and its place among the ranges.
	for i := range fitting {
		fitting[i].exactness = -1
	}
	for place, element := range elements.FindAllString(accept, -1) {
		name, parameters := parseMediaType(element)
		if name == "" {
			continue
		}
		ranges++
		weight := 1.0
		for _, p := range parameters {
			if p[0] == "q" && weights.MatchString(p[1]) {
				weight, _ = strconv.ParseFloat(p[1], 64)
			}
		}
		for i, f := range forms {
			contentType := strings.Split(f.contentType, ";")[0]
			exactness := -1
			switch name {
			case contentType:
				exactness = 2
			case strings.Split(contentType, "/")[0] + "/*":
				exactness = 1
			case "*/*":
				exactness = 0
			}
			if exactness > fitting[i].exactness {
				fitting[i] = choice{weight, exactness, place}
			}
		}
	}
	if ranges == 0 {
		return forms[0], nil
	}
	best := -1
	for i, c := range fitting {
		if c.weight == 0 || c.exactness < 0 {
			continue
		}
		if best < 0 || c.weight > fitting[best].weight || c.weight == fitting[best].weight &&
			(c.exactness > fitting[best].exactness || c.exactness == fitting[best].exactness && c.form < fitting[best].form) {
			best = i
		}
	}
	if best < 0 {
		return nil, refusal(406, "Accept text/event-stream, application/x-ndjson or text/plain, or send no Accept.")
	}
	return forms[best], nil
}

const (
	maxDepth = 16
	askFor   = `: send one object, {"user":"…","text":"…"}.`
)

// The user and the text in the body of a POST.
func parseMessage(body []byte) (user, text string, refused *problem) {
	var fields map[string]json.RawMessage
	switch {
	case !utf8.Valid(body):
		return "", "", refusal(400, "The body is not UTF-8"+askFor)
	case !json.Valid(body):
		return "", "", refusal(400, "The body is not JSON"+askFor)
	case json.Unmarshal(body, &fields) != nil || fields == nil:
		return "", "", refusal(400, "The body is not a JSON object"+askFor)
	}
	if why := badNames(json.NewDecoder(bytes.NewReader(body)), 0); why != "" {
		return "", "", refusal(400, "The body "+why+askFor)
	}
	var faults []fault
	check := func(name string, most int) (value string) {
		raw, ok := fields[name]
		why := ""
		if !ok {
			why = fmt.Sprintf("is missing: give 1 to %d characters", most)
		} else if raw[0] != '"' || json.Unmarshal(raw, &value) != nil {
			why = "is not a string"
		} else if why = badCharacters(value, string(raw)); why == "" {
			if name == "user" {
				value = normalized(value)
			}
			if length := utf8.RuneCountInString(value); length < 1 || length > most {
				why = fmt.Sprintf("has %d characters: give 1 to %d", length, most)
			} else if name == "user" {
				why = badName(value)
			}
		}
		if why != "" {
			faults = append(faults, fault{"#/" + name, name + " " + why})
		}
		return value
	}
	user, text = check("user", 64), check("text", 4_096)
	if len(faults) > 0 {
		refused = refusal(422, "The message cannot be taken: see errors.")
		refused.Errors = faults
	}
	return user, text, refused
}

func badCharacters(value, raw string) string {
	if hasHalfAPair(raw) {
		return "has half of a surrogate pair: remove it"
	}
	for _, r := range value {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return fmt.Sprintf("has %U, a control character: remove it", r)
		}
	}
	return ""
}

var (
	escapes = regexp.MustCompile(`\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)`)
	half    = regexp.MustCompile(`^\\u[dD][89a-fA-F][0-9a-fA-F]{2}$`)
)

// Half of a pair can only be written as an escape, and encoding/json makes U+FFFD of it without a word.
func hasHalfAPair(raw string) bool {
	for _, one := range escapes.FindAllString(raw, -1) {
		if half.MatchString(one) {
			return true
		}
	}
	return false
}

// Reads one value and says what is wrong: a name twice in an object, or deep nesting. encoding/json minds neither.
func badNames(decoder *json.Decoder, depth int) string {
	token, _ := decoder.Token() // The body is valid JSON.
	if token != json.Delim('{') && token != json.Delim('[') {
		return ""
	}
	if depth == maxDepth {
		return fmt.Sprintf("is nested deeper than %d", maxDepth)
	}
	names := map[string]bool{}
	for decoder.More() {
		if token == json.Delim('{') {
			key, _ := decoder.Token()
			name := key.(string)
			if names[name] {
				return fmt.Sprintf("has the name %q twice", name)
			}
			names[name] = true
		}
		if why := badNames(decoder, depth+1); why != "" {
			return why
		}
	}
	_, _ = decoder.Token()
	return ""
}
