//go:build linux || darwin

package e2e_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// The program, each build of it made once for all tests: raced has the race detector in it, plain
// is as fast as the user's.
var (
	raced = sync.OnceValues(func() (string, error) { return build("raced", "-race") })
	plain = sync.OnceValues(func() (string, error) { return build("plain") })
)

func build(name string, flags ...string) (string, error) {
	path := filepath.Join(scratch, name)
	args := append(append([]string{"build"}, flags...), "-o", path, "parallax")
	out, err := exec.Command("go", args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build parallax: %w\n%s", err, out)
	}
	return path, nil
}

// scratch is the folder of the program and of the race detector's reports.
var scratch string

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("5") // the tests mostly wait for the program, which mostly waits for its jobs
	}
	var err error
	if scratch, err = os.MkdirTemp("", "parallax-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	if err := os.RemoveAll(scratch); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}
