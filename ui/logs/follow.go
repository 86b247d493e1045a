package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"parallax/ui/text"
)

// Chunk is a part of a log on its way to plain output.
type Chunk struct {
	// Data is whole lines, each with its newline. Only the last may be without: it is over-long and
	// goes on in the next chunk, or it is the last of an ended log. Data is empty when there is no
	// more to deliver now. It is valid until the next call.
	Data []byte
	Next int64 // where the next chunk begins
	Cont bool  // Data goes on with a line that an earlier chunk began
	More bool  // there are bytes after Next: further lines, or the start of one that is not complete
}

// chunkSize is how much a Follower reads at once, and the longest line that it keeps together.
const chunkSize = 256 << 10

// A Follower reads logs from their start to their end, as they grow, in whole lines. It holds no
// file open and remembers nothing of a log, so one serves any number of them. The zero Follower is
// ready. Not for use by several goroutines at once.
type Follower struct{ buf []byte }

// Next reads on in a log at the offset from: 0 at first, then the Next of the last chunk. Of the
// first limit bytes (-1: all there are) only complete lines are delivered, unless ended says that
// nothing will be added to them: then the rest of the last line is too, without a newline, which is
// up to the caller. Lines of more than 256 KiB are delivered in parts. A file that is shorter than
// from was truncated, and is read from its start again.
func (f *Follower) Next(path string, from, limit int64, ended bool) (Chunk, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Chunk{Next: from}, nil
	}
	if err != nil {
		return Chunk{Next: from}, fmt.Errorf("follow log: %w", err)
	}
	defer file.Close() // only read from
	info, err := file.Stat()
	if err != nil {
		return Chunk{Next: from}, fmt.Errorf("follow log: %w", err)
	}
	size := info.Size()
	if size < from {
		from = 0
	}
	if limit >= 0 {
		size = min(size, limit)
	}
	if size <= from {
		return Chunk{Next: from}, nil
	}
	if f.buf == nil {
		f.buf = make([]byte, 1+chunkSize)
	}
	lead := min(from, 1) // the byte before from says whether a line starts there
	n, err := file.ReadAt(f.buf[:min(lead+size-from, 1+chunkSize)], from-lead)
	if err != nil && !errors.Is(err, io.EOF) {
		return Chunk{Next: from}, fmt.Errorf("follow log: %w", err)
	}
	if int64(n) <= lead {
		return Chunk{Next: from}, nil
	}
	cont := lead == 1 && f.buf[0] != '\n'
	data := whole(f.buf[lead:n], from+int64(n)-lead == size, ended)
	next := from + int64(len(data))
	return Chunk{Data: data, Next: next, Cont: cont && len(data) > 0, More: next < size}, nil
}

// whole returns the part of b that can be delivered. last says that nothing follows b now.
func whole(b []byte, last, ended bool) []byte {
	if last && ended {
		return b
	}
	if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
		return b[:i+1]
	}
	if len(b) >= chunkSize {
		return b[:text.Whole(b)]
	}
	return nil
}
