package themes

import (
	"slices"
	"strings"
)

// Tokens are the colours of a theme by their meaning. Each is "#rrggbb", "#rgb", the name of one of
// the terminal's 16 colours ("red", "bright-red"), a number 0..255 of its palette, "default" for the
// terminal's own text colour, or "" to take the colour of the token named in [tokenTable].
//
// It has more than 20 fields because each is a name that a theme file can set.
type Tokens struct {
	Background   string // what the theme was made for; it is not painted, only judged against
	Text         string // what is read first
	Dim          string // secondary text: labels, details
	Faint        string // tertiary: idle dots, a hint in a corner
	Border       string
	BorderFocus  string
	Accent       string // the brand, key names, the badge with the model's name
	Good         string
	Warn         string
	Bad          string
	Selected     string // the background of the selected row; "" underlines it instead
	Match        string // a search hit; the text on it is cut out
	MatchCurrent string
	Foreign      string // load that is not ours
	Bar          string // the filled part of a rule
	BarRest      string // its remainder
	OnCore       string // the time split: on a core,
	WaitCore     string // waiting for a core,
	WaitGIL      string // waiting for the GIL,
	Blocked      string // blocked
	Running      string // the states of a job
	Paused       string
	Queued       string
	Failed       string
	Cancelled    string
	Succeeded    string
	Jobs         []string // told apart at a glance; the ninth job of eight colours begins again
}

// token is one name that a theme file can set.
type token struct {
	name  string
	field func(*Tokens) *string
	from  string // the token whose colour it takes when it is not set, or ""
}

// tokenTable lists all tokens but jobs. A token follows the one it takes its colour from.
var tokenTable = []token{
	{"background", func(t *Tokens) *string { return &t.Background }, ""},
	{"text", func(t *Tokens) *string { return &t.Text }, ""},
	{"dim", func(t *Tokens) *string { return &t.Dim }, "text"},
	{"faint", func(t *Tokens) *string { return &t.Faint }, "dim"},
	{"border", func(t *Tokens) *string { return &t.Border }, "faint"},
	{"accent", func(t *Tokens) *string { return &t.Accent }, "text"},
	{"border_focus", func(t *Tokens) *string { return &t.BorderFocus }, "accent"},
	{"good", func(t *Tokens) *string { return &t.Good }, "text"},
	{"warn", func(t *Tokens) *string { return &t.Warn }, "text"},
	{"bad", func(t *Tokens) *string { return &t.Bad }, "text"},
	{"selected", func(t *Tokens) *string { return &t.Selected }, ""},
	{"match", func(t *Tokens) *string { return &t.Match }, "dim"},
	{"match_current", func(t *Tokens) *string { return &t.MatchCurrent }, "warn"},
	{"foreign", func(t *Tokens) *string { return &t.Foreign }, "faint"},
	{"bar", func(t *Tokens) *string { return &t.Bar }, "accent"},
	{"bar_rest", func(t *Tokens) *string { return &t.BarRest }, "border"},
	{"on_core", func(t *Tokens) *string { return &t.OnCore }, "good"},
	{"wait_core", func(t *Tokens) *string { return &t.WaitCore }, "warn"},
	{"wait_gil", func(t *Tokens) *string { return &t.WaitGIL }, "bad"},
	{"blocked", func(t *Tokens) *string { return &t.Blocked }, "faint"},
	{"running", func(t *Tokens) *string { return &t.Running }, "accent"},
	{"paused", func(t *Tokens) *string { return &t.Paused }, "warn"},
	{"queued", func(t *Tokens) *string { return &t.Queued }, "dim"},
	{"failed", func(t *Tokens) *string { return &t.Failed }, "bad"},
	{"cancelled", func(t *Tokens) *string { return &t.Cancelled }, "dim"},
	{"succeeded", func(t *Tokens) *string { return &t.Succeeded }, "good"},
}

// TokenNames lists the names that a theme file can set, "jobs" among them.
func TokenNames() []string {
	names := make([]string, 0, len(tokenTable)+1)
	for _, tok := range tokenTable {
		names = append(names, tok.name)
	}
	return append(names, "jobs")
}

func findToken(name string) (token, bool) {
	i := slices.IndexFunc(tokenTable, func(t token) bool { return t.name == name })
	if i < 0 {
		return token{}, false
	}
	return tokenTable[i], true
}

// resolved returns the tokens with every unset one filled from the token that it follows.
func (t Tokens) resolved() Tokens {
	for _, tok := range tokenTable {
		if field := tok.field(&t); strings.TrimSpace(*field) == "" && tok.from != "" {
			from, _ := findToken(tok.from)
			*field = *from.field(&t)
		}
	}
	return t
}
