package post

import (
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/straycell/straycell/internal/export"
	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
)

// keepEvidence makes a survey keep bundles of evidence, in a folder of its own among the evidence: it is handed over, and removed, as
// a whole. What it returns ends that, after the survey.
func (p *Post) keepEvidence(j Job, cfg *survey.Config, meta store.Meta) (end func()) {
	dir := p.series.bundles(j.Radio)
	if dir == "" {
		return func() {}
	}
	folder, err := export.OpenFolder(dir)
	if err != nil {
		p.cfg.Say("no evidence is kept beside the survey: %v", err)
		return func() {}
	}
	about := export.About{Meta: meta}
	if j.Rules != nil {
		about.Rules = j.Rules()
	}
	var full atomic.Bool
	about.Told = func(w export.Written) {
		if w.Err != nil {
			p.cfg.Say("%v", w.Err)
			return
		}
		p.cfg.Say("evidence: straycell surveys verify %s", w.Path)
		if st, err := os.Stat(dir); err == nil && size(dir, st) > p.series.budgetBytes/3 && !full.Swap(true) {
			p.cfg.Say("evidence of this survey takes a third of the disk's budget: no more is kept of it")
		}
	}
	k := export.Attach(cfg, folder, about)
	kept := &cfg.Sinks[len(cfg.Sinks)-1]
	take := kept.Take
	kept.Take = func(e survey.Event) error {
		if _, alert := e.(survey.Alert); alert && full.Load() { // hostile air makes up alerts without end
			return nil
		}
		return take(e)
	}
	return func() {
		if err := k.Close(); err != nil {
			p.cfg.Say("evidence: %v", err)
		}
		if made, _ := filepath.Glob(filepath.Join(dir, "[0-9]*")); len(made) == 0 {
			os.RemoveAll(dir)
		}
	}
}
