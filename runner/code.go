package runner

// The codes of advice that more than its sender knows by name; [Advised] has many others. They stand
// in journals, so they never change.
const (
	CodeRefused  = "refused"  // of a task: what was asked of it just now cannot be done
	CodeResists  = "resists"  // of a task: it outlives being killed; the text says what would end it
	CodeStubborn = "stubborn" // of a task: it was killed and may outlive it
	CodeSilent   = "silent"   // of a task: its interpreter does not answer, or does again
	CodeStalled  = "stalled"  // of a task: it has long made no sign of life, or does again
	CodeDeadlock = "deadlock" // likewise: its threads wait for locks, and none can go on; the text says where

	CodeUnrecorded = "unrecorded" // of the run: events are not kept from here on
	CodeRecorded   = "recorded"   // of the run: they are again

	CodePaused  = "paused"       // of the run: all that has begun is paused
	CodeForeign = "foreign-load" // of the run: others keep the cores busy
)
