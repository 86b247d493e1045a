package goroutine

import (
	"fmt"
	"math/big"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// maxElements is how many elements one operation may make: a GiB of values. Starlark itself allows
// sixteen times that for repeating a list, and anything for list(range(n)), which ends the program
// when the machine has less.
const maxElements = 1 << 26

// countName is what boundRepeats calls; no script can name it.
const countName = "repeat count"

// boundRepeats rewrites [x] * n, where a list or tuple is written out, so that n is checked before
// the memory is taken. Other products are left alone: a check would make all arithmetic slower.
func boundRepeats(file *syntax.File) {
	syntax.Walk(file, func(n syntax.Node) bool {
		if b, ok := n.(*syntax.BinaryExpr); ok && b.Op == syntax.STAR {
			if size := written(b.X); size > 0 {
				b.Y = counted(b.Y, size, b.OpPos)
			} else if size := written(b.Y); size > 0 {
				b.X = counted(b.X, size, b.OpPos)
			}
		}
		return true
	})
}

// written returns the length of a list or tuple that is written out, else 0.
func written(e syntax.Expr) int {
	switch e := e.(type) {
	case *syntax.ListExpr:
		return len(e.List)
	case *syntax.TupleExpr:
		return len(e.List)
	case *syntax.ParenExpr:
		return written(e.X)
	}
	return 0
}

func counted(n syntax.Expr, size int, pos syntax.Position) syntax.Expr {
	return &syntax.CallExpr{
		Fn: &syntax.Ident{NamePos: pos, Name: countName}, Lparen: pos, Rparen: pos,
		Args: []syntax.Expr{n, &syntax.Literal{Token: syntax.INT, TokenPos: pos, Raw: fmt.Sprint(size), Value: int64(size)}},
	}
}

// checkCount returns its first argument, unless that many times the second is too much.
func checkCount(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	n, ok := args[0].(starlark.Int)
	if !ok {
		return args[0], nil
	}
	size := args[1].(starlark.Int).BigInt()
	if size.Mul(size, n.BigInt()).Cmp(big.NewInt(maxElements)) > 0 {
		return nil, fmt.Errorf("a list of %v elements: at most %d can be made at once", size, maxElements)
	}
	return n, nil
}

// bounded returns Starlark's own function of that name, which refuses to go through more than
// maxElements at once: it could neither be paused nor ended meanwhile, and most keep them all.
func bounded(name string) *starlark.Builtin {
	f := starlark.Universe[name].(*starlark.Builtin)
	return starlark.NewBuiltin(name, func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		for _, a := range args {
			if n := starlark.Len(a); n > maxElements {
				if _, text := a.(starlark.String); !text {
					return nil, fmt.Errorf("%s: %d elements: at most %d can be gone through at once", name, n, maxElements)
				}
			}
		}
		return f.CallInternal(thread, args, kwargs)
	})
}
