package goroutine

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// both is a script in the subset that the package comment promises to be the same in both languages.
const both = `
time = __import__("time")
sys = __import__("sys")
math = __import__("math")

def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

def classify(n, small = 10, *rest, **named):
    if n < 0:
        return "negative"
    elif n < small:
        return "small"
    else:
        return "large" + str(len(rest)) + str(len(named))

def main():
    print("args", len(sys.argv) - 1, sys.argv[1], sys.argv[2])
    print(fib(15), classify(-1), classify(3), classify(99, 5, 6, k = 7))
    print(7 // 2, -7 // 2, 7 % 3, -7 % 3, 7 / 2, 1 << 70, 5 & 3, 5 | 3, 5 ^ 3, 255 >> 2, ~5)
    print(3.0, 0.1 + 0.2, 1.5e300, 1e-5, 12345.678, 100000.0, 1 / 3, 2 / 1, -0.0)
    for x in [1e15, 1e16, 1e22, 1234567.0, 1234567.125, 0.0001, 0.00001, 123456789012345680.0, float("inf"), -float("inf"), float("nan")]:
        print(x, str(x), -x)
    print("%d of %s, %r, %x" % (3, "x", 7, 255), "{} {b}".format(1, b = 2))
    print([1, 2, 3], (1,), {1: 2}, None, True, [], (), {})
    print(sum([1, 2, 3]), sum([0.5], 1), pow(2, 100), pow(3, 4, 5), pow(2, -1), pow(2.0, 0.5), pow(3, -1, 7), pow(3, 2, -5))
    print(divmod(17, 5), divmod(-17, 5), round(2.5), round(3.5), round(-0.5), round(2.675, 2), round(7), round(1.25, 1))
    print(hex(255), oct(8), bin(5), hex(-255), bin(0), abs(-3), min(3, 1, 2), max([4, 5]))
    print(sorted([3, 1, 2], reverse = True), list(reversed([1, 2])), list(enumerate([5])), list(zip([1, 2], [3, 4])))
    print(any([0, 1]), all([]), bool(0), int("12"), int("ff", 16), ord("a"), chr(98), len("abc"), repr(1))
    print(",".join([str(i * i) for i in range(5) if i % 2 == 0]), "abc"[1:], "abc"[::-1], "Abc".upper(), " a ".strip())
    print("x" in "xyz", 3 not in [1, 2], "abc".find("c"), "a-b".replace("-", "+"), "abc".startswith("ab"))
    print(math.sqrt(2.0), math.floor(2.7), math.ceil(2.1), math.pi)
    print("no", "newline", sep = "_", end = "!\n", flush = True)
    d = {}
    for w in ["a", "b", "a"]:
        d[w] = d.get(w, 0) + 1
    for k, v in d.items():
        print(k, v)
    s = set([1, 2, 2])
    s.add(5)
    print(len(s), 5 in s)
    f = lambda x: x + 1
    n = 0
    while True:
        n = f(n)
        if n == 3:
            continue
        if n > 5:
            break
    print(n, n == 6 and "six" or "other")
    begin = time.perf_counter()
    time.sleep(0.01)
    print(0.01 <= time.perf_counter() - begin, time.monotonic() >= 0, time.time() > 1)
    x, (y, z) = 1, (2, 3)
    print(x, y, z)

if __name__ == "__main__":
    main()
    sys.exit(3)
`

func TestScriptsThatAreBothGiveTheSameOutputUnderPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3")
	}
	own := filepath.Join(t.TempDir(), "both.py")
	if err := os.WriteFile(own, []byte(both), 0o600); err != nil {
		t.Fatal(err)
	}
	examples := filepath.Join("..", "..", "examples", "starlark")
	for _, tt := range []struct {
		path string
		args []string
		code int
	}{
		{own, []string{"x", "y"}, 3},
		{filepath.Join(examples, "primes.star"), []string{"3000"}, 0},
		{filepath.Join(examples, "collatz.star"), []string{"3000"}, 0},
		{filepath.Join(examples, "sleepers.star"), []string{"3", "0.01"}, 0},
		{filepath.Join(examples, "primes.star"), []string{"-5"}, 1},
	} {
		t.Run(filepath.Base(tt.path), func(t *testing.T) {
			cmd := exec.Command(python, append([]string{tt.path}, tt.args...)...)
			var want, wantErr strings.Builder
			cmd.Stdout, cmd.Stderr = &want, &wantErr
			_ = cmd.Run() // its exit status is compared
			var got, gotErr strings.Builder
			code := Exec(tt.path, tt.args, &got, &gotErr, nil)
			if code != tt.code || cmd.ProcessState.ExitCode() != tt.code {
				t.Errorf("exit status %d here, %d under Python, want %d\n%s%s", code, cmd.ProcessState.ExitCode(), tt.code, &gotErr, &wantErr)
			}
			if got.String() != want.String() || gotErr.String() != wantErr.String() {
				t.Errorf("here:\n%s%s\nPython:\n%s%s", &got, &gotErr, &want, &wantErr)
			}
		})
	}
}
