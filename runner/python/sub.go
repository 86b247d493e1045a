package python

// sub is a subinterpreter.
type sub struct{}

func (s *sub) end(h *Host, _ bool, _ error) { h.engine.remove(h) }
