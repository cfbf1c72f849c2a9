package lesson

import (
	"encoding/base64"
	"fmt"
	"image"
	"os"

	"github.com/janpfeifer/gonb/gonbui"
)

// Show puts a picture into the cell's output, and ends the cell if there is an error instead. Outside a notebook it shows
// nothing.
func Show(picture image.Image, err error) {
	Must(0, err)
	Must(0, gonbui.DisplayImage(picture))
	gonbui.Sync() // a program that ends may lose what is still on its way
}

// Markdown puts text into the cell's output, such as a table.
func Markdown(text string) {
	gonbui.DisplayMarkdown(text)
	gonbui.Sync()
}

// Film plays an animation, a GIF such as [run.Run.Animation], in the cell's output, so many pixels wide.
func Film(path string, width int) {
	gonbui.DisplayHTML(Must(film(path, width)))
	gonbui.Sync()
}

// film is a GIF as HTML. It is part of the page, so that a copy of the notebook has it too.
func film(path string, width int) (html string, err error) {
	gif, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`<img width="%d" alt="samples over time" src="data:image/gif;base64,%s">`,
		width, base64.StdEncoding.EncodeToString(gif)), nil
}
