// Package progress finds out how far a job is from what it writes. It does no input or output
// itself: a [Tracker] is fed with pieces of text.
//
// There are three sources. One that is better silences the others for the rest of the try:
//
//   - Lines on a descriptor that is meant for nothing else, whose number is in PARALLAX_PROGRESS_FD.
//   - The sequence ESC ] 9 ; 4 ; STATE ; PERCENT BEL in the output, which terminals know.
//   - A percentage or a fraction in a line of the output that is drawn again and again, as bars are.
//
// Numbers in ordinary lines are never taken for progress.
package progress

// Tail is how many bytes at the end of what a job has written are enough to feed: what lies before
// them is out of date.
const Tail = 4096
