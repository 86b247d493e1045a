package dashboard

import "parallax/ui/dashboard/keys"

// rows is what the keys mean here.
var rows = []keys.Row{
	{Action: keys.Up, Does: "job above", Group: "move"},
	{Action: keys.Down, Does: "job below", Group: "move"},
	{Action: keys.Left, Does: "job to the left, or earlier; scroll", Group: "move"},
	{Action: keys.Right, Does: "job to the right, or later; scroll", Group: "move"},
	{Action: keys.PageUp, Does: "a page up", Group: "move"},
	{Action: keys.PageDown, Does: "a page down", Group: "move"},
	{Action: keys.Top, Does: "first job; start of the output", Group: "move"},
	{Action: keys.Bottom, Does: "last job; end of the output", Group: "move"},
	{Action: keys.Open, Does: "open the job: all its output", Short: "open", Group: "move"},
	{Action: keys.Back, Does: "back; clear a filter", Short: "back", Group: "move"},

	{Action: keys.PauseJob, Does: "pause or resume the job", Short: "pause", Group: "jobs"},
	{Action: keys.PauseAll, Does: "pause all, or resume all", Group: "jobs"},
	{Action: keys.CancelJob, Does: "cancel the job, with its grace", Short: "cancel", Group: "jobs"},
	{Action: keys.KillJob, Does: "kill the job now", Short: "kill now", Group: "jobs"},
	{Action: keys.CancelAll, Does: "cancel all jobs", Group: "jobs"},
	{Action: keys.RestartJob, Does: "run the job again", Short: "restart", Group: "jobs"},
	{Action: keys.RestartMany, Does: "run all that failed again", Group: "jobs"},
	{Action: keys.ShowStack, Does: "where the job is now: its stack", Short: "stack", Group: "jobs"},
	{Action: keys.MoreWorkers, Does: "one worker more", Group: "jobs"},
	{Action: keys.LessWorkers, Does: "one worker fewer", Group: "jobs"},

	{Action: keys.Search, Does: "search the job's output", Short: "search", Group: "output"},
	{Action: keys.NextHit, Does: "next match", Group: "output"},
	{Action: keys.PrevHit, Does: "match before", Group: "output"},
	{Action: keys.Follow, Does: "follow the end of the output", Short: "follow", Group: "output"},
	{Action: keys.Wrap, Does: "wrap long lines", Short: "wrap", Group: "output"},
	{Action: keys.Copy, Does: "copy what is shown to the clipboard", Short: "copy", Group: "output"},
	{Action: keys.Stream, Does: "standard error or output, when kept apart", Group: "output"},

	{Action: keys.Closer, Does: "look closer: down to 5 ms a column", Short: "closer", Group: "lanes"},
	{Action: keys.Wider, Does: "look less closely: up to the whole run", Short: "wider", Group: "lanes"},
	{Action: keys.Present, Does: "follow the run again, without the cursor", Short: "live", Group: "lanes"},
	{Action: keys.Rows, Does: "a row for each core, or for each job", Short: "jobs", Group: "lanes"},

	{Action: keys.NextView, Does: "next view", Short: "view", Group: "view"},
	{Action: keys.ViewPanes, Does: "a pane for each job", Group: "view"},
	{Action: keys.ViewTable, Does: "a row for each job", Group: "view"},
	{Action: keys.ViewLanes, Does: "core lanes", Group: "view"},
	{Action: keys.ViewOutput, Does: "output of all jobs, merged", Group: "view"},
	{Action: keys.Filter, Does: "filter jobs by name, command or state", Short: "filter", Group: "view"},
	{Action: keys.SortBy, Does: "sort jobs", Short: "sort", Group: "view"},
	{Action: keys.OtherModel, Does: "run the same jobs in another model", Short: "model", Group: "view"},
	{Action: keys.NextTheme, Does: "next theme", Short: "theme", Group: "view"},
	{Action: keys.Help, Does: "all keys", Short: "help", Group: "view"},
	{Action: keys.Quit, Does: "quit; asks while jobs run", Short: "quit", Group: "view"},
	{Action: keys.Interrupt, Does: "quit; twice: cancel all and quit", Group: "view"},
}
