package verdict

// Relist replaces what cells are judged by: lists, weights, history. What was heard of them stays.
func (s *Scene) Relist(cfg Config) {
	if cfg.Policy == nil {
		cfg.Policy, _ = NewPolicy("", nil) // a test opens the shipped one
	}
	s.cfg = cfg
	clear(s.tacs)
	clear(s.dense)
	clear(s.pools)
	for _, x := range s.cells {
		e := *x.Entry
		e.match = s.cfg.Set.Match(e.query)
		x.Entry = &e
	}
}
