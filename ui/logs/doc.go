// Package logs reads the log files of jobs for the screen and for plain output. Whatever the size of
// a file, only what is asked for is read, and memory is bounded by that: a file is never loaded
// whole.
//
// A file is a sequence of lines. A line that is too long to be handled at once is cut into pieces of
// 16 to 32 KiB, each of which is a [Line]. Where it is cut depends on nothing but the bytes just
// before the cut, so reading forwards, backwards and from anywhere within gives the same pieces at
// the same cost: the file is seen as blocks of 16 KiB, and a line is cut at the end of each block
// that holds no newline (a little before it, where that would split a character or an escape
// sequence).
//
// A line that redraws itself with carriage returns, such as a progress bar, shows its last state:
// the pieces before it, which have been overwritten, are left out.
//
// Colours that are left on at the end of a line hold in the lines after it. They are looked for in
// the block of a line and the one before it.
//
// A limit says how many bytes of a file are seen; -1 stands for all that it holds. A file that does
// not exist is read as one without lines. A file may grow or be truncated at any time. All functions
// may be called from any goroutine.
package logs
