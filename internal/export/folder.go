package export

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Folder is a folder of bundles, numbered in the order they were made; each names the hash of the one before it.
type Folder struct {
	Dir string
	key ed25519.PrivateKey
	mu  sync.Mutex // one bundle is sealed at a time
}

// OpenFolder opens a folder of bundles and makes it, and the user's signing key, on first use.
func OpenFolder(dir string) (*Folder, error) {
	path, err := keyFile()
	if err != nil {
		return nil, err
	}
	key, err := makeKey(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	return &Folder{Dir: dir, key: key}, nil
}

// Public is the key that others check its bundles with.
func (f *Folder) Public() string { return PublicText(f.key.Public().(ed25519.PublicKey)) }

// write makes one bundle.
func (f *Folder) write(ctx context.Context, m *material) Written {
	w := Written{Cell: m.cell}
	part, err := os.MkdirTemp(f.Dir, ".part-")
	if err == nil {
		err = os.Chmod(part, 0o755)
	}
	if err == nil {
		err = m.fill(ctx, part)
	}
	if err == nil {
		w.Path, w.Number, err = f.seal(part, m)
	}
	if err != nil {
		if part != "" {
			os.RemoveAll(part)
		}
		w.Err = fmt.Errorf("evidence in %s: %w", f.Dir, err)
	}
	return w
}

// seal signs a bundle and gives it its number.
func (f *Folder) seal(part string, m *material) (path string, number int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	unlock, err := lock(filepath.Join(f.Dir, ".lock"))
	if err != nil {
		return "", 0, err
	}
	defer unlock()
	list := manifest{Format: formatName, Number: 1, Made: time.Now().UTC().Format(time.RFC3339), Program: clean(m.about.Meta.Program), Cell: cellText(&m.cell), Key: f.Public()}
	for {
		before := filepath.Join(f.Dir, folderName(list.Number))
		if _, err := os.Stat(before); err != nil {
			break
		}
		h, err := hashFile(filepath.Join(before, manifestName))
		if err != nil {
			return "", 0, fmt.Errorf("the bundle before this one: %w", err)
		}
		list.Previous = &link{list.Number, h.SHA256}
		list.Number++
	}
	// A bundle that was taken away at the end is not replaced: the number after it shows that it is missing.
	if h, why := readHead(f.Dir); why == "" && h.Last.Number >= list.Number {
		list.Previous, list.Number = &h.Last, h.Last.Number+1
	}
	sum, err := list.seal(part, f.key)
	if err != nil {
		return "", 0, err
	}
	path = filepath.Join(f.Dir, folderName(list.Number))
	if err := os.Rename(part, path); err != nil {
		return "", 0, err
	}
	return path, list.Number, writeHead(f.Dir, link{list.Number, sum}, f.key)
}

// lockFor is how long another program may hold the folder; a lock that is older was left behind.
const lockFor = 30 * time.Second

// lock keeps other programs from numbering bundles at the same time.
func lock(path string) (unlock func(), err error) {
	for end := time.Now().Add(2 * lockFor); ; time.Sleep(50 * time.Millisecond) {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err == nil {
			f.Close()
			return func() { os.Remove(path) }, nil
		}
		if !errors.Is(err, os.ErrExist) || time.Now().After(end) {
			return nil, err
		}
		if st, err := os.Stat(path); err == nil && time.Since(st.ModTime()) > lockFor {
			os.Remove(path)
		}
	}
}
