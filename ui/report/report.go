// Package report writes a run, or a comparison, as one HTML page that can be sent to others and read
// without parallax. The page is whole: it loads nothing, has no script, and needs no network. It
// follows the reader's choice of a dark or light screen, and prints.
//
// Whatever comes from jobs (names, commands, errors) is made printable first and then escaped, so it
// can neither run nor rearrange what is around it. The same input makes the same page, byte for byte.
package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/scaling"
	"parallax/runner"
	"parallax/runner/journal"
)

// ComparisonInput is what a report of a comparison is made of.
type ComparisonInput struct {
	Record  comparison.Record
	Table   choice.Table
	Verdict choice.Verdict
	// Tuning is what a comparison of numbers of workers recommends, in place of Verdict; else nil.
	Tuning *scaling.Recommendation
	// Runs are what is drawn of each column of the table: a run of it, folded, or nil where there is
	// none. It may be shorter than the columns.
	Runs []*runner.State
}

// RunInput is what a report of a run is made of.
type RunInput struct {
	Recording *journal.Recording
}

// Comparison writes the report of a comparison.
func Comparison(w io.Writer, in ComparisonInput) error {
	return write(w, "comparison", comparisonPage(&in))
}

// Run writes the report of a run.
func Run(w io.Writer, in RunInput) error {
	return write(w, "run", runPage(in.Recording))
}

//go:embed page.html style.css
var files embed.FS

// pages are the templates. That they parse is known from any test.
var pages = template.Must(template.ParseFS(files, "page.html"))

// write makes the page in memory, so that an error does not leave half of one.
func write(w io.Writer, name string, data any) error {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("make the report: %w", err)
	}
	_, err := b.WriteTo(w)
	return err
}
