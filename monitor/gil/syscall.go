package gil

// call is what a line of /proc/PID/task/TID/syscall says.
type call struct {
	blocked bool   // neither on a core nor waiting for one
	number  int    // of the system call it is blocked in, or -1
	first   uint64 // its first argument
}

// parseCall reads "running", "-1 SP PC" (blocked, but in no call) or "NR 0xARG ... SP PC". Anything
// else is taken for running.
func parseCall(text []byte) call {
	number, rest, ok := digits(text)
	if !ok {
		if len(text) > 1 && text[0] == '-' && text[1] == '1' {
			return call{blocked: true, number: -1}
		}
		return call{}
	}
	c := call{blocked: true, number: number}
	if len(rest) < 4 || string(rest[:3]) != " 0x" {
		return call{}
	}
	for _, b := range rest[3:] {
		switch {
		case b >= '0' && b <= '9':
			c.first = c.first<<4 | uint64(b-'0')
		case b >= 'a' && b <= 'f':
			c.first = c.first<<4 | uint64(b-'a'+10)
		default:
			return c
		}
	}
	return c
}

func digits(text []byte) (n int, rest []byte, ok bool) {
	i := 0
	for i < len(text) && i < 9 && text[i] >= '0' && text[i] <= '9' {
		n = 10*n + int(text[i]-'0')
		i++
	}
	return n, text[i:], i > 0
}
