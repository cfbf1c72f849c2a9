// Package tests holds the tests that need the whole house: its notebooks, its command line, its users.
//
// Notebooks are held to the rules of notebook_rules_test.go, and executed by notebook_run_test.go, which trusts no
// status: gonb calls a failed shell command a success. The notebooks in canaries/ must fail.
package tests

// Notebooks show pictures with it, in the version that go.mod names.
import _ "github.com/janpfeifer/gonb/gonbui"
