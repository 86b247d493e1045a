// Package journal keeps runs on disk: a folder per run, with what was asked (run.json), everything
// that happened (events.ndjson) and the output of every try (logs/). The format is written down
// in docs/events.md.
//
// [Create] makes a folder and returns a [Writer], which is the run's recorder. [Open] reads one
// back as the same stream of events, [Load] folds it, [Player] replays it at the pace at which it
// happened, [List] and [Find] look over all of them.
//
// # What a folder promises
//
// Events are handed to the operating system before anyone is shown them, so a SIGKILL of parallax
// loses no change of state that was shown. Changes of state are also forced to the disk, in the
// background and several at once, so a power cut loses at most the last moments: typically a tenth
// of a second, or as long as the disk takes.
//
// Figures are kept more coarsely: neighbouring samples are merged until they cover a second, so a
// SIGKILL can lose the figures of the last second. Folding a folder gives the same statuses, times
// and lanes as the live run had, within the rounding of the format (a microsecond a line).
//
// A damaged folder is read as far as it makes sense, and what was left out is told.
package journal
