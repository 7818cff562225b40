package enb

import "math"

// diversity maps symbols to layers and precodes them for transmit diversity over 1, 2 or 4 antenna ports, TS 36.211
// §6.3.3.3 and §6.3.4.3. The length is a multiple of the number of ports; each result is as long.
func diversity(d []complex64, ports int) [][]complex64 {
	y := make([][]complex64, ports)
	if ports == 1 {
		y[0] = d
		return y
	}
	for p := range y {
		y[p] = make([]complex64, len(d))
	}
	for i := 0; i+1 < len(d); i += 2 {
		a, b := diversityPorts(ports, i/2)
		y[a][i], y[a][i+1], y[b][i], y[b][i+1] = alamouti(d[i], d[i+1])
	}
	return y
}

// diversityPorts are the two ports that send pair i: with four ports the pairs alternate between 0,2 and 1,3.
func diversityPorts(ports, i int) (a, b int) {
	if ports == 4 {
		return i & 1, i&1 + 2
	}
	return 0, 1
}

// alamouti returns what the two ports send on two neighbouring elements for the symbols x0 and x1.
func alamouti(x0, x1 complex64) (a0, a1, b0, b1 complex64) {
	const h = math.Sqrt2 / 2
	return scale(x0, h), scale(x1, h), complex(-h*real(x1), h*imag(x1)), complex(h*real(x0), -h*imag(x0))
}

func scale(x complex64, a float32) complex64 { return complex(a*real(x), a*imag(x)) }
