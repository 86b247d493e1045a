package runner

import (
	"slices"
	"testing"
	"time"
)

func TestLogsOfInterpretersOutliveEveryMerge(t *testing.T) {
	early, late := []HostLog{{"a", 1}, {"b", 2}}, []HostLog{{"b", 5}, {"c", 3}}
	want := []HostLog{{"a", 1}, {"b", 5}, {"c", 3}}
	for _, spans := range [][2]time.Duration{{0, 0}, {0, 1}, {1, 0}, {1, 1}} {
		got := Sampled{Span: spans[0], Logs: early}.Merge(Sampled{Span: spans[1], Logs: late})
		if !slices.Equal(got.Logs, want) {
			t.Errorf("spans of %v: %v, want %v", spans, got.Logs, want)
		}
	}
}
