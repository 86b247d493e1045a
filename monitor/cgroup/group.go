package cgroup

import (
	"io/fs"
	"path"
	"strings"
)

// Group is a control group of this process, as one controller sees it.
type Group struct {
	dir   string // in the file system handed to Find
	mount string // the top of the hierarchy; limits hold from dir up to here
	v2    bool
}

// Controllers that limit what a run can have.
const (
	CPU    = "cpu"
	Memory = "memory"
)

// Find finds the group of this process in which a controller limits it, in root, the file system from "/"
// on. Where both versions are mounted, the one that has the controller counts. It returns false where
// there are no control groups, or they cannot be read.
func Find(root fs.FS, controller string) (Group, bool) {
	groups, err1 := fs.ReadFile(root, "proc/self/cgroup")
	mounts, err2 := fs.ReadFile(root, "proc/self/mountinfo")
	if err1 != nil || err2 != nil {
		return Group{}, false
	}
	var unified Group
	found := false
	for line := range strings.Lines(string(groups)) { // hierarchy:controllers:path
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) != 3 {
			continue
		}
		switch {
		case part[1] == "":
			unified, found = locate(string(mounts), "cgroup2", "", part[2])
		case contains(part[1], controller):
			if g, ok := locate(string(mounts), "cgroup", controller, part[2]); ok {
				return g, true
			}
		}
	}
	unified.v2 = true
	return unified, found
}

func contains(list, item string) bool { return strings.Contains(","+list+",", ","+item+",") }

// locate finds where the hierarchy of a type and controller is mounted, and in it the group.
func locate(mounts, fstype, controller, group string) (Group, bool) {
	for line := range strings.Lines(mounts) {
		// id parent dev root mount options... - type source super-options
		left, right, ok := strings.Cut(line, " - ")
		l, r := strings.Fields(left), strings.Fields(right)
		if !ok || len(l) < 5 || len(r) < 3 || r[0] != fstype || controller != "" && !contains(r[2], controller) {
			continue
		}
		mount := strings.Trim(l[4], "/")
		// In a container the mount shows only part of the hierarchy, from l[3] on.
		inside := group
		if rest, ok := strings.CutPrefix(group, l[3]); ok {
			inside = rest
		}
		inside = path.Clean("/" + inside)
		return Group{dir: strings.TrimSuffix(mount+inside, "/"), mount: mount}, true
	}
	return Group{}, false
}

// levels are the folders of the group and of those above it: limits of all of them hold.
func (g Group) levels(yield func(dir string) bool) {
	for dir := g.dir; yield(dir) && dir != g.mount && len(dir) > len(g.mount); dir = path.Dir(dir) {
	}
}
