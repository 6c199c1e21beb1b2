"""Answers requests, a JSON object a line, with a JSON object a line: the other end of src/speed/side.ts."""
import json, os, sys, time

# What libraries print must not be taken for answers.
_answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def _answer(value):
    print(json.dumps(value), file=_answers, flush=True)


def serve(**operations):
    """Each operation takes the request and returns the answer's fields."""
    _answer({"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            _answer(operations[request["op"]](request))
        except Exception as error:
            _answer({"error": f"{type(error).__name__}: {error}"})


class Clock:
    """Seconds of wall and processor time, of all threads, since it was made."""

    def __init__(self):
        self.start = time.perf_counter(), time.process_time()

    def read(self):
        return {"seconds": time.perf_counter() - self.start[0], "cpu": time.process_time() - self.start[1]}
