package progress

// Tracker follows the progress of one try of a job. The zero value is ready. It belongs to one
// goroutine.
type Tracker struct {
	share  float64
	source source
	output [2]output // standard output (or both streams), standard error
}

// source is where a share comes from; a greater one is better.
type source uint8

const (
	unknown source = iota
	fromLine
	fromSequence
	fromDescriptor
)

// Share returns how far the job is, as 0..1; false where it is not known.
func (t *Tracker) Share() (share float64, known bool) { return t.share, t.source != unknown }

// Output takes what the job has written to a stream since the last call: 0 is standard output, 1
// standard error.
func (t *Tracker) Output(stream int, text []byte) {
	if t.source == fromDescriptor {
		return
	}
	t.output[stream].feed(text, t.set)
}

// Skip says that something that the job has written to a stream is left out between the last call of
// Output and the next.
func (t *Tracker) Skip(stream int) { t.output[stream].skip() }

// Descriptor takes the end of what the job has written to its progress descriptor. Its last line that
// is whole and means something counts; whole says whether text begins with a line.
func (t *Tracker) Descriptor(text []byte, whole bool) {
	if share, ok := lastLine(text, whole); ok {
		t.set(fromDescriptor, share)
	}
}

func (t *Tracker) set(from source, share float64) {
	if from >= t.source {
		t.source, t.share = from, share
	}
}
