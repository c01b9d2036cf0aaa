package screen

// canSuspend: Windows has no job control.
func canSuspend() bool { return false }
