package wire

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Text is a string that may hold bytes which are no UTF-8, as paths and environments may. They travel
// as Python's surrogate escapes.
type Text string

// MarshalJSON implements [json.Marshaler].
func (t Text) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	out := []byte{'"'}
	for s := string(t); s != ""; {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			out = fmt.Appendf(out, `\udc%02x`, s[0])
		} else {
			quoted, err := json.Marshal(s[:n])
			if err != nil {
				return nil, err
			}
			out = append(out, quoted[1:len(quoted)-1]...)
		}
		s = s[n:]
	}
	return append(out, '"'), nil
}

// Texts makes each string a [Text]. The result is never nil, for null is no list.
func Texts(list []string) []Text {
	out := make([]Text, len(list))
	for i, s := range list {
		out[i] = Text(s)
	}
	return out
}
