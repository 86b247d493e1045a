package goroutine

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	starlarkmath "go.starlark.net/lib/math"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

// This file has what Python offers as built-in functions and Starlark lacks, as far as scripts that
// are both need it.

// asText is str(v). It differs from Starlark's in how it writes numbers: as Python does, 1234567.0
// and not 1.234567e+06.
func asText(v starlark.Value) string {
	switch v := v.(type) {
	case starlark.String:
		return string(v)
	case starlark.Bytes:
		return string(v)
	case starlark.Float:
		return floatText(float64(v))
	}
	return v.String()
}

// floatText writes f as Python's repr does: the fewest digits that say exactly f, with an exponent
// below 1e-4 and from 1e16 on.
func floatText(f float64) string {
	size := math.Abs(f)
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1) || math.IsNaN(f) || size >= 1e16 || size < 1e-4 && size > 0:
		return strings.ToLower(strconv.FormatFloat(f, 'e', -1, 64))
	case f == math.Trunc(f):
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func str(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value = starlark.String("")
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 0, &v); err != nil {
		return nil, err
	}
	return starlark.String(asText(v)), nil
}

// import_ stands in for the import statement, which Starlark cannot read.
func import_(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &name); err != nil {
		return nil, err
	}
	switch name {
	case "math":
		return starlarkmath.Module, nil
	case "time":
		return &starlarkstruct.Module{Name: name, Members: starlark.StringDict{
			"sleep":        starlark.NewBuiltin("sleep", sleep),
			"time":         starlark.NewBuiltin("time", now),
			"monotonic":    starlark.NewBuiltin("monotonic", monotonic),
			"perf_counter": starlark.NewBuiltin("perf_counter", monotonic),
		}}, nil
	case "sys":
		t := taskOf(thread)
		argv := append([]starlark.Value{starlark.String(t.script)}, stringValues(t.args)...)
		return &starlarkstruct.Module{Name: name, Members: starlark.StringDict{
			"argv": starlark.NewList(argv),
			"exit": starlark.NewBuiltin("exit", exit),
		}}, nil
	}
	return nil, fmt.Errorf("no module %q here: only time, sys and math", name)
}

// loaded is when the program started, the zero of monotonic.
var loaded = time.Now()

func monotonic(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 0); err != nil {
		return nil, err
	}
	return starlark.Float(time.Since(loaded).Seconds()), nil
}

// exit ends the script as Python's sys.exit does: None is success, a number is the status, and
// anything else is written to the log and means 1.
func exit(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value = starlark.None
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 0, &v); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, exitStatus(0)
	case starlark.Int:
		low := new(big.Int).And(v.BigInt(), big.NewInt(0xff)) // all that a process's status holds
		return nil, exitStatus(low.Int64())
	}
	if _, err := io.WriteString(taskOf(thread).errors, asText(v)+"\n"); err != nil {
		return nil, fmt.Errorf("exit: %w", bare(err))
	}
	return nil, exitStatus(1)
}

func sum(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var items starlark.Iterable
	var total starlark.Value = starlark.MakeInt(0)
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "iterable", &items, "start?", &total); err != nil {
		return nil, err
	}
	iter := items.Iterate()
	defer iter.Done()
	var v starlark.Value
	for n := 1; iter.Next(&v); n++ {
		if n%stepsBetween == 0 {
			if err := checkpoint(thread); err != nil {
				return nil, err
			}
		}
		next, err := starlark.Binary(syntax.PLUS, total, v)
		if err != nil {
			return nil, fmt.Errorf("sum: %w", err)
		}
		total = next
	}
	return total, nil
}

// maxPowBits bounds the size of an integer power: larger ones take seconds that nothing can interrupt.
const maxPowBits = 1 << 22

func pow(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, y, m starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "base", &x, "exp", &y, "mod?", &m); err != nil {
		return nil, err
	}
	xi, xInt := x.(starlark.Int)
	yi, yInt := y.(starlark.Int)
	switch mi, mInt := m.(starlark.Int); {
	case xInt && yInt && mInt:
		return powMod(xi.BigInt(), yi.BigInt(), mi.BigInt())
	case m != nil && m != starlark.None:
		return nil, errors.New("pow: with three arguments all must be integers")
	case xInt && yInt && yi.Sign() >= 0:
		n, ok := yi.Uint64()
		base := xi.BigInt()
		if base.BitLen() > 1 && (!ok || n > maxPowBits/uint64(base.BitLen())) {
			return nil, errors.New("pow: the result is too large")
		}
		return starlark.MakeBigInt(base.Exp(base, yi.BigInt(), nil)), nil
	}
	xf, ok1 := starlark.AsFloat(x)
	yf, ok2 := starlark.AsFloat(y)
	switch {
	case !ok1 || !ok2:
		return nil, fmt.Errorf("pow: got %s and %s, want numbers", x.Type(), y.Type())
	case xf == 0 && yf < 0:
		return nil, errors.New("pow: zero to a negative power")
	case xf < 0 && yf != math.Trunc(yf):
		return nil, errors.New("pow: the result is a complex number")
	}
	return starlark.Float(math.Pow(xf, yf)), nil
}

// powMod is x to the power of y modulo m, with the sign of m as in Python.
func powMod(x, y, m *big.Int) (starlark.Value, error) {
	if m.Sign() == 0 {
		return nil, errors.New("pow: the modulus is zero")
	}
	r := new(big.Int).Exp(x, y, new(big.Int).Abs(m))
	if r == nil {
		return nil, errors.New("pow: the base has no inverse for this modulus")
	}
	if m.Sign() < 0 && r.Sign() > 0 {
		r.Add(r, m)
	}
	return starlark.MakeBigInt(r), nil
}

func divmod(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, y starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &x, &y); err != nil {
		return nil, err
	}
	q, err := starlark.Binary(syntax.SLASHSLASH, x, y)
	if err != nil {
		return nil, fmt.Errorf("divmod: %w", err)
	}
	r, err := starlark.Binary(syntax.PERCENT, x, y)
	if err != nil {
		return nil, fmt.Errorf("divmod: %w", err)
	}
	return starlark.Tuple{q, r}, nil
}

// round rounds halves to even, as Python does: to an integer, or to so many decimals.
func round(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, digits starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "number", &x, "ndigits?", &digits); err != nil {
		return nil, err
	}
	n := 0
	if digits != nil && digits != starlark.None {
		if err := starlark.AsInt(digits, &n); err != nil || n < 0 || n > 300 {
			return nil, errors.New("round: the number of decimals must be 0 to 300")
		}
	}
	f, ok := x.(starlark.Float)
	switch {
	case x.Type() == "int":
		return x, nil
	case !ok:
		return nil, fmt.Errorf("round: got %s, want a number", x.Type())
	case digits == nil || digits == starlark.None:
		return starlark.NumberToInt(starlark.Float(math.RoundToEven(float64(f))))
	}
	r, err := strconv.ParseFloat(strconv.FormatFloat(float64(f), 'f', n, 64), 64)
	return starlark.Float(r), err
}

// inBase is hex, oct and bin.
func inBase(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Int
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &x); err != nil {
		return nil, err
	}
	format := map[string]string{"hex": "%#x", "oct": "%O", "bin": "%#b"}[b.Name()]
	return starlark.String(fmt.Sprintf(format, x.BigInt())), nil
}
