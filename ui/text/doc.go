// Package text works on single lines of terminal text: it makes the output of jobs safe to draw,
// measures text in columns and cuts it to a width.
//
// The text that the functions take and return is that of [Clean]: printable characters and SGR
// sequences (colours and attributes), nothing else. Columns are measured by [Width] alone, which
// counts as bubbletea and lipgloss do, so that what is cut here fits what they draw.
//
// All functions are pure and safe for any goroutine.
package text
