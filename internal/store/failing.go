package store

// Failing is why the disk does not take what is written; nil: it does.
func (w *Writer) Failing() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failing
}
