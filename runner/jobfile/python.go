package jobfile

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// HostLoss is what becomes of jobs whose interpreter ended because of another job in it.
type HostLoss string

// What can become of them.
const (
	LossFail    HostLoss = "fail"
	LossRestart HostLoss = "restart" // at most three times
)

// ParseHostLoss reads a policy's name.
func ParseHostLoss(s string) (HostLoss, error) {
	if l := HostLoss(s); l == LossFail || l == LossRestart {
		return l, nil
	}
	return "", fmt.Errorf("unknown policy %q: one of fail, restart", s)
}

// Auto stands for the modules that the scripts share, where modules to be preloaded are named.
const Auto = "auto"

var moduleName = regexp.MustCompile(`^[\pL_][\pL\pN_]*(\.[\pL_][\pL\pN_]*)*$`)

// ParsePreload reads the modules that Python processes are to have imported before they start:
// "numpy,json", or "auto".
func ParsePreload(s string) ([]string, error) {
	names := strings.Split(s, ",")
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
	}
	return modules(names)
}

func modules(names []string) ([]string, error) {
	for _, name := range names {
		if !moduleName.MatchString(name) {
			return nil, fmt.Errorf("%q is not the name of a module: write numpy, xml.sax, or auto", short(name))
		}
	}
	if len(names) > 1 && slices.Contains(names, Auto) {
		return nil, errors.New("auto stands alone: it finds the modules by itself")
	}
	return names, nil
}

// preloads is one name, names with commas between, or a list of names; an empty list is none.
var preloads = kind[[]string]{oneOrMore(someText).schema, func(d *decoder, label string, n ast.Node) ([]string, bool) {
	names, ok := oneOrMore(someText).read(d, label, n)
	if !ok {
		return nil, false
	}
	if _, list := d.resolve(n).(*ast.SequenceNode); !list {
		names = strings.Split(names[0], ",")
	}
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
	}
	if _, err := modules(names); err != nil {
		d.add(d.at(n), "%s: %v", label, err)
		return nil, false
	}
	return names, true
}}
