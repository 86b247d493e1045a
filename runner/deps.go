package runner

import "slices"

// deps is who waits for whom. A name in After stands for a node: the one job of that name, or all
// replicas that share it. Tasks are tied to nodes rather than to each other, so ten thousand jobs
// that wait for ten thousand others are twenty thousand ties and not a hundred million.
type deps struct {
	members [][]int       // of each node: the tasks that must have succeeded
	waiters [][]int       // of each node: the tasks that wait for it
	needs   map[int][]int // of each task: the nodes it waits for; only those with any
	within  map[int][]int // of each task: the nodes it is a member of; only those with any
}

// newDeps ties jobs together. A name in After that is no job's makes a node without members.
func newDeps(jobs []Job) *deps {
	d := &deps{needs: map[int][]int{}, within: map[int][]int{}}
	nodes := map[string]int{}
	for i, j := range jobs {
		for _, name := range j.After {
			node, known := nodes[name]
			if !known {
				node = len(d.waiters)
				nodes[name] = node
				d.waiters, d.members = append(d.waiters, nil), append(d.members, nil)
			}
			if !slices.Contains(d.needs[i], node) {
				d.needs[i] = append(d.needs[i], node)
				d.waiters[node] = append(d.waiters[node], i)
			}
		}
	}
	if len(nodes) == 0 {
		return d
	}
	join := func(task int, name string) {
		if node, ok := nodes[name]; ok {
			d.members[node] = append(d.members[node], task)
			d.within[task] = append(d.within[task], node)
		}
	}
	for i, j := range jobs {
		join(i, j.Name)
		if j.Group != "" && j.Group != j.Name {
			join(i, j.Group)
		}
	}
	return d
}

// lacking returns the first task that task waits for and that is not as ok wants it, or -1.
func (d *deps) lacking(task int, ok func(need int) bool) int {
	for _, node := range d.needs[task] {
		for _, m := range d.members[node] {
			if !ok(m) {
				return m
			}
		}
	}
	return -1
}

// cycle returns the tasks of one cycle in the order in which each waits for the next, or nil.
func (d *deps) cycle() []int {
	const (
		fresh = iota
		open  // on the path being followed
		done  // leads into no cycle
	)
	tasks, nodes := map[int]uint8{}, make([]uint8, len(d.members))
	var path []int
	var follow func(int) []int
	follow = func(task int) []int {
		tasks[task], path = open, append(path, task)
		for _, node := range d.needs[task] {
			if nodes[node] == done {
				continue
			}
			for _, m := range d.members[node] {
				switch tasks[m] {
				case open:
					return slices.Clone(path[slices.Index(path, m):])
				case fresh:
					if found := follow(m); found != nil {
						return found
					}
				}
			}
			nodes[node] = done
		}
		tasks[task], path = done, path[:len(path)-1]
		return nil
	}
	for node := range d.waiters {
		for _, task := range d.waiters[node] {
			if tasks[task] == fresh {
				if found := follow(task); found != nil {
					return found
				}
			}
		}
	}
	return nil
}
