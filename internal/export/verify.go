package export

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/internal/verdict"
)

// Checked is what verifying a folder of bundles, or one bundle, came to.
type Checked struct {
	Bundles []CheckedBundle
	Wrong   []string // with the chain
	Open    []string // what could not be checked
}

// CheckedBundle is what verifying one bundle came to.
type CheckedBundle struct {
	Path    string
	Number  int
	Made    string
	Cell    string
	Key     string
	Wrong   []string // changed, missing or added files; samples that do not give what they gave
	Open    []string // what could not be checked
	Fine    []string // what was seen to hold
	sum     string
	linksTo *link
}

// Good tells whether nothing was found wrong.
func (c *Checked) Good() bool {
	return len(c.Wrong) == 0 && !slices.ContainsFunc(c.Bundles, func(b CheckedBundle) bool { return len(b.Wrong) > 0 })
}

// Verify checks a bundle, or a folder of them with their chain: that nothing was changed, who signed it, and that the samples
// give the findings again. trusted are the keys of those who are believed.
func Verify(ctx context.Context, path string, trusted []ed25519.PublicKey) (*Checked, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("verify %s: %w", path, err)
	}
	if !st.IsDir() {
		return nil, fmt.Errorf("verify %s: is a file: name the folder of a bundle, or of all bundles", path)
	}
	c := &Checked{}
	if isBundle(path) {
		b, err := verifyBundle(ctx, path, trusted)
		if err != nil {
			return nil, err
		}
		c.Bundles = []CheckedBundle{b}
		c.linkOne(path)
		return c, nil
	}
	numbers, others, err := bundlesIn(path)
	if err != nil {
		return nil, fmt.Errorf("verify %s: %w", path, err)
	}
	h, why := readHead(path)
	if len(numbers) == 0 && errors.Is(missing(path), fs.ErrNotExist) {
		return nil, fmt.Errorf("verify %s: no evidence in it: name the folder of a bundle, or of all bundles", path)
	}
	for _, n := range numbers {
		b, err := verifyBundle(ctx, filepath.Join(path, folderName(n)), trusted)
		if err != nil {
			return nil, err
		}
		if b.Number != n {
			b.Wrong = append(b.Wrong, fmt.Sprintf("it is bundle %d and lies where bundle %d belongs", b.Number, n))
		}
		c.Bundles = append(c.Bundles, b)
	}
	for _, name := range others {
		c.Open = append(c.Open, fmt.Sprintf("%s: is no bundle, or one that was begun and not finished", clean(name)))
	}
	c.chain(h, why)
	return c, nil
}

// isBundle tells whether a folder is one, whatever is missing of it.
func isBundle(dir string) bool {
	return slices.ContainsFunc([]string{manifestName, sigName, setupName}, func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	})
}

// missing is why a folder has no head, nil if it has one.
func missing(dir string) error {
	_, err := os.Stat(filepath.Join(dir, headName))
	return err
}

// bundlesIn lists the numbers of the bundles in a folder, and what else is in it.
func bundlesIn(dir string) (numbers []int, others []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		n, bad := strconv.Atoi(e.Name())
		switch {
		case bad == nil && n > 0 && e.Name() == folderName(n):
			numbers = append(numbers, n)
		case e.Name() != headName && e.Name() != ".lock":
			others = append(others, e.Name())
		}
	}
	slices.Sort(numbers)
	return numbers, others, err
}

// chain holds each bundle against the one before it.
func (c *Checked) chain(h head, why string) {
	if why != "" {
		c.Wrong = append(c.Wrong, why)
	}
	want := 1
	for i := range c.Bundles {
		b := &c.Bundles[i]
		n := b.Number
		for ; want < n; want++ {
			c.Wrong = append(c.Wrong, fmt.Sprintf("bundle %d is missing: a link of the chain", want))
		}
		want = n + 1
		if b.linksTo == nil && n > 1 {
			b.Wrong = append(b.Wrong, "it names no bundle before it: the chain is broken")
		}
		if i > 0 && b.linksTo != nil && c.Bundles[i-1].Number == b.linksTo.Number && c.Bundles[i-1].sum != b.linksTo.SHA256 {
			b.Wrong = append(b.Wrong, fmt.Sprintf("bundle %d is not the one that stood before it when it was made: the chain is broken", b.linksTo.Number))
		}
	}
	if why != "" {
		return
	}
	for ; want <= h.Last.Number; want++ {
		c.Wrong = append(c.Wrong, fmt.Sprintf("bundle %d is missing: a link of the chain", want))
	}
	if n := len(c.Bundles); n > 0 && c.Bundles[n-1].Number == h.Last.Number && c.Bundles[n-1].sum != h.Last.SHA256 {
		c.Wrong = append(c.Wrong, fmt.Sprintf("%s: bundle %d is not the one that was made", headName, h.Last.Number))
	}
}

