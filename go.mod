module github.com/straycell/straycell

go 1.26
