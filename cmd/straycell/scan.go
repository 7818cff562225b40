package main

type scanVerb struct {
	JSON bool `name:"json" help:"Print lines of JSON, as things become known."`
	radioFlags
	listFlags
	surveyFlags
}

func (scanVerb) Help() string {
	return `
Examples:

  straycell scan --radio sim:
  straycell scan --radio sim:kt-femto --for 10m --json
  straycell scan --radio sim: --earfcn 3743 --ppm -5 --ppm-range 2
  straycell scan --radio file:gangnam.sigmf-meta --known kt.csv
`
}

func (v *scanVerb) run(e *env) (result, error) {
	set, err := v.lists(e.notes)
	if err != nil {
		return result{}, err
	}
	src, err := v.open(e)
	if err != nil {
		return result{}, err
	}
	defer src.Close()
	cfg, err := v.config(e, src, set)
	if err != nil {
		return result{}, err
	}
	e.offerLearning(cfg, "--radio "+shell(src.name)+v.typed())
	res, _, err := e.report(cfg, v.JSON)
	return res, err
}
