package verdict

// Relist replaces all that cells are judged by: lists, weights, history. What was heard of them stays.
func (s *Scene) Relist(cfg Config) {
	if cfg.Policy == nil {
		cfg.Policy, _ = NewPolicy("", nil) // a test opens the shipped one
	}
	s.cfg.Policy, s.cfg.Past = cfg.Policy, cfg.Past
	s.Use(cfg.Set)
}
