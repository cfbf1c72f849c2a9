package game

import (
	"github.com/gans-in-go/gans/ganlib/invalid"
)

const lessonKey = "lesson="

type Lesson struct {
	ID    string
	Scene Scene
}

func Lessons() []Lesson { return nil }

func FindLesson(id string) (Lesson, error) {
	for _, l := range Lessons() {
		if l.ID == id {
			return l, nil
		}
	}
	return Lesson{}, invalid.Value("lesson", id, "another")
}
