//go:build !nohw && (amd64 || arm64)

package clib

import "golang.org/x/sys/unix"

func dup2(from, to int) error { return unix.Dup2(from, to) }
