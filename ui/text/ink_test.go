package text

import (
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

func styles(p termenv.Profile) *lipgloss.Renderer {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(p)
	return r
}

func TestInkDrawsAsItsStyle(t *testing.T) {
	r := styles(termenv.TrueColor)
	for name, style := range map[string]lipgloss.Style{
		"plain":      r.NewStyle(),
		"colour":     r.NewStyle().Foreground(lipgloss.Color("#7aa2f7")),
		"background": r.NewStyle().Background(lipgloss.Color("#1c2030")),
		"all":        r.NewStyle().Foreground(lipgloss.Color("9")).Background(lipgloss.Color("200")).Bold(true).Faint(true).Italic(true),
		"reverse":    r.NewStyle().Reverse(true),
		"underline":  r.NewStyle().Underline(true),
	} {
		t.Run(name, func(t *testing.T) {
			k := NewInk(style)
			for _, s := range []string{"x", "word", "äöü漢字👍"} {
				want := style.Render(s)
				if name == "underline" { // lipgloss underlines letter by letter, which looks the same
					want = "\x1b[4;4m" + s + "\x1b[0m"
				}
				if got := k.Render(s); got != want {
					t.Errorf("Render(%q) = %q, want %q", s, got, want)
				}
				var b strings.Builder
				k.Write(&b, s)
				if b.String() != want {
					t.Errorf("Write(%q) wrote %q, want %q", s, b.String(), want)
				}
			}
		})
	}
}

func TestInkIgnoresWhatChangesTheText(t *testing.T) {
	r := styles(termenv.ANSI)
	red := NewInk(r.NewStyle().Foreground(lipgloss.Color("1")))
	odd := NewInk(r.NewStyle().Foreground(lipgloss.Color("1")).
		Width(20).MaxWidth(3).Height(4).Padding(2).Margin(1).Border(lipgloss.RoundedBorder()).Transform(strings.ToUpper))
	if odd != red {
		t.Errorf("with a size and a frame: %q, want %q", odd.Render("a"), red.Render("a"))
	}
}

func TestZeroInkIsPlain(t *testing.T) {
	var k Ink
	if got := k.Render("a b"); got != "a b" || !k.Plain() {
		t.Errorf("Render = %q, Plain = %v", got, k.Plain())
	}
	if bold := NewInk(styles(termenv.ANSI).NewStyle().Bold(true)); bold.Plain() {
		t.Error("bold counts as plain")
	}
	if got := NewInk(styles(termenv.Ascii).NewStyle().Bold(true)); got != k {
		t.Errorf("lipgloss draws nothing without colours, the ink draws %q", got.Render("a"))
	}
}

func TestNothingIsDrawnForNoText(t *testing.T) {
	k := NewInk(styles(termenv.ANSI).NewStyle().Bold(true))
	var b strings.Builder
	k.Write(&b, "")
	if got := k.Render("") + b.String(); got != "" {
		t.Errorf("no text drew %q", got)
	}
}

func TestOver(t *testing.T) {
	r := styles(termenv.ANSI)
	fg, bg := NewInk(r.NewStyle().Foreground(lipgloss.Color("2"))), NewInk(r.NewStyle().Background(lipgloss.Color("4")))
	if got, want := fg.Over(bg).Render("a"), "\x1b[44m\x1b[32ma\x1b[0m"; got != want {
		t.Errorf("Over = %q, want %q", got, want)
	}
	if got := (Ink{}).Over(bg); got != bg {
		t.Errorf("a plain span of a row is not drawn in the row's ink: %q", got.Render("a"))
	}
	if got := fg.Over(Ink{}); got != fg {
		t.Errorf("Over nothing changed the ink: %q", got.Render("a"))
	}
	if got := bg.Over(bg); got != bg {
		t.Errorf("Over itself = %q", got.Render("a"))
	}
}

func BenchmarkInk(b *testing.B) {
	k := NewInk(styles(termenv.TrueColor).NewStyle().Foreground(lipgloss.Color("#7aa2f7")).Bold(true))
	var sb strings.Builder
	sb.Grow(1 << 20)
	for b.Loop() {
		if sb.Len() > 1<<19 {
			sb.Reset()
			sb.Grow(1 << 20)
		}
		k.Write(&sb, "thumbnails")
	}
}
