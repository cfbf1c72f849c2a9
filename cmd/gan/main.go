// Command gan trains generative adversarial networks, samples from them, measures them and diagnoses them.
//
//	gan train mnist
//	gan train mnist --preset mnist28
//	gan sweep figure1 --seeds 8 --parallel 2
//	gan sample runs/mnist-xla-cpu -n 100 --out digits.png
//	gan eval runs/mnist-xla-cpu
//	gan watch runs/mnist-xla-cpu
//	gan diagnose runs/mnist-xla-cpu
//	gan probe runs/mnist-xla-cpu
//	gan data fetch cifar10
//	gan info runs/mnist-xla-cpu
//	gan doctor
//	gan plugin
//	gan completion bash
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/data/open"
	"github.com/gans-in-go/gans/ganlib/run"
)

// Exit statuses of a program stopped by Ctrl-C and by SIGTERM, by the shell's convention.
const interrupted, terminated = 130, 143

type commands struct {
	Train    trainCmd    `cmd:"" help:"Train a GAN in a run's directory, or go on where it stopped."`
	Sweep    sweepCmd    `cmd:"" help:"Train a GAN with several seeds, and draw what is normal: median and quartiles."`
	Sample   sampleCmd   `cmd:"" help:"Draw samples from a trained generator."`
	Eval     evalCmd     `cmd:"" help:"Measure how good a generator is, by every measure that fits its data."`
	Watch    watchCmd    `cmd:"" help:"Follow a run on a page for the browsers of this machine."`
	Diagnose diagnoseCmd `cmd:"" help:"Say in words what is wrong with a run, by which numbers, and what to try."`
	Probe    probeCmd    `cmd:"" help:"Train a copy of D alone against the generator as it is: how far is p_g from the data, at least?"`
	Table1   table1Cmd   `cmd:"" name:"table1" help:"Score runs on MNIST as Table 1 of the 2014 paper does: choose on validation images, touch the test images once."`
	Data     dataCmd     `cmd:"" help:"List published data sets, fetch them, verify them, tell about them."`
	Info     infoCmd     `cmd:"" help:"Tell what a run is and how far it has come."`
	Doctor   doctorCmd   `cmd:"" help:"Check what this machine has, and say how to get what is missing."`
	Plugin   pluginCmd   `cmd:"" help:"Fetch XLA's CPU plugin for this machine from go-xla's publisher."`
	Version  versionCmd  `cmd:"" help:"Print the version of this program and of what it is built on."`

	Completion  completionCmd    `cmd:"" help:"Print the completion script of a shell: bash, zsh or fish."`
	Try         tryCmd           `cmd:"" hidden:"" name:"__try"`
	Complete    completeCmd      `cmd:"" hidden:"" name:"__complete"`
	ShowVersion kong.VersionFlag `name:"version" help:"Print the version of this program."`
}

func main() { os.Exit(execute(os.Args[1:])) }

// execute runs one command line and returns its exit status.
func execute(args []string) int {
	var cli commands
	parser := kong.Must(&cli, kong.Name("gan"), kong.Description("Generative adversarial networks in Go."),
		kong.Vars{
			"presets": strings.Join(gans.Presets(), ", "), "sets": strings.Join(open.Names(), ", "),
			"version": "gan " + programVersion()})
	parsed, err := parser.Parse(args)
	if usage := new(kong.ParseError); errors.As(err, &usage) {
		command := "gan"
		if node := usage.Context.Selected(); node != nil {
			command = node.FullPath()
		}
		fmt.Fprintf(os.Stderr, "gan: error: %v\nRun `%s --help`.\n", err, command)
		return usage.ExitCode()
	}
	parser.FatalIfErrorf(err)
	switch err := parsed.Run(); {
	case errors.Is(err, run.ErrInterrupted), errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "gan:", err)
		return stopped()
	case err != nil:
		fmt.Fprintln(os.Stderr, "gan:", err)
		return 1
	}
	return 0
}
