package runner

import (
	"container/heap"
	"slices"
)

// Queue is the scheduling policy: which of the queued tasks starts next. It knows no clock, no
// launcher and no limits; it is told what was queued, withdrawn and done, and answers from that
// alone. Of the tasks that may start, the one with the lowest index goes first.
//
// Each call costs O(log n) plus the number of direct dependents.
type Queue struct {
	deps   *deps
	open   []int  // of each node: how many members are not done
	waits  []bool // queued and not handed out
	done   []bool // succeeded
	absent []int  // how many of its nodes are not done, while a task waits
	ready  indexHeap
}

// NewQueue makes an empty queue for jobs that [Validate] found nothing wrong with.
func NewQueue(jobs []Job) *Queue {
	n := len(jobs)
	q := &Queue{deps: newDeps(jobs), waits: make([]bool, n), done: make([]bool, n), absent: make([]int, n)}
	for _, members := range q.deps.members {
		q.open = append(q.open, len(members))
	}
	return q
}

// Add queues a task. One that had succeeded counts as not done from now on.
func (q *Queue) Add(task int) {
	if q.waits[task] {
		return
	}
	if q.done[task] {
		q.done[task] = false
		for _, node := range q.deps.within[task] {
			if q.open[node]++; q.open[node] == 1 {
				for _, w := range q.deps.waiters[node] {
					q.absent[w]++
				}
			}
		}
	}
	q.waits[task] = true
	q.absent[task] = 0
	for _, node := range q.deps.needs[task] {
		if q.open[node] > 0 {
			q.absent[task]++
		}
	}
	q.offer(task)
}

// Remove withdraws a queued task.
func (q *Queue) Remove(task int) { q.waits[task] = false }

// Done says that a task succeeded, which lets those start that waited for it.
func (q *Queue) Done(task int) {
	if q.done[task] {
		return
	}
	q.done[task] = true
	for _, node := range q.deps.within[task] {
		if q.open[node]--; q.open[node] > 0 {
			continue
		}
		for _, w := range q.deps.waiters[node] {
			q.absent[w]--
			q.offer(w)
		}
	}
}

// Next hands out the task to start, or false when none may start now.
func (q *Queue) Next() (int, bool) {
	for q.ready.Len() > 0 {
		task := heap.Pop(&q.ready).(int)
		if q.waits[task] && q.absent[task] == 0 { // else withdrawn or blocked since it was offered
			q.waits[task] = false
			return task, true
		}
	}
	return 0, false
}

// Take hands out one task out of turn, if it may start now.
func (q *Queue) Take(task int) bool {
	if !q.waits[task] || q.absent[task] > 0 {
		return false
	}
	q.waits[task] = false
	return true
}

// Dependents returns every task that waits for one of these, directly or through others, ascending.
func (q *Queue) Dependents(of ...int) []int {
	tasks, nodes := map[int]bool{}, map[int]bool{}
	todo := slices.Clone(of)
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, node := range q.deps.within[t] {
			if nodes[node] {
				continue
			}
			nodes[node] = true
			for _, w := range q.deps.waiters[node] {
				if !tasks[w] {
					tasks[w] = true
					todo = append(todo, w)
				}
			}
		}
	}
	out := make([]int, 0, len(tasks))
	for t := range tasks {
		out = append(out, t)
	}
	slices.Sort(out)
	return out
}

func (q *Queue) offer(task int) {
	if q.waits[task] && q.absent[task] == 0 {
		heap.Push(&q.ready, task)
	}
}

// indexHeap is a min-heap of task indices.
type indexHeap []int

func (h indexHeap) Len() int           { return len(h) }
func (h indexHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h indexHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *indexHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *indexHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
