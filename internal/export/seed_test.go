package export

import (
	"testing"

	"github.com/straycell/straycell/internal/rapidtest"
)

func TestMain(m *testing.M) { rapidtest.Main(m) }
