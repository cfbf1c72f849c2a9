package plugin

import (
	"bytes"
	"regexp"
)

// variable is an argument of a program as go-xla writes it, if it is one of the model's variables: GoMLX names these by
// their paths.
var variable = regexp.MustCompile(`%_\w+: tensor<[^<>]*>`)

// donors marks the variables among a program's arguments as buffers that results may take over. It has no effect on
// those that GoMLX does not give up in a call: XLA copies them first. A program that it does not understand is left as it
// is, for example one whose arguments have attributes already.
func donors(program []byte) []byte {
	const main = " @main("
	begin := bytes.Index(program, []byte(main))
	if begin < 0 {
		return program
	}
	begin += len(main)
	length := bytes.Index(program[begin:], []byte(") -> "))
	if length < 0 || bytes.ContainsAny(program[begin:begin+length], "{}()\n") {
		return program
	}
	arguments := variable.ReplaceAll(program[begin:begin+length], []byte("$0 {jax.buffer_donor = true}"))
	return bytes.Join([][]byte{program[:begin], arguments, program[begin+length:]}, nil)
}
