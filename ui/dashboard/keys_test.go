package dashboard

import (
	"slices"
	"testing"

	"parallax/ui/dashboard/keys"
)

func TestTheTableOfKeysHasAllActionsOfARun(t *testing.T) {
	for _, a := range keys.Actions() {
		has := slices.ContainsFunc(rows, func(r keys.Row) bool { return string(r.Action) == a.Name })
		if want := a.Context != keys.Comparisons; has != want {
			t.Errorf("%s, of %q: in the table %v, want %v", a.Name, a.Context, has, want)
		}
	}
}
