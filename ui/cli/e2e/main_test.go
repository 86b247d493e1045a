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

// build makes the program, once for all tests, with the race detector in it.
var build = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "parallax")
	out, err := exec.Command("go", "build", "-race", "-o", path, "parallax").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build parallax: %w\n%s", err, out)
	}
	return path, nil
})

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
