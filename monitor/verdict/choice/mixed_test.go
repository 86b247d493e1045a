package choice_test

// larger has hybrid hold so many MiB.
func larger(all []ran, mem float64) []ran {
	for i := range all {
		if all[i].way == hybrid {
			all[i].memory = mem
		}
	}
	return all
}

// mixed are jobs that compute for half of their time, where hybrid is slower than processes by a factor.
func mixed(hybridSlower float64) []ran {
	return []ran{
		{way: serial, wall: 8, cpu: 4, on: 0.5, core: 0.001, memory: 10},
		{way: threads, wall: 4.4, cpu: 4.1, on: 0.25, core: 0.02, gil: 0.25, memory: 15},
		{way: processes, wall: 2.6, cpu: 4.1, on: 0.45, core: 0.15, memory: 44},
		{way: hybrid, wall: 2.6 * hybridSlower, cpu: 4.1, on: 0.4, core: 0.02, gil: 0.18, memory: 28},
	}
}
