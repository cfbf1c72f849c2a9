// Command gan trains generative adversarial networks, samples from them, measures them and diagnoses them.
//
//	gan sample digits --label 7
//	gan models
//	gan train mnist
//	gan train mnist --preset mnist28
//	gan sweep figure1 --seeds 8 --parallel 2
//	gan sample runs/mnist-xla-cpu -n 100 --out digits.png
//	gan walk runs/mnist-xla-cpu
//	gan arith runs/mnist-xla-cpu --sheet
//	gan invert runs/mnist-xla-cpu seven.png
//	gan eval runs/mnist-xla-cpu
//	gan export runs/mnist-xla-cpu --onnx digits.onnx
//	gan watch runs/mnist-xla-cpu
//	gan playground
//	gan diagnose runs/mnist-xla-cpu
//	gan probe runs/mnist-xla-cpu
//	gan features runs/mnist28-xla-cpu --data fashion
//	gan data fetch cifar10
//	gan info runs/mnist-xla-cpu
//	gan doctor
//	gan plugin
//	gan completion bash
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/data/open"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/run"
)

// The exit statuses, beside 0. `gan --help` tells them.
const (
	failed      = 1   // it could not be done, or not all of it
	misused     = 2   // the command line is wrong: nothing was done
	interrupted = 130 // stopped by Ctrl-C, by the shell's convention
	terminated  = 143 // stopped by SIGTERM
)

const statuses = "Exit status: 0 done; 1 it failed; 2 the command line is wrong, and nothing was done; 130 stopped by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP."

type commands struct {
	Train      trainCmd      `cmd:"" help:"Train a GAN in a run's directory, or go on where it stopped."`
	Sweep      sweepCmd      `cmd:"" help:"Train a GAN with several seeds, and draw what is normal: median and quartiles."`
	Sample     sampleCmd     `cmd:"" help:"Draw samples from a trained generator."`
	Walk       walkCmd       `cmd:"" help:"Walk through a generator's latent space from one random point to the next."`
	Arith      arithCmd      `cmd:"" help:"Add and subtract concepts in a generator's latent space: A - B + C."`
	Invert     invertCmd     `cmd:"" help:"Find the noise from which a generator makes a given picture, as nearly as it can."`
	Eval       evalCmd       `cmd:"" help:"Measure how good a generator is, by every measure that fits its data."`
	Export     exportCmd     `cmd:"" help:"Write a trained game for other programs: as an ONNX model, as its weights, as logs for TensorBoard."`
	Watch      watchCmd      `cmd:"" help:"Follow a run on a page for the browsers of this machine."`
	Playground playgroundCmd `cmd:"" help:"Play with a small GAN on a page for the browsers of this machine."`
	Diagnose   diagnoseCmd   `cmd:"" help:"Say in words what is wrong with a run, by which numbers, and what to try."`
	Probe      probeCmd      `cmd:"" help:"Train a copy of D alone against the generator as it is: how far is p_g from the data, at least?"`
	Features   featuresCmd   `cmd:"" help:"Judge what a DCGAN's discriminator learned: a linear SVM on its features, and what single features look for."`
	Table1     table1Cmd     `cmd:"" name:"table1" help:"Score runs as Table 1 of the 2014 paper does for MNIST: choose on validation images, touch the test images once."`
	Models     modelsCmd     `cmd:"" help:"List the trained models in the box, which other commands take in the place of a run."`
	Data       dataCmd       `cmd:"" help:"List published data sets, fetch them, verify them, tell about them."`
	Info       infoCmd       `cmd:"" help:"Tell what a run is and how far it has come."`
	Doctor     doctorCmd     `cmd:"" help:"Check what this machine has, and say how to get what is missing."`
	Plugin     pluginCmd     `cmd:"" help:"Fetch XLA's CPU plugin for this machine from go-xla's publisher."`
	Version    versionCmd    `cmd:"" help:"Print the version of this program and of what it is built on."`

	Completion  completionCmd    `cmd:"" help:"Print the completion script of a shell: bash, zsh or fish."`
	Try         tryCmd           `cmd:"" hidden:"" name:"__try"`
	Complete    completeCmd      `cmd:"" hidden:"" name:"__complete"`
	ShowVersion kong.VersionFlag `name:"version" help:"Print the version of this program."`
}

func main() { os.Exit(execute(os.Args[1:])) }

// execute runs one command line and returns its exit status.
func execute(args []string) int {
	err := perform(args)
	if asked := exited(0); err == nil || errors.As(err, &asked) {
		if err = stdout.failed(); err == nil {
			return int(asked)
		}
	}
	return reported(err)
}

// perform runs one command line.
func perform(args []string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			asked, ok := p.(exited)
			if !ok {
				panic(p)
			}
			err = asked
		}
	}()
	var cli commands
	parsed, err := newParser(&cli).Parse(shortValues(args))
	if err != nil {
		return cmp.Or(stdout.failed(), err)
	}
	return byFlag(parsed.Run())
}

// byFlag names the flag of a number that the library knows by another name.
func byFlag(err error) error {
	if refused := new(invalid.Error); errors.As(err, &refused) && refused.Key == "samples" {
		return fmt.Errorf("-n: %w", err)
	}
	return err
}

// newParser parses command lines into cli.
func newParser(cli *commands) *kong.Kong {
	return kong.Must(cli, kong.Name("gan"), kong.Description("Generative adversarial networks in Go.\n\n"+statuses),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { panic(exited(code)) }),
		kong.Vars{
			"presets": strings.Join(gans.Presets(), ", "), "sets": strings.Join(open.Names(), ", "),
			"version": "gan " + programVersion()})
}

// exited is an exit status that kong asks for, after help or a version.
type exited int

func (e exited) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// misuse is the error of a command line that cannot be meant, found once the data or a file has been looked at.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

// misusef is a misuse in words.
func misusef(format string, args ...any) error { return misuse{fmt.Errorf(format, args...)} }

// reported says an error and returns its exit status. A reader of the output who has gone knows already.
func reported(err error) int {
	if usage := new(kong.ParseError); errors.As(err, &usage) {
		command := "gan"
		if node := usage.Context.Selected(); node != nil {
			command = node.FullPath()
		}
		fmt.Fprintf(stderr, "gan: error: %v\nRun `%s --help`.\n", err, command)
		return misused
	}
	if !errors.Is(err, syscall.EPIPE) {
		fmt.Fprintln(stderr, "gan:", err)
	}
	var mistaken misuse
	switch {
	case errors.Is(err, run.ErrInterrupted), errors.Is(err, context.Canceled):
		return stopped()
	case errors.As(err, &mistaken):
		return misused
	}
	return failed
}

// shortValues are the words of a command line, with the values of short flags as kong takes them: -d=X as -dX.
func shortValues(args []string) []string {
	args = slices.Clone(args)
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if len(arg) > 3 && arg[0] == '-' && arg[1] != '-' && arg[2] == '=' {
			args[i] = arg[:2] + arg[3:]
		}
	}
	return args
}