// linkOne holds a bundle that is looked at by itself against the one before it, if that lies beside it.
func (c *Checked) linkOne(path string) {
	b := &c.Bundles[0]
	if b.linksTo == nil {
		return
	}
	abs, err := filepath.Abs(path)
	if err == nil {
		before := filepath.Join(filepath.Dir(abs), folderName(b.linksTo.Number), manifestName)
		if h, err := hashFile(before); err == nil {
			if h.SHA256 != b.linksTo.SHA256 {
				b.Wrong = append(b.Wrong, fmt.Sprintf("bundle %d is not the one that stood before it when it was made: the chain is broken", b.linksTo.Number))
			}
			return
		}
	}
	b.Open = append(b.Open, fmt.Sprintf("bundle %d, which stands before it in the chain, is not beside it: this link was not checked", b.linksTo.Number))
}

func verifyBundle(ctx context.Context, dir string, trusted []ed25519.PublicKey) (CheckedBundle, error) {
	b := CheckedBundle{Path: dir}
	m, sum, wrong, err := readManifest(dir)
	b.Number, b.Made, b.Cell, b.Key, b.sum, b.linksTo = m.Number, clean(m.Made), clean(m.Cell), clean(m.Key), sum, m.Previous
	if errors.Is(err, fs.ErrNotExist) {
		wrong, err = []string{manifestName + ": is missing"}, nil
	}
	if err != nil {
		return b, err
	}
	b.Wrong = wrong
	changed, err := m.check(dir)
	if err != nil {
		return b, err
	}
	if len(m.Files) > 0 {
		b.Wrong = append(b.Wrong, changed...)
	}
	if len(b.Wrong) > 0 {
		return b, nil
	}
	b.Fine = append(b.Fine, fmt.Sprintf("%d files are as they were signed", len(m.Files)))
	if key, err := ParsePublic(m.Key); err == nil && slices.ContainsFunc(trusted, func(t ed25519.PublicKey) bool { return t.Equal(key) }) {
		b.Fine = append(b.Fine, "the key is a trusted one")
	} else {
		b.Open = append(b.Open, "nobody vouches for the key: if it was told to you as theirs, add --trust "+clean(m.Key))
	}
	return b, b.again(ctx)
}

// again decodes the samples once more and holds the outcome against what the bundle says of them.
func (b *CheckedBundle) again(ctx context.Context) error {
	var f findings
	var s setup
	var cell survey.Cell
	if err := errors.Join(loadJSON(filepath.Join(b.Path, findingsName), &f), loadJSON(filepath.Join(b.Path, setupName), &s),
		loadJSON(filepath.Join(b.Path, cellName), &cell)); err != nil {
		b.Wrong = append(b.Wrong, clean(err.Error()))
		return nil
	}
	if f.NoIQ != "" || f.Decoded == nil {
		b.Open = append(b.Open, "it has no samples to be decoded again: "+clean(f.NoIQ))
		return nil
	}
	got, err := redecode(ctx, b.Path)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		b.Wrong = append(b.Wrong, "its samples cannot be decoded again: "+clean(err.Error()))
		return nil
	}
	now := f
	now.compare(&cell, got)
	if why := f.Decoded.differ(now.Decoded); why != "" {
		if others := otherRules(s.Rules); len(others) > 0 {
			b.Open = append(b.Open, "decoded again, "+why+"; but these rules are not those it was judged by: "+strings.Join(others, " "))
			return nil
		}
		b.Wrong = append(b.Wrong, "decoded again, "+why)
		return nil
	}
	var shown, rest []string
	for _, c := range f.Claims {
		if c.Shown {
			shown = append(shown, clean(c.Rule))
		} else {
			rest = append(rest, clean(c.Rule))
		}
	}
	text := "decoded again, its samples give the same: " + clean(f.Decoded.Cell)
	if len(shown) > 0 {
		text += ", " + strings.Join(shown, " ")
	}
	b.Fine = append(b.Fine, text)
	if len(rest) > 0 {
		b.Fine = append(b.Fine, "rests on more of the survey than its samples: "+strings.Join(rest, " "))
	}
	return nil
}

// otherRules lists the rules that this program has in another version.
func otherRules(were []ruleName) []string {
	var out []string
	for _, r := range verdict.Rules() {
		if i := slices.IndexFunc(were, func(w ruleName) bool { return w.Name == r.Name }); i < 0 || were[i].Version != r.Version {
			out = append(out, r.Name)
		}
	}
	return out
}
