//go:build linux

package store

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// shim is a file layer under SQLite that notes every write, sync and removal before it passes it on to the system's own, and
// that can refuse: from its notes a test makes the disk as it would be had the power gone at any moment.
//
// SQLite is C translated to Go: its file layer is a table of function pointers, of which the shim replaces five.
var shim struct {
	mu     sync.Mutex
	log    []op
	refuse int32 // the error that writes and syncs give; 0: none
	names  map[uintptr]string

	under  uintptr // the system's layer
	vfs    lib.Tsqlite3_vfs
	tables [8]struct {
		under uintptr
		own   lib.Tsqlite3_io_methods
	}
}

type op struct {
	kind string // write, truncate, sync, delete
	name string
	off  int64
	data []byte
	last bool // of a delete: it lasts, the folder is synced too
	at   time.Time
}

// pointer turns an address in C's memory, which the collector does not move, into a pointer.
func pointer[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }

// as makes a C function of a table callable.
func as[F any](fn uintptr) F { return *(*F)(unsafe.Pointer(&struct{ uintptr }{fn})) }

// entry makes a Go function an entry of a table.
func entry[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

type (
	openFunc     = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32
	deleteFunc   = func(tls *libc.TLS, vfs, name uintptr, dirSync int32) int32
	writeFunc    = func(tls *libc.TLS, file, buf uintptr, n int32, off int64) int32
	truncateFunc = func(tls *libc.TLS, file uintptr, size int64) int32
	syncFunc     = func(tls *libc.TLS, file uintptr, flags int32) int32
)

var shimOnce sync.Once

// useShim registers the layer and starts its notes anew; its name goes into Options.
func useShim(t testing.TB) string {
	shimOnce.Do(func() {
		tls := libc.NewTLS()
		name, err := libc.CString("shim")
		if err != nil {
			t.Fatal(err)
		}
		shim.under = lib.Xsqlite3_vfs_find(tls, 0)
		shim.vfs = *pointer[lib.Tsqlite3_vfs](shim.under)
		shim.vfs.FpNext, shim.vfs.FzName = 0, name
		shim.vfs.FxOpen, shim.vfs.FxDelete = entry[openFunc](shimOpen), entry[deleteFunc](shimDelete)
		if rc := lib.Xsqlite3_vfs_register(tls, uintptr(unsafe.Pointer(&shim.vfs)), 0); rc != 0 {
			t.Fatalf("register: %d", rc)
		}
	})
	shim.mu.Lock()
	defer shim.mu.Unlock()
	shim.log, shim.refuse, shim.names = nil, 0, map[uintptr]string{}
	return "shim"
}

func shimRefuse(code int32) {
	shim.mu.Lock()
	defer shim.mu.Unlock()
	shim.refuse = code
}

// note adds to the log; it returns the error to give instead of acting.
func note(o op) int32 {
	shim.mu.Lock()
	defer shim.mu.Unlock()
	if shim.refuse != 0 {
		return shim.refuse
	}
	o.name, o.at = filepath.Base(o.name), time.Now()
	shim.log = append(shim.log, o)
	return 0
}

func nameOfFile(file uintptr) string {
	shim.mu.Lock()
	defer shim.mu.Unlock()
	return shim.names[file]
}

func shimOpen(tls *libc.TLS, _, name, file uintptr, flags int32, out uintptr) int32 {
	rc := as[openFunc](pointer[lib.Tsqlite3_vfs](shim.under).FxOpen)(tls, shim.under, name, file, flags, out)
	if rc != 0 || name == 0 {
		return rc
	}
	shim.mu.Lock()
	defer shim.mu.Unlock()
	shim.names[file] = libc.GoString(name)
	f := pointer[lib.Tsqlite3_file](file)
	for i := range shim.tables {
		t := &shim.tables[i]
		if t.under == 0 {
			t.under, t.own = f.FpMethods, *pointer[lib.Tsqlite3_io_methods](f.FpMethods)
			t.own.FxWrite, t.own.FxTruncate, t.own.FxSync = entry[writeFunc](shimWrite), entry[truncateFunc](shimTruncate), entry[syncFunc](shimSync)
		}
		if t.under == f.FpMethods {
			f.FpMethods = uintptr(unsafe.Pointer(&t.own))
			break
		}
	}
	return rc
}

// methodsUnder is the system's table of an open file.
func methodsUnder(file uintptr) *lib.Tsqlite3_io_methods {
	own := pointer[lib.Tsqlite3_file](file).FpMethods
	for i := range shim.tables {
		if t := &shim.tables[i]; uintptr(unsafe.Pointer(&t.own)) == own {
			return pointer[lib.Tsqlite3_io_methods](t.under)
		}
	}
	panic("not a file of the shim")
}

func shimWrite(tls *libc.TLS, file, buf uintptr, n int32, off int64) int32 {
	data := make([]byte, n)
	copy(data, unsafe.Slice(pointer[byte](buf), n))
	if rc := note(op{kind: "write", name: nameOfFile(file), off: off, data: data}); rc != 0 {
		return rc
	}
	return as[writeFunc](methodsUnder(file).FxWrite)(tls, file, buf, n, off)
}

func shimTruncate(tls *libc.TLS, file uintptr, size int64) int32 {
	if rc := note(op{kind: "truncate", name: nameOfFile(file), off: size}); rc != 0 {
		return rc
	}
	return as[truncateFunc](methodsUnder(file).FxTruncate)(tls, file, size)
}

func shimSync(tls *libc.TLS, file uintptr, flags int32) int32 {
	rc := as[syncFunc](methodsUnder(file).FxSync)(tls, file, flags)
	if rc == 0 {
		rc = note(op{kind: "sync", name: nameOfFile(file)})
	}
	return rc
}

func shimDelete(tls *libc.TLS, _, name uintptr, dirSync int32) int32 {
	if rc := note(op{kind: "delete", name: libc.GoString(name), last: dirSync != 0}); rc != 0 {
		return rc
	}
	return as[deleteFunc](pointer[lib.Tsqlite3_vfs](shim.under).FxDelete)(tls, shim.under, name, dirSync)
}

// sector is what a disk writes at once.
const sector = 512

// cutPower makes the folder as it would be had the power gone after the first n notes: of what was written after the last
// sync of its file nothing is left, or, with a lot to draw, any of its sectors.
func cutPower(t testing.TB, dir string, log []op, lot *rand.Rand) {
	t.Helper()
	lasting, pending := map[string][]byte{}, map[string][]op{}
	for _, o := range log {
		switch o.kind {
		case "write", "truncate":
			pending[o.name] = append(pending[o.name], o)
		case "sync":
			b := lasting[o.name]
			for _, p := range pending[o.name] {
				b = apply(b, p)
			}
			lasting[o.name], pending[o.name] = b, nil
		case "delete":
			if o.last || lot != nil && lot.IntN(2) == 0 {
				delete(lasting, o.name)
			}
			pending[o.name] = nil
		}
	}
	if lot != nil {
		for name, ops := range pending {
			b, had := lasting[name]
			for _, p := range ops {
				if p.kind == "truncate" && lot.IntN(2) == 0 {
					b = apply(b, p)
				}
				for i := 0; i < len(p.data); i += sector {
					if lot.IntN(2) == 0 {
						b = apply(b, op{kind: "write", off: p.off + int64(i), data: p.data[i:min(i+sector, len(p.data))]})
					}
				}
			}
			if had || lot.IntN(2) == 0 {
				lasting[name] = b
			}
		}
	}
	for name, b := range lasting {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func apply(b []byte, o op) []byte {
	end := o.off + int64(len(o.data))
	if o.kind == "truncate" {
		end = o.off
	}
	if int64(len(b)) < end {
		b = append(b, make([]byte, end-int64(len(b)))...)
	}
	copy(b[o.off:], o.data)
	if o.kind == "truncate" {
		b = b[:end]
	}
	return b
}
