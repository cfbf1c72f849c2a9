package gantest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gans-in-go/gans/ganlib/backend"
)

// ThinPlugin is a PJRT plugin of a few kilobytes, which loads this machine's own for the CPU and is that from then on.
// Where there is none the test is skipped, as by [Open].
func ThinPlugin(t testing.TB) []byte {
	t.Helper()
	Open(t, "xla:cpu")
	here, _ := backend.Plugin("cpu")
	dir := t.TempDir()
	source, library := filepath.Join(dir, "thin.c"), filepath.Join(dir, "thin.so")
	text := fmt.Sprintf(`#include <dlfcn.h>
const void *GetPjrtApi(void) {
	void *plugin = dlopen(%q, RTLD_LAZY | RTLD_LOCAL);
	return plugin ? ((const void *(*)(void))dlsym(plugin, "GetPjrtApi"))() : 0;
}
`, here)
	if err := os.WriteFile(source, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	cc, err := exec.Command("go", "env", "CC").Output()
	if err != nil {
		t.Fatal(err)
	}
	compile := append(strings.Fields(string(cc)), "-shared", "-fPIC", "-o", library, source, "-ldl")
	if out, err := exec.Command(compile[0], compile[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", compile, err, out)
	}
	thin, err := os.ReadFile(library)
	if err != nil {
		t.Fatal(err)
	}
	return thin
}
