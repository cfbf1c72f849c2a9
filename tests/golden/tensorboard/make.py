"""Writes `events`, the event file of the toy run beside this script, by TensorBoard's own classes, and reads it back.

The run's history is taken to have changed last at Unix time 1700000000.
"""

import json
import pathlib

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

here = pathlib.Path(__file__).parent
changed = 1700000000.0
lines = [json.loads(line) for line in (here / "run/history.jsonl").read_text().splitlines()[1:]]
began = changed - lines[-1]["seconds"]
picture = (here / "run/samples/000002.png").read_bytes()

events = [Event(wall_time=began, file_version="brain.Event:2")]
for line in lines:
    if "event" not in line:
        values = [Summary.Value(tag=k, simple_value=v) for k, v in sorted(line.items()) if k not in ("step", "seconds")]
        events.append(Event(wall_time=began + line["seconds"], step=line["step"], summary=Summary(value=values)))
image = Summary.Image(height=2, width=3, colorspace=3, encoded_image_string=picture)
events.append(Event(wall_time=began + 1.25, step=2, summary=Summary(value=[Summary.Value(tag="samples", image=image)])))

path = here / "events.out.tfevents.0.gan"
with path.open("wb") as file:
    writer = RecordWriter(file)
    for event in events:
        writer.write(event.SerializeToString(deterministic=True))

read = EventAccumulator(str(path), size_guidance={"scalars": 0, "images": 0})
read.Reload()
assert set(read.Tags()["scalars"]) == {"d_loss", "g_grad/output", "coverage"}, read.Tags()
assert [(e.wall_time, e.step) for e in read.Scalars("d_loss")] == [(1699999940.5, 1), (1699999941.25, 2), (1700000000.0, 300)]
(image,) = read.Images("samples")
assert (image.step, image.width, image.height, image.encoded_image_string) == (2, 3, 2, picture)
print(f"{path.name}: {path.stat().st_size} bytes, read back by TensorBoard's EventAccumulator")
