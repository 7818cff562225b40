// Package archtest holds the project's own rules as tests: which room may import which, and that the documents say what
// the code says. It has no code besides its tests.
package archtest
