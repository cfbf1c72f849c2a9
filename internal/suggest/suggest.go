// Package suggest finds the word that somebody probably meant to type.
package suggest

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// Nearest returns the word of from with the fewest edits (insertions, deletions and substitutions of one character)
// between it and word, ignoring case. Of several it returns the first. ok is false if none is near: if even the nearest
// needs more than one edit in three characters of word, rounded up.
func Nearest(word string, from []string) (nearest string, ok bool) {
	word = strings.ToLower(word)
	least := (len([]rune(word))+2)/3 + 1
	for _, candidate := range from {
		if edits := levenshtein.ComputeDistance(word, strings.ToLower(candidate)); edits < least {
			nearest, least, ok = candidate, edits, true
		}
	}
	return nearest, ok
}
