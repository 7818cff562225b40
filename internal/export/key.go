package export

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// keyFile is where the user's signing key lies.
func keyFile() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("evidence: the signing key has no place: %w: set HOME", err)
	}
	return filepath.Join(dir, "straycell", "evidence.key"), nil
}

// readKey reads the user's signing key.
func readKey(path string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block != nil {
		if any, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
			if key, ok := any.(ed25519.PrivateKey); ok {
				return key, nil
			}
		}
	}
	return nil, fmt.Errorf("evidence: %s holds no Ed25519 key: move it away, and a new one is made", path)
}

// makeKey reads the user's signing key, or makes it on first use.
func makeKey(path string) (ed25519.PrivateKey, error) {
	key, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if _, key, err = ed25519.GenerateKey(nil); err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) { // somebody else was faster
		return readKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	err = pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return key, errors.Join(err, f.Sync(), f.Close())
}

const keyPrefix = "ed25519:"

// PublicText is a public key as people pass it on.
func PublicText(key ed25519.PublicKey) string {
	return keyPrefix + base64.RawURLEncoding.EncodeToString(key)
}

// ParsePublic reads a key as PublicText writes it.
func ParsePublic(text string) (ed25519.PublicKey, error) {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(strings.TrimSpace(text), keyPrefix))
	if err != nil || len(raw) != ed25519.PublicKeySize || !strings.HasPrefix(strings.TrimSpace(text), keyPrefix) {
		return nil, fmt.Errorf("key %q: type it as it was told: %s and %d letters and digits", clean(text), keyPrefix, base64.RawURLEncoding.EncodedLen(ed25519.PublicKeySize))
	}
	return raw, nil
}

// OwnPublic is the user's public key; false while none was made.
func OwnPublic() (ed25519.PublicKey, bool) {
	path, err := keyFile()
	if err != nil {
		return nil, false
	}
	key, err := readKey(path)
	if err != nil {
		return nil, false
	}
	return key.Public().(ed25519.PublicKey), true
}
