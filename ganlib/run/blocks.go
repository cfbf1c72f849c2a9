package run

import (
	"errors"

	"github.com/gans-in-go/gans/ganlib/loop"
)

// looped makes the steps many at a time. A call ends where something needs the model as it is after a step: a picture, a
// measurement, a checkpoint, a watcher. Records of steps within a call are written after it.
func (s *session) looped() error {
	if err := s.compile(); err != nil {
		return err
	}
	careful := false // after a minibatch that cannot be read: up to it, a step a call
	for step := s.first; step < s.Steps && s.ended == nil; {
		n := s.toNextStop(step)
		if careful {
			n = 1
		}
		rows, err := s.loop.Some(step, n)
		if unread := new(loop.LoadError); errors.As(err, &unread) {
			if careful {
				return s.unread(step, unread.Err)
			}
			careful = true
			continue
		}
		if err != nil {
			return err
		}
		for i, row := range rows {
			if err := s.finishInBlock(step+i+1, row, i == len(rows)-1); err != nil {
				return err
			}
		}
		step += len(rows)
		if s.bar != nil {
			s.bar.Add(len(rows))
		}
	}
	return s.ended
}

// compile prepares the loop, once for a session.
func (s *session) compile() (err error) {
	if s.loop != nil {
		return nil
	}
	blocks := s.Blocks
	if blocks == nil {
		if blocks, err = loop.FromBatches(s.Batches); err != nil {
			return err
		}
	}
	if s.loop, err = loop.ForTrainer(s.Trainer, s.Update, blocks); err != nil {
		return err
	}
	if err := s.loop.Divide(s.Devices); err != nil {
		return err
	}
	s.loop.Clock = s.now
	for i, m := range s.loop.Metrics() {
		if err := s.name(i, m); err != nil {
			return err
		}
	}
	return nil
}

// finishInBlock records, draws and saves after a step of a block. Inside a block only records are due.
func (s *session) finishInBlock(step int, row []float64, last bool) error {
	values, err := s.read(step, func(i int) float64 { return row[i] })
	if err != nil {
		return err
	}
	switch {
	case last:
		return s.finish(step, values)
	case s.due(step, s.RecordEvery):
		return s.record(step, values)
	}
	return nil
}

// toNextStop is the number of iterations from a step to the next one after which the present model is needed.
func (s *session) toNextStop(step int) int {
	n := s.Steps - step
	every := []int{s.SampleEvery, s.SaveEvery}
	if s.Measure != nil {
		every = append(every, s.MeasureEvery)
	}
	if len(s.Watch) > 0 { // a watcher may end the run, or look at it
		every = append(every, s.RecordEvery)
	}
	for _, interval := range every {
		if interval > 0 {
			n = min(n, interval-step%interval)
		}
	}
	return n
}
