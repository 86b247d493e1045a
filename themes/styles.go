package themes

import (
	"io"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"parallax/ui/text"
)

// Styles is a theme made ready for one terminal: what every part of the screen draws with. It does
// not change once made, so it may be read from any goroutine; a change of theme is a new one.
// The zero Styles draws plain text without a single escape sequence.
//
// It has more than 20 fields because each is a meaning of its own: parts of the screen that mean the
// same must not choose for themselves.
type Styles struct {
	Text        text.Ink
	Dim         text.Ink // secondary text
	Faint       text.Ink // tertiary text, idle dots
	Border      text.Ink
	BorderFocus text.Ink
	Title       text.Ink // bold text
	Heading     text.Ink // bold dim: the names of panels and columns
	Accent      text.Ink
	AccentBold  text.Ink
	Badge       text.Ink // the model's name, on the accent
	Good        text.Ink
	GoodBold    text.Ink
	Warn        text.Ink
	WarnBold    text.Ink
	Bad         text.Ink
	BadBold     text.Ink
	Key         text.Ink // the name of a key
	Selected    text.Ink // of the whole row; the spans on it are drawn with Over
	Match       text.Ink // a search hit
	// MatchCurrent is the hit that the search is at.
	MatchCurrent text.Ink
	Foreign      text.Ink // load that is not ours
	ForeignBack  text.Ink // the same as what stands behind load that is ours, for Over
	Bar          text.Ink // the filled part of a rule or a bar
	BarRest      text.Ink // its remainder

	// Where a job's time goes.
	OnCore, WaitCore, WaitGIL, Blocked text.Ink
	// The states of a job.
	Running, Paused, Queued, Failed, Cancelled, Succeeded text.Ink

	// Jobs are the colours of the jobs, JobsBold the same in bold: use Job and JobBold.
	Jobs, JobsBold []text.Ink

	Icons Icons
	// Letters says that jobs cannot be told apart by colour: lanes draw a letter of each instead.
	Letters bool
	// Mono says that there are no colours at all, only bold, faint, underline and reverse.
	Mono bool
}

// New makes the styles of a theme for a terminal with so many colours. With 16, a colour that is
// not one of them is not guessed from its nearest, which may be the background: the token takes the
// colour that the theme "ansi" or "ansi-light" gives it. With none, all themes look as "mono".
func New(theme Theme, profile termenv.Profile) Styles {
	if theme.Mono || profile == termenv.Ascii {
		return mono()
	}
	tokens := theme.resolved()
	if profile == termenv.ANSI {
		tokens = inSixteen(tokens, theme.Dark)
	}
	return coloured(brush{newRenderer(profile), profile}, tokens)
}

// WithASCII returns the styles with the icons of ASCII.
func (s *Styles) WithASCII() Styles {
	plain := *s
	plain.Icons = ASCIIIcons
	return plain
}

// Job returns the ink of the i-th job, counted from 0.
func (s *Styles) Job(i int) text.Ink { return pick(s.Jobs, i) }

// JobBold returns the bold ink of the i-th job.
func (s *Styles) JobBold(i int) text.Ink { return pick(s.JobsBold, i) }

