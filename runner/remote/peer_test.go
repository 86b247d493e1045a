//go:build linux || darwin || freebsd

package remote

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"
)

func TestOnlyTheSameUserIsAnswered(t *testing.T) {
	d := serve(t)
	c := d.dial(t).(*net.UnixConn)
	if err := sameUser(c); err != nil {
		t.Errorf("ourselves: %v", err)
	}
	err := peer(c, func(int) (uint32, error) { return uint32(os.Getuid()) + 1, nil })
	if err == nil || !strings.Contains(err.Error(), "only the user of the run") {
		t.Errorf("somebody else: %v", err)
	}
	cannot := errors.New("cannot tell")
	if err := peer(c, func(int) (uint32, error) { return 0, cannot }); !errors.Is(err, cannot) {
		t.Errorf("somebody unknown: %v", err)
	}
}
