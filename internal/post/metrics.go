package post

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// exposition writes Prometheus's text format, version 0.0.4.
type exposition struct{ strings.Builder }

// family begins a metric.
func (e *exposition) family(name, kind, help string) {
	fmt.Fprintf(e, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// sample is one value; labels are names and values in turn.
func (e *exposition) sample(name string, v float64, labels ...string) {
	e.WriteString(name)
	for i := 0; i+1 < len(labels); i += 2 {
		open := ","
		if i == 0 {
			open = "{"
		}
		fmt.Fprintf(e, `%s%s="%s"`, open, labels[i], labelEscapes.Replace(strings.ToValidUTF8(labels[i+1], "?")))
	}
	if len(labels) > 1 {
		e.WriteString("}")
	}
	e.WriteString(" " + strconv.FormatFloat(v, 'g', -1, 64) + "\n")
}

// one is a metric with one value.
func (e *exposition) one(name, kind, help string, v float64) {
	e.family(name, kind, help)
	e.sample(name, v)
}

func (a *api) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Write([]byte(a.p.metrics()))
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// metrics is everything in figures.
func (p *Post) metrics() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := &exposition{}
	proof := p.proof()
	e.family("straycell_build_info", "gauge", "What runs.")
	e.sample("straycell_build_info", 1, "version", p.cfg.Version, "goversion", runtime.Version())
	e.one("straycell_healthy", "gauge", "1 while the post can be relied on.", truth(proof.OK))
	e.family("straycell_problem", "gauge", "1 for each thing that is not well.")
	for _, t := range proof.Problems {
		e.sample("straycell_problem", 1, "name", t.Name)
	}
	e.one("straycell_uptime_seconds", "gauge", "Since the start.", proof.UptimeS)

	radioMetrics := []struct {
		name, kind, help string
		of               func(r *radioState, x *RadioProof) (float64, bool)
	}{
		{"straycell_radio_listening", "gauge", "1 while a radio delivers.", func(r *radioState, _ *RadioProof) (float64, bool) { return truth(r.listening), true }},
		{"straycell_deaf", "gauge", "1 while a radio hears much less than it did.", func(r *radioState, _ *RadioProof) (float64, bool) { return truth(r.hearing.deaf != ""), true }},
		{"straycell_listened_seconds_total", "counter", "Signal that was looked at.", func(r *radioState, _ *RadioProof) (float64, bool) { return r.listenedS, true }},
		{"straycell_looks_total", "counter", "Windows that were decoded.", func(r *radioState, _ *RadioProof) (float64, bool) { return float64(r.looks), true }},
		{"straycell_failed_looks_total", "counter", "Windows whose decoding failed.", func(r *radioState, _ *RadioProof) (float64, bool) { return float64(r.failed), true }},
		{"straycell_lost_samples_total", "counter", "Samples that were lost.", func(r *radioState, _ *RadioProof) (float64, bool) { return float64(r.lost), true }},
		{"straycell_radio_errors_total", "counter", "What went wrong in surveys.", func(r *radioState, _ *RadioProof) (float64, bool) { return float64(r.errors), true }},
		{"straycell_surveys_total", "counter", "Surveys begun.", func(r *radioState, _ *RadioProof) (float64, bool) { return float64(r.surveys), true }},
		{"straycell_cells_per_minute", "gauge", "Cells heard in the last minute of listening.", func(_ *radioState, x *RadioProof) (float64, bool) { return float64(x.Cells), true }},
		{"straycell_sib1_ratio", "gauge", "Share of those cells whose SIB1 was read.", func(_ *radioState, x *RadioProof) (float64, bool) {
			if x.SIB1 == nil {
				return 0, false
			}
			return *x.SIB1, true
		}},
		{"straycell_reference_cells", "gauge", "Cells that are always there.", func(_ *radioState, x *RadioProof) (float64, bool) { return float64(x.References), true }},
		{"straycell_radio_error_ppm", "gauge", "Error of the radio's oscillator, as the cells tell it.", func(_ *radioState, x *RadioProof) (float64, bool) {
			if x.PPM == nil {
				return 0, false
			}
			return *x.PPM, true
		}},
		{"straycell_fix_age_seconds", "gauge", "Since the receiver's place was last known.", func(_ *radioState, x *RadioProof) (float64, bool) {
			if x.Fix == nil {
				return 0, false
			}
			return x.Fix.AgeS, true
		}},
	}
	for _, m := range radioMetrics {
		e.family(m.name, m.kind, m.help)
		for i, r := range p.radios {
			if v, ok := m.of(r, &proof.Radios[i]); ok {
				e.sample(m.name, v, "radio", r.name)
			}
		}
	}

	e.family("straycell_cells", "gauge", "Cells of the present surveys, by what the lists say and by level.")
	count := map[[2]string]int{}
	for _, c := range p.cells() {
		count[[2]string{c.Known, c.Level}]++
	}
	each(count, func(k [2]string, n int) { e.sample("straycell_cells", float64(n), "known", k[0], "level", k[1]) })
	e.family("straycell_alerts_open", "gauge", "Open alerts.")
	open := map[[2]string]int{}
	for _, x := range p.alerts.open {
		open[[2]string{x.Name, x.Severity.String()}]++
	}
	each(open, func(k [2]string, n int) {
		e.sample("straycell_alerts_open", float64(n), "alert", k[0], "severity", k[1])
	})
	e.family("straycell_alert_events_total", "counter", "What happened to alerts.")
	each(p.alerts.total, func(k [2]string, n int64) {
		e.sample("straycell_alert_events_total", float64(n), "alert", k[0], "event", k[1])
	})

	sinks := p.outbox.deliveries()
	for _, m := range []struct {
		name, kind, help string
		of               func(d *Delivery) float64
	}{
		{"straycell_sink_pending", "gauge", "Notices that wait for a sink.", func(d *Delivery) float64 { return float64(d.Pending) }},
		{"straycell_sink_up", "gauge", "1 while the newest attempt went well.", func(d *Delivery) float64 { return truth(d.Error == "") }},
		{"straycell_sink_sent_total", "counter", "Notices that a sink took.", func(d *Delivery) float64 { return float64(d.Sent) }},
		{"straycell_sink_failures_total", "counter", "Attempts that failed.", func(d *Delivery) float64 { return float64(d.Failed) }},
		{"straycell_sink_dropped_total", "counter", "Notices there was no room for.", func(d *Delivery) float64 { return float64(d.Dropped) }},
	} {
		e.family(m.name, m.kind, m.help)
		for i := range sinks {
			e.sample(m.name, m.of(&sinks[i]), "sink", sinks[i].Sink)
		}
	}

	used, tossed := p.series.usage()
	e.one("straycell_disk_used_bytes", "gauge", "Stored surveys and evidence.", float64(used))
	e.one("straycell_disk_budget_bytes", "gauge", "What they may take.", float64(p.series.budgetBytes))
	e.one("straycell_surveys_removed_total", "counter", "Files that were removed to make room.", float64(tossed))
	e.one("straycell_heartbeats_total", "counter", "Heartbeats sent on their way.", float64(p.stats.beats))
	e.one("straycell_reloads_total", "counter", "Times the lists were read anew.", float64(p.stats.reloads))
	e.one("straycell_reload_failures_total", "counter", "Times they could not be.", float64(p.stats.reloadsFailed))
	e.one("straycell_clock_steps_total", "counter", "Times somebody set the computer's clock.", float64(p.stats.clockSteps))
	listeners, cuts := p.hub.count()
	e.one("straycell_listeners", "gauge", "Clients of the event stream.", float64(listeners))
	e.one("straycell_listeners_cut_total", "counter", "Clients that were too slow for it.", float64(cuts))
	e.one("go_goroutines", "gauge", "Goroutines.", float64(runtime.NumGoroutine()))
	e.one("go_memory_bytes", "gauge", "Memory taken from the system.", float64(memory()))
	if fds, err := os.ReadDir("/proc/self/fd"); err == nil {
		e.one("process_open_fds", "gauge", "Open file descriptors.", float64(len(fds)))
	}
	return e.String()
}

// each goes through counts in a fixed order.
func each[N any](m map[[2]string]N, do func([2]string, N)) {
	for _, k := range slices.SortedFunc(maps.Keys(m), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		do(k, m[k])
	}
}
