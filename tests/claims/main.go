// Claims asks of every claim in the notebooks whether it could have failed. It executes copies of them in the fast
// profile, with a probe around each claim, and lists those that are vacuous:
//
//   - never met: the cell that should make the claim never came to it, so its contrary would pass as well
//   - too generous: it holds with a hundredth of one of its thresholds, and with a hundredfold of it too
//
// A copy that has been executed and would be the same is not executed again: after a change of the library, delete
// build/claims. The list goes to tests/claims/README.md. A claim may stay on it if tests/claims/justified.tsv says why, line by line.
//
//	go run ./tests/claims [NOTEBOOK...]
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gans-in-go/gans/tests/claims/probe"
)

const (
	build     = "build/claims"
	list      = "tests/claims/README.md"
	justified = "tests/claims/justified.tsv"
	importing = "\"github.com/gans-in-go/gans/tests/claims/probe\"\n"
)

func main() {
	log.SetFlags(0)
	names := os.Args[1:]
	if len(names) == 0 {
		paths, err := filepath.Glob("notebooks/*.ipynb")
		check(err)
		for _, p := range paths {
			names = append(names, strings.TrimSuffix(filepath.Base(p), ".ipynb"))
		}
	}
	check(os.MkdirAll(build, 0o777))
	reasons := readJustified()
	var vacuous []finding
	var failed []string
	rows, unjustified := "", 0
	for _, name := range names {
		claims, records, err := execute(name)
		if err != nil {
			failed = append(failed, name)
			fmt.Printf("%s: %v\n", name, err)
			continue
		}
		found := judge(claims, records)
		vacuous = append(vacuous, found...)
		rows += fmt.Sprintf("| %s | %d | %d | %d |\n", name, len(claims), countThresholds(claims), len(found))
		fmt.Printf("%s: %d claims, %d vacuous\n", name, len(claims), len(found))
	}
	text := "# Claims that cannot fail\n\nWritten by `make claims` on " + time.Now().Format(time.DateOnly) +
		", in the fast profile.\n\n| notebook | claims | thresholds | vacuous |\n|---|---|---|---|\n" + rows +
		"\n| claim | what | why it stays |\n|---|---|---|\n"
	for _, f := range vacuous {
		why := reasons[f.claim.id]
		if why == "" {
			unjustified++
			why = "**no reason given**"
		}
		fmt.Printf("%s: %s: %s\n", f.claim.id, f.what, f.claim.condition)
		text += fmt.Sprintf("| %s: `%s` | %s | %s |\n", f.claim.id, strings.ReplaceAll(f.claim.condition, "|", `\|`), f.what, why)
	}
	if len(failed) > 0 {
		log.Fatalf("not executed to their ends, so %s is as it was: %q", list, failed)
	}
	if len(os.Args) == 1 {
		check(os.WriteFile(list, []byte(text), 0o666))
	}
	if unjustified > 0 {
		log.Fatalf("%d claims cannot fail, and %s does not say why", unjustified, justified)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// A finding is a claim that cannot fail, and in which way.
type finding struct {
	claim claim
	what  string
}

// judge finds the vacuous among the claims. A claim that is met several times, in a loop, is as good as at its best.
func judge(claims []claim, records []probe.Record) (vacuous []finding) {
	met := map[string][]bool{} // by claim: for each threshold, whether every meeting found it too generous
	for _, r := range records {
		if still, before := met[r.Claim]; before {
			for i := range still {
				still[i] = still[i] && r.Still[i]
			}
		} else {
			met[r.Claim] = r.Still
		}
	}
	for _, c := range claims {
		still, found := met[c.id]
		if !found {
			vacuous = append(vacuous, finding{c, "never met"})
		}
		for i, generous := range still {
			if generous {
				vacuous = append(vacuous, finding{c, "too generous: " + c.thresholds[i]})
			}
		}
	}
	return vacuous
}

func countThresholds(claims []claim) (n int) {
	for _, c := range claims {
		n += len(c.thresholds)
	}
	return n
}

// execute runs an instrumented copy of a notebook and returns its claims, and what they would have said.
func execute(name string) (claims []claim, records []probe.Record, err error) {
	text, err := os.ReadFile(filepath.Join("notebooks", name+".ipynb"))
	if err != nil {
		return nil, nil, err
	}
	var nb map[string]any
	if err := json.Unmarshal(text, &nb); err != nil {
		return nil, nil, err
	}
	first := true
	for _, c := range nb["cells"].([]any) {
		cell := c.(map[string]any)
		if cell["cell_type"] != "code" {
			continue
		}
		source, found, err := instrument(name+"/"+cell["id"].(string), join(cell["source"]))
		if err != nil {
			return nil, nil, err
		}
		if first {
			source, first = strings.Replace(source, "import (\n", "import (\n\t"+importing, 1), false
		}
		cell["source"] = source
		claims = append(claims, found...)
	}
	text, err = json.Marshal(nb)
	if err != nil {
		return nil, nil, err
	}
	copied := filepath.Join(build, name+".ipynb")
	file, err := filepath.Abs(filepath.Join(build, name+".jsonl"))
	if err != nil {
		return nil, nil, err
	}
	if before, err := os.ReadFile(copied); err != nil || !bytes.Equal(before, text) || !executed(copied) {
		os.Remove(file)
		err = cmp.Or(os.WriteFile(copied, text, 0o666), jupyter(copied, file))
		if err != nil {
			return nil, nil, err
		}
	}
	return claims, records, read(file, &records)
}

// join is a cell's source, which nbformat allows to be a list of lines.
func join(source any) string {
	if text, whole := source.(string); whole {
		return text
	}
	var s strings.Builder
	for _, line := range source.([]any) {
		s.WriteString(line.(string))
	}
	return s.String()
}

// executed reports whether a copy has been executed to its end.
func executed(copied string) bool {
	_, err := os.Stat(filepath.Join(build, "executed-"+filepath.Base(copied)))
	return err == nil
}

// jupyter executes a notebook in the fast profile, with the checkout's own Jupyter. A cell that fails ends it.
func jupyter(notebook, records string) error {
	share := filepath.Join(".venv", "share", "jupyter")
	absolute, err := filepath.Abs(share)
	if err != nil {
		return err
	}
	cmd := exec.Command(filepath.Join(".venv", "bin", "jupyter-nbconvert"), "--to", "notebook", "--execute", "--log-level=WARN",
		"--ExecutePreprocessor.timeout=-1", "--output", "executed-"+filepath.Base(notebook), notebook)
	cmd.Env = append(os.Environ(), "JUPYTER_DATA_DIR="+absolute, "GAN_PROFILE=fast", probe.File+"="+records)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("nbconvert: %w\n%s", err, said.String())
	}
	return nil
}

func read(path string, records *[]probe.Record) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var r probe.Record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return err
		}
		*records = append(*records, r)
	}
	return lines.Err()
}

// readJustified is why a claim may stay on the list, by its id.
func readJustified() map[string]string {
	reasons := map[string]string{}
	text, err := os.ReadFile(justified)
	check(err)
	for line := range strings.Lines(string(text)) {
		id, why, found := strings.Cut(strings.TrimSpace(line), "\t")
		if !found || slices.Contains([]string{"", id}, why) {
			log.Fatalf("%s: %q is not a claim, a tab and a reason", justified, line)
		}
		reasons[id] = why
	}
	return reasons
}
