//go:build linux

package zygote

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/process"
)

const heavy = `import asyncio, concurrent.futures, csv, ctypes, dataclasses, decimal, difflib, email.message, fractions, http.client
import http.server, json, logging.config, multiprocessing.pool, pathlib, pydoc, sqlite3, ssl, statistics, tarfile, tempfile
import unittest.mock, urllib.request, uuid, xml.dom.minidom, xml.etree.ElementTree, xmlrpc.client, zipfile
import os; os.write(1, b"first line\n")  # print would write twice
`

// BenchmarkSixteenHeavyScripts times how long it takes until 16 scripts with heavy imports have all
// printed, as plain processes and through a zygote, in turns. It reports the medians in milliseconds:
// of a zygote that is there already, and of one that must be started first.
func BenchmarkSixteenHeavyScripts(b *testing.B) {
	script := filepath.Join(b.TempDir(), "heavy.py")
	if err := os.WriteFile(script, []byte(heavy), 0o600); err != nil {
		b.Fatal(err)
	}
	scripts := slices.Repeat([]string{script}, 16)
	newLauncher := func() *Launcher {
		return New(Options{Processes: process.New(process.Options{}), Scripts: scripts})
	}
	path := newest(b).Path // of those that PARALLAX_TEST_PYTHON names
	plain, forked := runner.Job{Script: script, Python: path}, runner.Job{Script: script, Python: path, Preload: []string{Auto}}
	warm := newLauncher()
	sixteen(b, warm, plain)
	sixteen(b, warm, forked)
	var took [3][]time.Duration
	for b.Loop() {
		took[0] = append(took[0], sixteen(b, warm, plain))
		took[1] = append(took[1], sixteen(b, warm, forked))
		cold := newLauncher()
		took[2] = append(took[2], sixteen(b, cold, forked))
		if err := cold.Close(); err != nil {
			b.Fatal(err)
		}
	}
	if err := warm.Close(); err != nil {
		b.Fatal(err)
	}
	for i, name := range []string{"plain-ms", "forked-ms", "started-ms"} {
		b.ReportMetric(float64(median(took[i]).Microseconds())/1000, name)
	}
	b.ReportMetric(float64(median(took[0]))/float64(median(took[1])), "ratio")
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// sixteen starts a job 16 times at once, and returns how long it took until all had printed a line.
func sixteen(b *testing.B, l *Launcher, job runner.Job) time.Duration {
	b.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	begin := time.Now()
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			h, err := l.Launch(context.Background(), runner.Spec{Run: "r", Task: i, Try: 1, Slot: i + 1, Job: job, Stdout: w, Stderr: w})
			if err != nil {
				b.Error(err)
				return
			}
			if exit := h.Wait(); exit.Code != 0 {
				b.Errorf("%+v", exit)
			}
		})
	}
	lines := bufio.NewScanner(r)
	for range 16 {
		if !lines.Scan() || lines.Text() != "first line" {
			b.Error(lines.Text())
		}
	}
	took := time.Since(begin)
	all.Wait()
	w.Close()
	return took
}
