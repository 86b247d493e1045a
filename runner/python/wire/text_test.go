package wire

import (
	"encoding/json"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func FuzzText(f *testing.F) {
	f.Add("a\xffé\"\\\x00\n")
	f.Fuzz(func(t *testing.T, s string) {
		data, err := json.Marshal(Text(s))
		if err != nil || !json.Valid(data) || strings.ContainsAny(string(data), "\n") {
			t.Errorf("%q: %s %v", s, data, err)
		}
	})
}

func TestBytesThatAreNoTextTravelAsSurrogateEscapes(t *testing.T) {
	data, err := json.Marshal(Texts([]string{"a\xffb", "é\xc3"}))
	if want := `["a\udcffb","é\udcc3"]`; err != nil || string(data) != want {
		t.Errorf("%s %v", data, err)
	}
}

func TestNoTextsAreAnEmptyList(t *testing.T) {
	if data, err := json.Marshal(Texts(nil)); err != nil || string(data) != "[]" {
		t.Errorf("%s %v", data, err)
	}
}