func pick(inks []text.Ink, i int) text.Ink {
	if len(inks) == 0 || i < 0 {
		return text.Ink{}
	}
	return inks[i%len(inks)]
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Letter returns the letter of the i-th job, counted from 0: A to Z, a to z, and from the start.
func Letter(i int) string {
	if i < 0 {
		return " "
	}
	i %= len(letters)
	return letters[i : i+1]
}

// brush makes inks for one terminal.
type brush struct {
	*lipgloss.Renderer
	profile termenv.Profile
}

func newRenderer(profile termenv.Profile) *lipgloss.Renderer {
	r := lipgloss.NewRenderer(io.Discard, termenv.WithProfile(profile))
	r.SetColorProfile(profile)
	return r
}

// style is plain text in a token's colour. A token that cannot be read is the terminal's own colour:
// [Load] has refused it before.
func (b brush) style(token string) lipgloss.Style {
	c, _ := parseColour(token)
	return b.NewStyle().Foreground(c.in(b.profile))
}

func (b brush) ink(token string) text.Ink  { return text.NewInk(b.style(token)) }
func (b brush) bold(token string) text.Ink { return text.NewInk(b.style(token).Bold(true)) }

// on is text cut out of a patch of colour. Reversed rather than given two colours, it is as legible
// as the colour itself on whatever background the terminal has.
func (b brush) on(token string) text.Ink { return text.NewInk(b.style(token).Bold(true).Reverse(true)) }

// behind is a colour as a background.
func (b brush) behind(token string) text.Ink {
	c, _ := parseColour(token)
	if c.kind == unset {
		return text.Ink{}
	}
	return text.NewInk(b.NewStyle().Background(c.in(b.profile)))
}

func (b brush) selected(token string) text.Ink {
	c, _ := parseColour(token)
	if c.kind == unset {
		// Not reverse: that would turn a bar's filled cells into holes.
		return text.NewInk(b.NewStyle().Bold(true).Underline(true))
	}
	return text.NewInk(b.NewStyle().Background(c.in(b.profile)))
}

func coloured(b brush, t Tokens) Styles {
	s := Styles{
		Text:         b.ink(t.Text),
		Dim:          b.ink(t.Dim),
		Faint:        b.ink(t.Faint),
		Border:       b.ink(t.Border),
		BorderFocus:  b.ink(t.BorderFocus),
		Title:        b.bold(t.Text),
		Heading:      b.bold(t.Dim),
		Accent:       b.ink(t.Accent),
		AccentBold:   b.bold(t.Accent),
		Badge:        b.on(t.Accent),
		Good:         b.ink(t.Good),
		GoodBold:     b.bold(t.Good),
		Warn:         b.ink(t.Warn),
		WarnBold:     b.bold(t.Warn),
		Bad:          b.ink(t.Bad),
		BadBold:      b.bold(t.Bad),
		Key:          b.bold(t.Accent),
		Selected:     b.selected(t.Selected),
		Match:        b.on(t.Match),
		MatchCurrent: b.on(t.MatchCurrent),
		Foreign:      b.ink(t.Foreign),
		ForeignBack:  b.behind(t.Foreign),
		Bar:          b.ink(t.Bar),
		BarRest:      b.ink(t.BarRest),
		OnCore:       b.ink(t.OnCore),
		WaitCore:     b.ink(t.WaitCore),
		WaitGIL:      b.ink(t.WaitGIL),
		Blocked:      b.ink(t.Blocked),
		Running:      b.ink(t.Running),
		Paused:       b.ink(t.Paused),
		Queued:       b.ink(t.Queued),
		Failed:       b.ink(t.Failed),
		Cancelled:    b.ink(t.Cancelled),
		Succeeded:    b.ink(t.Succeeded),
		Icons:        UnicodeIcons,
		Letters:      len(t.Jobs) < 2,
	}
	for _, job := range t.Jobs {
		s.Jobs = append(s.Jobs, b.ink(job))
		s.JobsBold = append(s.JobsBold, b.bold(job))
	}
	return s
}

// mono is what there is without colours: bold, faint, underline and reverse. lipgloss draws not even
// these when told that there are no colours, so it is told that there are 16 and given none.
func mono() Styles {
	r := newRenderer(termenv.ANSI)
	ink := func(f func(lipgloss.Style) lipgloss.Style) text.Ink { return text.NewInk(f(r.NewStyle())) }
	var (
		plain      = text.Ink{}
		bold       = ink(func(s lipgloss.Style) lipgloss.Style { return s.Bold(true) })
		faint      = ink(func(s lipgloss.Style) lipgloss.Style { return s.Faint(true) })
		under      = ink(func(s lipgloss.Style) lipgloss.Style { return s.Underline(true) })
		boldUnder  = ink(func(s lipgloss.Style) lipgloss.Style { return s.Bold(true).Underline(true) })
		faintUnder = ink(func(s lipgloss.Style) lipgloss.Style { return s.Faint(true).Underline(true) })
		reverse    = ink(func(s lipgloss.Style) lipgloss.Style { return s.Reverse(true) })
		badge      = ink(func(s lipgloss.Style) lipgloss.Style { return s.Bold(true).Reverse(true) })
		current    = ink(func(s lipgloss.Style) lipgloss.Style { return s.Bold(true).Reverse(true).Underline(true) })
	)
	return Styles{
		Text: plain, Dim: faint, Faint: faint,
		Border: faint, BorderFocus: bold, Title: bold, Heading: bold,
		Accent: bold, AccentBold: bold, Badge: badge, Key: bold,
		Good: plain, GoodBold: bold, Warn: under, WarnBold: boldUnder, Bad: boldUnder, BadBold: badge,
		Selected: boldUnder, Match: reverse, MatchCurrent: current,
		Foreign: faint, Bar: bold, BarRest: faint,
		OnCore: bold, WaitCore: plain, WaitGIL: under, Blocked: faint,
		Running: bold, Paused: under, Queued: faint, Failed: boldUnder, Cancelled: faintUnder, Succeeded: plain,
		Jobs: []text.Ink{plain}, JobsBold: []text.Ink{bold},
		Icons: UnicodeIcons, Letters: true, Mono: true,
	}
}

// inSixteen replaces the tokens that a terminal with 16 colours cannot show.
func inSixteen(t Tokens, dark bool) Tokens {
	spare := ansi.resolved()
	if !dark {
		spare = ansiLight.resolved()
	}
	for _, tok := range tokenTable {
		field := tok.field(&t)
		if c, err := parseColour(*field); err != nil || !c.sixteen() {
			*field = *tok.field(&spare)
		}
	}
	for _, job := range t.Jobs {
		if c, err := parseColour(job); err != nil || !c.sixteen() {
			t.Jobs = spare.Jobs // all of them: single ones might then look alike
			break
		}
	}
	return t
}
