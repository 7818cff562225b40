//go:build !linux

package main

// Of other systems only the radios are looked at.
func usbFindings() []finding { return nil }

func machine() []finding { return nil }
