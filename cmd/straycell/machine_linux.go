package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// radioVendors are USB's numbers of those who make radios.
var radioVendors = map[string]string{"0bda:2838": "RTL-SDR", "0bda:2832": "RTL-SDR", "2500": "USRP", "3923": "USRP", "1d50:6089": "HackRF",
	"2cf0": "bladeRF", "1d50:6108": "LimeSDR", "0403:601f": "LimeSDR", "0456:b673": "PlutoSDR", "1d50:60a1": "Airspy"}

// usbFindings looks at the radios on USB and at what the kernel does with them.
func usbFindings() (out []finding) {
	list, _ := filepath.Glob("/sys/bus/usb/devices/*/idVendor")
	for _, file := range list {
		dir := filepath.Dir(file)
		read := func(name string) string {
			text, _ := os.ReadFile(filepath.Join(dir, name))
			return strings.TrimSpace(string(text))
		}
		vendor, product := read("idVendor"), read("idProduct")
		name := radioVendors[vendor+":"+product]
		if name == "" {
			name = radioVendors[vendor]
		}
		if name == "" {
			continue
		}
		bus, _ := strconv.Atoi(read("busnum"))
		dev, _ := strconv.Atoi(read("devnum"))
		node := fmt.Sprintf("/dev/bus/usb/%03d/%03d", bus, dev)
		if err := unix.Access(node, unix.R_OK|unix.W_OK); err != nil {
			out = append(out, finding{"fail", fmt.Sprintf("%s at %s: %v", name, node, err),
				"copy hardware/udev/60-straycell.rules to /etc/udev/rules.d, run udevadm control --reload, plug it in again"})
		} else {
			out = append(out, finding{state: "ok", text: fmt.Sprintf("%s at %s may be used", name, node)})
		}
	}
	if modules, err := os.ReadFile("/proc/modules"); err == nil && strings.Contains(string(modules), "dvb_usb_rtl28xxu") {
		out = append(out, finding{"fail", "the kernel's DVB driver holds RTL-SDR dongles",
			"rmmod dvb_usb_rtl28xxu, and for good: echo blacklist dvb_usb_rtl28xxu > /etc/modprobe.d/straycell.conf"})
	}
	const needMB = 64
	if text, err := os.ReadFile("/sys/module/usbcore/parameters/usbfs_memory_mb"); err == nil {
		if mb, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && mb > 0 && mb < needMB {
			out = append(out, finding{"warn", fmt.Sprintf("USB may use %d MB of memory, too little for wide carriers", mb),
				"echo 256 > /sys/module/usbcore/parameters/usbfs_memory_mb, or usbcore.usbfs_memory_mb=256 on the kernel's command line"})
		}
	}
	return out
}

// machine looks at disk and clock.
func machine() (out []finding) {
	var st unix.Statfs_t
	if err := unix.Statfs(".", &st); err == nil {
		gb := float64(st.Bavail) * float64(st.Bsize) / 1e9
		if gb < 2 {
			out = append(out, finding{"warn", fmt.Sprintf("%.1f GB free here", gb), "a minute of a dongle is 0.3 GB, of 20 MHz 5.5 GB"})
		} else {
			out = append(out, finding{state: "ok", text: fmt.Sprintf("%.0f GB free here", gb)})
		}
	}
	const unsynchronised = 5 // TIME_ERROR
	var tx unix.Timex
	if state, err := unix.Adjtimex(&tx); err == nil && state == unsynchronised {
		out = append(out, finding{"warn", "the clock is not synchronised", "start a time service (timedatectl set-ntp true), or let gpsd and chrony set it"})
	} else if err == nil {
		out = append(out, finding{state: "ok", text: "the clock is synchronised"})
	}
	return out
}
