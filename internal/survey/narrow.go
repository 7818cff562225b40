package survey

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/straycell/straycell/decode/narrow"
)

// narrow reads SIB1 of carriers wider than the window. It needs what earlier looks told of their cells, so it comes after the
// workers, in the order of the signal: any number of workers gives the same events.
func (j *judge) narrow(ctx context.Context, it *item) {
	defer func() {
		if p := recover(); p != nil {
			it.fault = &fault{fmt.Sprintf("%.200v", p), string(debug.Stack())}
			j.sib1 = narrow.NewReader()
		}
	}()
	it.obs = j.sib1.Read(ctx, &it.look.Block, it.of.startS, sound(it.obs))
}
