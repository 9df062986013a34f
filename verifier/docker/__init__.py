"""The image on this machine: `verifier docker build`, `up`, `score`, `logs` and `down`. Needs the extra `docker`.

    samples -> scoring -> the engine's socket -> relay -> AWS's emulator -> handler.py -> results

The container has no network at all. A port can be published only from a container that has one, be it an internal one;
so events come in through the standard input of a process that the engine starts inside. From there on they take the
way through the emulator and the Lambda handler: what is tried here is what is deployed, and it stays warm.

`engine.py` finds the engine and builds the image, `container.py` starts and ends containers, `scoring.py` sends samples
through one, `relay.py` is that process inside, `commands.py` the command line.
"""
