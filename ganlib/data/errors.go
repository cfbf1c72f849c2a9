package data

import "errors"

// The errors of this package and of all readers beside it. Each is wrapped by an error that names the file, the value
// found and what would be right; use [errors.Is]. A setting that is out of range, such as [Frame].Size, is refused by
// an *invalid.Error of package ganlib/invalid.
var (
	// ErrFormat reports a file, or an image set, whose content does not follow its format.
	ErrFormat = errors.New("invalid data")
	// ErrTruncated reports a file that ends before its header says it does.
	ErrTruncated = errors.New("truncated")
	// ErrDamaged reports an archive or a database that can be read only in part, or not at all.
	ErrDamaged = errors.New("damaged or cut short")
	// ErrTooLarge reports something over a limit: of bytes, of entries, of pixels, or the free space of a disk.
	ErrTooLarge = errors.New("too large")
	// ErrUnsafe reports an archive's entry that could do harm, such as one whose name leads out of the folder it is
	// unpacked to.
	ErrUnsafe = errors.New("unsafe")
	// ErrMissing reports a file, or a variable in one, that an image set lacks.
	ErrMissing = errors.New("missing")
	// ErrEmpty reports a set without images, or a choice of none.
	ErrEmpty = errors.New("no images")
	// ErrIndex reports the number of an image that is not in the set.
	ErrIndex = errors.New("no such image")
	// ErrUnfit reports images that cannot be turned into what is asked for, such as a picture smaller than the square
	// to cut out of it.
	ErrUnfit = errors.New("unfit images")
)
