"""What every peer does: takes a task, finds its fastest setting, and then works when it is told to, on one thread."""
import json
import os
import sys
import time

# Answers go where our output went; whatever else prints, prints among the errors.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def serve(version, candidates):
    """
    Reads requests as lines of JSON: a task is answered with the setting that is the fastest of those that `candidates(task)`
    gives, as pairs of its name and of a function that makes the work; a number, with milliseconds of so many runs.
    """
    work = None
    for line in sys.stdin:
        request = json.loads(line)
        if "hello" in request:
            answer = {"version": version}
        elif "kind" in request:
            work = None  # gives its memory back first
            setting, work, result = fastest(candidates(request), request["quick"])
            answer = {"setting": setting, "result": result}
        else:
            answer = [milliseconds(work) for _ in range(request["repeats"])]
        print(json.dumps(answer), file=answers, flush=True)


def fastest(candidates, quick):
    """The setting with the least time, its work, and what that gave. `quick` takes the first that works."""
    best = None
    for setting, make in candidates:
        try:
            work = make()
            result = work()
            time_ = min(milliseconds(work) for _ in range(1 if quick else 3))
        except Exception as error:  # not every setting exists for every network: the others are tried
            print(f"{setting} does not work: {str(error).splitlines()[0]}", file=sys.stderr)
            continue
        print(f"{setting}: {time_:.1f} ms", file=sys.stderr)
        if best is None or time_ < best[0]:
            best = time_, setting, work, result
        if quick:
            break
    if best is None:
        raise RuntimeError("no setting works")
    return best[1:]


def milliseconds(work):
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)
