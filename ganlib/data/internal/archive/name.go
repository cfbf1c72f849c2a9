package archive

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
)

// clean returns an entry's name relative, without "." and without doubled slashes. It returns an error if the name
// could mean a place outside the archive, on this system or another.
func clean(name string) (string, error) {
	elements := strings.Split(name, "/")
	switch {
	case strings.HasPrefix(name, "/") || len(name) > 1 && name[1] == ':':
		return "", refused(name, "is absolute")
	case slices.Contains(elements, ".."):
		return "", refused(name, `leads up by ".."`)
	case strings.ContainsRune(name, '\\'):
		return "", refused(name, "has a backslash, which separates folders on some systems")
	case strings.ContainsRune(name, 0):
		return "", refused(name, "has a zero byte")
	case !filepath.IsLocal(path.Clean(name)):
		return "", refused(name, "is not a valid file name on this system")
	}
	return path.Clean(name), nil
}

// left are the names that systems and file managers leave behind, in small letters.
var left = []string{
	"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "@eadir", "$recycle.bin", "system volume information",
	"lost+found",
}

// litter recognises the hidden, and what was left behind, by a name or a folder on its path.
func litter(name string) bool {
	for element := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(element, ".") && element != "." || slices.Contains(left, strings.ToLower(element)) {
			return true
		}
	}
	return false
}

// refused is an error for an entry that could do harm.
func refused(name, why string) error {
	return fmt.Errorf("%w: entry %s %s", data.ErrUnsafe, quoted(name), why)
}

// quoted makes a name printable, and cuts it if it is long.
func quoted(name string) string {
	const most = 200 // bytes
	if len(name) > most {
		return strconv.Quote(name[:most]) + "..."
	}
	return strconv.Quote(name)
}
