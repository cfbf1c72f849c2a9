package tests

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestBook runs the tests of what makes the book. They take no more than Python: Sphinx is for `make book`.
func TestBook(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("the machine has no python3")
	}
	cmd := exec.Command(python, "-B", "book_test.py")
	cmd.Dir = filepath.Join(checkout(t), "docs", "book")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
