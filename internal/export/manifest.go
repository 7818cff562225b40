package export

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// manifest names every file of a bundle. It is signed as it lies on the disk.
type manifest struct {
	Format   string     `json:"format"`
	Number   int        `json:"number"` // in its folder, from 1
	Made     string     `json:"made"`   // by the computer's clock
	Program  string     `json:"program"`
	Cell     string     `json:"cell"`
	Previous *link      `json:"previous,omitempty"` // the bundle before it in the folder
	Key      string     `json:"key"`
	Files    []fileHash `json:"files"`
}

// link points to a bundle.
type link struct {
	Number int    `json:"number"`
	SHA256 string `json:"sha256"` // of its manifest
}

type fileHash struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// head says how far a folder's chain goes, so that its last bundle is missed too. It is signed as a manifest is.
type head struct {
	Last link   `json:"last"`
	Key  string `json:"key"`
	Sig  string `json:"signature"`
}

const (
	formatName   = "straycell evidence 1"
	manifestName = "manifest.json"
	sigName      = "manifest.sig"
	headName     = "chain.json"
	maxManifest  = 1 << 20
)

// names of a bundle's files, besides the manifest and its signature.
const (
	setupName     = "setup.json"
	cellName      = "cell.json"
	findingsName  = "findings.json"
	eventsName    = "events.jsonl"
	sibsName      = "sibs.jsonl"
	packetsName   = "messages.pcapng"
	levelsName    = "levels.csv"
	positionsName = "positions.csv"
	inventoryName = "inventory.csv"
	rulesName     = "rules.toml"
	iqName        = "iq"
	decodedName   = "decoded.jsonl"
)

func folderName(number int) string { return fmt.Sprintf("%04d", number) }

func hashFile(path string) (fileHash, error) {
	f, err := os.Open(path)
	if err != nil {
		return fileHash{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return fileHash{filepath.Base(path), n, hex.EncodeToString(h.Sum(nil))}, err
}

// hashAll names the files of a folder but the manifest's own.
func hashAll(dir string) ([]fileHash, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []fileHash
	for _, e := range entries {
		if e.Name() == manifestName || e.Name() == sigName {
			continue
		}
		if !e.Type().IsRegular() {
			out = append(out, fileHash{Name: e.Name(), Size: -1})
			continue
		}
		h, err := hashFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

func hashText(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// seal writes a bundle's manifest and signature and returns the manifest's hash.
func (m *manifest) seal(dir string, key ed25519.PrivateKey) (string, error) {
	var err error
	if m.Files, err = hashAll(dir); err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return "", err
	}
	text = append(text, '\n')
	sig := base64.StdEncoding.EncodeToString(ed25519.Sign(key, text)) + "\n"
	return hashText(text), errors.Join(save(filepath.Join(dir, manifestName), text), save(filepath.Join(dir, sigName), []byte(sig)))
}

// save writes a file that lasts.
func save(path string, text []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// readManifest reads and checks one; wrong are the files that say so.
func readManifest(dir string) (m manifest, sum string, wrong []string, err error) {
	text, err := readBounded(filepath.Join(dir, manifestName), maxManifest)
	if err != nil {
		return m, "", nil, err
	}
	sum = hashText(text)
	if err := json.Unmarshal(text, &m); err != nil || m.Format != formatName {
		return m, sum, []string{manifestName + ": is no manifest of evidence, or was changed"}, nil
	}
	key, err := ParsePublic(m.Key)
	if err != nil {
		return m, sum, []string{manifestName + ": was changed: it names no key"}, nil
	}
	sigText, err := readBounded(filepath.Join(dir, sigName), 1<<10)
	if err != nil {
		return m, sum, []string{sigName + ": is missing"}, nil
	}
	// Encoded in one way only: no octet of the file may change unnoticed.
	sig, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSuffix(string(sigText), "\n"))
	if err != nil || base64.StdEncoding.EncodeToString(sig)+"\n" != string(sigText) {
		return m, sum, []string{sigName + ": was changed: it is no signature"}, nil
	}
	if !ed25519.Verify(key, text, sig) {
		return m, sum, []string{manifestName + " or " + sigName + ": was changed: the signature is not of this manifest"}, nil
	}
	return m, sum, nil, nil
}

// check names the files that are not as the manifest has them.
func (m *manifest) check(dir string) (wrong []string, err error) {
	have, err := hashAll(dir)
	if err != nil {
		return nil, err
	}
	for _, f := range m.Files {
		i := slices.IndexFunc(have, func(h fileHash) bool { return h.Name == f.Name })
		switch {
		case i < 0:
			wrong = append(wrong, clean(f.Name)+": is missing")
		case have[i] != f:
			wrong = append(wrong, clean(f.Name)+": was changed")
		}
	}
	for _, h := range have {
		if !slices.ContainsFunc(m.Files, func(f fileHash) bool { return f.Name == h.Name }) {
			wrong = append(wrong, clean(h.Name)+": was added")
		}
	}
	return wrong, nil
}

func readBounded(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s: is larger than what straycell writes", path)
	}
	return text, err
}

func (h *head) signed() []byte {
	return fmt.Appendf(nil, "%s\nlast %d %s\n", formatName, h.Last.Number, h.Last.SHA256)
}

// writeHead replaces the folder's head.
func writeHead(dir string, last link, key ed25519.PrivateKey) error {
	h := head{Last: last, Key: PublicText(key.Public().(ed25519.PublicKey))}
	h.Sig = base64.StdEncoding.EncodeToString(ed25519.Sign(key, h.signed()))
	part := filepath.Join(dir, headName+".part")
	if err := save(part, h.text()); err != nil {
		return err
	}
	return os.Rename(part, filepath.Join(dir, headName))
}

func (h *head) text() []byte {
	text, err := json.MarshalIndent(h, "", " ")
	if err != nil { // texts and numbers
		panic(err)
	}
	return append(text, '\n')
}

// readHead reads a folder's head; why says what is wrong with it.
func readHead(dir string) (h head, why string) {
	text, err := readBounded(filepath.Join(dir, headName), maxManifest)
	if err != nil {
		return h, headName + ": is missing: nobody can say which bundle is the last"
	}
	if json.Unmarshal(text, &h) != nil || !bytes.Equal(h.text(), text) {
		return h, headName + ": was changed"
	}
	key, err := ParsePublic(h.Key)
	sig, err2 := base64.StdEncoding.Strict().DecodeString(h.Sig)
	if err != nil || err2 != nil || !ed25519.Verify(key, h.signed(), sig) {
		return h, headName + ": was changed: the signature is not of it"
	}
	return h, ""
}
