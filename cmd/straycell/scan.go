package main

type scanVerb struct {
	JSON bool `name:"json" help:"Print lines of JSON, as things become known."`
	radioFlags
	listFlags
	surveyFlags
	storeFlag
	evidenceFlag
	gpsFlag
}

func (scanVerb) Help() string {
	return `
Examples:

  straycell scan --radio sim:
  straycell scan --radio sim:kt-femto --for 10m --json
  straycell scan --radio sim: --earfcn 3743 --ppm -5 --ppm-range 2
  straycell scan --radio sim: --store monday.survey
  straycell scan --radio rtlsdr:serial=1 --radio rtlsdr:serial=2 --band 8,20
  straycell scan --radio file:gangnam.sigmf-meta --known kt.csv
`
}

func (v *scanVerb) run(e *env) (result, error) {
	set, err := v.lists(e.notes)
	if err != nil {
		return result{}, err
	}
	all, err := v.openAll(e)
	if err != nil {
		return result{}, err
	}
	defer closeAll(all)
	cfgs, err := v.configs(e, all, set)
	if err != nil {
		return result{}, err
	}
	stop, err := v.locate(all, cfgs)
	if err != nil {
		return result{}, err
	}
	defer stop()
	stored, err := v.keepAll(e, all, v.rawFlags, v.Known, nil, cfgs)
	if err != nil {
		return result{}, err
	}
	_, kept, err := v.attach(e, all, v.rawFlags, v.Known, v.Rules, nil, cfgs)
	if err != nil {
		return result{}, stored(err)
	}
	e.offerLearning(cfgs[0], "--radio "+shell(all[0].name)+v.typed())
	res, _, err := e.report(v.JSON, cfgs...)
	return res, stored(kept(err))
}
