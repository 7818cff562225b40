package known

// Only is the Set of those facts that keep takes, with their origins; crowd databases and excuses are left out.
func (s *Set) Only(keep func(*Fact) bool) *Set {
	var facts []Fact
	var files []*file
	for f := range s.All() {
		if !keep(f) {
			continue
		}
		if facts = append(facts, *f); len(files) == 0 || files[len(files)-1] != f.file {
			files = append(files, f.file)
		}
	}
	return newSet(facts, files)
}
