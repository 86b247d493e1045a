//go:build linux && !amd64

package process

var callsHere map[int]string
